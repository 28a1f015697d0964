"""What every engine promises: it holds reports with their passages, and answers a Request.

An engine holds no policy: what a query means, which values a sector includes, what a snippet
shows and what things are called is decided above it, so that two engines cannot disagree.

Where a cluster answers, three things are so only within bounds, and the same everywhere else.
Scores are 32-bit floats. In the order of relevance, works come in stretches of 20 by their best
passage; the next passages of a report order it within its stretch, and never beyond. A beginning of
more than 500 words (`co*`) is worth the same in each passage that has one of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from indexer.models import Passage, Report
from indexer.syntax import Clause


@dataclass(frozen=True, slots=True)
class Favour:
    """What makes a report that is found anyway rank higher: one of some `values` of a facet; its
    scores grow by the share `weight`."""

    facet: str
    values: frozenset[str]
    weight: float


@dataclass(frozen=True, slots=True)
class Feedback:
    """What passages have in common with those that were found first ranks them higher: `terms` are
    taken from the best passage of each of so many `reports`, and count `weight` beside the words
    that were asked for."""

    reports: int
    terms: int
    weight: float


@dataclass(frozen=True, slots=True)
class Request:
    """What an engine is asked: clauses to match, and which reports to keep and count.

    `filters` maps a facet to the values of which a report must have one; `facets` are the names
    to count; `snippets` is how many passages to show of each match: the best, a list of sources
    only where nothing else matched. `sort` is an order of a query, or `added`: what was added last
    comes first. `lang` is the language in which to show a work that was translated; without one it
    is shown as it matched best. Favours and feedback only order what is found.
    """

    clauses: tuple[Clause, ...] = ()
    filters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    year_from: int | None = None
    year_to: int | None = None
    facets: tuple[str, ...] = ()
    sort: str = "relevance"
    offset: int = 0
    limit: int = 10
    snippets: int = 2
    lang: str | None = None
    favours: tuple[Favour, ...] = ()
    feedback: Feedback | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that matched; `marks` are the (start, end) of the words in its text that were
    asked for, in order."""

    passage: Passage
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A report that matched, with its best passages, best first; its score is the best of those
    of its translations that matched."""

    report: Report
    score: float
    passages: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a build and a catalogue must know of every report, without reading all of it."""

    id: str
    path: str
    fingerprint: str
    added: dt.date
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matches:
    """What an engine answers: the total of works, one page of them, and the facet counts.

    A report and its translations are one work: they count once, and one of them is shown.
    """

    total: int
    page: tuple[Match, ...]
    facets: Mapping[str, Mapping[str, int]]


# One value for each axis -> how many reports have them all.
Combinations = Mapping[tuple[str, ...], int]


def entry(report: Report) -> Entry:
    """The entry of a report in the ledger."""
    return Entry(report.id, report.path, report.fingerprint, report.added, report.aliases)


class Engine(Protocol):
    """One published generation, open for reading; safe to use from several threads."""

    def search(self, request: Request) -> Matches:
        """The reports that match, for the catalogue."""

    def combinations(self, request: Request, axes: Sequence[str]) -> Combinations:
        """How many of the works that match have each combination of values; an axis is a facet,
        or `year`. A work counts once for each combination that it has, and not at all where it
        has no value on an axis."""

    def entries(self) -> Sequence[Entry]:
        """An entry for every report, ordered by id: the ledger that a build plans from."""

    def reports(self) -> Sequence[Report]:
        """Every report, ordered by id."""

    def report(self, report_id: str) -> Report | None:
        """The report with this id."""

    def translations(self, report_id: str) -> tuple[Report, ...]:
        """The other reports of the same work, ordered by id; empty when there is no such report."""

    def passages(self, report_id: str) -> tuple[Passage, ...]:
        """The passages of a report in order; empty when there is no such report."""

    def report_count(self) -> int:
        """How many reports there are."""

    def passage_count(self) -> int:
        """How many passages there are in all."""

    def forms(self, lang: str) -> Mapping[str, int]:
        """The folded words of the passages in a language, sorted, and in how many each stands."""

    def close(self) -> None:
        """Gives back files and memory; the engine answers nothing afterwards."""


class Writer(Protocol):
    """A generation being written; nothing is visible before `commit`."""

    def add(
        self, report: Report, passages: Iterable[Passage], facets: Mapping[str, Sequence[str]]
    ) -> None:
        """Adds a report that is not there yet, with the facet values to count it under."""

    def remove(self, report_id: str) -> None:
        """Removes a report with its passages."""

    def commit(self) -> None:
        """Writes everything to the generation's folder; the writer is done."""

    def abandon(self) -> None:
        """Gives back everything without writing; the writer is done."""
