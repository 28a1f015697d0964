"""What a Whoosh index keeps of each word: its documents, and its places in each, from columns.

Its documents stand in the order of the columns, a report before its passages. Titles and
summaries are those of the report, headings and bodies those of a passage.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np

from indexer.engines.inverting import facet_values
from indexer.engines.segment import Array, Segment
from indexer.engines.shards import Ints, Mask
from indexer.engines.streams import NO_PAGE, NO_YEAR
from indexer.engines.terms import ragged, ranges
from indexer.fields import TEXT_NAMES

OF_REPORT: Final = ("title", "summary")
OF_PASSAGE: Final = ("heading", "body")
# After so many reports, what was read of a segment is given back.
_FORGET: Final = 256


@dataclass(frozen=True, slots=True)
class Words:
    """The postings of some terms in a field: `terms` are the numbers of the terms and `at` where
    the postings of each begin; each has a document, the length of the field there, and `counts`
    places, one after the other in `places`."""

    terms: Sequence[int]
    at: Sequence[int]
    documents: Ints
    lengths: Array
    counts: Ints
    places: Ints


class Documents:
    """The reports and passages of a segment as documents."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self._held = segment.arrays
        self._ids = segment.texts("report.id")
        self._texts = segment.texts("passage.text")
        self._headings = segment.texts("passage.headings")
        self._langs = segment.tables["langs"]
        first = self._held["report.first"]
        counts = np.diff(first)
        self.count = len(counts) + int(first[-1])
        self._report = np.repeat(np.arange(len(counts)), counts)
        self._is_first = np.zeros(len(self._report), bool)
        self._is_first[first[:-1][counts > 0]] = True
        self._lengths = self._held["passage.lengths"].astype(np.int64)
        # A field begins one place after the end of the former one.
        self._begins = np.cumsum(self._lengths + 1, axis=1) - self._lengths - 1

    def values(self, field: str) -> Iterator[tuple[str | int, Sequence[int]]]:
        """The values of a facet, the years, or the ids, in order, with the reports of each."""
        if field == "report_id":
            names = [name.decode() for name in self.segment.texts("report.id")]
            yield from sorted((name, (row,)) for row, name in enumerate(names))
        elif field == "year":
            years = self._held["report.year"]
            for year in np.unique(years[years != NO_YEAR]).tolist():
                yield year, np.flatnonzero(years == year).tolist()
        else:
            codes = self._held[f"facet.{field}.value"]
            for code, value in enumerate(self.segment.tables[f"facet.{field}"]):
                rows = self._held[f"facet.{field}.report"][codes == code]
                yield value, rows.tolist()

    def stored(self) -> Iterator[tuple[dict[str, Any], dict[str, int]]]:
        """What is stored of each document, and how long its texts are."""
        lengths = self._held["passage.lengths"]
        contents = self.segment.texts("report.content")
        for row, facets in enumerate(facet_values(self.segment)):
            known = {"report_id": self._ids[row].decode()}
            told = {"report_json": contents[row], "facets_json": msgspec.json.encode(facets)}
            first, last = self._held["report.first"][row : row + 2].tolist()
            yield known | told, _named(lengths[first], OF_REPORT) if last > first else {}
            for passage in range(first, last):
                yield known | self._passage(passage), _named(lengths[passage], OF_PASSAGE)
            if row % _FORGET == 0:
                self.segment.forget()

    def _passage(self, number: int) -> dict[str, Any]:
        page = self._held["passage.page"][number].item()
        return {
            "number": self._held["passage.number"][number].item(),
            "page": None if page == NO_PAGE else page,
            "headings": msgspec.json.decode(self._headings[number], type=tuple[str, ...]),
            "text": self._texts[number].decode(),
            "passage_lang": self._langs[self._held["passage.lang"][number]],
        }

    def words(self, field: str) -> Iterator[Words]:
        """The postings of a field, in the order of the terms, some of them at a time."""
        number = TEXT_NAMES.index(field)
        for first, last in ranges(self._held["form.at"]):
            at = self._held["form.at"][first : last + 1]
            rows = slice(int(at[0]), int(at[-1]))
            has = self._having(rows, number)
            if has.any():
                term = np.repeat(np.arange(first, last), np.diff(at))[has]
                yield self._words(number, term, rows, has)
            self.segment.forget()

    def _having(self, rows: slice, number: int) -> Mask:
        has: Mask = (self._held["form.fields"][rows] & (1 << number)) != 0
        if TEXT_NAMES[number] in OF_REPORT:
            has &= self._is_first[self._held["form.passages"][rows]]
        return has

    def _words(self, number: int, term: Ints, rows: slice, has: Mask) -> Words:
        passages = self._held["form.passages"][rows][has]
        at = self._held["form.positions_at"][rows.start : rows.stop + 1].astype(np.int64)
        counts = np.diff(at)[has]
        positions = self._held["form.positions"][ragged(at[:-1][has], counts)].astype(np.int64)
        row = np.repeat(np.arange(len(passages)), counts)
        places = positions - self._begins[passages, number][row]
        lengths = self._lengths[passages, number]
        inside = (places >= 0) & (places < lengths[row])
        begins = np.flatnonzero(np.diff(term, prepend=-1))
        return Words(
            term[begins].tolist(),
            [*begins.tolist(), len(term)],
            self._documents(passages, TEXT_NAMES[number]),
            lengths,
            np.bincount(row[inside], minlength=len(passages)),
            places[inside],
        )

    def _documents(self, passages: Array, field: str) -> Ints:
        # The first passage of a report comes right after it.
        own = passages + self._report[passages] + 1
        documents: Ints = own - 1 if field in OF_REPORT else own
        return documents


def documents_of(segment: Segment, report: int) -> range:
    """The documents of a report and its passages."""
    first, last = segment.arrays["report.first"][report : report + 2].tolist()
    return range(first + report, last + report + 1)


def _named(lengths: Array, names: Sequence[str]) -> dict[str, int]:
    return {name: int(lengths[TEXT_NAMES.index(name)]) for name in names}
