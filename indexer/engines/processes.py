"""Processes that write segments at once, each its own, from the reports that they ask for."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from indexer.engines import volumes
from indexer.engines.volumes import Item, Volume, Written
from indexer.errors import EngineError


class Workers:
    """Processes that each write segments into a folder."""

    def __init__(self, path: Path, largest: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._connections: list[Connection] = []
        self._processes: list[BaseProcess] = []
        for _ in range(os.cpu_count() or 1):
            ours, theirs = context.Pipe()
            process = context.Process(
                target=_write_segments, args=(path, theirs, largest, volumes.RUN), daemon=True
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
            _told(free)
            free.send(items)
        except (EOFError, ConnectionError) as error:
            raise _died() from error

    def finish(self) -> list[Written]:
        """The segments that were written."""
        written: list[Written] = []
        try:
            for connection in self._connections:
                _told(connection)
                connection.send(None)
            for connection in self._connections:
                written += _told(connection)
        except (EOFError, ConnectionError) as error:
            raise _died() from error
        self._end()
        return written

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


def _told(connection: Connection) -> list[Written]:
    """What a process wrote, nothing when it only asks for reports; OSError when it could not."""
    told: list[Written] | OSError = connection.recv()
    if isinstance(told, OSError):
        raise told
    return told


def _died() -> EngineError:
    return EngineError("A process that wrote the index ended early. Run `indexer build` again.")


def _write_segments(path: Path, connection: Connection, largest: int, run: int) -> None:
    """What a process does: asks for reports until there are none, then says what it wrote, or what
    kept it from writing. It ends when nobody is left to ask."""
    with contextlib.suppress(EOFError, ConnectionError):
        try:
            connection.send(_written(path, connection, largest, run))
        except OSError as error:
            connection.send(error)
    connection.close()


def _written(path: Path, connection: Connection, largest: int, run: int) -> list[Written]:
    written: list[Written] = []
    volume = Volume(path, run)
    while True:
        connection.send([])
        items = connection.recv()
        if items is None:
            return [*written, *volume.finish()]
        for item in items:
            volume.add(item)
        if volume.passages >= largest:
            written += volume.finish()
            volume = Volume(path, run)
