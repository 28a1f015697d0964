"""What one index on a cluster holds, fetched by name and remembered: it never changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import msgspec

from indexer.engines.opensearch.clauses import all_of
from indexer.engines.opensearch.cluster import Cluster
from indexer.engines.opensearch.counts import Counts, counts_of
from indexer.engines.opensearch.documents import passage_id, report_id
from indexer.engines.opensearch.mapping import Json
from indexer.models import Passage, Report

# A report is about two kilobytes in memory, and so is a passage.
REMEMBERED: Final = 5_000
_TOGETHER: Final = 500
_FEW: Final = 20

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
        self._reports = _Remembered(self._fetch_reports)
        self._passages = _Remembered(self._fetch_passages)
        self._members = _Remembered(self._fetch_members)

    def reports(self, ids: Iterable[str]) -> dict[str, Shown]:
        """Those of some reports that there are."""
        return self._reports.get(ids)

    def passages(self, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Passage]:
        """Passages by the report and the number of each."""
        return self._passages.get(places)

    def members(self, works: Iterable[str]) -> dict[str, tuple[Report, ...]]:
        """The reports of each work, ordered by id."""
        return self._members.get(works)

    def every(self) -> Iterator[Shown]:
        """Every report, ordered by id."""
        return map(_shown, self._scan({"term": {"kind": "report"}}, _TOGETHER))

    def counts(self) -> Counts:
        """In how many passages each term stands."""
        found = self._scan({"term": {"kind": "counts"}}, _FEW)
        return counts_of(source["content"] for source in found)

    def _fetch_reports(self, ids: Sequence[str]) -> dict[str, Shown]:
        sources = self._fetch([report_id(name) for name in ids])
        return {name: _shown(held) for name, held in zip(ids, sources, strict=True) if held}

    def _fetch_passages(self, places: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Passage]:
        sources = self._fetch([passage_id(*place) for place in places])
        return {
            place: msgspec.convert(held["content"], Passage)
            for place, held in zip(places, sources, strict=True)
            if held
        }

    def _fetch_members(self, works: Sequence[str]) -> dict[str, tuple[Report, ...]]:
        held: dict[str, list[Report]] = {work: [] for work in works}
        among: list[Json] = [{"term": {"kind": "report"}}, {"terms": {"work": [*works]}}]
        for shown in map(_shown, self._scan(all_of(among), _TOGETHER)):
            held[shown.report.work].append(shown.report)
            # Whoever shows a page asks for the translations of each report on it.
            self._reports.keep({shown.report.id: shown})
        return {work: tuple(reports) for work, reports in held.items()}

    def _fetch(self, names: Sequence[str]) -> list[Any]:
        parts = [names[start : start + _TOGETHER] for start in range(0, len(names), _TOGETHER)]
        return [held for part in parts for held in self._cluster.documents(self._index, part)]

    def _scan(self, query: Json, together: int) -> Iterator[Json]:
        """The sources of all documents that match, in the order of their keys."""
        body: Json = {"query": {"bool": {"filter": [query]}}, "size": together}
        body["sort"] = [{"key": "asc"}]
        while True:
            (found,) = self._cluster.search(self._index, [body])
            hits = found["hits"]["hits"]
            yield from (hit["_source"] for hit in hits)
            if len(hits) < together:
                return
            body["search_after"] = hits[-1]["sort"]


class _Remembered(Generic[Key, Held]):
    """What was asked for last, and what there was."""

    def __init__(self, fetch: Callable[[Sequence[Key]], Mapping[Key, Held]]) -> None:
        self._fetch = fetch
        self._held: OrderedDict[Key, Held] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, keys: Iterable[Key]) -> dict[Key, Held]:
        """What is asked for, as far as there is such a thing, fetched where not remembered."""
        wanted = [*dict.fromkeys(keys)]
        with self._lock:
            found = {key: self._held[key] for key in wanted if key in self._held}
            for key in found:
                self._held.move_to_end(key)
        missing = [key for key in wanted if key not in found]
        new = self._fetch(missing) if missing else {}
        self.keep(new)
        return {**found, **new}

    def keep(self, new: Mapping[Key, Held]) -> None:
        """Remembers what was fetched otherwise."""
        with self._lock:
            self._held.update(new)
            while len(self._held) > REMEMBERED:
                self._held.popitem(last=False)


def _shown(source: Json) -> Shown:
    held = source["content"]
    report = msgspec.convert(held["report"], Report)
    facets = {name: tuple(values) for name, values in source["facets"].items()}
    return Shown(report, tuple(held["numbers"]), facets)
