"""Generations on a cluster: one alias names the index that answers, and moves all at once.

The alias stands from the first on an empty index, so that it can always be moved from what it stood
on when a build began, and only from there: of two builders that began at the same, one wins.
"""

from __future__ import annotations

import datetime as dt
import secrets
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from indexer.config import Config
from indexer.engines.opensearch.cluster import Cluster, Exists, Gone, cluster_of
from indexer.engines.opensearch.mapping import LAYOUT
from indexer.engines.opensearch.writing import Writer, unpublished
from indexer.errors import EngineError, IndexLocked, IndexMissing, IndexOutdated
from indexer.fields import SCHEMA_VERSION
from indexer.generations import Generation

_PREFIX: Final = "generation-"
_EMPTY: Final = "none"
# How long a reader may go on with a former generation.
FRESH: Final = 1.0


class Publisher:
    """The generations that one alias of a cluster has had."""

    def __init__(self, config: Config) -> None:
        self._cluster: Cluster = cluster_of(config)
        self._config = config
        self._alias = config.opensearch_alias
        self._lock = threading.Lock()
        self._name: str | None = None
        self._until = 0.0

    def current_name(self) -> str | None:
        """The name of the generation that answers, as of the last second; None before the first."""
        with self._lock:
            if time.monotonic() >= self._until:
                index = self._index()
                self._name = index and self._named(index)
                self._until = time.monotonic() + FRESH
            return self._name

    def current(self) -> Generation:
        """The generation that answers; IndexMissing, IndexOutdated or EngineUnavailable say what to
        do when none can."""
        self._cluster.check()
        index = self._index()
        name = index and self._named(index)
        if index is None or name is None:
            raise IndexMissing(
                f"There is no index “{self._alias}” on the cluster. Run `indexer build`."
            )
        meta = self._meta(index)
        _check(self._alias, int(meta["schema"]), int(meta["layout"]))
        built_at = dt.datetime.fromisoformat(meta["built_at"])
        return self._generation(name, int(meta["schema"]), built_at)

    def start(self) -> Path:
        """The name of a new generation, as the path that a folder of it would have."""
        now = dt.datetime.now(dt.UTC).strftime("%Y%m%dt%H%M%Sz")
        return self._path(f"{_PREFIX}{now}-{secrets.token_hex(3)}")

    def writer(self, path: Path, base: Path | None) -> Writer:
        """A writer for a new generation that begins as a copy of `base`, or empty."""
        self._cluster.check()
        copies = self._config.opensearch_shards, self._config.opensearch_replicas
        former = self.index_of(base) if base else None
        after = former or self._index() or self._first()
        index = self.index_of(path)
        writer = Writer(self._cluster, index, former, copies)
        self._tell(index, self._meta(index) | {"after": after})
        return writer

    def promote(self, path: Path) -> Generation:
        """The generation, published and the only answer from now on; older ones are deleted, but
        for the last. IndexLocked when another build was published since this one began."""
        index = self.index_of(path)
        now = dt.datetime.now(dt.UTC)
        try:
            meta = self._meta(index)
            self._tell(index, meta | {"built_at": now.isoformat()})
            self._move(meta["after"], index)
        except Gone as error:
            self.discard(path)
            raise IndexLocked(
                f"Another build of “{self._alias}” was published since this one began, which is "
                "dropped. Build again."
            ) from error
        self._until = 0.0
        self._prune({index, meta["after"]})
        return self._generation(path.name, SCHEMA_VERSION, now)

    def discard(self, path: Path) -> None:
        """Deletes a generation that is not published; the next build does where this one cannot."""
        with suppress(EngineError):
            self._delete(self.index_of(path))

    def index_of(self, path: Path) -> str:
        """The index of a generation."""
        return f"{self._alias}-{path.name}"

    def _generation(self, name: str, schema: int, built_at: dt.datetime) -> Generation:
        """A generation of which no file is ours to look after."""
        corpus, path = self._config.corpus, self._path(name)
        return Generation(name, "opensearch", schema, built_at, corpus, {}, path)

    def _path(self, name: str) -> Path:
        return self._config.index / name

    def _named(self, index: str) -> str | None:
        name = index.removeprefix(f"{self._alias}-")
        return None if name == _EMPTY else name

    def _index(self) -> str | None:
        """The index that the alias stands on."""
        try:
            # Every node knows it, also while they choose who leads them.
            held = self._cluster.ask("GET", f"/_alias/{quote(self._alias)}", local=True)
        except Gone:
            return None
        if len(held) != 1:
            raise EngineError(
                f"The alias “{self._alias}” stands on {len(held)} indexes ({', '.join(held)}). "
                "Remove it from all but one."
            )
        (index,) = held
        return str(index)

    def _first(self) -> str:
        """The empty index that the alias stands on before anything is published."""
        index = f"{self._alias}-{_EMPTY}"
        settings = {"number_of_shards": 1, "number_of_replicas": self._config.opensearch_replicas}
        body = {"settings": settings, "aliases": {self._alias: {}}}
        with suppress(Exists):
            self._cluster.ask("PUT", f"/{quote(index)}", body)
        return index

    def _move(self, former: str, index: str) -> None:
        actions = [
            {"remove": {"index": former, "alias": self._alias, "must_exist": True}},
            {"add": {"index": index, "alias": self._alias}},
            {"remove": {"index": index, "alias": unpublished(index), "must_exist": True}},
        ]
        self._cluster.ask("POST", "/_aliases", {"actions": actions})

    def _prune(self, kept: set[str]) -> None:
        held = self._cluster.ask("GET", f"/{quote(self._alias)}-{_PREFIX}*/_alias")
        for index in set(held) - kept:
            self._delete(index)

    def _delete(self, index: str) -> None:
        with suppress(Gone):
            self._cluster.ask("DELETE", f"/{quote(index)}")

    def _meta(self, index: str) -> dict[str, Any]:
        held = self._cluster.ask("GET", f"/{quote(index)}/_mapping")
        meta: dict[str, Any] = held[index]["mappings"]["_meta"]
        return meta

    def _tell(self, index: str, meta: dict[str, Any]) -> None:
        self._cluster.ask("PUT", f"/{quote(index)}/_mapping", {"_meta": meta})


def _check(alias: str, schema: int, layout: int) -> None:
    if (schema, layout) != (SCHEMA_VERSION, LAYOUT):
        newer = (schema, layout) > (SCHEMA_VERSION, LAYOUT)
        age = "a newer" if newer else "an older"
        raise IndexOutdated(
            f"The index “{alias}” was written by {age} version (schema {schema}.{layout}, this "
            f"one reads {SCHEMA_VERSION}.{LAYOUT}). Install that version, or run "
            "`indexer build --full`.",
            newer=newer,
        )
