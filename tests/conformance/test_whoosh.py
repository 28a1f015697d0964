"""A segment that is written from columns reads as one that Whoosh writes from the texts."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from whoosh import fields, index
from whoosh.analysis import LowercaseFilter, RegexTokenizer

from indexer import engines
from indexer.fields import TEXT_NAMES
from tests.conformance.test_engines import report

# More documents than a block of postings holds, with words of every rarity, and longer texts than
# places are encoded ahead for.
CORPUS = [
    report(
        f"r{number:03}",
        f"title{number % 9}",
        *(f"street{number % 7}: lamp{' lamp' * (number % 3)} only{number} x{n}" for n in range(2)),
        summary=f"summary of {number % 20}",
        year=2000 + number % 5 if number % 6 else None,
    )
    for number in range(300)
] + [report("long", "Long", " ".join(f"w{n % 1100}" for n in range(2_500)))]


def ours(path: Path) -> Path:
    path.mkdir()
    writer = engines.open_writer("whoosh", path)
    for told, passages in CORPUS:
        writer.add(told, passages, {"sector": (f"s{told.year}", "all"), "type": ("é à",)})
    writer.commit()
    return path


def stock(path: Path) -> Path:
    path.mkdir()
    text = fields.TEXT(analyzer=RegexTokenizer() | LowercaseFilter())
    facet = fields.KEYWORD(commas=True)
    schema = fields.Schema(
        **dict.fromkeys(TEXT_NAMES, text),
        report_id=fields.ID,
        year=fields.NUMERIC(int, shift_step=0),
        sector=facet,
        type=facet,
    )
    writer = index.create_in(str(path), schema).writer()
    for told, passages in CORPUS:
        known: dict[str, Any] = {"report_id": told.id, "year": told.year, "type": "é à"}
        known["sector"] = f"s{told.year},all"
        writer.add_document(title=told.title, summary=told.summary, **known)
        for passage in passages:
            writer.add_document(heading=passage.heading, body=passage.text, **known)
    writer.commit()
    return path


def held(path: Path) -> list[object]:
    """The terms with their statistics and postings, and the lengths of the documents' fields."""
    with contextlib.closing(index.open_dir(str(path))) as opened, opened.reader() as reader:
        terms = [
            (field, term, statistics(reader.term_info(field, term)), postings(reader, field, term))
            for field, term in reader.all_terms()
        ]
        documents = range(reader.doc_count_all())
        lengths = [[reader.doc_field_length(n, name) for n in documents] for name in TEXT_NAMES]
        return [terms, lengths, [reader.field_length(name) for name in TEXT_NAMES]]


def statistics(term: Any) -> tuple[float, ...]:
    names = ("weight", "doc_frequency", "min_length", "max_length", "max_weight", "min_id")
    return tuple(getattr(term, name)() for name in (*names, "max_id"))


def postings(reader: Any, field: str, term: bytes) -> list[tuple[int, float, list[int]]]:
    matcher = reader.postings(field, term)
    found = []
    while matcher.is_active():
        places = matcher.value_as("positions") if field in TEXT_NAMES else []
        found.append((matcher.id(), matcher.weight(), list(places)))
        matcher.next()
    return found


def test_terms_statistics_and_postings_are_those_that_whoosh_writes(tmp_path: Path) -> None:
    assert held(ours(tmp_path / "ours")) == held(stock(tmp_path / "stock"))
