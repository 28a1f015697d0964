"""Reports and their passages as flat arrays in the order in which they were added."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from indexer.engines.base import entry
from indexer.fields import FACET_NAMES, TEXT_NAMES
from indexer.models import Passage, Report
from indexer.text import fold, folded, pieces

NO_PAGE: Final = -1
NO_YEAR: Final = -(2**31)
FIELDS: Final = len(TEXT_NAMES)

Ints = NDArray[np.int64]


@dataclass(slots=True)
class Reports:
    """Columns with one value for each report; `passages` counts those of each."""

    ids: list[bytes] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    entries: list[bytes] = field(default_factory=list)
    titles: list[bytes] = field(default_factory=list)
    originals: list[bytes] = field(default_factory=list)
    langs: list[str] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    passages: list[int] = field(default_factory=list)
    facets: list[Mapping[str, Sequence[str]]] = field(default_factory=list)


@dataclass(slots=True)
class Passages:
    """Columns with one value for each passage."""

    numbers: list[int] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    langs: list[str] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)
    headings: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class Streams:
    """Everything that a segment is made of.

    `tokens` are numbers of `forms`, passage by passage and field by field; `lengths` (passages x
    fields) counts them. `starts` and `sizes` (characters) say where the body's words stand.
    """

    reports: Reports
    passages: Passages
    forms: list[str]
    tokens: Ints
    lengths: Ints
    starts: Ints
    sizes: Ints


class _Raws(dict[str, int]):
    """A number for each word as typed, with what it is folded to; a word is folded only once."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.forms = array("q")
        self.shifts = array("q")
        self.sizes = array("q")
        self.blanks: set[int] = set()
        self.names: list[bytes] = []

    def __missing__(self, raw: str) -> int:
        word = folded(raw)
        number = self[raw] = len(self)
        if not word.text:
            self.blanks.add(number)
        self.forms.append(self.numbers.setdefault(word.text, len(self.numbers)))
        self.names.append(word.text.encode())
        self.shifts.append(word.start)
        self.sizes.append(word.end - word.start)
        return number


@dataclass(frozen=True, slots=True)
class Cut:
    """The words of a text: their numbers, and where each begins as typed."""

    numbers: list[int]
    starts: list[int]
    _names: list[bytes]

    @property
    def forms(self) -> Iterator[bytes]:
        """The words, folded."""
        return map(self._names.__getitem__, self.numbers)


class Collector:
    """Streams being collected, report by report."""

    def __init__(self) -> None:
        self.reports = Reports()
        self.passages = Passages()
        self._raws = _Raws()
        self._tokens = array("q")
        self._lengths = array("q")
        self._body = array("q")
        self._starts = array("q")

    def begin(self, report: Report) -> tuple[Cut, Cut]:
        """Begins a report; the words of its title and of its summary."""
        self._report = report
        self._count = 0
        self._title = self._cut(report.title)
        self._summary = self._cut(report.summary or "")
        return self._title, self._summary

    def add(self, passage: Passage) -> tuple[Cut, Cut]:
        """Adds a passage of the report; the words of its headings and of its text."""
        heading = self._cut(" ".join(passage.headings))
        body = self._cut(passage.text)
        # In the order of TEXT_FIELDS.
        for cut in (self._title, heading, self._summary, body):
            self._tokens.extend(cut.numbers)
            self._lengths.append(len(cut.numbers))
        self._body.extend(body.numbers)
        self._starts.extend(body.starts)
        self._add_passage(passage)
        self._count += 1
        return heading, body

    def end(self, facets: Mapping[str, Sequence[str]]) -> None:
        """Ends the report, with the facet values to count it under."""
        self._add_report(self._report, self._count, facets)

    def _cut(self, text: str) -> Cut:
        found, starts = pieces(text)
        numbers = list(map(self._raws.__getitem__, found))
        if self._raws.blanks and not self._raws.blanks.isdisjoint(numbers):
            words = [i for i, number in enumerate(numbers) if number not in self._raws.blanks]
            numbers, starts = [numbers[i] for i in words], [starts[i] for i in words]
        return Cut(numbers, starts, self._raws.names)

    def _add_passage(self, passage: Passage) -> None:
        columns = self.passages
        columns.numbers.append(passage.number)
        columns.pages.append(NO_PAGE if passage.page is None else passage.page)
        columns.langs.append(passage.lang)
        columns.texts.append(passage.text.encode())
        columns.headings.append(msgspec.json.encode(passage.headings))

    def _add_report(self, report: Report, count: int, facets: Mapping[str, Sequence[str]]) -> None:
        columns = self.reports
        columns.ids.append(report.id.encode())
        columns.contents.append(msgspec.json.encode(report))
        columns.entries.append(msgspec.json.encode(entry(report)))
        columns.titles.append(fold(report.title).encode())
        columns.originals.append((report.translation_of or "").encode())
        columns.langs.append(report.lang)
        columns.years.append(NO_YEAR if report.year is None else report.year)
        columns.passages.append(count)
        columns.facets.append({name: tuple(facets.get(name, ())) for name in FACET_NAMES})

    def streams(self) -> Streams:
        """What has been collected."""
        forms, shifts, sizes = map(_ints, (self._raws.forms, self._raws.shifts, self._raws.sizes))
        body = _ints(self._body)
        return Streams(
            self.reports,
            self.passages,
            list(self._raws.numbers),
            forms[_ints(self._tokens)],
            _ints(self._lengths).reshape(-1, FIELDS),
            _ints(self._starts) + shifts[body],
            sizes[body],
        )


def _ints(values: array[int]) -> Ints:
    return np.frombuffer(values, np.int64) if values else np.zeros(0, np.int64)
