"""Who finds it when one machine is not enough? A cluster of OpenSearch nodes."""

from __future__ import annotations

import functools
from pathlib import Path

from indexer.config import Config
from indexer.engines.opensearch.cluster import cluster_of
from indexer.engines.opensearch.engine import OpenSearchEngine
from indexer.engines.opensearch.publishing import Publisher


@functools.cache
def publisher(config: Config) -> Publisher:
    """Where the generations of the settings are; one for all who ask it."""
    return Publisher(config)


def open_engine(config: Config, path: Path) -> OpenSearchEngine:
    """A generation, open for reading."""
    return OpenSearchEngine(cluster_of(config), publisher(config).index_of(path))
