"""What other sites show of a link to this one: oEmbed, and what a browser needs to search here."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from flask import Blueprint, Response, abort, jsonify, render_template, request

from indexer import citations
from indexer.models import Report
from webapp.addresses import absolute, report_url, site_address
from webapp.catalogue import catalogue
from webapp.context import site_name
from webapp.i18n import LANGUAGES
from webapp.rendering import web_address

# A day, in seconds: a title seldom changes.
KEPT: Final = 24 * 60 * 60
_REPORT: Final = re.compile(rf"/(?P<lang>{'|'.join(LANGUAGES)})/report/(?P<id>[^/]+)/?")

pages = Blueprint("previews", __name__)


@pages.get("/opensearch.xml")
@pages.get("/<any(en, fr):lang>/opensearch.xml")
def opensearch() -> Response:
    """What a browser needs to add this site to its search engines (OpenSearch 1.1)."""
    content = render_template("opensearch.xml")
    return Response(content, mimetype="application/opensearchdescription+xml")


@pages.get("/oembed")
def oembed() -> Response:
    """What a link to a report shows elsewhere (oEmbed 1.0, type `link`)."""
    if request.args.get("format", "json") != "json":
        abort(501)
    report, lang = _linked(request.args.get("url", ""))
    return jsonify(
        version="1.0",
        type="link",
        title=report.title,
        author_name=", ".join(report.authors) or report.publisher or site_name(),
        provider_name=site_name(),
        provider_url=site_address(),
        url=absolute(report_url(report.id, lang=lang)),
        cache_age=KEPT,
    )


def _linked(address: str) -> tuple[Report, str]:
    """The report that one of our addresses leads to, with the page's language; 404 for others."""
    here = site_address() + request.script_root
    found = _REPORT.fullmatch(address.partition("#")[0].removeprefix(here))
    if found is None:
        abort(404)
    return catalogue().report(unquote(found["id"])), found["lang"]


def schema(report: Report) -> dict[str, object]:
    """The report in the words of schema.org, for search engines."""
    told = {
        "@context": "https://schema.org",
        "@type": "Report",
        "name": report.title,
        "headline": report.title[:110],
        "inLanguage": report.lang,
        "description": report.summary,
        "url": absolute(report_url(report.id)),
        "sameAs": web_address(report.source_url),
        "author": [_author(citations.without_others(name)) for name in report.authors],
        "publisher": {"@type": "Organization", "name": report.publisher}
        if report.publisher
        else None,
        "datePublished": (report.date.isoformat() if report.date else None)
        or (str(report.year) if report.year else None),
        "license": report.licence,
        "keywords": list(report.sectors),
        "mainEntityOfPage": {
            "@type": "WebPage",
            "lastReviewed": report.last_verified.isoformat(),
        }
        if report.last_verified
        else None,
    }
    return {name: value for name, value in told.items() if value}


def _author(name: str) -> dict[str, str]:
    kind = "Organization" if citations.is_organization(name) else "Person"
    return {"@type": kind, "name": name}
