"""Which works come first, told from the best passages of all, as far down as they were looked at.

A report is worth its best passage and a share of the next ones (ranking.py), and what was not seen
yet is worth no more than the last that was. So what each report is worth at least and at most is
known long before every passage was seen.
"""

from __future__ import annotations

import functools
import heapq
import threading
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from indexer.engines.ranking import NEXT_PASSAGES, newest, worth
from indexer.engines.scoring import steps

_COUNTED: Final = 1 + NEXT_PASSAGES
# The cluster adds the same numbers up in another order when it is asked for other passages.
_NOISE: Final = 1e-5


@dataclass(slots=True)
class _Standing:
    """A report by its passages seen so far: their scores, best first; `exact` is what it is worth
    once that is known."""

    report: str
    work: str
    year: int
    scores: list[float] = field(default_factory=list)
    exact: float | None = None

    @property
    def least(self) -> float:
        """What it is worth at least."""
        return worth(self.scores) if self.exact is None else self.exact

    def most(self, unseen: float) -> float:
        """What it is worth at most, when what was not seen is worth so much at most."""
        if self.exact is not None:
            return self.exact
        return worth([*self.scores, *[unseen] * (_COUNTED - len(self.scores))])


class Standings:
    """The reports of one search by the passages seen so far; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.seen = 0
        # What the best passage of all is worth.
        self.greatest = 0.0
        # The place of the last passage that was seen, and whether it was the last of all.
        self.last: Sequence[Any] | None = None
        self.whole = False
        self._unseen = 0.0
        self._standings: dict[str, _Standing] = {}

    def see(
        self, places: Sequence[Sequence[Any]], whole: bool, after: Sequence[Any] | None = None
    ) -> None:
        """Adds the next passages after the last: the score, the work, the report, its year (0
        without one) and the number of each. Nothing, when another thread was sooner."""
        with self._lock:
            if after == self.last and not self.whole:
                self._see(places, whole)

    def _see(self, places: Sequence[Sequence[Any]], whole: bool) -> None:
        for score, work, report, year, _ in places:
            standing = self._standings.get(report) or _Standing(report, work, year)
            self._standings[report] = standing
            standing.scores.append(score)
            if len(standing.scores) == _COUNTED:
                self.settle(report, worth(standing.scores))
        if places:
            self.greatest = self.greatest or places[0][0]
            self.last = places[-1]
            self.seen += len(places)
            self._unseen = places[-1][0]
        if whole:
            self.whole = True
            self._unseen = 0.0
            for standing in self._standings.values():
                self.settle(standing.report, standing.least)

    def settle(self, report: str, exact: float) -> None:
        """Tells what a report is worth, from all its passages."""
        with self._lock:
            standing = self._standings.get(report)
            if standing is not None and standing.exact is None:
                standing.exact = exact

    def contenders(self, count: int) -> list[str] | None:
        """The works among which the first so many are; None while more passages have to be seen."""
        with self._lock:
            return self._final[:count] if self.whole else self._contenders(count)

    def _contenders(self, count: int) -> list[str] | None:
        least = _best_of_works((each.work, each.least) for each in self._standings.values())
        if len(least) < count:
            return None
        bar = heapq.nlargest(count, least.values())[-1] * (1 - _NOISE)
        if worth([self._unseen] * _COUNTED) >= bar:
            return None
        standings = self._standings.values()
        most = _best_of_works((each.work, each.most(self._unseen)) for each in standings)
        return [work for work, value in most.items() if value >= bar]

    def unsettled(self, works: Collection[str]) -> list[str]:
        """Those of some works of which is not known what they are worth."""
        return [*dict.fromkeys(each.work for each in self._of(works) if each.exact is None)]

    def ordered(self, works: Collection[str]) -> list[str]:
        """Some works in the order of the report of each that is worth most."""
        return [*dict.fromkeys(each.work for each in sorted(self._of(works), key=_order))]

    def _of(self, works: Collection[str]) -> list[_Standing]:
        among = frozenset(works)
        with self._lock:
            return [each for each in self._standings.values() if each.work in among]

    @functools.cached_property
    def _final(self) -> list[str]:
        return self.ordered({each.work for each in self._standings.values()})


def _order(standing: _Standing) -> tuple[object, ...]:
    return (-steps(standing.least), *newest(standing.year, standing.report))


def _best_of_works(values: Iterable[tuple[str, float]]) -> dict[str, float]:
    best: dict[str, float] = {}
    for work, value in values:
        best[work] = max(value, best.get(work, 0.0))
    return best
