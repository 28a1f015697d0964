"""Writes a generation: a Whoosh index, and the columns beside it that answer.

A large batch is written by several processes, each into an index of its own, whose finished
segments are then taken over as they are: nothing is written or joined twice.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from indexer.engines import columns, compacting, manifest
from indexer.engines.manifest import Part
from indexer.engines.shards import open_shards
from indexer.engines.streams import Collector
from indexer.engines.whoosh import Documents, stored
from indexer.errors import EngineError
from indexer.generations import link_files
from indexer.models import Passage, Report

# Starting processes takes about as long as writing this many passages.
WORTH_WORKERS: Final = 3_000
# How many passages are handed to a process at a time.
BATCH: Final = 250
# A segment is finished at this many passages, so that memory does not grow with the corpus.
LARGEST: Final = 100_000

Item = tuple[Report, tuple[Passage, ...], Mapping[str, Sequence[str]]]


class _Volume:
    """A Whoosh index and the words of its documents, on their way to become columns."""

    def __init__(self, path: Path, *, new: bool) -> None:
        self._path = path
        self.documents = Documents(path, new=new)
        self._collector = Collector()
        self.passages = 0

    def add(self, item: Item) -> None:
        """Adds a report with its passages."""
        report, passages, facets = item
        title, summary = self._collector.begin(report)
        self.documents.add_report(report, title, summary, facets)
        for passage in passages:
            heading, body = self._collector.add(passage)
            self.documents.add_passage(passage, heading, body)
        self._collector.end(facets)
        self.passages += len(passages)

    def write_columns(self) -> tuple[Part, ...]:
        """Writes the columns of what was added; nothing when that is nothing."""
        return compacting.write_parts(self._path, self._collector.streams())


class Writer:
    """A generation being written; `base` is the one that it begins with."""

    def __init__(self, path: Path, base: Path | None) -> None:
        self._path = path
        self._parts: list[Part] = []
        self._places: dict[str, tuple[int, int]] = {}
        self._gone: dict[int, list[int]] = {}
        self._waiting: list[Item] = []
        self._workers: _Workers | None = None
        self._passages = 0
        if base:
            self._begin_with(base)
        self._volume = _Volume(path, new=base is None)

    def _begin_with(self, base: Path) -> None:
        self._parts = list(manifest.read(base).parts)
        for number, shard in enumerate(open_shards(base).parts):
            live = shard.live_reports.tolist()
            for row, name in enumerate(shard.ids):
                if live[row]:
                    self._places[name.decode()] = number, row
        link_files(base, self._path)

    def add(
        self, report: Report, passages: Iterable[Passage], facets: Mapping[str, Sequence[str]]
    ) -> None:
        """Adds a report that is not there yet, with its passages."""
        item = report, tuple(passages), facets
        self._waiting.append(item)
        self._passages += len(item[1])
        if self._workers is None and self._passages >= WORTH_WORKERS:
            self._workers = _Workers(self._path)
        if self._workers and self._passages >= BATCH:
            self._workers.give(self._waiting)
            self._waiting, self._passages = [], 0

    def remove(self, report_id: str) -> None:
        """Removes a report of the former generation."""
        self._volume.documents.remove(report_id)
        part, row = self._places.pop(report_id)
        self._gone.setdefault(part, []).append(row)

    def commit(self) -> None:
        """Writes the segments, the table of contents, and the manifest of the columns."""
        folders: list[Path] = []
        parts = [
            compacting.without(part, self._gone.get(number, ()))
            for number, part in enumerate(self._parts)
        ]
        if self._workers:
            self._workers.give(self._waiting)
            folders, written = self._workers.finish()
            parts += written
        else:
            for item in self._waiting:
                self._volume.add(item)
        self._volume.documents.commit(folders)
        parts += self._volume.write_columns()
        for folder in folders:
            for file in folder.glob("*.columns"):
                file.rename(self._path / file.name)
            shutil.rmtree(folder)
        manifest.write(self._path, compacting.compact(self._path, parts))

    def abandon(self) -> None:
        """Writes nothing, and ends the processes that were writing."""
        if self._workers:
            self._workers.abandon()
        self._volume.documents.abandon()


class _Workers:
    """Processes that each write volumes below a folder."""

    def __init__(self, path: Path) -> None:
        context = multiprocessing.get_context("spawn")
        self._connections: list[Connection] = []
        self._processes: list[BaseProcess] = []
        for number in range(os.cpu_count() or 1):
            ours, theirs = context.Pipe()
            folder = path / f"volume-{number}"
            process = context.Process(
                target=_write_volumes, args=(folder, theirs, LARGEST), daemon=True
            )
            process.start()
            theirs.close()
            self._connections.append(ours)
            self._processes.append(process)

    def give(self, items: Sequence[Item]) -> None:
        """Hands reports to the first process that has nothing to do, waiting for one if need be."""
        try:
            free = wait(self._connections)[0]
            assert isinstance(free, Connection)
            free.recv()
            free.send(items)
        except (EOFError, OSError) as error:
            raise _died() from error

    def finish(self) -> tuple[list[Path], list[Part]]:
        """The folders of the finished volumes, and their column segments."""
        folders: list[Path] = []
        parts: list[Part] = []
        try:
            for connection in self._connections:
                connection.recv()
                connection.send(None)
            for connection in self._connections:
                written, columns = connection.recv()
                folders += written
                parts += columns
        except (EOFError, OSError) as error:
            raise _died() from error
        self._end()
        return folders, parts

    def abandon(self) -> None:
        """Ends the processes; what they wrote is left to the owner of the folder."""
        for process in self._processes:
            process.terminate()
        self._end()

    def _end(self) -> None:
        for connection in self._connections:
            connection.close()
        for process in self._processes:
            process.join()


def _died() -> EngineError:
    return EngineError("A process that wrote the index ended early. Run `indexer build` again.")


def _write_volumes(path: Path, connection: Connection, largest: int) -> None:
    """What a process does: asks for reports until there are none, then says what it wrote."""
    folders: list[Path] = []
    parts: list[Part] = []
    volume: _Volume | None = None

    def finish() -> None:
        if volume:
            volume.documents.commit()
            parts.extend(volume.write_columns())

    while True:
        connection.send(None)
        items = connection.recv()
        if items is None:
            break
        if volume is None or volume.passages >= largest:
            finish()
            folders.append(path.with_name(f"{path.name}-{len(folders)}"))
            folders[-1].mkdir()
            volume = _Volume(folders[-1], new=True)
        for item in items:
            volume.add(item)
    finish()
    connection.send((folders, parts))
    connection.close()


def derive(source: Path, target: Path) -> None:
    """The index of one folder linked into another, with columns derived from it anew."""
    link_files(source, target)
    for file in (*target.glob("*.columns"), target / manifest.FILE):
        file.unlink(missing_ok=True)
    parts: tuple[Part, ...] = ()
    collector = Collector()
    for report, passages, facets in stored(source):
        collector.begin(report)
        for passage in passages:
            collector.add(passage)
        collector.end(facets)
        if len(collector.passages.numbers) >= LARGEST:
            parts += compacting.write_parts(target, collector.streams())
            collector = Collector()
    manifest.write(target, parts + compacting.write_parts(target, collector.streams()))


def verify(path: Path) -> None:
    """Reads the columns and the index that they stand beside; EngineError unless both hold the
    same reports with all of their passages."""
    with contextlib.closing(columns.open_engine(path)) as engine:
        engine.verify()
        counts = {report.id: len(engine.passages(report.id)) for report in engine.reports()}
    held = {report.id: len(passages) for report, passages, _ in stored(path)}
    if held != counts:
        raise EngineError(
            f"The Whoosh index in {path} and its columns differ. Run `indexer build --full`."
        )


def open_writer(path: Path, base: Path | None) -> Writer:
    """A writer for a new generation that begins with the segments of `base`, or empty."""
    return Writer(path, base)
