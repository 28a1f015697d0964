"""The home page and the results of a search."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from indexer import permalinks, repair
from indexer.asking import SNIPPETS
from indexer.query import DEFAULT_SIZE, Query, Results
from webapp import feeds, filters, wording
from webapp.catalogue import catalogue
from webapp.i18n import current_language, preferred_language
from webapp.status import query_counts

RECENT = 6
# A page of more results shows less of each: it stays under 50 KB.
MANY = 50

pages = Blueprint("search", __name__)


@pages.get("/")
def choose_home() -> Response:
    """The home page in the browser's language."""
    return redirect(url_for("search.home", lang=preferred_language()))


@pages.get("/search")
def choose_results() -> Response:
    """The same search in the browser's language."""
    path = url_for("search.results", lang=preferred_language())
    asked = repair.search(request.query_string, catalogue().vocabulary)
    # What could not be understood goes along, for the page to tell of it.
    query = asked.parameters if asked.complete else request.query_string.decode("ascii", "replace")
    return redirect(permalinks.with_parameters(path, query))


@pages.get("/<any(en, fr):lang>")
def find_home() -> Response:
    """The home page at its own address; Flask's redirect would name whatever host was asked."""
    return redirect(url_for("search.home"), 301)


@pages.get("/<any(en, fr):lang>/")
def home() -> str:
    """The search box, the sectors, the ratings and what is new."""
    everything = catalogue().search(Query(size=1))
    facets = {facet.name: facet.values for facet in everything.facets}
    return render_template(
        "home.html",
        works=everything.total,
        in_both=sum(value.count for value in facets["lang"]) - everything.total,
        sectors=facets["sector"],
        ratings=facets["rating"],
        feeds=feeds.addresses(Query()),
        recent=catalogue().newest(Query().adding("lang", current_language()), RECENT),
    )


@pages.get("/<any(en, fr):lang>/search")
def results() -> str | Response:
    """The reports that a search finds, with its filters, at the one address of the search."""
    asked = repair.search(request.query_string, catalogue().vocabulary)
    if asked.complete and request.query_string.decode("latin-1") != asked.parameters:
        path = url_for("search.results")
        return redirect(permalinks.with_parameters(path, asked.parameters), 301)
    dense = asked.query.size > MANY
    found = catalogue().search(asked.query, current_language(), 1 if dense else SNIPPETS)
    query = found.query
    _count(found)
    return render_template(
        "search.html",
        found=found,
        query=query,
        query_string=permalinks.write(query),
        dense=dense,
        size=query.size if query.size != DEFAULT_SIZE else None,
        sentence=wording.sentence(found.total, query),
        chips=filters.chips(query),
        unfiltered=filters.unfiltered(query),
        groups=filters.groups(found),
        orders=filters.orders(query),
        expanding=filters.expanding(query),
        neighbours=filters.neighbours(found),
        notices=filters.told((*asked.notices, *found.notices), query),
        suggestion=found.suggestion,
        feeds=feeds.addresses(query),
        offers=filters.offers(found),
    )


def _count(found: Results) -> None:
    """Counts what was typed, once and not again for each filter, order and page of it."""
    counts, query = query_counts(), found.query
    first = query.page == 1 and query.sort == "relevance" and not query.filtered
    if counts and query.text and first and request.method == "GET":
        counts.count(query.text, empty=not found.total)
