"""How good is the general ranking on a collection that it was not made for?

    python -m tests.relevance.public FOLDER...

A folder holds a test collection in SMART's form: `docs` and `queries` (`.I` number, `.T` title,
`.W` text) and `qrels` (a query, a document, and what else may follow). No word of the vocabulary is
used. A document is one report, cut into passages as every report is; plain BM25 has the same ones.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from unittest.mock import patch

import ir_measures
from ir_measures import AP, Qrel, ScoredDoc, nDCG

from indexer import passages, prepare
from indexer.baseline import Baseline
from indexer.catalogue import Catalogue
from indexer.config import Config
from indexer.evaluate import Answers, found
from indexer.models import Extract, Report, Section
from indexer.vocabulary import Vocabulary
from tests.bench import ours
from tests.bench.corpus import Item

MEASURES: Final = (nDCG @ 10, AP @ 100)
_NO_LISTS: Final = Vocabulary({}, "")
Entry = Mapping[str, str]


def main(folders: list[str]) -> None:
    """A row for each collection."""
    print("| collection | documents | queries | measure | plain BM25 | this search | ratio |")
    print("|---|---:|---:|---|---:|---:|---:|")
    for folder in map(Path, folders):
        documents, judged = dict(entries(folder / "docs")), relevant(folder / "qrels")
        asked = {
            number: query[".W"] for number, query in entries(folder / "queries") if number in judged
        }
        for measure, plain, mine in compared(documents, asked, judged):
            sizes = f"{len(documents):,} | {len(asked)}"
            figures = f"{plain:.3f} | {mine:.3f} | {mine / plain:.2f}"
            print(f"| {folder.name} | {sizes} | {measure} | {figures} |", flush=True)


def entries(path: Path) -> Iterator[tuple[str, Entry]]:
    """The numbered entries of a file, each with the text of its fields."""
    for entry in re.split(r"^\.I ", path.read_text("utf-8", "replace"), flags=re.MULTILINE)[1:]:
        number, _, rest = entry.partition("\n")
        parts = re.split(r"^(\.[A-Z])\s*$", rest, flags=re.MULTILINE)
        fields = {name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}
        yield str(int(number)), {".T": "", ".W": "", **fields}


def relevant(path: Path) -> Mapping[str, frozenset[str]]:
    """The documents that are relevant for each query."""
    told: dict[str, set[str]] = {}
    for line in path.read_text("utf-8").splitlines():
        if line.strip():
            query, document, *_ = line.split()
            told.setdefault(str(int(query)), set()).add(document)
    return {query: frozenset(documents) for query, documents in told.items()}


def compared(
    documents: Mapping[str, Entry], asked: Mapping[str, str], judged: Mapping[str, frozenset[str]]
) -> Iterator[tuple[str, float, float]]:
    """Each measure with its means for plain BM25 and for this search."""
    with TemporaryDirectory() as index, patch.object(Catalogue, "_thesaurus", return_value=None):
        ours.build((_item(number, entry) for number, entry in documents.items()), Path(index))
        catalogue = Catalogue(Config(corpus=Path(index), index=Path(index), engine=ours.ENGINE))
        mine = functools.partial(found, catalogue)
        plain = _means(Baseline(catalogue).answers, asked, judged)
        yield from ((name, plain[name], own) for name, own in _means(mine, asked, judged).items())
        catalogue.close()


def _means(
    answers: Answers, asked: Mapping[str, str], judged: Mapping[str, frozenset[str]]
) -> dict[str, float]:
    qrels = [Qrel(query, document, 1) for query in asked for document in judged[query]]
    run = [
        ScoredDoc(query, document, -float(rank))
        for query, text in asked.items()
        for rank, document in enumerate(answers(text))
    ]
    return {str(m): v for m, v in ir_measures.calc_aggregate(MEASURES, qrels, run).items()}


def _item(number: str, entry: Entry) -> Item:
    sections = (Section("", 0, None, tuple(entry[".W"].split("\n\n"))),)
    cut = passages.cut(Extract("plain", sections), number, "en")
    report = Report(
        id=number,
        path=number,
        format="plain",
        title=entry[".T"],
        lang="en",
        fingerprint=number,
        added=dt.date(2026, 1, 1),
        passages=len(cut),
    )
    return Item(report, cut, prepare.facets(report, _NO_LISTS))


if __name__ == "__main__":
    main(sys.argv[1:])
