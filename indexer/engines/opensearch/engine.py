"""Answers from an index on a cluster, by the same rule as the other engines.

The cluster finds, scores, filters and counts. Works come from it in the order of their best
passage; each stretch of them is then put into the order that ranking.py gives, which also counts
the next passages of each report.
"""

from __future__ import annotations

import functools
import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from indexer.engines.base import Combinations, Entry, Found, Match, Matches, Request, entry
from indexer.engines.indexing import tokens
from indexer.engines.marking import marks
from indexer.engines.opensearch import bodies
from indexer.engines.opensearch.bodies import Asked
from indexer.engines.opensearch.cluster import Cluster
from indexer.engines.opensearch.counts import Counts
from indexer.engines.opensearch.holdings import Holdings
from indexer.engines.opensearch.mapping import Json, alone
from indexer.engines.opensearch.numbers import Numbers
from indexer.engines.ranking import (
    Ranked,
    Row,
    by_relevance,
    failed_filters,
    grouped,
    shown_of,
    sort_of,
    works,
)
from indexer.engines.scoring import rarity, steps
from indexer.errors import EngineError
from indexer.fields import TEXT_NAMES
from indexer.models import Passage, Report

# So many works at a time are put in order by all that they are worth.
STRETCH: Final = 20
_REMEMBERED: Final = 100_000


class OpenSearchEngine:
    """One index on a cluster."""

    def __init__(self, cluster: Cluster, index: str) -> None:
        self._cluster = cluster
        self._index = index
        self._holdings = Holdings(cluster, index)
        self._known: dict[bytes, int] = {}

    @functools.cached_property
    def _counts(self) -> Counts:
        return self._holdings.counts()

    def search(self, request: Request) -> Matches:
        """The reports that match, by the rule of scoring.py."""
        asked = self._asked(request)
        if request.feedback and sort_of(request) == "relevance":
            asked = self._with_echoes(asked)
        listing = self._by_relevance if sort_of(request) == "relevance" else self._by_key
        total, page, facets = listing(asked)
        return Matches(total, self._matches(page, request), facets)

    def _asked(self, request: Request) -> Asked:
        """The request in the cluster's language; how rare its parts are is asked first."""
        numbers = Numbers(self._counts, self._known)
        asked = bodies.asked(request, numbers)
        if not numbers.missing:
            return asked
        found = self._search([bodies.number(query) for query in numbers.missing.values()])
        if len(self._known) > _REMEMBERED:
            self._known = {}
        known = self._known
        for key, answer in zip(numbers.missing, found, strict=True):
            known[key] = round(answer["aggregations"]["number"]["value"])
        return bodies.asked(request, Numbers(self._counts, known))

    def _with_echoes(self, asked: Asked) -> Asked:
        """The same with what the first answers have in common; without any filter."""
        feedback = asked.request.feedback
        assert feedback is not None
        anywhere = Request(asked.request.clauses, snippets=1)
        plain = replace(asked, request=anywhere)
        (found,) = self._search([bodies.listed(plain, 0, STRETCH)])
        rows = [ranked for held in self._detailed(plain, _names(found)) for ranked in held]
        first = heapq.nsmallest(feedback.reports, rows, key=by_relevance)
        if not first or not first[0].score:
            return asked
        terms = self._strongest(first, feedback.terms)
        if not terms:
            return asked
        (echo,) = self._search([bodies.greatest_echo(asked, terms)])
        greatest = echo["hits"]["max_score"]
        if not greatest:
            return asked
        scale = feedback.weight * found["hits"]["hits"][0]["sort"][0] / greatest
        return bodies.echoing(asked, {term: scale * worth for term, worth in terms.items()})

    def _strongest(self, first: Sequence[Ranked], count: int) -> Mapping[str, float]:
        """The strongest stems of the best passages, each with what it counts."""
        places = [(ranked.row.report.id, ranked.passages[0]) for ranked in first]
        held = self._holdings.passages(places)
        strengths: dict[str, float] = defaultdict(float)
        for ranked, place in zip(first, places, strict=True):
            terms = tokens(ranked.row.report, held[place])
            for stem in {stem for name in TEXT_NAMES for stem in terms[name]}:
                strengths[stem] += ranked.score / first[0].score
        for stem in strengths:
            having = self._counts.stems[stem]
            strengths[stem] *= rarity(self._counts.passages, having) if having > 1 else 0.0
        strongest = sorted(strengths, key=lambda stem: (-steps(strengths[stem]), stem))[:count]
        return {
            stem: strengths[stem] / strengths[strongest[0]] * self._rarity(stem)
            for stem in strongest
            if strengths[stem]
        }

    def _rarity(self, stem: str) -> float:
        return rarity(self._counts.passages, self._counts.stems[stem])

    def _by_relevance(self, asked: Asked) -> tuple[int, list[Ranked], Json]:
        """The total, one page of works, and the facets, in the order of relevance."""
        request = asked.request
        first = request.offset // STRETCH * STRETCH
        end = request.offset + request.limit
        wanted = -(-(end - first) // STRETCH) * STRETCH if request.limit else 0
        found, facets = self._listed(asked, first, wanted)
        names = _names(found)
        held = self._detailed(asked, names)
        ordered: list[Ranked] = []
        for start in range(0, len(names), STRETCH):
            together = [ranked for each in held[start : start + STRETCH] for ranked in each]
            ordered += works(together, request)
        page = ordered[request.offset - first : end - first]
        return found["hits"]["total"]["value"], page, facets

    def _by_key(self, asked: Asked) -> tuple[int, list[Ranked], Json]:
        """The same in an order that only the reports decide."""
        request = asked.request
        end = request.offset + request.limit
        if request.lang is None or not request.limit:
            found, facets = self._listed(asked, request.offset, request.limit)
            names = _names(found)
        else:
            found, facets = self._listed(asked, 0, 0)
            spoken = [bodies.listed_in_language(asked, end, spoken) for spoken in (True, False)]
            hits = [hit for answer in self._search(spoken) for hit in answer["hits"]["hits"]]
            hits.sort(key=lambda hit: hit["sort"])
            names = [_name(hit) for hit in hits[request.offset : end]]
        reports = [ranked for each in self._detailed(asked, names) for ranked in each]
        return found["hits"]["total"]["value"], works(reports, request), facets

    def _listed(self, asked: Asked, offset: int, limit: int) -> tuple[Any, Json]:
        """Works that match and are kept, and the counts of all facets."""
        request = asked.request
        free = [name for name in request.facets if name not in request.filters]
        own = [name for name in request.facets if name in request.filters]
        main = bodies.listed(asked, offset, limit, free)
        found, *others = self._search([main, *(bodies.elsewhere(asked, name) for name in own)])
        counts = _counts_of(found, free)
        for name, answer in zip(own, others, strict=True):
            counts |= _counts_of(answer, [name])
        return found, {name: counts[name] for name in request.facets}

    def _detailed(self, asked: Asked, names: Sequence[str]) -> list[list[Ranked]]:
        """The reports of some works that match and are kept, each with its best passages."""
        if not names:
            return []
        (found,) = self._search([bodies.detailed(asked, names)])
        best = {
            bucket["key"]: {_number(hit): hit["sort"][0] for hit in bucket["best"]["hits"]["hits"]}
            for bucket in found["aggregations"]["reports"]["buckets"]
        }
        shown = self._holdings.reports(best)
        reports: dict[str, list[Ranked]] = defaultdict(list)
        for name, scores in best.items():
            row = Row(shown[name].report, shown[name].facets, sorted(scores))
            ranked = grouped(row, scores, asked.request)
            if ranked is not None and not failed_filters(row, asked.request):
                reports[row.report.work].append(ranked)
        return [reports[name] for name in names]

    def _matches(self, page: Sequence[Ranked], request: Request) -> tuple[Match, ...]:
        places = [_places(ranked) for ranked in page]
        held = self._holdings.passages([place for best in places for place in best])
        # Whoever shows a page asks for the translations of each report on it.
        self._holdings.members(ranked.row.report.work for ranked in page)
        shown = (shown_of(best, held.__getitem__, request) for best in places)
        return tuple(
            Match(ranked.row.report, ranked.score, tuple(_found(told, request) for _, told in each))
            for ranked, each in zip(page, shown, strict=True)
        )

    def combinations(self, request: Request, axes: Sequence[str]) -> Combinations:
        """How many of the works that match have each combination of values."""
        asked = self._asked(request)
        counts: dict[tuple[str, ...], int] = {}
        after: Json | None = None
        while True:
            (found,) = self._search([bodies.combined(asked, axes, after)])
            crossed = found["aggregations"]["reports"]["kept"]["crossed"]
            for bucket in crossed["buckets"]:
                key = tuple(str(bucket["key"][axis]) for axis in axes)
                counts[key] = bucket["works"]["doc_count"]
            after = crossed.get("after_key")
            if not after:
                return counts

    def entries(self) -> Sequence[Entry]:
        """An entry for every report, ordered by id."""
        return [entry(shown.report) for shown in self._holdings.every()]

    def reports(self) -> Sequence[Report]:
        """Every report, ordered by id."""
        return [shown.report for shown in self._holdings.every()]

    def report(self, report_id: str) -> Report | None:
        """The report with this id."""
        shown = self._holdings.reports([report_id]).get(report_id)
        return shown.report if shown else None

    def translations(self, report_id: str) -> tuple[Report, ...]:
        """The other reports of the same work, ordered by id."""
        own = self.report(report_id)
        members = self._holdings.members([own.work])[own.work] if own else ()
        return tuple(report for report in members if report.id != report_id)

    def passages(self, report_id: str) -> tuple[Passage, ...]:
        """The passages of a report in order."""
        shown = self._holdings.reports([report_id]).get(report_id)
        places = [(report_id, number) for number in shown.numbers] if shown else []
        held = self._holdings.passages(places)
        return tuple(held[place] for place in places)

    def report_count(self) -> int:
        """How many reports there are."""
        return self._counts.reports

    def passage_count(self) -> int:
        """How many passages there are in all."""
        return self._counts.passages

    def forms(self, lang: str) -> Mapping[str, int]:
        """The folded words of the passages in a language, and in how many each stands."""
        return dict(sorted(self._counts.forms[lang].items()))

    def verify(self) -> None:
        """Counts what the index holds; what it holds is checked by the cluster."""
        (found,) = self._search([bodies.number({"match_all": {}})])
        held = round(found["aggregations"]["number"]["value"])
        if held != self._counts.passages:
            raise EngineError(
                f"The index {self._index} holds {held} passages instead of "
                f"{self._counts.passages}. Run `indexer build --full`."
            )

    def close(self) -> None:
        """The connections are kept for the next generation."""

    def _search(self, asked: Sequence[Json]) -> list[Any]:
        return self._cluster.search(self._index, asked)


def _counts_of(answer: Any, facets: Sequence[str]) -> dict[str, dict[str, int]]:
    if not facets:
        return {}
    counted = answer["aggregations"]["reports"]["kept"]
    return {
        name: {bucket["key"]: bucket["works"]["doc_count"] for bucket in counted[name]["buckets"]}
        for name in facets
    }


def _places(ranked: Ranked) -> list[tuple[str, int]]:
    return [(ranked.row.report.id, number) for number in ranked.passages]


def _found(passage: Passage, request: Request) -> Found:
    return Found(passage, marks(passage, request.clauses))


def _names(answer: Any) -> list[str]:
    return [_name(hit) for hit in answer["hits"]["hits"]]


def _name(hit: Json) -> str:
    name: str = hit["_id"]
    return name.partition(":")[2]


def _number(hit: Json) -> int:
    number: int = hit["fields"][alone("number")][0]
    return number
