"""Whole HTML pages over HTTP: our site beside Datasette, with eight clients each, in turn."""

from __future__ import annotations

import http.client
import itertools
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote_plus

from tests.bench import peer_datasette, questions
from tests.bench.language import REAL
from tests.bench.peers import Plan
from tests.bench.questions import Question
from tests.bench.waiting import server
from tests.bench.worker import memory_of

CLIENTS: Final = 8
ROUNDS: Final = 5


def measure(index: Path, database: Path, plan: Plan) -> dict[str, dict[str, Any]]:
    """Pages a second and milliseconds of a page, with eight clients that each ask for one page
    after the other over a connection that stays open."""
    asked = questions.plain(plan.pages)
    port = peer_datasette.free_port()
    with (
        server(index, port, REAL) as (_, ours),
        peer_datasette.server(database) as (address, datasette),
    ):
        sites = {
            "ours": _Site(f"127.0.0.1:{port}", _path, ours),
            "datasette": _Site(address, peer_datasette.path, datasette),
        }
        for number in range(ROUNDS + 1):
            for site in sites.values():
                site.visit(asked, counted=number > 0)
        return {name: site.summary() for name, site in sites.items()}


def _path(question: Question) -> str:
    return f"/en/search?q={quote_plus(question.text)}"


class _Site:
    """A server, and what was measured of it."""

    def __init__(self, address: str, path: Callable[[Question], str], process: int) -> None:
        self._address = address
        self._path = path
        self._process = process
        self._times: list[float] = []
        self._sizes: list[int] = []
        self._seconds = 0.0

    def visit(self, asked: Sequence[Question], *, counted: bool) -> None:
        """All questions once, by eight clients."""
        queue: Iterator[str] = iter([self._path(question) for question in asked])
        lock = threading.Lock()
        times: list[float] = []
        clients = [
            threading.Thread(target=self._client, args=(queue, lock, times)) for _ in range(CLIENTS)
        ]
        started = time.perf_counter()
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        if len(times) != len(asked):
            raise RuntimeError(f"{self._address} did not answer every request")
        if counted:
            self._seconds += time.perf_counter() - started
            self._times += times

    def _client(self, queue: Iterator[str], lock: threading.Lock, times: list[float]) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=120)
        for _ in itertools.count():
            with lock:
                path = next(queue, None)
            if path is None:
                break
            started = time.perf_counter()
            connection.request("GET", path)
            answer = connection.getresponse()
            content = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{self._address}{path} answered {answer.status}")
            times.append((time.perf_counter() - started) * 1000)
            self._sizes.append(len(content))
        connection.close()

    def summary(self) -> dict[str, Any]:
        """What was measured, and the memory of the server after it."""
        ordered = sorted(self._times)
        return {
            "p50_ms": round(statistics.median(ordered), 1),
            "p95_ms": round(ordered[int(len(ordered) * 0.95)], 1),
            "requests_per_s": round(len(ordered) / self._seconds, 1),
            "kb": round(statistics.median(self._sizes) / 1024, 1),
            "memory_mb": memory_of(self._process),
        }
