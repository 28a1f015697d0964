"""Everything that is measured, in order, as one JSON object."""

from __future__ import annotations

import datetime as dt
import os
import platform
import statistics
import tempfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from tests.bench import changes, pages, pdfs, peers, questions, waiting
from tests.bench.peer import NAMES
from tests.bench.peers import Plan, Told

FULL: Final = 100_000
GROWTH: Final = (10_000, 30_000, 100_000, 300_000, 1_000_000)
# Beyond this size only those are measured whose answers take milliseconds.
_LARGE: Final = 100_000
_QUICK: Final = ("ours", "tantivy", "fts5", "bm25s")
_PACKAGES: Final = ("tantivy", "bm25s", "datasette", "whoosh3", "whoosh", "numpy")


def measure(
    passages: int, names: Sequence[str], plan: Plan, *, full: bool = False, clone: bool = False
) -> dict[str, Any]:
    """The measurements at one size; with `full` also at 100,000 and the growth to a million."""
    told = Told(plan.budget)
    measured = _machine() | _size(passages, names, plan, told)
    known = {name: built["passages_per_s"] for name, built in measured["build"].items()}
    if plan.pdfs and "ours" in names:
        told.say(f"{plan.pdfs} PDFs")
        with tempfile.TemporaryDirectory() as folder:
            measured["pdfs"] = pdfs.measure(plan.pdfs, Path(folder))
    measured["sizes"] = [_size(FULL, names, plan, told, known)] if full else []
    sizes = [size for size in GROWTH if full and "ours" in names]
    measured["growth"] = [
        _grown(size, names, plan, told, known) for size in sizes if _fits(size, told, known)
    ]
    if plan.waiting:
        told.say("how long a new user waits")
        measured["waiting"] = waiting.measure(clone)
    measured["skipped"] = told.skipped
    return measured


def _machine() -> dict[str, Any]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "date": f"{dt.date.today():%-d %B %Y}",
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1024**3),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in _PACKAGES},
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _size(
    passages: int,
    names: Sequence[str],
    plan: Plan,
    told: Told,
    known: dict[str, float] | None = None,
) -> dict[str, Any]:
    """Everything that depends on the number of passages."""
    with tempfile.TemporaryDirectory() as folder:
        indexes = peers.build(passages, names, Path(folder) / "indexes", told, known or {})
        measured = peers.compare(indexes, plan, told)
        if {"ours", "fts5"} <= set(indexes.folders):
            told.say("whole pages over HTTP")
            found = pages.measure(indexes.folders["ours"], indexes.folders["fts5"], plan)
            measured["page"] = found
        if "ours" in indexes.folders:
            told.say("one report changed")
            measured["changed"] = changes.measure(indexes, Path(folder) / "changes")
    return measured


def _fits(size: int, told: Told, known: dict[str, float]) -> bool:
    return told.allows(f"growth to {size:,} passages", size / known["ours"])


def _grown(
    passages: int, names: Sequence[str], plan: Plan, told: Told, known: dict[str, float]
) -> dict[str, Any]:
    """Latency at one size, ours and the peers that are quick enough to be built so large."""
    chosen = [name for name in names if name in _QUICK or passages < _LARGE]
    with tempfile.TemporaryDirectory() as folder:
        indexes = peers.build(passages, chosen, Path(folder) / "indexes", told, known)
        asked = questions.plain(plan.queries)
        with peers.workers_of(indexes, asked[0]) as workers:
            times = peers.alternate(workers, asked, plan.rounds)
    known["ours"] = indexes.speed("ours")
    search = {name: peers.summary(found) for name, found in times.items()}
    told.say(", ".join(f"{name} {statistics.median(t):.2f} ms" for name, t in times.items()))
    return {
        "passages": passages,
        "p50_ms": search["ours"]["p50_ms"],
        "p95_ms": search["ours"]["p95_ms"],
        "search": search,
        "build": peers.build_summaries(indexes),
    }


def engines_of(chosen: str | None) -> tuple[str, ...]:
    """The engines in a list of names joined by commas; ValueError names one that is unknown."""
    names = tuple(chosen.split(",")) if chosen else NAMES
    for name in names:
        if name not in NAMES:
            raise ValueError(f"There is no engine “{name}”; use some of {','.join(NAMES)}.")
    return names
