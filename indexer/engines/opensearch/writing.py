"""Writes an index on a cluster: new, or a clone of the former one, which costs only what changes.

A published index takes no more writes, so its files can be linked into a new one, as the files of a
folder are; `_reindex` would read, send and analyze everything again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote

from indexer.engines.opensearch import documents
from indexer.engines.opensearch.cluster import Cluster, Gone
from indexer.engines.opensearch.counts import Counts
from indexer.engines.opensearch.documents import Content
from indexer.engines.opensearch.holdings import Holdings
from indexer.engines.opensearch.mapping import Json, mappings, settings
from indexer.errors import EngineError, IndexLocked
from indexer.models import Passage, Report

Action = tuple[str, Json | None]

# So many documents wait to be sent together.
_WAITING: Final = 1_000
# Making or cloning an index waits for its copies.
_SECONDS: Final = 120.0
# From so many passages a new index is merged; a smaller one is not worth the wait.
MERGED_FROM: Final = 10_000
# Merging reads and writes all of it.
_MERGE_SECONDS: Final = 6 * 3600.0
_LET_GO_SECONDS: Final = 90.0
_LOOK_SECONDS: Final = 0.5
_RETAINED: Final = "indices.*.shards.*.seq_no,indices.*.shards.*.retention_leases"


def unpublished(index: str) -> str:
    """The name under which an index is written; without it nothing can be written into it, also
    when somebody deleted it."""
    return f"{index}.building"


class Writer:
    """An index being written; `base` is the one that it begins with."""

    def __init__(
        self, cluster: Cluster, index: str, base: str | None, copies: tuple[int, int]
    ) -> None:
        self._cluster = cluster
        self._index = index
        self._clone = base is not None
        self._members: dict[str, set[str]] = {}
        self._again: set[str] = set()
        self._waiting: list[Action] = []
        self._counts = Counts()
        self._create(base, copies)
        self._former = Holdings(cluster, base or index)
        if base:
            self._counts = self._former.counts()
            for held in self._former.every():
                self._members.setdefault(held.report.work, set()).add(held.report.id)
        self._stale = {name for name, _ in self._counts.documents()} if base else set()

    def _create(self, base: str | None, copies: tuple[int, int]) -> None:
        aliases: Json = {unpublished(self._index): {}}
        if base is None:
            body = {"settings": settings(*copies), "mappings": mappings(), "aliases": aliases}
            self._cluster.ask("PUT", f"/{quote(self._index)}", body, _SECONDS)
            return
        body = {"settings": {"index.blocks.write": None}, "aliases": aliases}
        path = f"/{quote(base)}/_clone/{quote(self._index)}"
        self._cluster.ask("PUT", path, body, _SECONDS)

    def add(
        self, report: Report, passages: Iterable[Passage], facets: Mapping[str, Sequence[str]]
    ) -> None:
        """Adds a report that is not there yet, with its passages."""
        content = documents.content(report, passages, facets)
        self._counts.add(content)
        self._give(documents.shown(content))
        if report.work in self._members:
            self._again.add(report.work)
        else:
            self._give([(documents.work_id(report.work), documents.work([content]))])
        self._members.setdefault(report.work, set()).add(report.id)

    def remove(self, report_id: str) -> None:
        """Removes a report of the former index."""
        content = _content(self._former, report_id)
        self._counts.add(content, -1)
        self._give((name, None) for name, _ in documents.shown(content))
        self._members[content.report.work].discard(report_id)
        self._again.add(content.report.work)

    def commit(self) -> None:
        """Writes the works that several reports make up, and the counts; nothing can be written
        afterwards."""
        self._send()
        written = Holdings(self._cluster, self._index)
        self._give(_work(written, work, self._members[work]) for work in sorted(self._again))
        # A clone is spared it: all that it shares with its base would be written again.
        merged = not self._clone and self._counts.passages >= MERGED_FROM
        if merged:
            # The counts make a second segment: one alone would be left as it is.
            self._ask("POST", "_flush")
        self._give(self._told())
        self._send()
        if merged:
            self._merge()
        self._ask("POST", "_refresh")
        self._check()
        self._ask("PUT", "_settings", {"index.blocks.write": True})

    def _merge(self) -> None:
        """Leaves one segment to search in each shard, without what a cluster keeps of each write to
        repeat it on a copy that was away, which is more than the index itself."""
        self._ask("POST", "_flush")
        end = time.monotonic() + _LET_GO_SECONDS
        # A copy that is away holds it for hours: then the index is larger, and as right.
        while not self._let_go() and time.monotonic() < end:
            time.sleep(_LOOK_SECONDS)
        self._ask("POST", "_forcemerge", seconds=_MERGE_SECONDS, max_num_segments="1")

    def _let_go(self) -> bool:
        """Whether no copy needs a write repeated; each tells it about twice a minute."""
        answer = self._ask("GET", "_stats", level="shards", filter_path=_RETAINED)
        (index,) = answer["indices"].values()
        copies = [copy for shard in index["shards"].values() for copy in shard]
        return all(
            lease["retaining_seq_no"] > copy["seq_no"]["max_seq_no"]
            for copy in copies
            for lease in copy["retention_leases"]["leases"]
        )

    def _told(self) -> Iterator[Action]:
        """The counts, in place of the former ones."""
        told = dict(self._counts.documents())
        yield from ((name, None) for name in self._stale - set(told))
        yield from told.items()

    def _check(self) -> None:
        found = self._ask("POST", "_count", {"query": {"term": {"kind": "report"}}})["count"]
        if found != self._counts.reports:
            raise EngineError(
                f"The index {self._index} holds {found} reports instead of "
                f"{self._counts.reports}. Build again."
            )

    def abandon(self) -> None:
        """Deletes what was written; the next build does where this one cannot."""
        with suppress(EngineError):
            self._cluster.ask("DELETE", f"/{quote(self._index)}", None, _SECONDS)

    def _give(self, actions: Iterable[Action]) -> None:
        for action in actions:
            self._waiting.append(action)
            if len(self._waiting) >= _WAITING:
                self._send()

    def _send(self) -> None:
        try:
            self._cluster.bulk(unpublished(self._index), self._waiting)
        except Gone as error:
            raise IndexLocked(
                f"The new index {self._index} was deleted while it was written, as another build "
                "does when it is published. Build again."
            ) from error
        self._waiting = []

    def _ask(
        self,
        method: str,
        what: str,
        body: Json | None = None,
        seconds: float = _SECONDS,
        **parameters: str,
    ) -> Any:
        path = f"/{quote(self._index)}/{what}"
        return self._cluster.ask_again(method, path, body, seconds, **parameters)


def _work(holdings: Holdings, work: str, ids: Iterable[str]) -> Action:
    """The document that finds a work, made of what shows its reports; none without a report."""
    contents = [_content(holdings, report_id) for report_id in sorted(ids)]
    return documents.work_id(work), documents.work(contents) if contents else None


def _content(holdings: Holdings, report_id: str) -> Content:
    shown = holdings.reports([report_id])[report_id]
    places = [(report_id, number) for number in shown.numbers]
    held = holdings.passages(places)
    return documents.content(shown.report, [held[place] for place in places], shown.facets)
