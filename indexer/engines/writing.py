"""Writes a generation: segments of a Whoosh index, each with the columns beside it that answer.

Reports are inverted a few thousand passages at a time, into runs; the runs become one segment,
some rows at a time, so that memory does not grow with the corpus. A large batch is written by
several processes, each into segments of its own: no passage is inverted twice.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from indexer.engines import columns, compacting, manifest, segment, volumes, whoosh
from indexer.engines.manifest import Part
from indexer.engines.postings import documents_of
from indexer.engines.processes import Workers
from indexer.engines.shards import Shard, open_shards
from indexer.engines.volumes import Item, Volume, Written, joined, live_reports, passages_of
from indexer.engines.whoosh import Contents
from indexer.errors import EngineError
from indexer.generations import take_files
from indexer.models import Passage, Report

# Starting processes takes about as long as writing this many passages.
WORTH_WORKERS: Final = 3_000
# How many passages are handed to a process at a time.
BATCH: Final = 250
# A segment is finished at this many passages; it is the largest that is written at all.
LARGEST: Final = 120_000


class Writer:
    """A generation being written; `base` is the one that it begins with."""

    def __init__(self, path: Path, base: Path | None) -> None:
        self._path = path
        self._parts: list[Part] = []
        self._shards: tuple[Shard, ...] = ()
        self._places: dict[str, tuple[int, int]] = {}
        self._gone: dict[int, list[int]] = {}
        self._waiting: list[Item] = []
        self._workers: Workers | None = None
        self._passages = 0
        if base:
            self._begin_with(base)
        self._contents = Contents(path, new=base is None)

    def _begin_with(self, base: Path) -> None:
        self._parts = list(manifest.read(base).parts)
        self._shards = open_shards(base).parts
        for number, shard in enumerate(self._shards):
            live = shard.live_reports.tolist()
            for row, name in enumerate(shard.ids):
                if live[row]:
                    self._places[name.decode()] = number, row
        take_files(base, self._path)

    def add(
        self, report: Report, passages: Iterable[Passage], facets: Mapping[str, Sequence[str]]
    ) -> None:
        """Adds a report that is not there yet, with its passages."""
        item = report, tuple(passages), facets
        self._waiting.append(item)
        self._passages += len(item[1])
        if self._workers is None and self._passages >= WORTH_WORKERS:
            self._workers = Workers(self._path, LARGEST)
        if self._workers and self._passages >= BATCH:
            self._workers.give(self._waiting)
            self._waiting, self._passages = [], 0

    def remove(self, report_id: str) -> None:
        """Removes a report of the former generation."""
        part, row = self._places.pop(report_id)
        self._gone.setdefault(part, []).append(row)

    def commit(self) -> None:
        """Writes the segments, the table of contents, and the manifest of the columns."""
        parts = self._kept()
        for written in self._added():
            self._contents.add(written.whoosh)
            parts.append(written.part)
        parts = self._compacted(parts)
        self._contents.commit()
        manifest.write(self._path, tuple(parts))

    def _kept(self) -> list[Part]:
        """The segments of the former generation, with what was removed marked as gone."""
        parts = []
        for number, (part, shard) in enumerate(zip(self._parts, self._shards, strict=True)):
            rows = self._gone.get(number, ())
            for row in rows:
                self._contents.remove(part.name, documents_of(shard.segment, row))
            parts.append(replace(part, deleted=tuple(sorted({*part.deleted, *rows}))))
        return parts

    def _added(self) -> list[Written]:
        if self._workers:
            self._workers.give(self._waiting)
            return self._workers.finish()
        volume = Volume(self._path, volumes.RUN)
        for item in self._waiting:
            volume.add(item)
        return volume.finish()

    def _compacted(self, parts: Sequence[Part]) -> list[Part]:
        """The segments, joined where they are too many or largely gone."""
        held = [segment.open_segment(self._path / part.file, part.checksum) for part in parts]
        live = [live_reports(part, each) for part, each in zip(parts, held, strict=True)]
        alive = [number for number, mask in enumerate(live) if mask.any()]
        sizes = [passages_of(held[number], live[number]) for number in alive]
        groups = compacting.groups(sizes, [len(held[n].arrays["passage.page"]) for n in alive])
        rewritten = [[alive[place] for place in group] for group in groups]
        kept = [parts[n] for n in alive if not any(n in group for group in rewritten)]
        for group in rewritten:
            written = joined(self._path, [(held[number], live[number]) for number in group])
            self._contents.add(written.whoosh)
            kept.append(written.part)
        for part in parts:
            if part not in kept:
                self._contents.drop(part.name)
                (self._path / part.file).unlink()
        return kept

    def abandon(self) -> None:
        """Writes nothing, and ends the processes that were writing."""
        if self._workers:
            self._workers.abandon()


def derive(source: Path, target: Path) -> None:
    """An index of what another has stored, in the empty folder `target`."""
    writer = Writer(target, None)
    try:
        for item in whoosh.stored(source):
            writer.add(*item)
    except BaseException:
        writer.abandon()
        raise
    writer.commit()


def compare(path: Path) -> None:
    """Reads the columns and the index that they stand beside; EngineError unless both hold the
    same reports with all of their passages."""
    with contextlib.closing(columns.open_engine(path)) as engine:
        counts = {report.id: len(engine.passages(report.id)) for report in engine.reports()}
    held = {report.id: len(passages) for report, passages, _ in whoosh.stored(path)}
    if held != counts:
        raise EngineError(
            f"The Whoosh index in {path} and its columns differ. Run `indexer build --full`."
        )


def open_writer(path: Path, base: Path | None) -> Writer:
    """A writer for a new generation that begins with the segments of `base`, or empty."""
    return Writer(path, base)
