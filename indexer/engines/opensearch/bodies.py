"""What the cluster is asked for a Request: pure functions from it to the bodies of searches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from indexer.engines.base import Favour, Request
from indexer.engines.opensearch.clauses import Having, all_of, matching, scored
from indexer.engines.opensearch.mapping import NESTED, REPORTS, Json, passage, report
from indexer.engines.ranking import NEXT_PASSAGES, YEAR, best_of, sort_of

# More values of a facet than this are not counted.
MOST_VALUES: Final = 10_000
# The reports of the works that are looked at closely at once.
_MOST_REPORTS: Final = 10_000
PASSAGES: Final[Json] = {"term": {"kind": "passage"}}


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
    query = {"bool": {"filter": [asked.matching], "should": _stems(terms)}}
    return {"query": query, "size": 1, "_source": False, "track_total_hits": False}


def _stems(terms: Mapping[str, float]) -> list[Json]:
    return [
        {"term": {passage("stems"): {"value": term, "boost": worth}}}
        for term, worth in terms.items()
    ]


def best(asked: Asked, count: int, after: Sequence[Any] | None = None) -> Json:
    """The best passages that match in reports that are kept, so many of them after another."""
    told = [{passage(name): {"order": "asc", "missing": 0}} for name in (YEAR, "number")]
    of = [{passage(name): "asc"} for name in ("work", "report")]
    body = {
        "query": _ranked(asked),
        "size": count,
        "stored_fields": "_none_",
        "sort": [{"_score": "desc"}, *of, *told],
        "track_total_hits": False,
    }
    return body | ({"search_after": [*after]} if after else {})


def _ranked(asked: Asked, *filters: Json) -> Json:
    among = [*kept_passages(asked.request), *filters]
    return {"bool": {"must": [asked.scored], "filter": among}}


def detailed(asked: Asked, works: Sequence[str]) -> Json:
    """The best passages that match of each kept report of some works."""
    first = {
        "size": max(best_of(asked.request), NEXT_PASSAGES + 1),
        "sort": [{"_score": "desc"}, {passage("number"): "asc"}],
        "_source": False,
        "docvalue_fields": [passage("number")],
    }
    reports = {"field": passage("report"), "size": _MOST_REPORTS}
    return {
        "query": _ranked(asked, {"terms": {passage("work"): [*works]}}),
        "size": 0,
        "aggs": {"reports": {"terms": reports, "aggs": {"best": {"top_hits": first}}}},
        "track_total_hits": False,
    }


def listed(asked: Asked, offset: int, limit: int) -> Json:
    """So many works that match and are kept, in an order that only reports decide."""
    kept = [_found(asked), *kept_reports(asked.request)]
    return {
        "query": works(kept),
        "from": offset,
        "size": limit,
        "_source": False,
        "sort": [_ordered(report(f"by_{sort_of(asked.request)}"), kept)],
        "track_total_hits": False,
    }


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
        "track_total_hits": False,
    }


def _ordered(key: str, reports: Sequence[Json]) -> Json:
    """In the order of the first of some reports of each work."""
    nested = {"path": REPORTS, "filter": all_of(reports)}
    return {key: {"order": "asc", "mode": "min", "nested": nested}}


def kept_reports(request: Request, but: str | None = None) -> list[Json]:
    """The filters that a report must pass, but for one."""
    filters: list[Json] = [
        {"terms": {report(name): sorted(values)}}
        for name, values in request.filters.items()
        if name != but
    ]
    return [*filters, *_between(report(YEAR), request)]


def kept_passages(request: Request) -> list[Json]:
    """The same filters for the passages of a report."""
    filters: list[Json] = [
        {"terms": {passage("values"): sorted(f"{name}={value}" for value in values)}}
        for name, values in request.filters.items()
    ]
    return [*filters, *_between(passage(YEAR), request)]


def _between(year: str, request: Request) -> list[Json]:
    bounds = {"gte": request.year_from, "lte": request.year_to}
    given = {name: bound for name, bound in bounds.items() if bound is not None}
    return [{"range": {year: given}}] if given else []


def works(reports: Sequence[Json]) -> Json:
    """The works with a report that passes all of some filters."""
    return _having(REPORTS, all_of(reports))


def _found(asked: Asked) -> Json:
    """The reports with a passage that matches."""
    return _having(NESTED, _nested(asked.matching))


def _nested(query: Any) -> Any:
    """A query that finds passages as one of those nested in works."""
    if isinstance(query, dict):
        return {
            name.replace(passage(""), f"{NESTED}.", 1): _nested(told)
            for name, told in query.items()
        }
    return [_nested(told) for told in query] if isinstance(query, list) else query


def _having(path: str, query: Json) -> Json:
    return {"nested": {"path": path, "query": query, "score_mode": "none"}}


def counted(asked: Asked, facets: Sequence[str], but: str | None = None) -> Json:
    """How many works match and are kept, and how many of them have each value of some facets in
    such a report; without the filter of one facet."""
    kept = kept_reports(asked.request, but)
    values = {
        name: {
            "terms": {"field": report(name), "size": MOST_VALUES},
            "aggs": {"works": {"reverse_nested": {}}},
        }
        for name in facets
    }
    body = {"query": works([_found(asked), *kept]), "size": 0, "track_total_hits": True}
    return body | ({"aggs": _among(asked, kept, values)} if facets else {})


def _among(asked: Asked, kept: Sequence[Json], aggregations: Json) -> Json:
    reports = {"filter": all_of([_found(asked), *kept]), "aggs": aggregations}
    return {"reports": {"nested": {"path": REPORTS}, "aggs": {"kept": reports}}}


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
    return {"query": {"bool": {"filter": [query]}}, "size": 0, "track_total_hits": True}
