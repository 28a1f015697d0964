"""What a build of many PDFs takes: `python -m tests.bench.memory [PDFS] [PAGES]`.

The memory of the whole tree of processes, sampled all along (pages that processes share count
once), and what it costs that each file is read in a process of its own. The figures are kept in
memory.json and written into docs/promises.md.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from indexer.identity import FILE
from tests import documents
from tests.bench import pdfs

PDFS: Final = 1_000
PAGES: Final = 40
EVERY_SECONDS: Final = 0.2
# So many of the files, this often, for the cost of the sandbox: the best of each is compared.
SAMPLE: Final = 20
ROUNDS: Final = 3
KEPT: Final = Path(__file__).with_name("memory.json")
DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "promises.md"
_PARTS: Final = 10
_TICK: Final = 1 / os.sysconf("SC_CLK_TCK")
_MODULES: Final = {"apart": "indexer", "here": "tests.bench.unconfined"}


def measure(count: int, pages: int, folder: Path) -> dict[str, Any]:
    """The figures, in MB and seconds."""
    files = folder / "documents"
    pdfs.make(count, files, (pages, pages + 1))
    return {
        "date": f"{dt.date.today():%-d %B %Y}",
        "cores": os.cpu_count(),
        "pdfs": count,
        "pages": count * pages,
        "build": memory(files, folder / "index"),
        "sandbox": overhead(files, folder),
    }


def memory(files: Path, index: Path) -> dict[str, Any]:
    """The memory of a build: its peak in each part of its time, and in the halves."""
    started = time.perf_counter()
    samples = [sample for sample, _ in _watched("indexer", files, index)]
    return {
        "seconds": round(time.perf_counter() - started, 1),
        "samples": len(samples),
        "peak_mb": round(max(samples), 1),
        "peak_mb_by_halves": _peaks(samples, 2),
        "peak_mb_by_tenths": _peaks(samples, _PARTS),
    }


def _peaks(samples: Sequence[float], parts: int) -> list[float]:
    size = -(-len(samples) // parts)
    return [round(max(samples[at : at + size]), 1) for at in range(0, len(samples), size)]


def overhead(files: Path, folder: Path) -> dict[str, Any]:
    """Seconds to build from some of the files with the sandbox and without, in turn."""
    sample = folder / "sample"
    sample.mkdir()
    for file in sorted(files.glob("*.pdf"))[:SAMPLE]:
        shutil.copy(file, sample)
    taken: dict[str, list[tuple[float, float]]] = {way: [] for way in _MODULES}
    for _ in range(ROUNDS):
        for way, module in _MODULES.items():
            taken[way].append(_taken(module, sample, folder / "sample-index"))
    told: dict[str, Any] = {"files": len(list(sample.iterdir())), "rounds": ROUNDS}
    for number, kind in enumerate(("clock", "processor")):
        least = {way: min(one[number] for one in taken[way]) for way in _MODULES}
        told |= {f"{kind}_s_{way}": round(seconds, 2) for way, seconds in least.items()}
        told[f"{kind}_percent"] = round(100 * (least["apart"] / least["here"] - 1), 1)
    return told


def _taken(module: str, files: Path, index: Path) -> tuple[float, float]:
    """The seconds of a build: by the clock, and of the processors in all its processes."""
    started = time.perf_counter()
    used = max(seconds for _, seconds in _watched(module, files, index, "--jobs", "1"))
    taken = time.perf_counter() - started
    shutil.rmtree(index)
    (files / FILE).unlink()
    return taken, used


def _watched(module: str, files: Path, index: Path, *more: str) -> Iterator[tuple[float, float]]:
    """The memory of a build and the processor time that it took, again and again until it ends."""
    command = [sys.executable, "-m", module, "build", str(files), "--index", str(index), *more]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as build:
        while build.poll() is None:
            tree = list(_tree(build.pid))
            yield sum(map(_proportional, tree)), sum(map(_used, tree))
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


def _used(process: int) -> float:
    """The seconds of processor time of a process and of those below it that have ended."""
    with contextlib.suppress(OSError):
        told = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, told[11:15])) * _TICK
    return 0.0


def written(text: str, measured: Mapping[str, Any]) -> str:
    """The document with the figures of a measurement."""
    return documents.written(text, {"memory": [*_lines(measured)]}, "python -m tests.bench.memory")


def _lines(measured: Mapping[str, Any]) -> Iterator[str]:
    build, cost, files = measured["build"], measured["sandbox"], measured["pdfs"]
    first, second = build["peak_mb_by_halves"]
    yield (
        f"Measured on {measured['date']} with {measured['cores']} cores: a build of {files:,} PDFs "
        f"of {measured['pages'] // files} pages, and builds of {cost['files']} of them with and "
        f"without the sandbox in turn, {cost['rounds']} times each, by the best of each."
    )
    yield ""
    yield "| what | goal | measured |"
    yield "|---|---|---|"
    yield f"| memory of all its processes together | < 700 MB | {build['peak_mb']:.0f} MB at most |"
    yield (
        "| that it does not grow | flat | "
        f"at most {first:.0f} MB in the first half of its time, {second:.0f} MB in the second |"
    )
    yield (
        f"| the sandbox, in processor time | <= 15 % | {cost['processor_percent']:g} % "
        f"({cost['processor_s_apart']:g} s instead of {cost['processor_s_here']:g} s) |"
    )
    yield (
        f"| the sandbox, by the clock | <= 15 % | {cost['clock_percent']:g} % "
        f"({cost['clock_s_apart']:g} s instead of {cost['clock_s_here']:g} s) |"
    )


def main() -> None:
    """The command line."""
    given = [int(word) for word in sys.argv[1:]]
    count, pages = [*given, *(PDFS, PAGES)[len(given) :]]
    with tempfile.TemporaryDirectory() as folder:
        measured = measure(count, pages, Path(folder))
    KEPT.write_text(json.dumps(measured, indent=2) + "\n", "utf-8")
    DOCUMENT.write_text(written(DOCUMENT.read_text("utf-8"), measured), "utf-8")


if __name__ == "__main__":
    main()
