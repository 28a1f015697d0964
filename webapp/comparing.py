"""Up to four reports side by side, field by field; which ones stands in the address."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, url_for

from indexer.errors import ReportNotFound
from indexer.models import Report
from indexer.query import Query
from webapp import wording
from webapp.addresses import absolute, report_url, with_query
from webapp.catalogue import catalogue, label
from webapp.i18n import current_language, gettext as _, language_name

MOST: Final = 4
# How many reports are offered to be pinned beside the others.
OFFERED: Final = 10
# The ids of an address, also when somebody has added many.
_READ: Final = 20

pages = Blueprint("comparing", __name__)


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the comparison: what each report says, in the order of the reports."""

    name: str
    values: tuple[str, ...]
    in_report_language: bool = False


@dataclass(frozen=True, slots=True)
class Pins:
    """The reports of a comparison, and the ids in the address that lead to none."""

    reports: tuple[Report, ...]
    gone: tuple[str, ...]

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
        fields=list(_fields(pins.reports)),
        text=text,
        offered=[hit.report for hit in found.hits if hit.report.id not in held] if found else [],
        searched=found is not None,
        without=lambda report: compare_url([one for one in pins.ids() if one != report.id], text),
        beside=lambda report: compare_url([*pins.ids(), report.id], text),
        query_string=_parameters(pins.ids(), ""),
        table_url=with_query(url_for("comparing.table"), _parameters(pins.ids(), "")),
    )


@pages.get("/<any(en, fr):lang>/compare.csv")
def table() -> Response:
    """The comparison for a spreadsheet."""
    reports = _pinned().reports
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow([_("Field"), *(_defused(report.title) for report in reports)])
    for field in _fields(reports):
        writer.writerow([field.name, *map(_defused, field.values)])
    writer.writerow([_("Link"), *(absolute(report_url(report.id)) for report in reports)])
    response = Response(lines.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename="compare.csv")
    return response


def compare_url(ids: Sequence[str], text: str = "") -> str:
    """The address of a comparison."""
    return with_query(url_for("comparing.compare"), _parameters(ids, text))


def _parameters(ids: Sequence[str], text: str) -> str:
    asked = [("report", report_id) for report_id in ids] + ([("q", text)] if text else [])
    return urlencode(asked)


def _pinned() -> Pins:
    """The reports that the address names, the first four, and the ids that lead to none."""
    reports: dict[str, Report] = {}
    gone: list[str] = []
    for report_id in request.args.getlist("report")[:_READ]:
        try:
            report = catalogue().report(report_id)
        except ReportNotFound:
            gone.append(report_id)
        else:
            reports.setdefault(report.id, report)
    return Pins(tuple(reports.values())[:MOST], tuple(gone))


def _fields(reports: Sequence[Report]) -> Iterator[Field]:
    """The lines on which at least one report says something."""
    told: list[tuple[str, Callable[[Report], str], bool]] = [
        (_("Rating"), lambda report: label("rating", report.rating), False),
        (_("Why this rating"), lambda report: report.rating_note or "", True),
        (_("In the sources’ own words"), _registries, True),
        (_("In short"), lambda report: report.summary or "", True),
        (_("For whom"), lambda report: _labels("population", report.population), False),
        (_("Where it works"), lambda report: _labels("setting", report.setting), False),
        (_("Outcomes looked at"), lambda report: _labels("outcome", report.outcomes), False),
        (_("Sectors"), lambda report: _labels("sector", report.sectors), False),
        (_("Type of report"), lambda r: label("type", r.type) if r.type else "", False),
        (_("Place"), wording.place, False),
        (_("Publisher"), lambda report: report.publisher or "", False),
        (_("Published"), lambda report: str(report.year or ""), False),
        (_("Language of the report"), lambda report: language_name(report.lang), False),
    ]
    for name, tell, in_report_language in told:
        values = tuple(tell(report) for report in reports)
        if any(values):
            yield Field(name, values, in_report_language)


def _labels(facet: str, keys: Sequence[str]) -> str:
    return "; ".join(label(facet, key) for key in keys)


def _registries(report: Report) -> str:
    return "; ".join(f"{said.by}{_(':')} {said.rating}" for said in report.ratings)


def _defused(text: str) -> str:
    """A text that a spreadsheet would run, behind the apostrophe that makes it plain text."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
