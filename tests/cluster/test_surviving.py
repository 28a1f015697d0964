"""A node dies while people search and a build goes on: nobody notices but the clock."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from unittest import mock

import pytest

from indexer import engines
from indexer.catalogue import Catalogue
from indexer.engines.opensearch import writing
from indexer.prepare import facets
from indexer.query import Query
from tests.cluster.conftest import MakeConfig
from tests.cluster.nodes import Cluster, until
from tests.cluster.test_publishing import found, written
from tests.conformance.test_engines import VOCABULARY, report

CONTENTS = [report(f"r{number:02}", f"Theft {number}", "Lamps and theft.") for number in range(40)]
BEFORE, AFTER = 30, 90


@dataclass
class Load:
    """What several people who search again and again were told, and how long each waited."""

    catalogue: Catalogue
    expected: object
    wrong: list[object] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def ask(self) -> None:
        """One of them."""
        while not self.stop.is_set():
            began = time.perf_counter()
            try:
                told = answer(self.catalogue)
            except Exception as error:
                told = error
            self.seconds.append(time.perf_counter() - began)
            if told != self.expected:
                self.wrong.append(told)


def answer(catalogue: Catalogue) -> object:
    results = catalogue.search(Query("theft lamps", size=20, expand=False))
    return results.total, [hit.report.id for hit in results.hits]


def test_no_answer_is_wrong_and_no_report_lost_when_a_node_dies(
    cluster: Cluster | None, make_config: MakeConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    if cluster is None:
        pytest.skip("the nodes of EVIDENCE_TEST_OPENSEARCH_URL are not ours to kill")
    config = make_config(opensearch_seconds=30)
    first = engines.promote(config, written(config, CONTENTS[:30])).path
    cluster.wait()
    catalogue = Catalogue(config)
    load = Load(catalogue, answer(catalogue))
    with ThreadPoolExecutor(4) as people, mock.patch.object(writing, "_WAITING", 1):
        asking = [people.submit(load.ask) for _ in range(3)]
        try:
            until(lambda: len(load.seconds) >= BEFORE, "nobody is answered")
            path = engines.start(config)
            writer = engines.open_writer(config.engine, path, first, config)
            for number, (held, cut) in enumerate(CONTENTS[30:]):
                if number == 5:
                    usual = len(load.seconds)
                    cluster.kill("two")
                writer.add(held, cut, facets(held, VOCABULARY))
            writer.commit()
            until(lambda: len(load.seconds) >= usual + AFTER, "nobody is answered any more")
        finally:
            load.stop.set()
        for each in asking:
            each.result()
    assert load.wrong == []
    engines.promote(config, path)
    assert len(found(config)) == 10
    assert Catalogue(config).search(Query("theft")).total == len(CONTENTS)
    before, after = sorted(load.seconds[:usual]), load.seconds[usual:]
    with capsys.disabled():
        print(
            f"\none of three nodes killed: {len(after)} searches after it, none failed; slowest "
            f"{max(after):.2f} s, 99 of 100 before {before[len(before) * 99 // 100]:.2f} s"
        )
