"""Which reports can reach a page, and what is shown of each."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Final

import numpy as np

from indexer.engines.matching import Floats
from indexer.engines.ranking import NEXT_PASSAGES, NEXT_WEIGHT
from indexer.engines.scoring import steps
from indexer.engines.shards import Ints, Mask

_SAMPLE: Final = 16


@dataclass(frozen=True, slots=True)
class Scored:
    """The score of every passage; the passages that match, in order, with the report of each; and
    which reports have one."""

    scores: Floats
    passages: Ints
    owners: Ints
    reports: Mask


@dataclass(frozen=True, slots=True)
class Shown:
    """A report on the page: its number, score and best passages."""

    row: int
    score: float
    passages: list[int]


def shown(row: int, scored: Scored, begin: int, end: int, snippets: int) -> Shown:
    """A report of the page with its best passages, which are `begin` to `end` of those found."""
    passages = scored.passages[begin:end]
    scores = scored.scores[passages]
    # A few are sorted faster in Python than handed to NumPy.
    keys = [(-steps(score), i) for i, score in enumerate(scores.tolist())]
    order = [i for _, i in heapq.nsmallest(max(snippets, NEXT_PASSAGES + 1), keys)]
    best = [float(scores[i]) for i in order[: NEXT_PASSAGES + 1]]
    shown = [int(passages[i]) for i in order[:snippets]]
    return Shown(row, best[0] + NEXT_WEIGHT * sum(best[1:]), shown)


def leading(values: Floats, owners: Ints, count: int) -> Ints:
    """At least `count` of the owners of the highest values, or all owners."""
    wanted = 4 * max(1, count)
    while wanted < len(values):
        # A limit from every 16th value is as good, and found in a sixteenth of the time.
        sample = values[:: _SAMPLE if wanted > _SAMPLE else 1]
        size = max(1, wanted * len(sample) // len(values))
        limit = np.partition(sample, len(sample) - size)[len(sample) - size]
        found = distinct(owners[values >= limit])
        if len(found) >= count:
            return found
        wanted *= 8
    return distinct(owners)


def distinct(ordered: Ints) -> Ints:
    """Each of the numbers once; `np.unique` would import masked arrays, for a tenth of a second."""
    return ordered[np.flatnonzero(np.diff(ordered, prepend=-1))]
