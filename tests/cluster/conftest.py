"""One cluster of three real nodes for all tests in this folder."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.config import Config, load
from tests.cluster import nodes
from tests.cluster.nodes import Cluster

URL = "EVIDENCE_TEST_OPENSEARCH_URL"


# Nodes that nobody asks any more would go on taking a part of the processor.
@pytest.fixture(scope="package")
def cluster() -> Iterator[Cluster | None]:
    """Our own cluster, or None where EVIDENCE_TEST_OPENSEARCH_URL names another."""
    if os.environ.get(URL):
        yield None
        return
    if reason := nodes.missing():
        pytest.skip(reason)
    with nodes.running() as started:
        yield started


@pytest.fixture(scope="package")
def urls(cluster: Cluster | None) -> str:
    """The addresses of the nodes, as they are written in the settings."""
    return os.environ[URL] if cluster is None else " ".join(cluster.urls)


MakeConfig = Callable[..., Config]


@pytest.fixture
def make_config(urls: str, tmp_path: Path) -> Iterator[MakeConfig]:
    """Settings with an index of their own on the cluster, which is deleted afterwards."""
    made: list[Config] = []

    def make(**values: object) -> Config:
        told = {
            "engine": "opensearch",
            "corpus": tmp_path / "corpus",
            "index": tmp_path / "index",
            "opensearch_url": urls,
            "opensearch_alias": f"test-{secrets.token_hex(4)}",
            "opensearch_seconds": 30,
        }
        made.append(load(told | values, {}))
        return made[-1]

    yield make
    for config in made:
        delete(config)


def delete(config: Config) -> None:
    """Everything of some settings on their cluster."""
    from indexer.engines.opensearch.cluster import cluster_of

    cluster_of(config).ask("DELETE", f"/{config.opensearch_alias}-*")
