"""Filters and facets over all segments: which reports have a value, and how many have each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.engines.segment import Array
from indexer.engines.shards import Ints, Mask, Shard
from indexer.fields import FACET_NAMES


@dataclass(frozen=True, slots=True)
class FacetColumn:
    """The values of all reports in one facet: pairs of a value's number and a report's."""

    names: tuple[str, ...]
    numbers: Mapping[str, int]
    values: Ints
    reports: Ints

    def having(self, wanted: Iterable[str], count: int) -> Mask:
        """Which of `count` reports have at least one of the values."""
        allowed = np.zeros(len(self.names), bool)
        allowed[[self.numbers[value] for value in wanted if value in self.numbers]] = True
        having = np.zeros(count, bool)
        having[self.reports[allowed[self.values]]] = True
        return having

    def count(self, kept: Mask) -> dict[str, int]:
        """How many of the kept reports have each value, without values that none has."""
        counts = np.bincount(self.values[kept[self.reports]], minlength=len(self.names))
        return {self.names[i]: n for i, n in enumerate(counts.tolist()) if n}


def facet_columns(parts: Sequence[Shard]) -> dict[str, FacetColumn]:
    """The facet columns of all segments, by facet; values are numbered through all of them."""
    return {name: _column(name, parts) for name in FACET_NAMES}


def _column(name: str, parts: Sequence[Shard]) -> FacetColumn:
    numbers: dict[str, int] = {}
    values: list[Array] = [np.zeros(0, np.int64)]
    reports: list[Array] = [np.zeros(0, np.int64)]
    for part in parts:
        names = part.segment.tables[f"facet.{name}"]
        renumbered = np.array([numbers.setdefault(n, len(numbers)) for n in names], np.int64)
        codes = part.arrays[f"facet.{name}.value"]
        values.append(renumbered[codes] if len(codes) else codes)
        reports.append(part.arrays[f"facet.{name}.report"] + np.int64(part.first_report))
    joined = (np.concatenate(arrays).astype(np.int64) for arrays in (values, reports))
    return FacetColumn(tuple(numbers), numbers, *joined)
