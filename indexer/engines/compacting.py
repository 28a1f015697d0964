"""Keeps column segments few: small ones are joined, and one that is largely gone is rewritten."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from indexer.engines import inverting, segment
from indexer.engines.manifest import Part
from indexer.engines.segment import Segment
from indexer.engines.streams import Streams

# A query looks its words up once in each segment.
MOST_SEGMENTS: Final = 8
# Segments with so many reports are not joined: it would take long, and much memory.
SMALL: Final = 5_000
# Past this share of reports that are gone, a segment is mostly read for nothing.
MOST_GONE: Final = 0.3


def write_part(path: Path, streams: Streams) -> Part:
    """A new segment in a folder, with everything that these streams hold."""
    file = f"{secrets.token_hex(8)}.columns"
    arrays, tables = inverting.arrays(streams)
    return Part(file, segment.write(path / file, arrays, tables))


def write_parts(path: Path, streams: Streams) -> tuple[Part, ...]:
    """A new segment in a folder, unless the streams hold nothing."""
    return (write_part(path, streams),) if streams.reports.ids else ()


def compact(path: Path, parts: Sequence[Part]) -> tuple[Part, ...]:
    """The segments of a folder, joined where they are too many or largely gone."""
    opened = [(part, segment.open_segment(path / part.file, part.checksum)) for part in parts]
    alive = [(part, held) for part, held in opened if len(part.deleted) < _reports(held)]
    dense = [(p, s) for p, s in alive if len(p.deleted) <= MOST_GONE * _reports(s)]
    sparse = [(p, s) for p, s in alive if len(p.deleted) > MOST_GONE * _reports(s)]
    small = [(p, s) for p, s in dense if _reports(s) < SMALL]
    if len(small) > MOST_SEGMENTS:
        # The smaller half: what was joined once is not joined again at every build.
        small.sort(key=lambda pair: _reports(pair[1]))
        sparse += small[: MOST_SEGMENTS // 2 + 1]
    rewritten = {part.file for part, _ in sparse}
    kept = [part for part, _ in alive if part.file not in rewritten]
    if sparse:
        kept.append(_joined(path, sparse))
    for part in parts:
        if part not in kept:
            (path / part.file).unlink()
    return tuple(kept)


def _joined(path: Path, parts: Sequence[tuple[Part, Segment]]) -> Part:
    masks = []
    for part, held in parts:
        live = np.ones(_reports(held), bool)
        live[list(part.deleted)] = False
        masks.append((held, live))
    return write_part(path, inverting.streams(masks))


def without(part: Part, reports: Sequence[int]) -> Part:
    """The segment with some more reports gone."""
    return replace(part, deleted=tuple(sorted({*part.deleted, *reports})))


def _reports(held: Segment) -> int:
    return len(held.arrays["report.year"])
