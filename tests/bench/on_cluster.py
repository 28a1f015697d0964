"""The cluster beside the embedded engine: the same passages, the same questions, in turn.

One node from Maven's jars, or those of EVIDENCE_TEST_OPENSEARCH_URL; no copies of the index.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from indexer import engines
from indexer.catalogue import Catalogue
from indexer.config import Config, load
from indexer.engines.opensearch import publisher
from indexer.engines.opensearch.cluster import cluster_of
from indexer.query import Query
from tests.bench import corpus, questions
from tests.bench.language import REAL
from tests.bench.questions import Question
from tests.cluster import nodes

ENGINES: Final = ("whoosh", "opensearch")
# The first ones open the index, and the server compiles what it runs often.
WARM: Final = 200
QUESTIONS: Final = 80
READERS: Final = 4


def measure(passages: int) -> dict[str, Any]:
    """What both engines took, and how often they gave the same first ten."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls = os.environ.get("EVIDENCE_TEST_OPENSEARCH_URL")
        if not urls:
            urls = " ".join(stack.enter_context(nodes.running(("one",), (), in_memory=False)).urls)
        told = {"engine": "opensearch", "opensearch_url": urls, "opensearch_replicas": 0}
        limits = {"opensearch_seconds": 120, "opensearch_alias": f"bench-{os.getpid()}"}
        cluster = load({"corpus": REAL, "index": folder} | told | limits, {})
        stack.callback(lambda: cluster_of(cluster).ask("DELETE", f"/{cluster.opensearch_alias}-*"))
        configs = [replace(cluster, engine=name) for name in ENGINES]
        built = [_build(config, passages) for config in configs]
        catalogues = [Catalogue(config) for config in configs]
        # Both engines remember what they were asked: a question comes again only for other words.
        made = questions.plain(2 * (WARM + QUESTIONS))
        asked, others = made[: WARM + QUESTIONS], made[WARM + QUESTIONS :]
        typed, alike = _asked(catalogues, asked)
        expanded, _ = _asked(catalogues, [replace(question, expand=True) for question in asked])
        rates = [_rate(catalogue, others) for catalogue in catalogues]
        sizes = [_folder_bytes(folder), _cluster_bytes(cluster)]
    engine = {
        name: {
            "passages_per_s": round(passages / built[place], 1),
            "bytes_per_passage": round(sizes[place] / passages),
            **_spread(typed[place]),
            "queries_per_s": round(rates[place], 1),
            "everything_on": _spread(expanded[place]),
        }
        for place, name in enumerate(ENGINES)
    }
    return {"passages": passages, "same_first_ten": round(alike, 3), "engines": engine}


def _spread(times: Sequence[float]) -> dict[str, float]:
    """The median and the slowest twentieth, in milliseconds."""
    slow = statistics.quantiles(times, n=20)[-1]
    return {"p50_ms": round(statistics.median(times), 1), "p95_ms": round(slow, 1)}


def _build(config: Config, passages: int) -> float:
    """The seconds that a full build took, without making the reports."""
    items = list(corpus.items(passages))
    began = time.perf_counter()
    path = engines.start(config)
    writer = engines.open_writer(config.engine, path, None, config)
    for item in items:
        writer.add(item.report, item.passages, item.facets)
    writer.commit()
    engines.promote(config, path)
    return time.perf_counter() - began


def _asked(
    catalogues: Sequence[Catalogue], asked: Sequence[Question]
) -> tuple[list[list[float]], float]:
    """The milliseconds of each answer by engine, and the share of first tens that are the same."""
    times: list[list[float]] = [[] for _ in catalogues]
    alike = 0
    for number, query in enumerate(map(_query, asked)):
        found = []
        for place, catalogue in enumerate(catalogues):
            began = time.perf_counter()
            results = catalogue.search(query)
            if number >= WARM:
                times[place].append((time.perf_counter() - began) * 1000)
            found.append([hit.report.id for hit in results.hits])
        alike += found[0] == found[1]
    return times, alike / len(asked)


def _query(question: Question) -> Query:
    return Query(text=question.text, filters=question.filters, expand=question.expand)


def _rate(catalogue: Catalogue, asked: list[Question]) -> float:
    """The answers in a second, when several readers ask together."""
    began = time.perf_counter()
    with ThreadPoolExecutor(READERS) as readers:
        answers = list(readers.map(catalogue.search, map(_query, asked)))
    return len(answers) / (time.perf_counter() - began)


def _folder_bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _cluster_bytes(config: Config) -> int:
    index = publisher(config).index_of(engines.current(config).path)
    held = cluster_of(config).ask("GET", f"/{index}/_stats/store")
    return int(held["_all"]["primaries"]["store"]["size_in_bytes"])


def table(measured: dict[str, Any]) -> str:
    """The measurement as lines to read."""
    lines = [f"{measured['passages']:,} passages, the same first ten: {measured['same_first_ten']}"]
    for name, told in measured["engines"].items():
        on = told["everything_on"]
        lines.append(
            f"{name:12}{told['passages_per_s']} passages/s, "
            f"{told['bytes_per_passage']} bytes each; "
            f"words alone p50 {told['p50_ms']} p95 {told['p95_ms']} ms, "
            f"{READERS} readers {told['queries_per_s']} queries/s; "
            f"everything on p50 {on['p50_ms']} p95 {on['p95_ms']} ms"
        )
    return "\n".join(lines)
