"""A build on a cluster publishes a whole index or none, and of two builders one wins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from indexer import engines
from indexer.catalogue import Catalogue
from indexer.config import Config
from indexer.engines import opensearch
from indexer.engines.opensearch import writing
from indexer.engines.opensearch.cluster import cluster_of
from indexer.errors import EngineUnavailable, IndexLocked, IndexMissing, IndexOutdated
from indexer.prepare import facets
from indexer.query import Query
from tests.cluster.conftest import MakeConfig
from tests.conformance.test_engines import VOCABULARY, Content, report

LAMPS = report("lamps", "Lamps", "Lamps reduced theft.")
DOGS = report("dogs", "Dogs", "A dog barked at theft.")


def written(
    config: Config, contents: Sequence[Content], base: Path | None = None, gone: str = ""
) -> Path:
    """A whole generation that is not published."""
    path = engines.start(config)
    writer = engines.open_writer(config.engine, path, base, config)
    if gone:
        writer.remove(gone)
    for held, cut in contents:
        writer.add(held, cut, facets(held, VOCABULARY))
    writer.commit()
    return path


def indexes(config: Config) -> set[str]:
    held = cluster_of(config).ask("GET", f"/{config.opensearch_alias}-generation-*")
    return {name.removeprefix(f"{config.opensearch_alias}-") for name in held}


def segments(config: Config, path: Path) -> set[int]:
    """How many segments each copy of the index has."""
    index = opensearch.publisher(config).index_of(path)
    (told,) = cluster_of(config).ask("GET", f"/{index}/_segments")["indices"].values()
    return {len(copy["segments"]) for shard in told["shards"].values() for copy in shard}


def size(config: Config, path: Path) -> int:
    """The bytes of an index without its copies."""
    index = opensearch.publisher(config).index_of(path)
    told = cluster_of(config).ask("GET", f"/{index}/_stats/store")
    stored: int = told["_all"]["primaries"]["store"]["size_in_bytes"]
    return stored


def found(config: Config) -> list[str]:
    """What readers, who look for a new generation once a second, would find next."""
    opensearch.publisher.cache_clear()
    results = Catalogue(config).search(Query("theft"))
    return sorted(hit.report.id for hit in results.hits)


def test_nothing_is_found_before_the_first_build_is_published(make_config: MakeConfig) -> None:
    config = make_config()
    with pytest.raises(IndexMissing, match="Run `indexer build`"):
        found(config)
    path = written(config, [LAMPS])
    with pytest.raises(IndexMissing):
        found(config)
    engines.promote(config, path)
    assert found(config) == ["lamps"]


def test_what_changed_is_written_into_a_clone_and_two_generations_stay(
    make_config: MakeConfig,
) -> None:
    config = make_config()
    first = engines.promote(config, written(config, [LAMPS]))
    second = engines.promote(config, written(config, [DOGS], first.path))
    assert found(config) == ["dogs", "lamps"]
    third = engines.promote(config, written(config, [], second.path, gone="lamps"))
    assert found(config) == ["dogs"]
    assert indexes(config) == {second.name, third.name}


def test_a_large_new_index_is_one_segment_without_what_repeats_its_writes(
    make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = [report(f"lamps{i}", "Lamps", "Lamps reduced theft. " * 50) for i in range(200)]
    config = make_config()
    apart = written(config, contents)
    monkeypatch.setattr(writing, "MERGED_FROM", 200)
    merged = written(config, contents)
    assert segments(config, merged) == {1}
    assert size(config, merged) < 0.75 * size(config, apart)
    clone = written(config, [DOGS], engines.promote(config, merged).path)
    assert max(segments(config, clone)) > 1


def test_a_build_that_dies_leaves_the_old_answers_and_is_cleared_by_the_next(
    make_config: MakeConfig,
) -> None:
    config = make_config()
    first = engines.promote(config, written(config, [LAMPS]))
    half = engines.open_writer(config.engine, engines.start(config), first.path, config)
    half.remove("lamps")
    whole = written(config, [DOGS], first.path)
    assert found(config) == ["lamps"]
    assert len(indexes(config)) == 3
    last = engines.promote(config, written(config, [DOGS], first.path))
    assert found(config) == ["dogs", "lamps"]
    assert indexes(config) == {first.name, last.name}
    assert whole.name not in indexes(config)


def test_of_two_builders_one_wins_and_the_other_says_so(make_config: MakeConfig) -> None:
    config = make_config()
    one, other = written(config, [LAMPS]), written(config, [DOGS])
    engines.promote(config, one)
    with pytest.raises(IndexLocked, match="Another build"):
        engines.promote(config, other)
    assert found(config) == ["lamps"]


def test_a_builder_whose_index_was_deleted_writes_no_other(make_config: MakeConfig) -> None:
    config = make_config()
    path = engines.start(config)
    writer = engines.open_writer(config.engine, path, None, config)
    engines.discard(config, path)
    held, cut = LAMPS
    writer.add(held, cut, facets(held, VOCABULARY))
    with pytest.raises(IndexLocked, match="Build again"):
        writer.commit()
    assert indexes(config) == set()


def test_a_published_index_takes_no_more_writes(make_config: MakeConfig) -> None:
    config = make_config()
    path = engines.promote(config, written(config, [LAMPS])).path
    index = opensearch.publisher(config).index_of(path)
    with pytest.raises(EngineUnavailable, match="read-only"):
        cluster_of(config).ask("PUT", f"/{index}/_doc/x", {"kind": "report"})


def test_an_index_of_a_newer_release_is_named_as_that(make_config: MakeConfig) -> None:
    config = make_config()
    path = engines.promote(config, written(config, [LAMPS])).path
    index = opensearch.publisher(config).index_of(path)
    newer = {"schema": 99, "layout": 1, "built_at": "2030-01-01T00:00:00+00:00"}
    cluster_of(config).ask("PUT", f"/{index}/_mapping", {"_meta": newer})
    with pytest.raises(IndexOutdated, match="a newer version") as caught:
        found(config)
    assert caught.value.newer
