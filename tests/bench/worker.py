"""An engine in a process of its own: it builds, or opens an index and answers one question at a
time, and says how long it took and what memory it has."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from tests.bench.peer import Answer
from tests.bench.questions import Question

_SPAWN: Final = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Built:
    """What a build took; `peak_mb` is the memory of its largest process."""

    seconds: float
    peak_mb: float


class Worker:
    """One engine with an open index. `imported_ms` and `opened_ms` are how long a fresh process
    needed to import the engine, and then to open the index and give a first answer."""

    def __init__(self, name: str, folder: Path, first: Question) -> None:
        self._ours, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_answer, args=(theirs, name, folder, first))
        self._process.start()
        theirs.close()
        self.imported_ms: float
        self.opened_ms: float
        self.imported_ms, self.opened_ms = _received(self._ours)

    def ask(self, question: Question) -> float:
        """The milliseconds that an answer took."""
        return self._told(("ask", question))[0]  # type: ignore[no-any-return]

    def answer(self, question: Question) -> Answer:
        """The answer itself."""
        return self._told(("ask", question))[1]  # type: ignore[no-any-return]

    def memory(self) -> dict[str, float]:
        """What of the process is in memory now, in MB."""
        return self._told(("memory", None))  # type: ignore[no-any-return]

    def close(self) -> None:
        """Ends the process."""
        self._ours.close()
        self._process.join()

    def _told(self, asked: tuple[str, Question | None]) -> Any:
        self._ours.send(asked)
        return _received(self._ours)


def build(name: str, items: Path, folder: Path) -> Built:
    """Builds an index of a file of reports in a fresh process."""
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_build, args=(theirs, name, items, folder))
    process.start()
    theirs.close()
    try:
        return _received(ours)  # type: ignore[no-any-return]
    finally:
        process.join()


def memory_of(process: int | str = "self") -> dict[str, float]:
    """Resident memory in MB: `shared` with other processes, and `private`; `proportional` counts a
    page that n processes share as 1/n."""
    told: dict[str, float] = {}
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]:
        name, _, size = line.partition(":")
        told[name] = int(size.split()[0]) / 1024
    return {
        "resident": round(told["Rss"], 1),
        "shared": round(told["Shared_Clean"] + told["Shared_Dirty"], 1),
        "private": round(told["Private_Clean"] + told["Private_Dirty"], 1),
        "anonymous": round(told["Anonymous"], 1),
        "proportional": round(told["Pss"], 1),
    }


def _received(connection: Connection) -> Any:
    try:
        return connection.recv()
    except EOFError as error:
        raise RuntimeError("a process of the measurement ended early; see above") from error


def _build(connection: Connection, name: str, items: Path, folder: Path) -> None:
    from tests.bench import corpus, peer

    engine = peer.engine(name)
    folder.mkdir(parents=True)
    started = time.perf_counter()
    engine.build(corpus.read(items), folder)
    connection.send(Built(time.perf_counter() - started, _peak()))


def _peak() -> float:
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    unit = 1024 if sys.platform == "linux" else 1024 * 1024
    return round(max(resource.getrusage(who).ru_maxrss for who in whose) / unit, 1)


def _answer(connection: Connection, name: str, folder: Path, first: Question) -> None:
    from tests.bench import peer

    started = time.perf_counter()
    engine = peer.engine(name)
    imported = time.perf_counter()
    searcher = engine.open_index(folder)
    searcher.search(first)
    opened = time.perf_counter()
    connection.send(((imported - started) * 1000, (opened - imported) * 1000))
    while True:
        try:
            what, question = connection.recv()
        except EOFError:
            return
        if what == "memory":
            connection.send(memory_of())
            continue
        started = time.perf_counter()
        answer = searcher.search(question)
        connection.send(((time.perf_counter() - started) * 1000, answer))
