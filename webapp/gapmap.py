"""The evidence gap map of any search: a page, a table for other programs, and pictures of it."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from indexer import permalinks, repair
from indexer.gapmap import AXES, COLUMNS, DECADE, RATING, ROWS, Cell, GapMap
from indexer.query import Notice, Query
from webapp import bars, filters, pictures, wording
from webapp.addresses import absolute, with_query
from webapp.catalogue import catalogue, label
from webapp.context import site_name
from webapp.discs import disc
from webapp.i18n import date, gettext as _, ngettext, number, preferred_language

NOT_RATED: Final = "not-rated"
PICTURES: Final = {"png": "image/png", "svg": "image/svg+xml"}

pages = Blueprint("gapmap", __name__)


@pages.get("/map")
def choose_map() -> AnyResponse:
    """The same map in the browser's language."""
    path = url_for("gapmap.gap_map", lang=preferred_language())
    return redirect(with_query(path, request.query_string.decode("ascii", "replace")))


@pages.get("/<any(en, fr):lang>/map")
def gap_map() -> str:
    """Where a search has evidence and where it has none."""
    query, misunderstood = _asked()
    drawn = _drawn(query)
    found = catalogue().search(replace(query, size=1), snippets=0)
    ratings = {key: label("rating", key) for key in catalogue().vocabulary.keys("rating")}
    return render_template(
        "map.html",
        map=drawn,
        query=query,
        query_string=_parameters(drawn),
        axes=[(axis, axis_label(axis)) for axis in AXES],
        axis_label=axis_label,
        value_label=value_label,
        title=_title(drawn, found.total),
        note=_note(),
        gaps=_gaps(drawn),
        source=_source(drawn),
        chips=filters.chips(query, lambda fewer: _page(replace(drawn, query=fewer))),
        rated_only=_rated_only(drawn),
        said=functools.partial(_said, ratings),
        disc=disc,
        ratings=ratings,
        notices=filters.told(misunderstood, query),
        downloads=[(form, _address(form, drawn)) for form in ("csv", *PICTURES)],
        years=bars.years(query, catalogue().years(query)),
        places=bars.places(query, found.facets),
    )


@pages.get("/<any(en, fr):lang>/map.csv")
def table() -> Response:
    """The cells of a map, a line each, empty ones included."""
    drawn = _drawn(_asked()[0])
    lines = io.StringIO()
    ratings = catalogue().vocabulary.keys("rating")
    names = [axis_label(axis) for axis in drawn.axes]
    writer = csv.writer(lines)
    writer.writerow([*names, _("Reports"), *(label("rating", key) for key in ratings), _("Link")])
    for row, cells in zip(drawn.rows, drawn.cells, strict=True):
        for column, cell in zip(drawn.columns, cells, strict=True):
            values = zip(drawn.axes, (row.value, column.value), strict=True)
            said = [value_label(axis, value) for axis, value in values]
            counts = [cell.ratings.get(key, 0) for key in ratings]
            link = absolute(url_for("search.results"))
            link = with_query(link, permalinks.write(cell.query))
            writer.writerow([*said, cell.total, *counts, link])
    response = Response(lines.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    return _as_file(response, "csv")


@pages.get("/<any(en, fr):lang>/map.<any(png, svg):form>")
def picture(form: str) -> Response:
    """The map as a picture for slides and newsletters."""
    drawn = _drawn(_asked()[0])
    total = catalogue().count(drawn.query)
    content = pictures.picture(_figure(drawn, total), form)
    return _as_file(Response(content, content_type=PICTURES[form]), form)


def _asked() -> tuple[Query, tuple[Notice, ...]]:
    """The search of a map, which has neither an order nor pages."""
    asked = repair.search(request.query_string, catalogue().vocabulary)
    query = asked.query
    return Query(query.text, query.filters, query.year_from, query.year_to), asked.notices


def _drawn(query: Query) -> GapMap:
    asked = request.args
    return catalogue().gap_map(query, asked.get("rows", ""), asked.get("columns", ""))


def axis_label(axis: str) -> str:
    """What an axis is called where one chooses it."""
    return _("Decade") if axis == DECADE else wording.facet_labels()[axis]


def value_label(axis: str, value: str) -> str:
    """What a row or a column is called."""
    if axis != DECADE:
        return label(axis, value)
    return _("%(first)s to %(last)s", first=value, last=int(value) + 9)


def _title(drawn: GapMap, total: int) -> str:
    return _(
        "%(search)s, by %(rows)s and %(columns)s",
        search=wording.sentence(total, drawn.query),
        rows=axis_label(drawn.axes[0]).lower(),
        columns=axis_label(drawn.axes[1]).lower(),
    )


def _note() -> str:
    """How a map is read."""
    return _(
        "The larger a disc, the more reports; its colours say how strong their evidence is. "
        "A report that has several values counts for each."
    )


def _gaps(drawn: GapMap) -> str:
    """How many cells are empty, which is what a map is looked at for."""
    cells = len(drawn.rows) * len(drawn.columns)
    if drawn.empty == cells:
        return _("Every cell is a gap: no report fits this search.")
    if not drawn.empty:
        return _("No cell is empty.")
    return ngettext(
        "%(num)s of %(cells)s cells is a gap, where the collection has no report.",
        "%(num)s of %(cells)s cells are gaps, where the collection has no report.",
        drawn.empty,
        cells=number(cells),
    )


def _source(drawn: GapMap) -> str:
    """Where a map is from, and of which day: it is shown where nobody can ask."""
    today = date(dt.datetime.now(dt.UTC).date())
    return f"{site_name()}, {today}. {absolute(_page(drawn))}"


def _rated_only(drawn: GapMap) -> str:
    """The same map of rated reports only; empty where some ratings were chosen already."""
    rated = [key for key in catalogue().vocabulary.keys(RATING) if key != NOT_RATED]
    if RATING in drawn.query.filters or NOT_RATED not in _ratings_found(drawn):
        return ""
    narrowed = {**drawn.query.filters, RATING: tuple(rated)}
    return _page(replace(drawn, query=replace(drawn.query, filters=narrowed)))


def _ratings_found(drawn: GapMap) -> set[str]:
    return {rating for row in drawn.cells for cell in row for rating in cell.ratings}


def _said(ratings: Mapping[str, str], cell: Cell) -> str:
    """A cell in words: how many reports, and how they are rated, by the name of each rating."""
    if not cell.total:
        return _("no report")
    counts = ngettext("%(num)s report", "%(num)s reports", cell.total)
    rated = (f"{ratings[key]} {number(n)}" for key, n in cell.ratings.items())
    return f"{counts} ({', '.join(rated)})"


def _parameters(drawn: GapMap) -> str:
    """The canonical parameters of a map: its search, and the axes that are not the usual ones."""
    rows, columns = drawn.axes
    axes = f"rows={rows}&columns={columns}" if drawn.axes != (ROWS, COLUMNS) else ""
    return "&".join(filter(None, [permalinks.write(drawn.query), axes]))


def _page(drawn: GapMap) -> str:
    return with_query(url_for("gapmap.gap_map"), _parameters(drawn))


def _address(form: str, drawn: GapMap) -> str:
    page = url_for("gapmap.gap_map")
    return with_query(f"{page}.{form}", _parameters(drawn))


def _as_file(response: Response, form: str) -> Response:
    name = f"map-{dt.datetime.now(dt.UTC):%Y-%m-%d}.{form}"
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response


def _figure(drawn: GapMap, total: int) -> pictures.Figure:
    """All that a picture says, in words."""
    return pictures.Figure(
        title=_title(drawn, total),
        axes=(axis_label(drawn.axes[0]), axis_label(drawn.axes[1])),
        rows=tuple(value_label(drawn.axes[0], row.value) for row in drawn.rows),
        columns=tuple(value_label(drawn.axes[1], column.value) for column in drawn.columns),
        cells=tuple(tuple(tuple(cell.ratings.items()) for cell in row) for row in drawn.cells),
        ratings=tuple((key, label("rating", key)) for key in catalogue().vocabulary.keys("rating")),
        gap=_("Gap: no report"),
        notes=(f"{_gaps(drawn)} {_note()}", _source(drawn)),
    )
