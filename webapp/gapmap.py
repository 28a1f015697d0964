"""The evidence gap map of any search: a page, a table for other programs, and pictures of it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from indexer import permalinks, repair
from indexer.gapmap import AXES, COLUMNS, DECADE, ROWS, Cell, GapMap
from indexer.query import Notice, Query
from webapp import bars, filters, pictures, wording
from webapp.addresses import absolute, with_query
from webapp.catalogue import catalogue, label
from webapp.discs import disc
from webapp.i18n import current_language, gettext as _, ngettext, number, preferred_language

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
    found = catalogue().search(query)
    return render_template(
        "map.html",
        map=drawn,
        query=query,
        total=found.total,
        query_string=_parameters(drawn),
        axes=[(axis, axis_label(axis)) for axis in AXES],
        axis_label=axis_label,
        value_label=value_label,
        title=_title(drawn),
        said=_said,
        disc=disc,
        ratings=catalogue().vocabulary.keys("rating"),
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
    content = pictures.picture(_figure(drawn), form)
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


def _title(drawn: GapMap) -> str:
    return _(
        "%(search)s: by %(rows)s and %(columns)s",
        search=wording.description(drawn.query),
        rows=axis_label(drawn.axes[0]).lower(),
        columns=axis_label(drawn.axes[1]).lower(),
    )


def _said(cell: Cell) -> str:
    """A cell in words: how many reports, and how they are rated."""
    if not cell.total:
        return _("no report")
    counts = ngettext("%(num)s report", "%(num)s reports", cell.total)
    rated = (f"{label('rating', key)} {number(n)}" for key, n in cell.ratings.items())
    return f"{counts} ({', '.join(rated)})"


def _parameters(drawn: GapMap) -> str:
    """The canonical parameters of a map: its search, and the axes that are not the usual ones."""
    rows, columns = drawn.axes
    axes = f"rows={rows}&columns={columns}" if drawn.axes != (ROWS, COLUMNS) else ""
    return "&".join(filter(None, [permalinks.write(drawn.query), axes]))


def _address(form: str, drawn: GapMap) -> str:
    page = url_for("gapmap.gap_map")
    return with_query(f"{page}.{form}", _parameters(drawn))


def _as_file(response: Response, form: str) -> Response:
    name = f"map-{dt.datetime.now(dt.UTC):%Y-%m-%d}.{form}"
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response


def _figure(drawn: GapMap) -> pictures.Figure:
    """All that a picture says, in words."""
    return pictures.Figure(
        title=_title(drawn),
        rows=tuple(value_label(drawn.axes[0], row.value) for row in drawn.rows),
        columns=tuple(value_label(drawn.axes[1], column.value) for column in drawn.columns),
        cells=tuple(tuple(tuple(cell.ratings.items()) for cell in row) for row in drawn.cells),
        ratings=tuple((key, label("rating", key)) for key in catalogue().vocabulary.keys("rating")),
        source=absolute(with_query(url_for("gapmap.gap_map"), _parameters(drawn))),
        note=_(
            "A disc grows with the number of reports, which stands in it. An empty cell is a gap."
        ),
        lang=current_language(),
    )
