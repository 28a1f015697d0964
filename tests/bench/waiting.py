"""How long a new user waits: a clean clone to a first answer, builds, and search pages."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import quote_plus

ROOT = Path(__file__).parent.parent.parent
REAL = ROOT / "corpus"
QUERIES = (
    "street lighting",
    "homeless kids and police",
    '"housing first"',
    "itinérance jeunes police",
    "what works to keep young people out of gangs",
    "femmes sécurité espace public",
    "community safety plan indicators",
    "polic* -school",
    "elder abuse OR fraud",
    "sécurité",
    "",
)
ROUNDS = 20
PORT = 8765


def measure(clone: bool) -> dict[str, Any]:
    """Builds and pages in this checkout; with `clone` also `make serve` in a fresh clone."""
    measured: dict[str, Any] = {"clean_clone": clean_clone()} if clone else {}
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        return measured | {"build": builds(index), "page": pages(index)}


def clean_clone() -> dict[str, float]:
    """Seconds from `make serve` in a fresh clone to a first answered search, and of the build."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        started = time.perf_counter()
        process = subprocess.Popen(
            ["make", "serve", f"PORT={PORT}"],
            cwd=clone,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        try:
            told = _Lines(process)
            answered(f"http://127.0.0.1:{PORT}/en/search?q=lighting", process, seconds=600)
            seconds = time.perf_counter() - started
        finally:
            os.killpg(process.pid, 15)
            process.wait()
        build = re.search(r"in ([\d.]+) s\.", told.text)
        assert build, told.text
    return {"first_answer_s": round(seconds, 1), "build_s": float(build[1])}


def builds(index: Path) -> dict[str, float]:
    """Seconds of the whole command for a first build and for one without changes (median)."""
    command = [sys.executable, "-m", "indexer", "build", "--index", str(index)]
    first = _seconds(command)
    unchanged = [_seconds(command) for _ in range(5)]
    return {"first_s": round(first, 2), "unchanged_s": round(statistics.median(unchanged), 2)}


def pages(index: Path) -> dict[str, float]:
    """Milliseconds of a search page over HTTP, and the size of the largest."""
    with server(index, PORT) as (base, _):
        times: list[float] = []
        sizes: list[int] = []
        for _ in range(ROUNDS):
            for number, query in enumerate(QUERIES):
                lang = ("en", "fr")[number % 2]
                started = time.perf_counter()
                address = f"{base}/{lang}/search?q={quote_plus(query)}"
                with urllib.request.urlopen(address) as answer:
                    sizes.append(len(answer.read()))
                times.append((time.perf_counter() - started) * 1000)
    times.sort()
    return {
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(times[int(len(times) * 0.95)], 1),
        "largest_kb": round(max(sizes) / 1024, 1),
    }


class _Lines:
    """A process's output so far, read as it comes so that the process never waits for a reader."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.text = ""
        self._process = process
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self.text += line


@contextmanager
def server(index: Path, port: int, corpus: Path = REAL) -> Iterator[tuple[str, int]]:
    """The site's address and process, while it serves an index."""
    command = [sys.executable, "-m", "webapp", "--port", str(port), "--index", str(index)]
    command += ["--corpus", str(corpus)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        try:
            answered(f"http://127.0.0.1:{port}/healthz", process, seconds=60)
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()


def answered(address: str, process: subprocess.Popen[Any], seconds: float) -> None:
    """Waits until the address answers; RuntimeError when the server ends or never does."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except URLError:
            time.sleep(0.05)
    raise RuntimeError(f"{address} did not answer in {seconds:g} s")


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started
