"""Every place where a build touches the disk: to count them, to fail at one, or to end there.

All writes, syncs, renames, removals and new names of this process go through here while `watching`.
A process that ended changes nothing any more, whatever its `finally` blocks would like to do: from
that point on nothing reaches the disk.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

# What gives back room, which a full disk does not refuse.
FREEING = frozenset({"unlink", "remove", "rmdir"})
_CALLS = ("fsync", "rename", "replace", "unlink", "remove", "mkdir", "rmdir", "link", "sendfile")


class Ended(BaseException):
    """The process is gone: nothing catches this, as nothing catches a kill -9."""


@dataclass
class Watch:
    """The points that were passed, and what is to happen at them; `after` is told of each one that
    was done."""

    before: Callable[[int, str], None] = lambda number, name: None
    after: Callable[[str], None] = lambda name: None
    points: list[str] = field(default_factory=list)
    ended: bool = False

    def pass_point(self, name: str) -> None:
        """One more point: raises what is to happen there."""
        if self.ended:
            raise Ended
        self.points.append(name)
        self.before(len(self.points), name)


def ending_at(number: int) -> Watch:
    """The process ends just before a point; of a write, half is done."""

    def before(passed: int, name: str) -> None:
        if passed == number:
            watch.ended = True
            raise Ended

    watch = Watch(before)
    return watch


def failing_at(number: int) -> Watch:
    """The disk fails once."""

    def before(passed: int, name: str) -> None:
        if passed == number:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    return Watch(before)


def full_from(number: int) -> Watch:
    """The disk is full from a point on: it takes nothing any more, but gives back."""

    def before(passed: int, name: str) -> None:
        if passed >= number and name not in FREEING:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return Watch(before)


@contextmanager
def watching(watch: Watch) -> Iterator[Watch]:
    """Sends all that this process does to the disk past a watch."""
    opened = _opening(watch)
    with ExitStack() as patches:
        for name in _CALLS:
            patches.enter_context(mock.patch.object(os, name, _call(watch, name)))
        patches.enter_context(mock.patch.object(io, "open", opened))
        patches.enter_context(mock.patch.object(builtins, "open", opened))
        yield watch


def _call(watch: Watch, name: str) -> Callable[..., Any]:
    real = getattr(os, name)

    def called(*given: Any, **named: Any) -> Any:
        watch.pass_point(name)
        done = real(*given, **named)
        watch.after(name)
        return done

    return called


def _opening(watch: Watch) -> Callable[..., Any]:
    real = io.open

    class Raw(io.FileIO):
        def write(self, content: Any, /) -> int:
            if watch.ended:
                # What is flushed when the file is closed; the file of a dead process is not.
                return len(content)
            try:
                watch.pass_point("write")
            except Ended:
                super().write(memoryview(content).cast("B")[: len(content) // 2])
                raise
            return super().write(content)

    def opened(
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        if not set(mode) & set("wax+"):
            return real(file, mode, buffering, encoding, errors, newline, closefd, opener)
        watch.pass_point("create")
        raw = Raw(file, mode.replace("b", "").replace("t", ""), closefd, opener)
        watch.after("create")
        if buffering == 0:
            return raw
        buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        if "b" in mode:
            return buffered
        return io.TextIOWrapper(buffered, encoding, errors, newline)

    return opened
