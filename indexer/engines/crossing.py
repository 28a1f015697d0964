"""How many works have each combination of values, over all segments."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from indexer.engines.base import Combinations
from indexer.engines.matching import counted
from indexer.engines.shards import Ints, Mask
from indexer.engines.streams import NO_YEAR
from indexer.engines.works import Works

# So many places are quicker to count in than their codes are to sort.
MOST_COUNTED: Final = 1 << 20


class Axis:
    """The values of `count` reports on one axis, found by report: `names` by a value's number."""

    def __init__(self, names: Sequence[str], values: Ints, reports: Ints, count: int) -> None:
        order = np.argsort(reports, kind="stable")
        self.names = names
        self._values = values[order]
        self._at = np.searchsorted(reports[order], np.arange(count + 1))

    def crossed(self, reports: Ints, codes: Ints) -> tuple[Ints, Ints]:
        """Each report with its code, once for each of its values, which the code then holds."""
        begin = self._at[reports]
        counts = self._at[reports + 1] - begin
        rows = np.repeat(np.arange(len(reports)), counts)
        ends = np.cumsum(counts)
        places = np.arange(len(rows)) - np.repeat(ends - counts, counts) + begin[rows]
        return reports[rows], codes[rows] * len(self.names) + self._values[places]


def year_axis(years: Ints) -> Axis:
    """The years of reports as an axis; a report without a year is not on it."""
    reports = np.flatnonzero(years != NO_YEAR)
    names, values = np.unique(years[reports], return_inverse=True)
    return Axis([str(year) for year in names.tolist()], values, reports, len(years))


def combinations(kept: Mask, axes: Sequence[Axis], works: Works) -> Combinations:
    """How many works have a kept report with each combination of values on the axes."""
    reports = np.flatnonzero(kept)
    codes = np.zeros(len(reports), np.int64)
    for axis in axes:
        reports, codes = axis.crossed(reports, codes)
    sizes = [len(axis.names) for axis in axes]
    assert math.prod(sizes) * len(kept) < 2**62, "a code holds one value of each axis, and a work"
    found, counts = _counted(_once(reports, codes, works), math.prod(sizes))
    numbers = np.unravel_index(found, sizes) if len(found) else [found] * len(axes)
    names = [
        [axis.names[n] for n in column.tolist()] for axis, column in zip(axes, numbers, strict=True)
    ]
    return dict(zip(zip(*names, strict=True), counts.tolist(), strict=True))


def _once(reports: Ints, codes: Ints, works: Works) -> Ints:
    """The codes of reports, each once a work."""
    shared = works.translated[reports]
    if not shared.any():
        return codes
    count = len(works.group)
    pairs = np.unique(codes[shared] * count + works.group[reports[shared]])
    return np.concatenate([codes[~shared], pairs // count])


def _counted(codes: Ints, most: int) -> tuple[Ints, Ints]:
    """Which codes below `most` there are, and how often."""
    if most > MOST_COUNTED:
        return np.unique(codes, return_counts=True)
    counts = counted(codes, most)
    found = np.flatnonzero(counts)
    return found, counts[found]
