"""Filters and facets over all segments: which reports have a value, and how many have each."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.engines.crossing import Axis
from indexer.engines.matching import counted
from indexer.engines.segment import Array
from indexer.engines.shards import Ints, Mask, Shard
from indexer.engines.works import Works
from indexer.fields import FACET_NAMES

# A value that so few of the reports have is counted pair by pair, which is then faster.
BITS_A_PAIR: Final = 64
# A few filters, and what every query favours, are asked for again and again.
_MASKS: Final = 32
# NumPy counts bits since 2.0.
_COUNTS_BITS: Final = hasattr(np, "bitwise_count")


class Facets:
    """The values of reports in every facet: for each facet the names of its values, and
    pairs of a value's number (through all facets) and a report's."""

    def __init__(
        self, names: Mapping[str, Sequence[str]], values: Ints, reports: Ints, works: Works
    ) -> None:
        self._names = [name for held in names.values() for name in held]
        ends = itertools.accumulate(len(held) for held in names.values())
        self._spans = {
            facet: range(end - len(held), end)
            for (facet, held), end in zip(names.items(), ends, strict=True)
        }
        self._numbers = {
            facet: dict(zip(held, self._spans[facet], strict=True)) for facet, held in names.items()
        }
        self._values, self._reports, self._works = values, reports, works
        self._count = count = len(works.group)
        shared = works.translated[reports]
        self._shared_values, self._shared_reports = values[shared], reports[shared]
        self._axes: dict[str, Axis] = {}
        self._remembered = functools.lru_cache(_MASKS)(self._having)
        often = counted(values, len(self._names)) * BITS_A_PAIR >= max(1, count)
        frequent = often & _COUNTS_BITS
        in_bits = frequent[values]
        self._frequent = np.flatnonzero(frequent)
        self._bits = self._rows((np.cumsum(frequent) - 1)[values[in_bits]], reports[in_bits])
        self._rare_values, self._rare_reports = values[~in_bits], reports[~in_bits]

    def _rows(self, rows: Ints, reports: Ints) -> NDArray[np.uint64]:
        """One row of bits for each frequent value, one bit for each report: to count is then to
        add up bits, 64 reports at a time."""
        bits = np.zeros((len(self._frequent), _bytes(self._count)), np.uint8)
        np.bitwise_or.at(bits, (rows, reports >> 3), (1 << (reports & 7)).astype(np.uint8))
        return bits.view(np.uint64)

    def having(self, facet: str, wanted: Iterable[str]) -> Mask:
        """Which reports have at least one of the values of a facet; none in an unknown facet."""
        return self._remembered(facet, frozenset(wanted))

    def _having(self, facet: str, wanted: frozenset[str]) -> Mask:
        numbers = self._numbers.get(facet, {})
        allowed = np.zeros(len(self._names), bool)
        allowed[[numbers[value] for value in wanted if value in numbers]] = True
        having = np.zeros(self._count, bool)
        having[self._reports[allowed[self._values]]] = True
        # It is the same one for everyone who asks.
        having.flags.writeable = False
        return having

    def count(self, facets: Iterable[str], kept: Mask) -> dict[str, dict[str, int]]:
        """How many works have a kept report with each value of some facets, without values that
        none has."""
        counts = self._counts(kept).tolist()
        return {
            facet: {self._names[i]: counts[i] for i in self._spans[facet] if counts[i]}
            for facet in facets
        }

    def axis(self, facet: str) -> Axis:
        """The values of a facet, found by report."""
        if facet not in self._axes:
            span = self._spans[facet]
            inside = (self._values >= span.start) & (self._values < span.stop)
            values, reports = self._values[inside] - span.start, self._reports[inside]
            names = self._names[span.start : span.stop]
            self._axes[facet] = Axis(names, values, reports, self._count)
        return self._axes[facet]

    def _counts(self, kept: Mask) -> Ints:
        counts = counted(self._rare_values[kept.take(self._rare_reports)], len(self._names))
        if len(self._frequent):
            counts[self._frequent] = np.bitwise_count(self._bits & packed(kept)).sum(axis=1)
        if len(self._shared_values):
            counts -= self._works.repeated(
                kept, self._shared_values, self._shared_reports, len(counts)
            )
        return counts


def packed(mask: Mask) -> NDArray[np.uint64]:
    """A mask as bits, filled up with zeros to whole words of 64."""
    filled = np.zeros(_bytes(len(mask)), np.uint8)
    filled[: -(-len(mask) // 8)] = np.packbits(mask, bitorder="little")
    return filled.view(np.uint64)


def _bytes(bits: int) -> int:
    """The bytes of so many bits in whole words of 64."""
    return -(-bits // 64) * 8


def facets(parts: Sequence[Shard], works: Works) -> Facets:
    """The facets of all segments; values are numbered through all of them."""
    numbers: dict[tuple[str, str], int] = {}
    for name in FACET_NAMES:
        for part in parts:
            for value in part.segment.tables[f"facet.{name}"]:
                numbers.setdefault((name, value), len(numbers))
    values: list[Array] = [np.zeros(0, np.int32)]
    reports: list[Array] = [np.zeros(0, np.int32)]
    for name in FACET_NAMES:
        for part in parts:
            held = part.segment.tables[f"facet.{name}"]
            renumbered = np.array([numbers[name, value] for value in held], np.int32)
            values.append(renumbered[part.arrays[f"facet.{name}.value"]])
            reports.append(part.arrays[f"facet.{name}.report"] + np.int32(part.first_report))
    names = {name: [v for facet, v in numbers if facet == name] for name in FACET_NAMES}
    return Facets(names, np.concatenate(values), np.concatenate(reports), works)
