"""How a page says what is to be cited: references to copy, and tags for reference managers."""

from __future__ import annotations

from collections.abc import Iterator

from indexer import citations
from indexer.models import Report
from webapp.addresses import absolute, report_url
from webapp.i18n import current_language
from webapp.rendering import web_address


def references(report: Report) -> dict[str, str]:
    """The report as an entry of a reference list, by the name of the style."""
    lang, here = current_language(), absolute(report_url(report.id))
    return {
        "APA": citations.apa(report, lang, here),
        "Chicago": citations.chicago(report, lang, here),
    }


def tags(report: Report) -> list[tuple[str, str]]:
    """The report in Highwire's `citation_` tags, as Google Scholar and Zotero read them.

    Names and forms: https://scholar.google.com/intl/en/scholar/inclusion.html
    """
    return list(_tags(report))


def _tags(report: Report) -> Iterator[tuple[str, str]]:
    yield "citation_title", report.title
    for author in report.authors:
        yield "citation_author", citations.without_others(author)
    if report.date or report.year:
        day = f"{report.date:%Y/%m/%d}" if report.date else str(report.year)
        yield "citation_publication_date", day
    if report.publisher:
        yield "citation_technical_report_institution", report.publisher
        yield "citation_publisher", report.publisher
    yield "citation_language", report.lang
    yield "citation_public_url", absolute(report_url(report.id))
    original = web_address(report.source_url)
    if original and original.endswith(".pdf"):
        yield "citation_pdf_url", original
