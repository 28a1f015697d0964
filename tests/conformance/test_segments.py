"""Segments stay few, work stays bounded, and so does memory, however and how often one builds."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, strategies as st

from indexer.engines import compacting, segment, taking, terms, volumes
from indexer.engines.compacting import FANOUT, MOST_REWRITTEN, SMALLEST, groups
from indexer.engines.segment import Segment
from indexer.engines.volumes import Item, Volume, Written
from tests.conformance.test_engines import report

sizes = st.lists(st.integers(0, 3 * MOST_REWRITTEN), max_size=60)


@given(sizes, st.data())
def test_a_build_writes_a_bounded_number_of_passages_again(
    live: list[int], data: st.DataObject
) -> None:
    held = [size + data.draw(st.integers(0, size)) for size in live]
    found = groups(live, held)
    rewritten = [number for group in found for number in group]
    assert len(rewritten) == len(set(rewritten))
    assert sum(live[number] for number in rewritten) <= MOST_REWRITTEN
    alone = [group[0] for group in found if len(group) == 1]
    assert all(live[n] < (1 - compacting.MOST_GONE) * held[n] for n in alone)


def built_often(passages: int, times: int) -> tuple[list[int], int]:
    """The segments after so many builds of so many passages, and how many were written again."""
    live: list[int] = []
    rewritten = 0
    for _ in range(times):
        live.append(passages)
        for group in groups(live, live):
            rewritten += sum(live[number] for number in group)
            joined = sum(live[number] for number in group)
            live = [size for n, size in enumerate(live) if n not in group] + [joined]
    return live, rewritten


@pytest.mark.parametrize("passages", [1, 7, 50])
def test_many_small_builds_leave_few_segments_and_write_each_passage_a_few_times(
    passages: int,
) -> None:
    live, rewritten = built_often(passages, 2_000)
    assert sum(live) == 2_000 * passages
    largest = sum(size >= MOST_REWRITTEN // FANOUT for size in live)
    assert largest <= 2_000 * passages / (MOST_REWRITTEN / FANOUT)
    tiers = np.log(MOST_REWRITTEN / SMALLEST) / np.log(FANOUT) + 1
    assert len(live) - largest <= (FANOUT - 1) * tiers
    # A few times in the first tier, where that is little work; then once for each tier.
    assert rewritten <= 2_000 * passages * (tiers + SMALLEST / FANOUT)


def test_a_large_segment_is_left_alone_whatever_comes_beside_it() -> None:
    live = [100_000, *[10] * (FANOUT - 1)]
    assert groups(live, live) == []
    assert groups([*live, 10], [*live, 10]) == [[1, 2, 3, 4]]


def items(count: int) -> Sequence[Item]:
    """Reports of words that are all about as frequent, and as many whatever the count."""
    found = []
    for number in range(count):
        texts = [" ".join(f"w{(number * 7 + n * m) % 499}" for n in range(60)) for m in (1, 2, 3)]
        told, passages = report(f"r{number:05}", f"w{number % 499}", *texts)
        found.append((told, passages, {"sector": ("youth",)}))
    return found


def opened(path: Path, written: Written) -> Segment:
    return segment.open_segment(path / written.part.file, written.part.checksum)


def peak(path: Path, given: Sequence[Item]) -> int:
    """The most bytes that writing a segment holds at a time."""
    path.mkdir()
    volume = Volume(path, volumes.RUN)
    tracemalloc.start()
    for item in given:
        volume.add(item)
    (written,) = volume.finish()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(
        segment.open_segment(path / written.part.file, written.part.checksum).texts("report.id")
    ) == len(given)
    return most


def test_memory_does_not_grow_with_what_is_written(tmp_path: Path) -> None:
    with (
        mock.patch.multiple(volumes, RUN=100),
        mock.patch.multiple(terms, POSTINGS=500),
        mock.patch.multiple(taking, REPORTS=16),
        mock.patch.multiple(segment, _BLOCK=1 << 14),
    ):
        peak(tmp_path / "first", items(10))
        few, many = (peak(tmp_path / str(n), items(n)) for n in (200, 800))
    # What does grow are a few numbers for each report and passage.
    assert many < 1.5 * few


def test_joined_columns_are_those_of_one_run(tmp_path: Path) -> None:
    given = items(60)
    alone, joined = (Volume(tmp_path, run) for run in (1_000, 7))
    for volume in (alone, joined):
        for item in given:
            volume.add(item)
    one, other = (opened(tmp_path, volume.finish()[0]) for volume in (alone, joined))
    assert dict(one.tables) == dict(other.tables)
    assert set(one.arrays) == set(other.arrays)
    for name, array in one.arrays.items():
        np.testing.assert_array_equal(other.arrays[name], array, name)
