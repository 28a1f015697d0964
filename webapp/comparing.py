"""Up to four reports side by side, field by field; which ones stands in the address."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, render_template, request, url_for

from indexer.errors import ReportNotFound, ReportWithdrawn
from indexer.export import csv_line
from indexer.models import Report
from indexer.query import Query
from webapp import fields
from webapp.addresses import absolute, compare_url, pinning, report_url, with_query
from webapp.catalogue import catalogue
from webapp.fields import Field
from webapp.i18n import current_language, gettext as _, ngettext

MOST: Final = 4
# How many reports are offered to be pinned beside the others.
OFFERED: Final = 10
# The ids of an address, also when somebody has added many.
_READ: Final = 20

pages = Blueprint("comparing", __name__)


@dataclass(frozen=True, slots=True)
class Pins:
    """The reports of a comparison, and what is to be said of the other ids in the address."""

    reports: tuple[Report, ...]
    notices: tuple[str, ...]

    def ids(self) -> list[str]:
        """The ids as they are now."""
        return [report.id for report in self.reports]


@pages.get("/<any(en, fr):lang>/compare")
def compare() -> str:
    """The pinned reports side by side, and reports to pin beside them."""
    pins = _pinned()
    text = request.args.get("q", "")[:1000].strip()
    query = Query(text=text, size=OFFERED)
    found = catalogue().search(query, current_language()) if text else None
    held = set(pins.ids())
    return render_template(
        "compare.html",
        pins=pins,
        most=MOST,
        fields=list(
            fields.of([(report, catalogue().passages(report.id)) for report in pins.reports])
        ),
        text=text,
        offered=[hit.report for hit in found.hits if hit.report.id not in held] if found else [],
        searched=found is not None,
        without=lambda report: compare_url([one for one in pins.ids() if one != report.id], text),
        beside=lambda report: compare_url([*pins.ids(), report.id], text),
        query_string=pinning(pins.ids()),
        table_url=with_query(url_for("comparing.table"), pinning(pins.ids())),
    )


@pages.get("/<any(en, fr):lang>/compare.csv")
def table() -> Response:
    """The comparison for a spreadsheet."""
    reports = _pinned().reports
    lines = [[_("Field"), *(report.title for report in reports)]]
    lines += [[field.name, *map(fields.as_text, field.cells)] for field in _fields(reports)]
    lines += [[_("Link"), *(absolute(report_url(report.id)) for report in reports)]]
    content = codecs.BOM_UTF8 + b"".join(map(csv_line, lines))
    response = Response(content, mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename="compare.csv")
    return response


def _fields(reports: Sequence[Report]) -> list[Field]:
    return list(fields.of([(report, catalogue().passages(report.id)) for report in reports]))


def _pinned() -> Pins:
    """The first four reports that the address names, and what became of its other ids."""
    reports: dict[str, Report] = {}
    notices: list[str] = []
    for report_id in request.args.getlist("report")[:_READ]:
        try:
            report = catalogue().report(report_id)
        except ReportNotFound as error:
            notices.append(_left_out(error))
        else:
            reports.setdefault(report.id, report)
    kept = tuple(reports.values())[:MOST]
    return Pins(kept, (*dict.fromkeys(notices), *_too_many(len(reports) - len(kept))))


def _left_out(error: ReportNotFound) -> str:
    if isinstance(error, ReportWithdrawn) and error.title:
        return _("“%(title)s” was withdrawn; it was left out.", title=error.title)
    return _("There is no report “%(id)s” any more; it was left out.", id=error.report_id)


def _too_many(count: int) -> Iterator[str]:
    if count:
        yield ngettext(
            "Four reports are as many as fit; one more was left out.",
            "Four reports are as many as fit; %(num)s more were left out.",
            count,
        )
