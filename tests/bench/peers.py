"""Ours and the peers side by side at one size: building, searching in turn, memory, opening."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.bench import corpus, questions, worker
from tests.bench.questions import Question
from tests.bench.worker import Worker

_SECONDS_A_SLOW_ENGINE: Final = 30.0
_SLOW_MS: Final = 50.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: each of `queries` is asked `rounds` times, `pages` are asked for from
    each site, and memory is read after `before_memory` answers; a step that would take longer than
    `budget` seconds, or growth past `largest` passages, is left out, and that is said."""

    queries: int = 150
    rounds: int = 4
    budget: float = 900.0
    largest: int = 1_000_000
    pdfs: int = 200
    pages: int = 48
    before_memory: int = 200
    waiting: bool = True


class Told:
    """What is said while measuring: progress, and which steps were left out."""

    def __init__(self, budget: float) -> None:
        self.skipped: list[str] = []
        self._budget = budget

    def say(self, text: str) -> None:
        """Tells what happens now."""
        print(f"  {text}", flush=True)

    def allows(self, step: str, seconds: float) -> bool:
        """Whether a step fits the budget; if not, that is kept for the output."""
        if seconds <= self._budget:
            return True
        self.leave_out(f"{step}: about {seconds:.0f} s, more than {self._budget:.0f} s")
        return False

    def leave_out(self, step: str) -> None:
        """Tells that a step is left out, and keeps that for the output."""
        self.skipped.append(step)
        self.say(f"left out {step}")


@dataclass(frozen=True, slots=True)
class Indexes:
    """The indexes of one corpus, by engine, and how fast each was built."""

    passages: int
    items: Path
    folders: Mapping[str, Path]
    built: Mapping[str, worker.Built]

    def speed(self, name: str) -> float:
        """Passages for each second of the build."""
        return self.passages / self.built[name].seconds


def build(
    passages: int, names: Sequence[str], folder: Path, told: Told, known: Mapping[str, float]
) -> Indexes:
    """The indexes of a new corpus; `known` are the passages a second of former builds."""
    folder.mkdir(parents=True)
    items = folder / "items.jsonl"
    chosen = [name for name in names if _affordable(name, passages, told, known)]
    if chosen:
        told.say(f"making {passages:,} passages")
        corpus.write(corpus.items(passages), items)
    built: dict[str, worker.Built] = {}
    for name in chosen:
        built[name] = worker.build(name, items, folder / name)
        told.say(f"{name} built in {built[name].seconds:.1f} s")
    return Indexes(passages, items, {name: folder / name for name in chosen}, built)


def _affordable(name: str, passages: int, told: Told, known: Mapping[str, float]) -> bool:
    expected = passages / known[name] if name in known else 0.0
    return told.allows(f"{name} at {passages:,} passages", expected)


def compare(indexes: Indexes, plan: Plan, told: Told) -> dict[str, Any]:
    """Search, kinds of queries, memory and opening, by engine, in the shape of the JSON."""
    asked = questions.plain(plan.queries)
    with workers_of(indexes, asked[0]) as workers:
        times = alternate(workers, asked, plan.rounds)
        told.say(", ".join(f"{name} {statistics.median(t):.2f} ms" for name, t in times.items()))
        measured: dict[str, Any] = {
            "passages": indexes.passages,
            "search": {name: summary(found) for name, found in times.items()},
            "build": build_summaries(indexes),
        }
        if "ours" in workers:
            measured["kinds"] = _kinds(workers["ours"], asked, plan)
        opened = {name: _opened(each) for name, each in workers.items()}
    measured["opening"] = opened
    measured["cold_start_ms"] = opened.get("ours", {}).get("open_and_answer_ms")
    measured["memory_mb"] = {name: _memory(indexes, name, asked, plan) for name in indexes.folders}
    return measured


@contextmanager
def workers_of(indexes: Indexes, first: Question) -> Iterator[dict[str, Worker]]:
    """A worker for each index, by engine."""
    workers: dict[str, Worker] = {}
    try:
        for name, folder in indexes.folders.items():
            workers[name] = Worker(name, folder, first)
        yield workers
    finally:
        for each in workers.values():
            each.close()


def alternate(
    workers: Mapping[str, Worker], asked: Sequence[Question], rounds: int
) -> dict[str, list[float]]:
    """Milliseconds by engine: each question goes to every engine in turn, so that noise hits all
    alike. One warm-up; an engine that is slow is asked evenly spread questions for 30 s."""
    times: dict[str, list[float]] = {name: [] for name in workers}
    every = {name: _step(each, asked, rounds) for name, each in workers.items()}
    for number in range(rounds + 1):
        for place, question in enumerate(asked):
            turn = number * len(asked) + place
            for name, each in workers.items():
                if turn % every[name] == 0:
                    taken = each.ask(question)
                    if number or every[name] > 1:
                        times[name].append(taken)
    return times


def _step(each: Worker, asked: Sequence[Question], rounds: int) -> int:
    """Every how many questions an engine is asked one."""
    taken = statistics.median(each.ask(question) for question in asked[:3])
    if taken < _SLOW_MS:
        return 1
    affordable = max(3.0, _SECONDS_A_SLOW_ENGINE * 1000 / taken)
    step = max(1, int(len(asked) * (rounds + 1) / affordable))
    # Together with the number of questions, so that not always the same ones are asked.
    return step + 1 if step > 1 and len(asked) % step == 0 else step


def summary(times: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile, and of how many."""
    ordered = sorted(times)
    return {
        "p50_ms": round(statistics.median(ordered), 3),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)], 3),
        "answers": len(ordered),
    }


def build_summaries(indexes: Indexes) -> dict[str, dict[str, float]]:
    """How fast each index was built, and how large it and its builder were."""
    return {name: _build_summary(indexes, name) for name in indexes.built}


def _build_summary(indexes: Indexes, name: str) -> dict[str, float]:
    built = indexes.built[name]
    return {
        "passages_per_s": round(indexes.speed(name), 1),
        "seconds": round(built.seconds, 2),
        "peak_mb": built.peak_mb,
        "size_mb": round(size(indexes.folders[name]) / 1024**2, 1),
    }


def size(folder: Path) -> int:
    """The bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _kinds(ours: Worker, asked: Sequence[Question], plan: Plan) -> dict[str, dict[str, float]]:
    """Each kind of query beside plain ones, in turn."""
    kinds = {"plain": list(asked), **questions.kinds(plan.queries)}
    times: dict[str, list[float]] = {name: [] for name in kinds}
    for number in range(plan.rounds + 1):
        for place in range(plan.queries):
            for name, queries in kinds.items():
                taken = ours.ask(queries[place])
                if number:
                    times[name].append(taken)
    plain = statistics.median(times["plain"])
    return {
        name: summary(found) | {"ratio": round(statistics.median(found) / plain, 2)}
        for name, found in times.items()
    }


def _opened(each: Worker) -> dict[str, float]:
    return {
        "import_ms": round(each.imported_ms, 1),
        "open_and_answer_ms": round(each.opened_ms, 1),
    }


def _memory(indexes: Indexes, name: str, asked: Sequence[Question], plan: Plan) -> dict[str, float]:
    """Of one of two workers that have each answered 200 questions (or for 20 s)."""
    both = [Worker(name, indexes.folders[name], asked[0]) for _ in range(2)]
    try:
        for each in both:
            until = time.monotonic() + 20
            for number in range(plan.before_memory):
                each.ask(asked[number % len(asked)])
                if time.monotonic() > until:
                    break
        return both[0].memory()
    finally:
        for each in both:
            each.close()
