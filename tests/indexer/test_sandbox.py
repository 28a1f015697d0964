"""A file that breaks its reader breaks only that."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexer.errors import IndexerError, NoText, ReadError, TimedOut, TooLarge
from indexer.readers import sandbox
from indexer.readers.sandbox import Limits

QUICK = Limits(seconds=1.0, megabytes=512)


@dataclass(frozen=True)
class Asked:
    """A file that does what its name says."""

    path: Path


def work(asked: Asked) -> tuple[str, int]:
    """What the worker does with each file; which process did it."""
    match asked.path.stem:
        case "loops":
            while True:
                pass
        case "sleeps":
            time.sleep(3600)
        case "grows":
            return "grown", len([bytes(1024 * 1024) for _ in range(4096)])
        case "crashes":
            ctypes.string_at(0)
        case "leaves":
            os._exit(7)
        case "kills":
            os.kill(os.getpid(), signal.SIGKILL)
        case "refuses":
            raise NoText(asked.path, "is empty; copy it again")
        case "surprises":
            raise ZeroDivisionError("so much\nfor that")
        case "swells":
            return "x" * 400_000_000 and "swollen", os.getpid()
    return asked.path.stem, os.getpid()


def read(
    *names: str, jobs: int = 1, limits: Limits = QUICK
) -> dict[str, tuple[str, int] | IndexerError]:
    tasks = [Asked(Path(name)) for name in names]
    told = list(sandbox.run(work, tasks, limits, jobs))
    assert [task.path.name for task, _ in told] == list(names)
    return {task.path.name: outcome for task, outcome in told}


def is_alive(process: int) -> bool:
    """Whether a process runs; one that has ended and waits to be noticed does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def until(condition: object) -> None:
    """Waits for what must come; the test's own limit is the suite's."""
    while not condition():  # type: ignore[operator]
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("loops", TimedOut, "took longer than 1 seconds"),
        ("sleeps", TimedOut, "allow more read_seconds"),
        ("grows", TooLarge, "needs more than 512 MB of memory"),
        ("crashes", ReadError, r"crashed its reader \(SIGSEGV\)"),
        ("leaves", ReadError, r"crashed its reader \(status 7\)"),
        ("kills", ReadError, "was stopped by the system"),
        ("refuses", NoText, "is empty"),
        ("surprises", ReadError, "surprised its reader"),
    ],
)
def test_what_breaks_a_reader_is_one_error_and_its_neighbours_are_read(
    name: str, error: type[ReadError], message: str
) -> None:
    told = read("before", f"{name}.pdf", "after")
    problem = told[f"{name}.pdf"]
    assert type(problem) is error
    assert str(problem).startswith(f"{name}.pdf: ")
    with pytest.raises(error, match=message):
        raise problem
    assert "\n" not in str(problem)
    assert isinstance(told["before"], tuple)
    assert isinstance(told["after"], tuple)


def test_a_process_reads_one_file_after_another() -> None:
    told = read(*map(str, range(20)))
    assert len({process for _, process in told.values()}) == 1  # type: ignore[misc]


def test_several_processes_read_at_once_and_answer_in_order() -> None:
    told = read("loops", *map(str, range(40)), "leaves", *map(str, range(40, 80)), jobs=2)
    good = [outcome for outcome in told.values() if isinstance(outcome, tuple)]
    assert [name for name, _ in good] == [str(number) for number in range(80)]
    assert os.getpid() not in {process for _, process in good}


def test_a_process_that_has_grown_is_replaced() -> None:
    told = read("before", "swells", "after", limits=Limits(seconds=3600))
    processes = [outcome[1] for outcome in told.values() if isinstance(outcome, tuple)]
    assert processes[0] == processes[1] != processes[2]


def test_no_process_is_left_when_the_rest_is_not_wanted() -> None:
    tasks = [Asked(Path(name)) for name in ("1", "sleeps")]
    reading = sandbox.run(work, tasks, Limits(seconds=3600))
    _, outcome = next(reading)
    assert isinstance(outcome, tuple)
    reading.close()
    assert not is_alive(outcome[1])


PARENT = """
import sys
from pathlib import Path
from indexer.readers import sandbox
from tests.indexer.test_sandbox import Asked, work
tasks = [Asked(Path(name)) for name in ("1", "loops")]
for _, (_, process) in sandbox.run(work, tasks, sandbox.Limits(seconds=3600)):
    print(process, flush=True)
"""


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    """A program whose reader loops; it is a script on stdin, without a guard for `__main__`."""
    command = [sys.executable, "-"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        assert program.stdin is not None
        program.stdin.write(PARENT)
        program.stdin.close()
        yield program
        program.kill()


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_no_process_outlives_the_one_that_asked(
    parent: subprocess.Popen[str], sent: signal.Signals
) -> None:
    assert parent.stdout is not None
    reader = int(parent.stdout.readline())
    assert is_alive(reader)
    parent.send_signal(sent)
    parent.wait()
    until(lambda: not is_alive(reader))
