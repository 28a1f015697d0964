"""What the cluster is asked for a Request: pure functions from it to the bodies of searches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from indexer.engines.base import Favour, Request
from indexer.engines.opensearch.clauses import Having, all_of, matching, scored
from indexer.engines.opensearch.mapping import PASSAGES, REPORTS, Json, alone, passage, report
from indexer.engines.ranking import NEXT_PASSAGES, YEAR, best_of, sort_of

# More values of a facet than this are not counted.
MOST_VALUES: Final = 10_000
# The reports of the works on a page.
_MOST_REPORTS: Final = 10_000
_NESTED: Final = passage("")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, with the query that scores passages and the one that only finds them."""

    request: Request
    scored: Json
    matching: Json


def asked(request: Request, having: Having) -> Asked:
    """A request as queries of passages."""
    query = _favoured(scored(request.clauses, having), request.favours)
    return Asked(request, query, matching(request.clauses, having))


def _favoured(query: Json, favours: Sequence[Favour]) -> Json:
    """A query's scores, those of reports with favoured values raised."""
    if not favours:
        return query
    functions: list[Json] = [{"weight": 1.0}]
    for favour in favours:
        values = sorted(f"{favour.facet}={value}" for value in favour.values)
        functions.append(
            {"filter": {"terms": {passage("values"): values}}, "weight": favour.weight}
        )
    told = {"score_mode": "sum", "boost_mode": "multiply"}
    return {"function_score": {"query": query, "functions": functions, **told}}


def echoing(asked: Asked, terms: Mapping[str, float]) -> Asked:
    """The same with the stems that count beside what was asked for."""
    query = {"bool": {"must": [asked.scored], "should": _stems(terms)}}
    return Asked(asked.request, query, asked.matching)


def greatest_echo(asked: Asked, terms: Mapping[str, float]) -> Json:
    """The passage that has most of some stems among those that match: its score is asked for."""
    found = {"bool": {"filter": [asked.matching], "should": _stems(terms)}}
    query = _nested(REPORTS, _nested(PASSAGES, found, "max"), "max")
    return {"query": query, "size": 1, "_source": False, "track_total_hits": False}


def _stems(terms: Mapping[str, float]) -> list[Json]:
    return [
        {"term": {passage("stems"): {"value": term, "boost": worth}}}
        for term, worth in terms.items()
    ]


def listed(asked: Asked, offset: int, limit: int, facets: Sequence[str] = ()) -> Json:
    """The works that match and are kept, so many of them in order, and what some facets count.

    In the order of relevance works come by their best passage.
    """
    request = asked.request
    kept = kept_reports(request)
    sort = sort_of(request)
    by_score = sort == "relevance"
    key = report(f"by_{'newest' if by_score else sort}")
    ordered = _ordered(key, [_found(asked), *kept])
    query = _scored_works(asked) if by_score else works([_found(asked), *kept])
    body = {
        "query": query,
        "from": offset,
        "size": limit,
        "_source": False,
        "sort": [{"_score": "desc"}, ordered] if by_score else [ordered],
        "track_total_hits": True,
    }
    return body | ({"aggs": counted(asked, kept, facets)} if facets else {})


def in_language(asked: Asked, spoken: bool) -> list[Json]:
    """The works with, or without, a kept report in the language of the request."""
    kept = [_found(asked), *kept_reports(asked.request)]
    has = works([*kept, {"term": {report("language"): asked.request.lang}}])
    return [has] if spoken else [{"bool": {"must_not": [has]}}]


def listed_in_language(asked: Asked, limit: int, spoken: bool) -> Json:
    """The first works by the reports in the language of the request, or of those without one."""
    request = asked.request
    kept = [_found(asked), *kept_reports(request)]
    language = [{"term": {report("language"): request.lang}}] if spoken else []
    return {
        "query": all_of([works([*kept, *language]), *in_language(asked, spoken)]),
        "size": limit,
        "_source": False,
        "sort": [_ordered(report(f"by_{sort_of(request)}"), [*kept, *language])],
        "track_total_hits": True,
    }


def _ordered(key: str, reports: Sequence[Json]) -> Json:
    """In the order of the first of some reports of each work."""
    nested = {"path": REPORTS, "filter": all_of(reports)}
    return {key: {"order": "asc", "mode": "min", "nested": nested}}


def detailed(asked: Asked, works: Sequence[str]) -> Json:
    """The best passages that match of each report of some works, whether it is kept or not."""
    best = {
        "size": max(best_of(asked.request), NEXT_PASSAGES + 1),
        "sort": [{"_score": "desc"}, {alone("number"): "asc"}],
        "_source": False,
        "docvalue_fields": [alone("number")],
    }
    among = {"terms": {alone("work"): [*works]}}
    reports = {"field": alone("report"), "size": _MOST_REPORTS}
    return {
        "query": {"bool": {"must": [_alone(asked.scored)], "filter": [among]}},
        "size": 0,
        "aggs": {"reports": {"terms": reports, "aggs": {"best": {"top_hits": best}}}},
        "track_total_hits": False,
    }


def _alone(query: Any) -> Any:
    """A query of nested passages as one of those that stand alone."""
    if isinstance(query, dict):
        return {_alone(name): _alone(told) for name, told in query.items()}
    if isinstance(query, list):
        return [_alone(told) for told in query]
    nested = isinstance(query, str) and query.startswith(_NESTED)
    return alone(query.removeprefix(_NESTED)) if nested else query


def _scored_works(asked: Asked) -> Json:
    """Works by the best passage of their kept reports."""
    found = _nested(PASSAGES, asked.scored, "max")
    query = {"bool": {"must": [found], "filter": kept_reports(asked.request)}}
    return _nested(REPORTS, query, "max")


def kept_reports(request: Request, but: str | None = None) -> list[Json]:
    """The filters that a report must pass, but for one."""
    filters: list[Json] = [
        {"terms": {report(name): sorted(values)}}
        for name, values in request.filters.items()
        if name != but
    ]
    bounds = {"gte": request.year_from, "lte": request.year_to}
    given = {name: year for name, year in bounds.items() if year is not None}
    return [*filters, {"range": {report(YEAR): given}}] if given else filters


def works(reports: Sequence[Json]) -> Json:
    """The works with a report that passes all of some filters."""
    return _nested(REPORTS, all_of(reports), "none")


def _found(asked: Asked) -> Json:
    """The reports with a passage that matches."""
    return _nested(PASSAGES, asked.matching, "none")


def counted(asked: Asked, kept: Sequence[Json], facets: Sequence[str]) -> Json:
    """How many works have each value of some facets in a report that matches and is kept."""
    values = {
        name: {
            "terms": {"field": report(name), "size": MOST_VALUES},
            "aggs": {"works": {"reverse_nested": {}}},
        }
        for name in facets
    }
    return _among(asked, kept, values)


def _among(asked: Asked, kept: Sequence[Json], aggregations: Json) -> Json:
    reports = {"filter": all_of([_found(asked), *kept]), "aggs": aggregations}
    return {"reports": {"nested": {"path": REPORTS}, "aggs": {"kept": reports}}}


def elsewhere(asked: Asked, facet: str) -> Json:
    """The counts of a facet that is filtered, without its own filter."""
    kept = kept_reports(asked.request, facet)
    query = works([_found(asked), *kept])
    return {"query": query, "size": 0, "aggs": counted(asked, kept, [facet])}


def combined(asked: Asked, axes: Sequence[str], after: Json | None) -> Json:
    """How many works have each combination of values, a page of them after another."""
    kept = kept_reports(asked.request)
    sources = [{axis: {"terms": {"field": report(axis)}}} for axis in axes]
    composite: Json = {"sources": sources, "size": MOST_VALUES}
    if after:
        composite["after"] = after
    crossed = {"composite": composite, "aggs": {"works": {"reverse_nested": {}}}}
    query = works([_found(asked), *kept])
    return {"query": query, "size": 0, "aggs": _among(asked, kept, {"crossed": crossed})}


def number(query: Json) -> Json:
    """How many passages match a query."""
    found = _nested(PASSAGES, {"constant_score": {"filter": query, "boost": 1.0}}, "sum")
    counts = {"sum": {"script": {"source": "_score"}}}
    return {"query": _nested(REPORTS, found, "sum"), "size": 0, "aggs": {"number": counts}}


def _nested(path: str, query: Json, mode: str) -> Json:
    return {"nested": {"path": path, "query": query, "score_mode": mode}}
