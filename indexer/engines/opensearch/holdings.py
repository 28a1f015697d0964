"""What one index on a cluster holds, fetched by name and remembered: it never changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import msgspec

from indexer.engines.opensearch.cluster import Cluster
from indexer.engines.opensearch.counts import Counts, counts_of
from indexer.engines.opensearch.documents import passage_id, report_id
from indexer.engines.opensearch.mapping import Json
from indexer.models import Passage, Report

# A report is about two kilobytes in memory, and so is a passage.
REMEMBERED: Final = 5_000
_TOGETHER: Final = 500

Key = TypeVar("Key")
Held = TypeVar("Held")


@dataclass(frozen=True, slots=True)
class Shown:
    """A report as it is kept to be shown, with the numbers of its passages."""

    report: Report
    numbers: tuple[int, ...]
    facets: Mapping[str, tuple[str, ...]]


class Holdings:
    """The documents of an index that show reports and passages."""

    def __init__(self, cluster: Cluster, index: str) -> None:
        self._cluster = cluster
        self._index = index
        self._reports: _Remembered[str, Shown] = _Remembered(_shown)
        self._passages: _Remembered[tuple[str, int], Passage] = _Remembered(_passage)

    def reports(self, ids: Sequence[str]) -> dict[str, Shown]:
        """Those of some reports that there are."""
        return self._reports.get({name: report_id(name) for name in ids}, self._fetch)

    def passages(self, places: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Passage]:
        """Passages by the report and the number of each."""
        named = {place: passage_id(*place) for place in places}
        return self._passages.get(named, self._fetch)

    def every(self) -> Iterator[Shown]:
        """Every report, ordered by id."""
        return map(_shown, self._scan("report"))

    def members(self, work: str) -> list[Shown]:
        """The reports of a work, ordered by id."""
        query = {"bool": {"filter": [{"term": {"kind": "report"}}, {"term": {"work": work}}]}}
        body = {"query": query, "size": _TOGETHER, "sort": [{"key": "asc"}]}
        (found,) = self._cluster.search(self._index, [body])
        return [_shown(hit["_source"]) for hit in found["hits"]["hits"]]

    def counts(self) -> Counts:
        """In how many passages each term stands."""
        return counts_of(source["content"] for source in self._scan("counts"))

    def _fetch(self, names: Sequence[str]) -> list[Any]:
        parts = [names[start : start + _TOGETHER] for start in range(0, len(names), _TOGETHER)]
        return [held for part in parts for held in self._cluster.documents(self._index, part)]

    def _scan(self, kind: str) -> Iterator[Json]:
        """The sources of all documents of a kind, in the order of their keys."""
        body: Json = {
            "query": {"bool": {"filter": [{"term": {"kind": kind}}]}},
            "size": _TOGETHER if kind == "report" else 20,
            "sort": [{"key": "asc"}],
        }
        while True:
            (found,) = self._cluster.search(self._index, [body])
            hits = found["hits"]["hits"]
            yield from (hit["_source"] for hit in hits)
            if len(hits) < body["size"]:
                return
            body["search_after"] = hits[-1]["sort"]


class _Remembered(Generic[Key, Held]):
    """The things that were asked for last."""

    def __init__(self, read: Callable[[Json], Held]) -> None:
        self._read = read
        self._held: OrderedDict[Key, Held] = OrderedDict()
        self._lock = threading.Lock()

    def get(
        self, names: Mapping[Key, str], fetch: Callable[[Sequence[str]], list[Any]]
    ) -> dict[Key, Held]:
        """What is asked for, as far as there is such a document, fetched where not remembered."""
        with self._lock:
            found = {key: self._held[key] for key in names if key in self._held}
            for key in found:
                self._held.move_to_end(key)
        missing = [key for key in names if key not in found]
        sources = fetch([names[key] for key in missing])
        pairs = zip(missing, sources, strict=True)
        new = {key: self._read(source) for key, source in pairs if source is not None}
        with self._lock:
            self._held.update(new)
            while len(self._held) > REMEMBERED:
                self._held.popitem(last=False)
        return found | new


def _shown(source: Json) -> Shown:
    held = source["content"]
    report = msgspec.convert(held["report"], Report)
    facets = {name: tuple(values) for name, values in source["facets"].items()}
    return Shown(report, tuple(held["numbers"]), facets)


def _passage(source: Json) -> Passage:
    return msgspec.convert(source["content"], Passage)
