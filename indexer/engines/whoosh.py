"""The default engine: a Whoosh index on disk, and the only file that imports whoosh.

The index is written with Whoosh's own field types over tokens that were cut before, so that any
Whoosh program can open and search it. Each passage is a document; so is each report, with its
metadata as JSON.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from whoosh import fields as schema, index, query, scoring
from whoosh.analysis import RegexTokenizer, SpaceSeparatedTokenizer

from indexer.engines.base import Entry, Found, Match, Matches, Request, entry
from indexer.engines.indexing import tokens
from indexer.engines.marking import marks
from indexer.engines.ranking import Row, Scores, rank
from indexer.errors import EngineError
from indexer.fields import EXACT_WEIGHT, FACET_NAMES, TEXT_FIELDS, TextField, exact
from indexer.generations import link_files
from indexer.models import Passage, Report
from indexer.syntax import Leaf, Phrase, Prefix, Word
from indexer.text import variants

_SEPARATOR: Final = "|"


def _schema() -> schema.Schema:
    stems = schema.TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=False)
    forms = schema.TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=True)
    facet = schema.KEYWORD(analyzer=RegexTokenizer(f"[^{re.escape(_SEPARATOR)}]+"))
    columns: dict[str, Any] = {"report_id": schema.ID(stored=True), "year": schema.NUMERIC(int)}
    for field in TEXT_FIELDS:
        columns |= {field.name: stems, exact(field.name): forms}
    columns |= dict.fromkeys(FACET_NAMES, facet)
    stored = ("report_json", "facets_json", "number", "page", "headings", "text", "passage_lang")
    columns |= {name: schema.STORED() for name in stored}
    return schema.Schema(**columns)


class WhooshEngine:
    """One generation's Whoosh index; its searcher serves one thread at a time."""

    def __init__(self, path: Path) -> None:
        with _converted(path):
            self._index = index.open_dir(str(path))
            self._searcher = self._index.searcher(weighting=scoring.BM25F())
            self._rows = self._load_rows()
        self._by_id = {row.report.id: row for row in self._rows}
        self._lock = threading.Lock()
        self._path = path

    def _load_rows(self) -> list[Row]:
        reports: list[tuple[Report, dict[str, tuple[str, ...]]]] = []
        numbers: dict[str, list[tuple[int, int]]] = {}
        for document, held in self._searcher.reader().iter_docs():
            if "report_json" in held:
                report = msgspec.json.decode(held["report_json"], type=Report)
                facets = msgspec.json.decode(held["facets_json"], type=dict[str, tuple[str, ...]])
                reports.append((report, facets))
            else:
                numbers.setdefault(held["report_id"], []).append((held["number"], document))
        return [
            Row(report, facets, [document for _, document in sorted(numbers.get(report.id, ()))])
            for report, facets in sorted(reports, key=lambda pair: pair[0].id)
        ]

    def search(self, request: Request) -> Matches:
        """The reports that match, by Whoosh's own BM25F for each clause."""
        with self._lock, _converted(self._path):
            ranking = rank(self._rows, request, self._score)
            page = ranking.ranked[request.offset : request.offset + request.limit]
            found = tuple(
                Match(r.row.report, r.score, tuple(self._found(n, request) for n in r.passages))
                for r in page
            )
        return Matches(len(ranking.ranked), found, ranking.facets)

    def entries(self) -> Sequence[Entry]:
        """An entry for every report, ordered by id."""
        return [entry(row.report) for row in self._rows]

    def reports(self) -> Sequence[Report]:
        """Every report, ordered by id."""
        return [row.report for row in self._rows]

    def report(self, report_id: str) -> Report | None:
        """The report with this id."""
        row = self._by_id.get(report_id)
        return row.report if row else None

    def passages(self, report_id: str) -> tuple[Passage, ...]:
        """The passages of a report in order."""
        row = self._by_id.get(report_id)
        with self._lock, _converted(self._path):
            return tuple(map(self._passage, row.passages)) if row else ()

    def passage_count(self) -> int:
        """How many passages there are in all."""
        return sum(len(row.passages) for row in self._rows)

    def close(self) -> None:
        """Closes the index files."""
        self._searcher.close()
        self._index.close()

    def _passage(self, document: int) -> Passage:
        held = self._searcher.reader().stored_fields(document)
        return Passage(
            report_id=held["report_id"],
            number=held["number"],
            page=held.get("page"),
            headings=tuple(held["headings"]),
            text=held["text"],
            lang=held["passage_lang"],
        )

    def _found(self, number: int, request: Request) -> Found:
        passage = self._passage(number)
        return Found(passage, marks(passage, request.clauses))

    def _score(self, leaf: Leaf) -> Scores:
        parts = [part for field in _fields(leaf) for part in _queries(field, leaf)]
        results = self._searcher.search(query.Or(parts), limit=None)
        return dict(results.items())


def _fields(leaf: Leaf) -> Iterator[TextField]:
    return (field for field in TEXT_FIELDS if leaf.field in (None, field.name))


def _queries(field: TextField, leaf: Leaf) -> Iterator[query.Query]:
    forms = exact(field.name)
    match leaf:
        case Word(text):
            for stem in variants(text):
                yield query.Term(field.name, stem, boost=field.weight)
            yield query.Term(forms, text, boost=field.weight * EXACT_WEIGHT)
        case Phrase(words):
            yield query.Phrase(forms, list(words), boost=field.weight)
        case Prefix(text):
            yield query.Prefix(forms, text, boost=field.weight)


class WhooshWriter:
    """A Whoosh index being written in one process."""

    def __init__(self, path: Path, base: Path | None) -> None:
        self._path = path
        with _converted(path):
            if base:
                link_files(base, path)
                self._index = index.open_dir(str(path))
            else:
                self._index = index.create_in(str(path), _schema())
            self._writer = self._index.writer(limitmb=256)

    def add(
        self, report: Report, passages: Iterable[Passage], facets: Mapping[str, Sequence[str]]
    ) -> None:
        """Adds a report as one document, and each of its passages as another."""
        values = {name: _SEPARATOR.join(found) for name, found in facets.items() if found}
        with _converted(self._path):
            self._writer.add_document(
                report_id=report.id,
                report_json=msgspec.json.encode(report),
                facets_json=msgspec.json.encode(facets),
            )
            for passage in passages:
                content = {name: " ".join(t) for name, t in tokens(report, passage).items()}
                self._writer.add_document(
                    report_id=report.id,
                    number=passage.number,
                    page=passage.page,
                    headings=passage.headings,
                    text=passage.text,
                    passage_lang=passage.lang,
                    year=report.year,
                    **content,
                    **values,
                )

    def remove(self, report_id: str) -> None:
        """Removes a report with its passages."""
        with _converted(self._path):
            self._writer.delete_by_term("report_id", report_id)

    def commit(self) -> None:
        """Writes the segment and the table of contents."""
        with _converted(self._path):
            self._writer.commit()
            self._index.close()

    def abandon(self) -> None:
        """Cancels the writer."""
        with _converted(self._path):
            self._writer.cancel()
            self._index.close()


def open_engine(path: Path) -> WhooshEngine:
    """The generation in a folder, open for reading."""
    return WhooshEngine(path)


def open_writer(path: Path, base: Path | None) -> WhooshWriter:
    """A writer for a new generation that begins with the segments of `base`, or empty."""
    return WhooshWriter(path, base)


@contextlib.contextmanager
def _converted(path: Path) -> Iterator[None]:
    """Whatever Whoosh raises, as an EngineError that says where and what to do."""
    try:
        yield
    except EngineError:
        raise
    except Exception as error:
        raise EngineError(
            f"The Whoosh index in {path} failed ({type(error).__name__}: {error}). "
            "Run `indexer build --full`."
        ) from error
