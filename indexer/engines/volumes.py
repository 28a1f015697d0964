"""Segments being written: runs of a few thousand passages, which become one with its columns."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from indexer.engines import inverting, joining, segment, whoosh
from indexer.engines.manifest import Part
from indexer.engines.segment import Segment
from indexer.engines.shards import Ints, Mask
from indexer.engines.streams import Collector
from indexer.engines.whoosh import WhooshSegment
from indexer.models import Passage, Report

# A process holds so many passages in memory, which takes about 200 MB.
RUN: Final = 6_000

Item = tuple[Report, tuple[Passage, ...], Mapping[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Written:
    """A finished segment: what the manifest and what Whoosh's table of contents say of it."""

    part: Part
    whoosh: WhooshSegment


class Volume:
    """A segment being written, run by run."""

    def __init__(self, path: Path, run: int) -> None:
        self._path = path
        self._run = run
        self._collector = Collector()
        self._runs: list[Segment] = []
        self.passages = 0

    def add(self, item: Item) -> None:
        """Adds a report with its passages."""
        report, passages, facets = item
        self._collector.begin(report)
        for passage in passages:
            self._collector.add(passage)
        self._collector.end(facets)
        self.passages += len(passages)
        if len(self._collector.passages.numbers) >= self._run:
            self._end_run()

    def finish(self) -> list[Written]:
        """The segment, unless nothing was added."""
        if self._collector.reports.ids:
            self._end_run()
        return [_finished(self._path, self._runs)] if self._runs else []

    def _end_run(self) -> None:
        path = _aside(self._path)
        checksum = segment.write(path, *inverting.arrays(self._collector.streams()))
        self._runs.append(segment.open_segment(path, checksum))
        self._collector = Collector()


def _aside(path: Path) -> Path:
    return path / f"{secrets.token_hex(8)}.run"


def _finished(path: Path, runs: Sequence[Segment]) -> Written:
    """One segment of runs, which are used up."""
    held = runs[0]
    if len(runs) > 1:
        held = _join(path, [(run, np.ones(_reports(run), bool)) for run in runs])
        for run in runs:
            run.path.unlink()
    return _written(path, held)


def joined(path: Path, segments: Sequence[tuple[Segment, Mask]]) -> Written:
    """One segment with the `live` reports of segments."""
    return _written(path, _join(path, segments))


def _join(path: Path, segments: Sequence[tuple[Segment, Mask]]) -> Segment:
    target = _aside(path)
    return segment.open_segment(target, joining.join(target, segments))


def _written(path: Path, held: Segment) -> Written:
    """The Whoosh segment of columns, which get its name."""
    written = whoosh.write_segment(path, held)
    part = Part(whoosh.name_of(written), held.checksum)
    held.path.rename(path / part.file)
    return Written(part, written)


def _reports(held: Segment) -> int:
    return len(held.arrays["report.year"])


def live_reports(part: Part, held: Segment) -> Mask:
    """Which reports of a segment are still there."""
    live = np.ones(_reports(held), bool)
    live[list(part.deleted)] = False
    return live


def passages_of(held: Segment, live: Mask) -> int:
    """How many passages the `live` reports have."""
    counts: Ints = np.diff(held.arrays["report.first"])
    return int(counts[live].sum())
