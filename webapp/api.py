"""The same as the pages, as JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from indexer import permalinks
from indexer.models import Passage, Report
from indexer.query import Facet, Hit, IndexState, Notice, Query
from webapp import wording
from webapp.addresses import absolute, report_url, search_url
from webapp.catalogue import catalogue, label

pages = Blueprint("api", __name__, url_prefix="/api/v1")
_NOT_PUBLIC = frozenset({"path", "fingerprint", "labels"})


@pages.get("/search")
def search() -> Response:
    """A search, in the shape of the contract."""
    asked, misunderstood = permalinks.read(request.args.items(multi=True), catalogue().vocabulary)
    found = catalogue().search(asked)
    return jsonify(
        ok=True,
        query=_query(found.query),
        url=absolute(search_url(found.query)),
        total=found.total,
        took_ms=round(found.took_ms, 1),
        hits=[_hit(hit) for hit in found.hits],
        facets={facet.name: _facet(facet) for facet in found.facets},
        suggestion=found.suggestion,
        notices=[_notice(notice) for notice in (*misunderstood, *found.notices)],
        index=_index(found.index),
    )


@pages.get("/report/<report_id>")
def report(report_id: str) -> AnyResponse:
    """Everything that is known of a report, with its passages."""
    found = catalogue().report(report_id)
    if found.id != report_id:
        return redirect(url_for("api.report", report_id=found.id), 301)
    return jsonify(
        ok=True,
        url=absolute(report_url(found.id)),
        report=_report(found),
        passages=[_passage(passage) for passage in catalogue().passages(found.id)],
        translations=[
            {"id": other.id, "lang": other.lang, "title": other.title, "url": report_url(other.id)}
            for other in catalogue().translations(found)
        ],
        index=_index(catalogue().state()),
    )


@pages.get("/status")
def status() -> Response:
    """The health of the index."""
    health = catalogue().status()
    last = health.last_build
    return jsonify(
        ok=True,
        engine=health.engine,
        index=_index(health.index),
        stale=health.stale,
        last_build=dataclasses.asdict(last) if last else None,
    )


def _query(query: Query) -> dict[str, object]:
    years = {"from": query.year_from, "to": query.year_to}
    return {
        "text": query.text,
        "filters": {name: list(values) for name, values in query.filters.items()},
        **{name: year for name, year in years.items() if year is not None},
        "sort": query.sort,
        "page": query.page,
        "size": query.size,
    }


def _hit(hit: Hit) -> dict[str, object]:
    found = hit.report
    return {
        "id": found.id,
        "url": report_url(found.id),
        "title": found.title,
        "lang": found.lang,
        "year": found.year,
        "type": found.type,
        "rating": found.rating,
        "sectors": list(found.sectors),
        "publisher": found.publisher,
        "summary": found.summary,
        "score": round(hit.score, 4),
        "passages": [
            {
                "number": snippet.number,
                "page": snippet.page,
                "heading": snippet.heading,
                "text": snippet.text,
                "marks": [list(mark) for mark in snippet.marks],
                "url": report_url(found.id, snippet.number),
            }
            for snippet in hit.snippets
        ],
    }


def _facet(facet: Facet) -> list[dict[str, object]]:
    return [
        {
            "value": value.value,
            "label": label(facet.name, value.value),
            "count": value.count,
            "selected": value.selected,
        }
        for value in facet.values
    ]


def _notice(notice: Notice) -> dict[str, str]:
    return {**notice.values, "kind": notice.kind, "message": wording.notice(notice)}


def _index(state: IndexState) -> dict[str, object]:
    built = state.built_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "generation": state.generation,
        "reports": state.reports,
        "passages": state.passages,
        "built_at": built,
    }


def _report(found: Report) -> dict[str, object]:
    """The fields of a report under the contract's names."""
    known: Mapping[str, object] = {
        field.name: _plain(getattr(found, field.name))
        for field in dataclasses.fields(found)
        if field.name not in _NOT_PUBLIC
    }
    return {
        **known,
        "url": report_url(found.id),
        "sectors": list(found.sectors),
        "labels": [dataclasses.asdict(label) for label in found.labels],
    }


def _plain(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return dict(value) if isinstance(value, Mapping) else value


def _passage(passage: Passage) -> dict[str, object]:
    return {
        "number": passage.number,
        "page": passage.page,
        "heading": passage.heading,
        "headings": list(passage.headings),
        "text": passage.text,
        "lang": passage.lang,
        "url": report_url(passage.report_id, passage.number),
    }
