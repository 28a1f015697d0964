"""Everything that is measured, in order, as one JSON object."""

from __future__ import annotations

import datetime as dt
import os
import platform
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from tests.bench import changes, pages, pdfs, peers, questions, waiting
from tests.bench.peer import NAMES
from tests.bench.peers import Plan, Told

FULL: Final = 100_000
GROWTH: Final = (10_000, 30_000, 100_000, 300_000, 1_000_000)
# For a million passages stock Whoosh builds for an hour, and bm25s, which builds in memory, needs
# 15 GB of it.
_FOR_GROWTH: Final = ("ours", "tantivy", "fts5")
# Reading the files and labelling the reports takes a few times as long as writing the index.
_COMMAND: Final = 4
_PACKAGES: Final = ("tantivy", "bm25s", "datasette", "whoosh3", "whoosh", "numpy")


def measure(
    passages: int,
    names: Sequence[str],
    plan: Plan,
    *,
    full: bool = False,
    clone: bool = False,
    before: Mapping[str, Any] | None = None,
    keep: Callable[[Mapping[str, Any]], None] = lambda measured: None,
) -> dict[str, Any]:
    """The measurements at one size; with `full` also at 100,000 and the growth to a million, which
    are otherwise those of a measurement `before` on such a machine.

    `keep` is given what there is after each part, because the whole can take hours.
    """
    told = Told(plan.budget)
    measured = _machine() | {"skipped": told.skipped}
    measured |= {"sizes": [], "growth": [], "grown": measured["date"]}
    if before and not full:
        measured |= _larger(before, measured)
    measured |= _size(passages, names, plan, told)
    keep(measured)
    measured |= _once(names, plan, told, clone)
    keep(measured)
    if full:
        for part in large(names, plan, told, measured["build"]):
            measured[part.pop("of")].append(part)
            keep(measured)
    return measured


def _larger(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """What was measured at larger sizes on a machine like this one, and when it was."""
    alike = all(before.get(name) == now[name] for name in ("cores", "memory_gb"))
    return {name: before[name] for name in ("sizes", "growth", "grown")} if alike else {}


def _once(names: Sequence[str], plan: Plan, told: Told, clone: bool) -> dict[str, Any]:
    """What does not depend on the number of passages."""
    measured: dict[str, Any] = {}
    if plan.pdfs and "ours" in names:
        told.say(f"{plan.pdfs} PDFs")
        with tempfile.TemporaryDirectory() as folder:
            measured["pdfs"] = pdfs.measure(plan.pdfs, Path(folder))
    if plan.waiting:
        told.say("how long a new user waits")
        measured["waiting"] = waiting.measure(clone)
    return measured


def large(
    names: Sequence[str], plan: Plan, told: Told, built: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """The larger sizes, each with the list that it goes to (`of`); `built` is the smaller one's."""
    known = {name: float(each["passages_per_s"]) for name, each in built.items()}
    full = _size(FULL, names, plan, told, known)
    yield {"of": "sizes"} | full
    for size in GROWTH if "ours" in full["search"] else ():
        if size > plan.largest:
            told.leave_out(f"growth to {size:,} passages: more than {plan.largest:,}")
        elif size == FULL:
            yield {"of": "growth"} | _point(full)
        elif told.allows(f"growth to {size:,} passages", size / known["ours"]):
            yield {"of": "growth"} | _grown(size, names, plan, told, known)


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
        if "ours" in indexes.folders and told.allows(
            f"one report changed among {passages:,} passages",
            _COMMAND * indexes.built["ours"].seconds,
        ):
            told.say("one report changed")
            measured["changed"] = changes.measure(indexes, Path(folder) / "changes")
    return measured


def _grown(
    passages: int, names: Sequence[str], plan: Plan, told: Told, known: dict[str, float]
) -> dict[str, Any]:
    """Latency at one size, ours and the peers that are quick enough to be built so large."""
    chosen = [name for name in names if name in _FOR_GROWTH]
    with tempfile.TemporaryDirectory() as folder:
        indexes = peers.build(passages, chosen, Path(folder) / "indexes", told, known)
        asked = questions.plain(plan.queries)
        with peers.workers_of(indexes, asked[0]) as workers:
            times = peers.alternate(workers, asked, plan.rounds)
    known["ours"] = indexes.speed("ours")
    search = {name: peers.summary(found) for name, found in times.items()}
    told.say(", ".join(f"{name} {statistics.median(t):.2f} ms" for name, t in times.items()))
    build = peers.build_summaries(indexes)
    return _point({"passages": passages, "search": search, "build": build})


def _point(measured: Mapping[str, Any]) -> dict[str, Any]:
    """One size as the growth tells it: our latency first."""
    ours = measured["search"]["ours"]
    kept = {name: measured[name] for name in ("passages", "search", "build")}
    return {"p50_ms": ours["p50_ms"], "p95_ms": ours["p95_ms"]} | kept


def engines_of(chosen: str | None) -> tuple[str, ...]:
    """The engines in a list of names joined by commas; ValueError names one that is unknown."""
    names = tuple(chosen.split(",")) if chosen else NAMES
    for name in names:
        if name not in NAMES:
            raise ValueError(f"There is no engine “{name}”; use some of {','.join(NAMES)}.")
    return names
