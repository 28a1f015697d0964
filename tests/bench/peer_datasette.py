"""Datasette over the database of FTS5: whole pages over HTTP.

Its table page, with ten rows, the same five facets over all that matched, and the question as
FTS5 takes it. Its limits on time are raised, so that no facet is left out, and it is not asked to
suggest facets, nor for snippets; it does not sort by rank. All of that is less work than ours does.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from tests.bench.corpus import FACETS
from tests.bench.peer import HITS
from tests.bench.peer_fts5 import FILE, any_of
from tests.bench.questions import Question
from tests.bench.waiting import answered

_SETTINGS: Final = {
    "facet_time_limit_ms": 60_000,
    "sql_time_limit_ms": 60_000,
    "suggest_facets": 0,
    "default_cache_ttl": 0,
}
_COUNTED: Final = [("_facet_array" if name == "sector" else "_facet", name) for name in FACETS]


def path(question: Question) -> str:
    """The address of a page of results."""
    asked = [("_search", any_of(question.words)), ("_searchmode", "raw"), ("_size", str(HITS))]
    return f"/passages/passage?{urlencode([*asked, *_COUNTED])}"


@contextmanager
def server(folder: Path) -> Iterator[tuple[str, int]]:
    """Datasette's address and process, while it serves a database that does not change."""
    port = free_port()
    settings = [
        part for name, value in _SETTINGS.items() for part in ("--setting", name, str(value))
    ]
    command = [sys.executable, "-m", "datasette", "serve", "-i", str(folder / FILE)]
    command += ["--port", str(port), *settings]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as process:
        try:
            answered(f"http://127.0.0.1:{port}/-/versions.json", process, seconds=60)
            yield f"127.0.0.1:{port}", process.pid
        finally:
            process.terminate()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])
