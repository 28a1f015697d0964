"""What is taken from a segment for another: the reports that stay, and their new numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from indexer.engines.segment import Output, Segment
from indexer.engines.shards import Mask

# Reports that are copied at a time.
REPORTS: Final = 256


class Source:
    """A segment to take from: which of its reports and passages stay, and their new numbers."""

    def __init__(self, segment: Segment, live: Mask, report: int, passage: int) -> None:
        held = segment.arrays
        self.segment = segment
        self.held = held
        self.live_reports = live
        self.live = np.repeat(live, np.diff(held["report.first"]))
        self.reports = report + np.cumsum(live) - 1
        self.passages = (passage + np.cumsum(self.live) - 1).astype(np.int32)

    def runs(self) -> Iterator[tuple[int, int]]:
        """The first and one past the last of some reports that stay and follow each other."""
        edges = np.flatnonzero(np.diff(self.live_reports, prepend=False, append=False))
        for first, last in edges.reshape(-1, 2).tolist():
            for start in range(first, last, REPORTS):
                yield start, min(start + REPORTS, last)


def sources_of(segments: Sequence[tuple[Segment, Mask]]) -> list[Source]:
    """Segments as sources of one, in order, with the reports that are `live`."""
    sources: list[Source] = []
    report = passage = 0
    for segment, live in segments:
        sources.append(Source(segment, live, report, passage))
        report += int(np.count_nonzero(live))
        passage += int(np.count_nonzero(sources[-1].live))
    return sources


def begin(output: Output, sources: Sequence[Source], *names: str) -> None:
    """Gives arrays the type that holds the values of all sources."""
    for name in names:
        output.write(name, np.concatenate([source.held[name][:0] for source in sources]))
