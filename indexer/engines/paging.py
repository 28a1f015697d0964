"""Which reports can reach a page, and what is shown of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from indexer.engines.matching import Floats, added
from indexer.engines.ranking import NEXT_PASSAGES, NEXT_WEIGHT
from indexer.engines.scoring import STEPS
from indexer.engines.shards import Ints, Mask, beginnings, distinct
from indexer.engines.totals import Scored

_SAMPLE: Final = 16


@dataclass(frozen=True, slots=True)
class Shown:
    """A report on the page: its number, score and best passages."""

    row: int
    score: float
    passages: list[int]


@dataclass(frozen=True, slots=True)
class Grouped:
    """The reports in `rows` with what each is worth, and their passages, best first, report after
    report: those of one are between two of `cuts`."""

    rows: Ints
    worth: Floats
    passages: Ints
    cuts: Ints

    def shown(self, places: Ints, most: int) -> list[Shown]:
        """The reports at some places, in that order, with at most so many passages."""
        begins = self.cuts[places]
        ends = np.minimum(self.cuts[places + 1], begins + most)
        columns = (self.rows[places], self.worth[places], begins, ends)
        return [
            Shown(row, worth, self.passages[begin:end].tolist())
            for row, worth, begin, end in zip(*(c.tolist() for c in columns), strict=True)
        ]


def grouped(scored: Scored, first: Ints, rows: Ints) -> Grouped:
    """Reports with the passages of theirs that match: a report is worth its best passage, and a
    share of each of the next two. `first` is the first passage of each report (and one more)."""
    begins, ends = np.searchsorted(scored.passages, [first[rows], first[rows + 1]])
    cuts = np.append(0, np.cumsum(ends - begins))
    counts = ends - begins
    held = np.arange(cuts[-1]) + np.repeat(begins - cuts[:-1], counts)
    owner = np.repeat(np.arange(len(rows)), counts)
    scores = scored.scores[held]
    order = np.lexsort((-np.rint(scores * STEPS), owner))
    place = np.arange(len(order)) - np.repeat(cuts[:-1], counts)
    weights = np.where(place == 0, 1.0, np.where(place <= NEXT_PASSAGES, NEXT_WEIGHT, 0.0))
    worth = added(owner, len(rows), scores[order] * weights)
    return Grouped(rows, worth, scored.passages[held[order]], cuts)


def candidates(scored: Scored, kept: Mask, count: int) -> Ints:
    """The reports that can be among the first `count`: what a report is worth lies between its
    best passage and that with the most that further passages can add."""
    scores, owners = scored.scores, scored.owners
    inside = kept[owners]
    if not inside.all():
        scores, owners = scores[inside], owners[inside]
    least = _leading(scores, owners, count)
    return distinct(owners[scores >= least / (1 + NEXT_PASSAGES * NEXT_WEIGHT) - 2 / STEPS])


def _leading(scores: Floats, owners: Ints, count: int) -> float:
    """The best score of the report that is at place `count` by that; 0 if there are fewer."""
    count = max(1, count)
    wanted = 4 * count
    while wanted < len(scores):
        # A limit from every 16th score is as good, and found in a sixteenth of the time.
        sample = scores[:: _SAMPLE if wanted > _SAMPLE else 1]
        size = max(1, wanted * len(sample) // len(scores))
        limit = np.partition(sample, len(sample) - size)[len(sample) - size]
        best = _best(scores, owners, limit)
        if len(best) >= count:
            return float(np.partition(best, len(best) - count)[len(best) - count])
        wanted *= 8
    return 0.0


def _best(scores: Floats, owners: Ints, limit: float) -> Floats:
    """The best scores of the reports that have one of at least the limit."""
    high = np.flatnonzero(scores >= limit)
    begins = beginnings(owners[high])
    best: Floats = np.maximum.reduceat(scores[high], begins)
    return best
