"""Who reads a file? A process of its own, so that a file which breaks its reader breaks only that.

Each worker process reads one file after another under a limit of time and one of memory. The
kernel keeps both, and ends the process with the one that asked: a signal that no parser can hold up
comes from a timer, or from the pipe to a parent that has gone. A worker that ends is replaced.
"""

from __future__ import annotations

import contextlib
import fcntl
import multiprocessing
import os
import resource
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing import connection, forkserver
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Generic, Protocol, TypeVar

from indexer import readers
from indexer.config import Config
from indexer.errors import IndexerError, ReadError, TimedOut, TooLarge
from indexer.models import Extract
from indexer.readers.ocr import Ocr

_MEGABYTE: Final = 1024 * 1024
# How many files each worker may be ahead: what was read waits in memory until it is taken.
_AHEAD: Final = 8
# A worker that once held so much is replaced: what a large file leaves behind is given back.
_GROWN: Final = 256


class Task(Protocol):
    """What a worker is asked to read."""

    @property
    def path(self) -> Path:
        """The file, which names it in what went wrong."""


Asked = TypeVar("Asked", bound=Task)
Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may take; the defaults leave room for a report of 500 pages."""

    seconds: float = Config.read_seconds
    megabytes: int = Config.read_megabytes


def limits(config: Config) -> Limits:
    """The limits that the settings set."""
    return Limits(config.read_seconds, config.read_megabytes)


def read(path: Path, limits: Limits, ocr: Ocr | None = None) -> Extract:
    """What the file says, as `readers.read`; TimedOut or TooLarge beyond the limits."""
    with contextlib.closing(run(_read, [_File(path, ocr)], limits)) as outcomes:
        _, outcome = next(outcomes)
    if isinstance(outcome, IndexerError):
        raise outcome
    return outcome


def make_ready(work: Callable[..., object], files: Iterable[Path]) -> None:
    """Begins to import, in another process, what `run` will need for such files, without waiting
    for it: to import the reader of a PDF takes longer than to read one."""
    _context(work, files)
    with _nothing_to_run_again():
        forkserver.ensure_running()


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    ocr: Ocr | None


def _read(file: _File) -> Extract:
    return readers.read(file.path, file.ocr)


def run(
    work: Callable[[Asked], Told], tasks: Iterable[Asked], limits: Limits, jobs: int = 1
) -> Generator[tuple[Asked, Told | IndexerError]]:
    """work(task) for each task in order, in as many processes as `jobs`; `work` is picklable.

    A task whose work fails comes back with its error: the one that was raised, TimedOut, TooLarge
    when memory ran out, or another ReadError when the process crashed.
    """
    waiting = deque(tasks)
    turns: deque[_Turn[Asked, Told]] = deque()
    crew = _Crew(_context(work, [task.path for task in waiting]), work, limits)
    with contextlib.closing(crew):
        while waiting or turns:
            while waiting and len(crew.busy) < jobs and len(turns) < jobs * _AHEAD:
                turns.append(crew.begin(waiting.popleft()))
            crew.wait(block=not turns[0].done)
            if turns[0].done:
                turn = turns.popleft()
                yield turn.task, turn.outcome


@dataclass(slots=True)
class _Turn(Generic[Asked, Told]):
    """One task and, once it is done, what came of it."""

    task: Asked
    done: bool = False
    outcome: Any = None


class _Crew(Generic[Asked, Told]):
    """The workers: those at a task, by their connection, and those without one."""

    def __init__(self, context: Any, work: Callable[[Asked], Told], limits: Limits) -> None:
        self.busy: dict[object, _Worker] = {}
        self._idle: list[_Worker] = []
        self._start = partial(_Worker, context, work, limits)

    def begin(self, task: Asked) -> _Turn[Asked, Told]:
        worker = self._idle.pop() if self._idle else self._start()
        worker.turn = turn = _Turn[Asked, Told](task)
        self.busy[worker.connection] = worker
        # A worker that ended meanwhile is noticed when its answer is awaited.
        with contextlib.suppress(OSError):
            worker.connection.send(task)
        return turn

    def wait(self, *, block: bool) -> None:
        """Takes the answers that are there, or waits for the next one."""
        for answering in connection.wait(list(self.busy), None if block else 0):  # type: ignore[arg-type]
            worker = self.busy.pop(answering)
            if worker.finish():
                self._idle.append(worker)

    def close(self) -> None:
        for worker in (*self._idle, *self.busy.values()):
            worker.end()


class _Worker:
    """One process, as seen from this one."""

    def __init__(self, context: Any, work: Callable[[Any], Any], limits: Limits) -> None:
        self.connection, theirs = context.Pipe()
        self.turn = _Turn[Any, Any](None)
        self._limits = limits
        self._process = context.Process(target=_serve, args=(theirs, work, limits), daemon=True)
        with _nothing_to_run_again():
            self._process.start()
        theirs.close()

    def finish(self) -> bool:
        """Notes what came of the task; whether the worker can take another."""
        try:
            self.turn.outcome, stays = self.connection.recv()
        except (EOFError, OSError):
            self._process.join()
            self.turn.outcome = _died(self.turn.task.path, self._process.exitcode, self._limits)
            stays = False
        self.turn.done = True
        if not stays:
            self.end()
        return bool(stays)

    def end(self) -> None:
        """Ends the process, whatever it is doing."""
        self.connection.close()
        self._process.kill()
        self._process.join()
        self._process.close()


def _died(path: Path, exitcode: int | None, limits: Limits) -> ReadError:
    """What the end of a worker says of the file that it was reading."""
    if exitcode == -signal.SIGALRM:
        told = f"took longer than {limits.seconds:g} seconds; split it, or allow more read_seconds"
        return TimedOut(path, told)
    if exitcode == -signal.SIGKILL:
        told = "was stopped by the system, perhaps for want of memory; build again with --jobs 1"
        return ReadError(path, told)
    told = f"crashed its reader ({_cause(exitcode)}); open it and save it again, or convert it"
    return ReadError(path, told)


def _cause(exitcode: int | None) -> str:
    return signal.Signals(-exitcode).name if exitcode and exitcode < 0 else f"status {exitcode}"


def _context(work: Callable[..., object], files: Iterable[Path]) -> Any:
    """Processes forked from a clean one that has already imported what the work needs.

    That one is started once for a program; what it lacks for another work, each process imports.
    """
    context = multiprocessing.get_context("forkserver")
    function = work.func if isinstance(work, partial) else work
    context.set_forkserver_preload([function.__module__, *readers.modules(files)])
    return context


@contextlib.contextmanager
def _nothing_to_run_again() -> Iterator[None]:
    """Keeps multiprocessing from running the program's own file again in each worker."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


# -- In the worker --------------------------------------------------------------------------------


def _serve(asked: connection.Connection, work: Callable[[Any], object], limits: Limits) -> None:
    """Does the work for one task after another until nobody asks any more."""
    _confine(limits)
    stays = True
    while stays:
        try:
            task = asked.recv()
        except EOFError:
            return
        signal.setitimer(signal.ITIMER_REAL, limits.seconds)
        outcome = _attempt(work, task, limits)
        signal.setitimer(signal.ITIMER_REAL, 0)
        stays = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < _GROWN * 1024
        asked.send((outcome, stays))


def _attempt(work: Callable[[Any], object], task: Any, limits: Limits) -> object:
    try:
        return work(task)
    except IndexerError as error:
        return error
    except MemoryError:
        told = f"needs more than {limits.megabytes} MB of memory; split it, or save it more simply"
        return TooLarge(task.path, told)
    except Exception as error:
        return readers.surprised(task.path, error)


def _confine(limits: Limits) -> None:
    """Sets the limit of memory; lets the kernel end this process in time, and with who asked.

    An interrupt from the keyboard is for who asked, who then ends this.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for last in (signal.SIGALRM, signal.SIGIO):
        signal.signal(last, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    assert parent is not None
    fcntl.fcntl(parent.sentinel, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(parent.sentinel, fcntl.F_GETFL)
    fcntl.fcntl(parent.sentinel, fcntl.F_SETFL, flags | os.O_ASYNC)
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = limits.megabytes * _MEGABYTE
    allowed = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
