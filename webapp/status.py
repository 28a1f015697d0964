"""Whether the index answers and what to correct, for people and for monitors."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, current_app, jsonify, make_response, render_template

from indexer.query import Query
from webapp import remedies, staff
from webapp.catalogue import catalogue, catalogue_of
from webapp.querycounts import FILE, KEPT_DAYS, SHOWN_DAYS, SHOWN_FROM, QueryCounts, Summary

pages = Blueprint("status", __name__)


def init_app(app: Flask) -> None:
    """Lets searches be counted, where the site has that switched on."""
    config = catalogue_of(app).config
    if config.query_counts:
        counts = QueryCounts(config.index / FILE, config.share_token)
        app.extensions["query_counts"] = counts


def query_counts() -> QueryCounts | None:
    """The counts of what is searched for, on a site that counts."""
    counts: QueryCounts | None = current_app.extensions.get("query_counts")
    return counts


@pages.get("/<any(en, fr):lang>/status")
def status() -> Response:
    """The health of the index and what the last build could not take as it stood."""
    return _page()


@pages.post("/<any(en, fr):lang>/status")
def searches() -> Response:
    """The same with what is searched for, for who knows the token of the site."""
    counts = query_counts()
    if refused := staff.refusal():
        return _page(problem=refused.message, code=refused.status)
    return _page(counts.summary() if counts else None)


def _page(summary: Summary | None = None, problem: str = "", code: int = 200) -> Response:
    health = catalogue().status()
    page = render_template(
        "status.html",
        status=health,
        holdings=catalogue().holdings(),
        works=catalogue().count(Query()),
        failures=remedies.groups(health.last_build.failures if health.last_build else ()),
        counted=query_counts() is not None,
        summary=summary,
        problem=problem,
        shown_from=SHOWN_FROM,
        shown_days=SHOWN_DAYS,
        kept_days=KEPT_DAYS,
    )
    response = make_response(page, code)
    if summary:
        response.headers["Cache-Control"] = "no-store"
    return response


@pages.get("/healthz")
def health() -> Response:
    """200 while searches can be answered; the error table answers 503 otherwise."""
    state = catalogue().state()
    return jsonify(
        ok=True,
        generation=state.generation,
        reports=state.reports,
        stands_in=state.stands_in,
    )
