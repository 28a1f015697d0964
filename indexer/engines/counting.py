"""Filters and facets over all segments: which reports have a value, and how many have each."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.engines.crossing import Axis
from indexer.engines.segment import Array
from indexer.engines.shards import Ints, Mask, Shard
from indexer.engines.works import Works
from indexer.fields import FACET_NAMES

# Up to so many bits, which reports have a value is kept as one bit for each pair of both.
_MOST_BITS: Final = 1 << 26
_COUNTS_BITS: Final = hasattr(np, "bitwise_count")


class FacetColumn:
    """The values of reports in one facet: pairs of a value's number and a report's."""

    def __init__(
        self, numbers: Mapping[str, int], values: Ints, reports: Ints, works: Works
    ) -> None:
        self._numbers = numbers
        self._names = tuple(numbers)
        self._values = values
        self._reports = reports
        self._works = works
        self._count = len(works.group)
        shared = works.translated[reports]
        self._shared_values, self._shared_reports = values[shared], reports[shared]

    def having(self, wanted: Iterable[str]) -> Mask:
        """Which reports have at least one of the values."""
        allowed = np.zeros(len(self._names), bool)
        allowed[[self._numbers[value] for value in wanted if value in self._numbers]] = True
        having = np.zeros(self._count, bool)
        having[self._reports[allowed[self._values]]] = True
        return having

    def count(self, kept: Mask, kept_bits: NDArray[np.uint64]) -> dict[str, int]:
        """How many works have a kept report with each value, without values that none has.

        `kept_bits` are those of `kept`, which many facets count over.
        """
        bits = self._bits
        if bits is None:
            values = self._values[kept[self._reports]]
            counts = np.bincount(values, minlength=len(self._names))
        else:
            counts = np.bitwise_count(bits & kept_bits).sum(axis=1, dtype=np.int64)
        if len(self._shared_values):
            counts -= self._works.repeated(
                kept, self._shared_values, self._shared_reports, len(counts)
            )
        return {self._names[i]: n for i, n in enumerate(counts.tolist()) if n}

    @functools.cached_property
    def axis(self) -> Axis:
        """The same values, found by report."""
        return Axis(self._names, self._values, self._reports, self._count)

    @functools.cached_property
    def _bits(self) -> NDArray[np.uint64] | None:
        """One row of bits for each value, one bit for each report: to count is then to add up
        bits, 64 reports at a time. None where that would take too much memory."""
        if not _COUNTS_BITS or len(self._names) * self._count > _MOST_BITS:
            return None
        has = np.zeros((len(self._names), self._count), bool)
        has[self._values, self._reports] = True
        return packed(has)


def packed(mask: Mask) -> NDArray[np.uint64]:
    """The last axis as bits, filled up with zeros to whole words of 64."""
    size = -(-mask.shape[-1] // 64) * 8
    filled = np.zeros((*mask.shape[:-1], size), np.uint8)
    filled[..., : -(-mask.shape[-1] // 8)] = np.packbits(mask, axis=-1)
    return filled.view(np.uint64)


def facet_columns(parts: Sequence[Shard], works: Works) -> dict[str, FacetColumn]:
    """The facet columns of all segments, by facet; values are numbered through all of them."""
    return {name: _column(name, parts, works) for name in FACET_NAMES}


def _column(name: str, parts: Sequence[Shard], works: Works) -> FacetColumn:
    numbers: dict[str, int] = {}
    values: list[Array] = [np.zeros(0, np.int64)]
    reports: list[Array] = [np.zeros(0, np.int64)]
    for part in parts:
        names = part.segment.tables[f"facet.{name}"]
        renumbered = np.array([numbers.setdefault(n, len(numbers)) for n in names], np.int64)
        codes = part.arrays[f"facet.{name}.value"]
        values.append(renumbered[codes] if len(codes) else codes)
        reports.append(part.arrays[f"facet.{name}.report"] + np.int64(part.first_report))
    joined = [np.concatenate(arrays).astype(np.int64) for arrays in (values, reports)]
    return FacetColumn(numbers, joined[0], joined[1], works)
