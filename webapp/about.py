"""How the site works and what its words mean."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp.catalogue import catalogue
from webapp.i18n import current_language

pages = Blueprint("about", __name__)


@pages.get("/<any(en, fr):lang>/about")
def about() -> str:
    """Method, query language, ratings, sectors and limits; it needs no index."""
    vocabulary = catalogue().vocabulary
    return render_template(
        f"about.{current_language()}.html",
        ratings=vocabulary.keys("rating"),
        types=vocabulary.keys("type"),
        sectors=vocabulary.keys("sector"),
        counted=catalogue().config.query_counts,
    )
