"""What crawlers expect: robots.txt and the map of the site."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, url_for

from webapp.addresses import absolute, report_url
from webapp.catalogue import catalogue
from webapp.i18n import LANGUAGES

pages = Blueprint("site", __name__)


@pages.get("/robots.txt")
def robots() -> Response:
    """Reports may be crawled; the endless combinations of filters need not be."""
    lines = ["User-agent: *"]
    lines += [f"Disallow: {url_for('search.results', lang=lang)}" for lang in LANGUAGES]
    lines += [f"Disallow: {url_for('sharing.share', lang=lang)}" for lang in LANGUAGES]
    lines += ["Disallow: /api/", f"Sitemap: {absolute(url_for('site.sitemap'))}", ""]
    return Response("\n".join(lines), mimetype="text/plain")


@pages.get("/sitemap.xml")
def sitemap() -> Response:
    """Every page that stays, in both languages, each naming the other."""
    fixed = [
        {lang: absolute(url_for(page, lang=lang)) for lang in LANGUAGES}
        for page in ("search.home", "about.about")
    ]
    reports = [
        {lang: absolute(report_url(report.id, lang=lang)) for lang in LANGUAGES}
        for report in catalogue().reports()
        if not report.withdrawn
    ]
    content = render_template("sitemap.xml", entries=[*fixed, *reports])
    return Response(content, mimetype="application/xml")
