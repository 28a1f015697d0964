"""Answers from an index on a cluster, by the same rule as the other engines.

The cluster finds, scores, filters and counts. The best passages of all come from it, as many as it
takes to know which works come first (standings.py); then those of each report on the page.
"""

from __future__ import annotations

import functools
import heapq
import itertools
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec

from indexer.engines.base import Combinations, Entry, Found, Match, Matches, Request, entry
from indexer.engines.indexing import tokens
from indexer.engines.marking import marks
from indexer.engines.opensearch import bodies
from indexer.engines.opensearch.bodies import Asked
from indexer.engines.opensearch.cluster import Cluster
from indexer.engines.opensearch.counts import Counts
from indexer.engines.opensearch.holdings import Holdings
from indexer.engines.opensearch.mapping import Json, passage
from indexer.engines.opensearch.numbers import Numbers
from indexer.engines.opensearch.standings import Standings
from indexer.engines.ranking import (
    Ranked,
    Row,
    by_relevance,
    grouped,
    shown_of,
    sort_of,
    works,
)
from indexer.engines.scoring import rarity, steps
from indexer.errors import EngineError
from indexer.fields import TEXT_NAMES
from indexer.models import Passage, Report

# So many passages are looked at first, or so many for each work that is wanted; then more and more.
FIRST: Final = 100
FOR_EACH: Final = 10
_LOOKED_AT: Final = 10_000
# So many works beside those on the page are looked at more closely at once.
_CLOSELY: Final = 200
# How many numbers are remembered, and how many searches whose next page may be asked for.
_NUMBERS: Final = 100_000
_SEARCHES: Final = 16


class OpenSearchEngine:
    """One index on a cluster."""

    def __init__(self, cluster: Cluster, index: str) -> None:
        self._cluster = cluster
        self._index = index
        self._holdings = Holdings(cluster, index)
        self._known: dict[bytes, int] = {}
        self._lock = threading.Lock()
        self._standings: OrderedDict[bytes, Standings] = OrderedDict()

    @functools.cached_property
    def _counts(self) -> Counts:
        return self._holdings.counts()

    def search(self, request: Request) -> Matches:
        """The reports that match, by the rule of scoring.py."""
        if request.offset >= self._counts.reports:
            # The cluster refuses to look so far down.
            request = replace(request, offset=0, limit=0)
        asked = self._asked(request)
        if request.feedback and sort_of(request) == "relevance":
            asked = self._with_echoes(asked)
        listing = self._by_relevance if sort_of(request) == "relevance" else self._by_key
        total, rows, facets = listing(asked)
        return Matches(total, self._matches(works(rows, request), request), facets)

    def _asked(self, request: Request) -> Asked:
        """The request in the cluster's language; how rare its parts are is asked first."""
        numbers = Numbers(self._counts, self._known)
        asked = bodies.asked(request, numbers)
        if not numbers.missing:
            return asked
        found = self._search([bodies.number(query) for query in numbers.missing.values()])
        if len(self._known) > _NUMBERS:
            self._known = {}
        known = self._known
        for key, answer in zip(numbers.missing, found, strict=True):
            known[key] = answer["hits"]["total"]["value"]
        return bodies.asked(request, Numbers(self._counts, known))

    def _with_echoes(self, asked: Asked) -> Asked:
        """The same with what the first answers have in common; without any filter."""
        feedback = asked.request.feedback
        assert feedback is not None
        anywhere = Request(asked.request.clauses, limit=feedback.reports, snippets=1)
        plain = replace(asked, request=anywhere)
        standings = self._standings_of(plain)
        rows = self._first(plain, standings, 0, anywhere.limit)
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
        scale = feedback.weight * standings.greatest / greatest
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
        """The total, the reports of the works on one page, and the facets, in the order of
        relevance."""
        request = asked.request
        if not request.limit:
            total, facets, _ = self._counted(asked)
            return total, [], facets
        standings = self._standings_of(asked)
        count = min(_LOOKED_AT, max(FIRST, FOR_EACH * (request.offset + request.limit)))
        beside = [] if standings.seen else [bodies.best(asked, count)]
        total, facets, found = self._counted(asked, beside)
        for answer in found:
            _see(standings, answer, count)
        end = min(request.offset + request.limit, total)
        return total, self._first(asked, standings, request.offset, end), facets

    def _first(self, asked: Asked, standings: Standings, offset: int, end: int) -> list[Ranked]:
        """The reports of the works from an offset to an end in the order of relevance."""
        if offset >= end:
            return []
        works, unsettled = self._contenders(asked, standings, end, _CLOSELY + end - offset)
        likely = standings.ordered(works)[offset:end]
        held = self._detailed(asked, [*dict.fromkeys((*unsettled, *likely))])
        for ranked in itertools.chain.from_iterable(held.values()):
            standings.settle(ranked.row.report.id, ranked.score)
        names = standings.ordered(works)[offset:end]
        held |= self._detailed(asked, [name for name in names if name not in held])
        return [ranked for name in names for ranked in held[name]]

    def _contenders(
        self, asked: Asked, standings: Standings, end: int, most: int
    ) -> tuple[list[str], list[str]]:
        """The works among which the first are, and those of them that are not settled, so many at
        most; as many passages are looked at as that takes."""
        while True:
            works = standings.contenders(end)
            unsettled = standings.unsettled(works) if works is not None else []
            if works is not None and len(unsettled) <= most:
                return works, unsettled
            count = min(_LOOKED_AT, max(FIRST, 4 * standings.seen))
            last = standings.last
            (answer,) = self._search([bodies.best(asked, count, last)])
            _see(standings, answer, count, last)

    def _standings_of(self, asked: Asked) -> Standings:
        """What was seen of a search already: whoever reads on goes on from there."""
        key = msgspec.json.encode(bodies.best(asked, 0))
        with self._lock:
            standings = self._standings.setdefault(key, Standings())
            self._standings.move_to_end(key)
            while len(self._standings) > _SEARCHES:
                self._standings.popitem(last=False)
        return standings

    def _by_key(self, asked: Asked) -> tuple[int, list[Ranked], Json]:
        """The same in an order that only the reports decide."""
        request = asked.request
        end = request.offset + request.limit
        if not request.limit:
            total, facets, _ = self._counted(asked)
            return total, [], facets
        if request.lang is None:
            beside = [bodies.listed(asked, request.offset, request.limit)]
            first = 0
        else:
            beside = [bodies.listed_in_language(asked, end, spoken) for spoken in (True, False)]
            first = request.offset
        total, facets, found = self._counted(asked, beside)
        hits = sorted(
            (hit for answer in found for hit in answer["hits"]["hits"]),
            key=lambda hit: hit["sort"],
        )
        names = [_name(hit) for hit in hits[first : first + request.limit]]
        held = self._detailed(asked, names)
        return total, [ranked for name in names for ranked in held[name]], facets

    def _counted(
        self, asked: Asked, beside: Sequence[Json] = ()
    ) -> tuple[int, Json, Sequence[Json]]:
        """How many works match and are kept, the counts of all facets, and the answers to what is
        asked beside."""
        request = asked.request
        free = [name for name in request.facets if name not in request.filters]
        own = [name for name in request.facets if name in request.filters]
        elsewhere = [bodies.counted(asked, [name], but=name) for name in own]
        found, *others = self._search([bodies.counted(asked, free), *elsewhere, *beside])
        counts = _counts_of(found, free)
        for name, answer in zip(own, others, strict=False):
            counts |= _counts_of(answer, [name])
        facets = {name: counts[name] for name in request.facets}
        return found["hits"]["total"]["value"], facets, others[len(own) :]

    def _detailed(self, asked: Asked, names: Sequence[str]) -> dict[str, list[Ranked]]:
        """The reports of some works that match and are kept, each with its best passages."""
        if not names:
            return {}
        (found,) = self._search([bodies.detailed(asked, names)])
        best = {
            bucket["key"]: {_number(hit): hit["sort"][0] for hit in bucket["best"]["hits"]["hits"]}
            for bucket in found["aggregations"]["reports"]["buckets"]
        }
        held: dict[str, list[Ranked]] = {name: [] for name in names}
        for work, reports in self._holdings.members(names).items():
            for report in reports:
                scores = best.get(report.id, {})
                ranked = grouped(Row(report, {}, sorted(scores)), scores, asked.request)
                held[work] += [ranked] if ranked is not None else []
        return held

    def _matches(self, page: Sequence[Ranked], request: Request) -> tuple[Match, ...]:
        places = [_places(ranked) for ranked in page]
        held = self._holdings.passages([place for best in places for place in best])
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
        (found,) = self._search([bodies.number(bodies.PASSAGES)])
        held = found["hits"]["total"]["value"]
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
    number: int = hit["fields"][passage("number")][0]
    return number


def _see(standings: Standings, answer: Any, count: int, after: Sequence[Any] | None = None) -> None:
    places = [hit["sort"] for hit in answer["hits"]["hits"]]
    standings.see(places, len(places) < count, after)
