"""What every engine promises, kept by a cluster too; and any corpus and query, beside memory."""

from __future__ import annotations

import random
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from indexer import engines
from indexer.config import Config, load
from indexer.engines.base import Engine, Request
from indexer.engines.opensearch import engine as searching
from indexer.engines.opensearch.engine import OpenSearchEngine
from indexer.prepare import facets
from indexer.syntax import parse
from tests.cluster.conftest import delete
from tests.conformance.test_engines import *  # noqa: F403
from tests.conformance.test_engines import VOCABULARY, Content, Open, report
from tests.conformance.test_properties import Build, axes, builds, requests, shape

TEXTS = (
    "Lamps and police reduced theft near homes.",
    "Theft fell. Theft fell again near lamps.",
    "Police came to homes. Nothing else did.",
    "Homes, homes and homes.",
    "A lamp in a park at night.",
    "Nobody knows why the police left theft to others for so long in this town.",
)


@pytest.fixture(scope="module")
def settings_of(urls: str) -> Iterator[Config]:
    """An index for all tests of this file."""
    told = {"engine": "opensearch", "opensearch_url": urls, "opensearch_replicas": 0}
    config = load(told | {"opensearch_alias": f"test-{secrets.token_hex(4)}"}, {})
    yield config
    delete(config)


@pytest.fixture(scope="module")
def built() -> dict[str, Path]:
    """The corpora that were written, by what they hold: most tests ask the same one."""
    return {}


@pytest.fixture  # type: ignore[no-redef]
def open_engine(settings_of: Config, built: dict[str, Path]) -> Open:
    """Writes a corpus to the cluster and opens it."""

    def make(corpus: Sequence[Content]) -> Engine:
        path = built.get(repr(corpus))
        if path is None:
            path = built[repr(corpus)] = engines.start(settings_of)
            writer = engines.open_writer("opensearch", path, None, settings_of)
            for held, cut in corpus:
                writer.add(held, cut, facets(held, VOCABULARY))
            writer.commit()
        return engines.open_engine("opensearch", path, settings_of)

    return make


def _write(name: str, path: Path, former: Path | None, step: Build, config: Config) -> None:
    writer = engines.open_writer(name, path, former, config)
    for report_id in sorted(step[0]):
        writer.remove(report_id)
    for held, passages, values in step[1]:
        writer.add(held, passages, values)
    writer.commit()


@contextmanager
def looking(passages: int) -> Iterator[None]:
    """So few passages are looked at first."""
    with mock.patch.multiple(searching, FIRST=passages, FOR_EACH=passages):
        yield


def test_every_page_is_that_of_memory_however_deep(
    settings_of: Config, open_engine: Open, tmp_path: Path
) -> None:
    chance = random.Random(3)
    corpus = [
        report(f"r{number:03}", "Lamps", *chance.choices(TEXTS, k=chance.randrange(1, 6)))
        for number in range(120)
    ]
    writer = engines.open_writer("memory", tmp_path, None, settings_of)
    for held, cut in corpus:
        writer.add(held, cut, facets(held, VOCABULARY))
    writer.commit()
    memory = engines.open_engine("memory", tmp_path, settings_of)
    cluster = open_engine(corpus)
    clauses = parse("lamps theft homes police").clauses
    with looking(1):
        for offset in (0, 7, 14, 105, 112, 119, 126, 0):
            request = Request(clauses, offset=offset, limit=7)
            assert shape(cluster.search(request)) == shape(memory.search(request))


# An index takes a second to make: few corpora, many requests of each, and no smaller example.
@settings(max_examples=4, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(builds(most=2), st.lists(requests, min_size=12, max_size=24), axes, st.booleans())
def test_a_cluster_answers_as_memory_does(
    settings_of: Config,
    steps: tuple[Build, ...],
    asked: list[Request],
    crossed: list[str],
    warily: bool,
) -> None:
    former: dict[str, Path | None] = {"memory": None, "opensearch": None}
    with tempfile.TemporaryDirectory() as folder:
        for number, step in enumerate(steps):
            paths = {"memory": Path(folder) / str(number), "opensearch": engines.start(settings_of)}
            paths["memory"].mkdir()
            for name, path in paths.items():
                _write(name, path, former[name], step, settings_of)
                former[name] = path
        memory, cluster = (
            engines.open_engine(name, path, settings_of) for name, path in paths.items()
        )
        for request in asked:
            with looking(1 if warily else searching.FIRST):
                expected, found = memory.search(request), cluster.search(request)
            assert shape(found) == shape(expected)
            combined = cluster.combinations(request, crossed)
            assert combined == memory.combinations(request, crossed)
            assert [match.score for match in found.page] == pytest.approx(
                [match.score for match in expected.page], rel=1e-5, abs=1e-5
            )
        assert list(cluster.reports()) == list(memory.reports())
        assert list(cluster.entries()) == list(memory.entries())
        assert cluster.report_count() == memory.report_count()
        assert cluster.passage_count() == memory.passage_count()
        for lang in ("en", "fr"):
            assert list(cluster.forms(lang).items()) == list(memory.forms(lang).items())
        for told in memory.reports():
            assert cluster.passages(told.id) == memory.passages(told.id)
            assert cluster.translations(told.id) == memory.translations(told.id)
        assert isinstance(cluster, OpenSearchEngine)
        cluster.verify()
