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
# Past this share of reports that are gone, a segment is mostly read for nothing.
MOST_GONE: Final = 0.3


def write_part(path: Path, streams: Streams) -> Part:
    """A new segment in a folder, with everything that these streams hold."""
    file = f"{secrets.token_hex(8)}.columns"
    arrays, tables = inverting.arrays(streams)
    return Part(file, segment.write(path / file, arrays, tables))


def compact(path: Path, parts: Sequence[Part]) -> tuple[Part, ...]:
    """The segments of a folder, joined where they are too many or largely gone."""
    opened = [(part, segment.open_segment(path / part.file, part.checksum)) for part in parts]
    alive = [(part, held) for part, held in opened if len(part.deleted) < _reports(held)]
    dense = [(p, s) for p, s in alive if len(p.deleted) <= MOST_GONE * _reports(s)]
    sparse = [pair for pair in alive if pair not in dense]
    if len(dense) + bool(sparse) > MOST_SEGMENTS:
        # The smallest half: what was joined once is not joined again at every build.
        dense.sort(key=lambda pair: _reports(pair[1]), reverse=True)
        sparse += dense[MOST_SEGMENTS // 2 :]
        dense = dense[: MOST_SEGMENTS // 2]
    kept = [part for part, _ in dense]
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
