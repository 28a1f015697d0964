"""What a build of many PDFs takes: `python -m tests.bench.memory [PDFS] [PAGES]`.

The memory of the whole tree of processes, sampled all along (pages that processes share count
once), and what it costs that each file is read in a process of its own.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from indexer import corpus, prepare, vocabulary
from indexer.prepare import Task
from indexer.readers.sandbox import Limits
from tests.bench import pdfs

PDFS: Final = 1_000
PAGES: Final = 40
EVERY_SECONDS: Final = 0.5
# So many of the files, this often, for the cost of the sandbox: the best of each is compared.
SAMPLE: Final = 12
ROUNDS: Final = 3


def measure(count: int, pages: int, folder: Path) -> dict[str, Any]:
    """The figures, in MB and seconds."""
    documents = folder / "documents"
    pdfs.make(count, documents, (pages, pages + 1))
    started = time.perf_counter()
    samples = list(_sampled(documents, folder / "index"))
    third = max(1, len(samples) // 3)
    return {
        "pdfs": count,
        "pages": count * pages,
        "build_s": round(time.perf_counter() - started, 1),
        "samples": len(samples),
        "peak_mb": round(max(samples), 1),
        "peak_mb_by_thirds": [
            round(max(samples[at : at + third]), 1) for at in range(0, 3 * third, third)
        ],
        "sandbox": overhead(documents, SAMPLE),
    }


def _sampled(documents: Path, index: Path) -> Iterator[float]:
    """The memory of a build, again and again until it ends."""
    command = [sys.executable, "-m", "indexer", "build", str(documents), "--index", str(index)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as build:
        while build.poll() is None:
            yield sum(map(_proportional, _tree(build.pid)))
            time.sleep(EVERY_SECONDS)
    if build.returncode:
        raise RuntimeError(f"the build ended with {build.returncode}")


def _tree(process: int) -> Iterator[int]:
    yield process
    for told in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in told.read_text().split():
                yield from _tree(int(child))


def _proportional(process: int) -> float:
    """The MB of a process, with its share of what it shares; nothing of one that has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def overhead(documents: Path, count: int) -> dict[str, Any]:
    """Seconds to prepare some files in this process, and in one of their own; the best rounds."""
    words = vocabulary.load_lists()
    sources = corpus.scan(documents, words).sources[:count]
    tasks = [Task(source, dt.date.today()) for source in sources]
    here, apart = [], []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for task in tasks:
            prepare.prepare(words, task)
        here.append(time.perf_counter() - started)
        started = time.perf_counter()
        assert all(item.report for item in prepare.prepared(tasks, words, Limits(), 1))
        apart.append(time.perf_counter() - started)
    return {
        "files": len(tasks),
        "here_s": round(min(here), 2),
        "apart_s": round(min(apart), 2),
        "overhead_percent": round(100 * (min(apart) / min(here) - 1), 1),
    }


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    count, pages = [*given, *(PDFS, PAGES)[len(given) :]]
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(count, pages, Path(folder)), indent=2))
