"""One report with its passages."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from indexer import findings
from indexer.registries import disagree
from webapp import citing, previews, reading, weighing
from webapp.addresses import report_url
from webapp.catalogue import catalogue
from webapp.i18n import preferred_language

pages = Blueprint("reports", __name__)


@pages.get("/report/<report_id>")
def choose_report(report_id: str) -> Response:
    """The report in the browser's language, straight under the id that it has today."""
    found = catalogue().report(report_id)
    path = report_url(found.id, lang=preferred_language())
    return redirect(path, 302 if found.id == report_id else 301)


@pages.get("/<any(en, fr):lang>/report/<report_id>")
def report(report_id: str) -> str | Response | tuple[str, int]:
    """A report: what it says, for whom, how well it works, and every passage."""
    found = catalogue().report(report_id)
    if found.id != report_id:
        return redirect(report_url(found.id), 301)
    passages = catalogue().passages(found.id)
    read = reading.parts(found, passages)
    noticed = findings.merged(found.warnings)
    page = render_template(
        "report.html",
        report=found,
        unread=[finding for finding in noticed if finding.kind != "language-switch"],
        other_languages=[finding for finding in noticed if finding.kind == "language-switch"],
        parts=read,
        contents=reading.contents(read),
        translations=catalogue().translations(found),
        schema=previews.schema(found),
        points=weighing.points(found, passages),
        registries=weighing.registries(found),
        disagreement=disagree(found.ratings),
        references=citing.references(found),
        tags=citing.tags(found),
        similar=catalogue().similar(found),
        alternatives=catalogue().alternatives(found) if found.withdrawn else (),
    )
    return (page, 410) if found.withdrawn else page
