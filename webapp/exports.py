"""Whole result lists for other programs: tables, citations, the record of a search."""

from __future__ import annotations

import datetime as dt
from typing import Final

from flask import Blueprint, Response, abort, request

from indexer import citations, export, repair
from webapp.addresses import absolute, report_url, voice
from webapp.catalogue import catalogue
from webapp.i18n import current_language

BY_SUFFIX: Final = {form.suffix: form for form in export.FORMATS.values()}

pages = Blueprint("exports", __name__)


@pages.get("/<any(en, fr):lang>/report/<report_id>/citation.<any(ris, bib):suffix>")
def citation(report_id: str, suffix: str) -> Response:
    """One report for a reference manager."""
    report = catalogue().report(report_id)
    write = {"ris": citations.ris, "bib": citations.bibtex}[suffix]
    told = write(report, absolute(report_url(report.id)))
    response = Response(told, content_type=BY_SUFFIX[suffix].media_type)
    response.headers.set("Content-Disposition", "attachment", filename=f"{report.id}.{suffix}")
    return response


@pages.get("/export.<suffix>")
@pages.get("/<any(en, fr):lang>/export.<suffix>")
def exported(suffix: str) -> Response:
    """Every report that a search finds, in the format that the ending names."""
    if suffix not in BY_SUFFIX:
        abort(404)
    form = BY_SUFFIX[suffix]
    query = repair.search(request.query_string, catalogue().vocabulary).query
    total, index, reports = catalogue().every(query, current_language())
    now = dt.datetime.now(dt.UTC)
    record = export.Record(query, total, index, now)
    response = Response(form.write(reports, record, voice()), content_type=form.media_type)
    name = f"reports-{now:%Y-%m-%d}.{suffix}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "no-store"
    return response
