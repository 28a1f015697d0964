"""Short links: `/s/<slug>` leads to a search or a report for as long as there are readers."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from indexer.text import slug as slug_of
from webapp.landing import short_target

pages = Blueprint("shortlinks", __name__)


@pages.get("/s/<slug>")
def follow(slug: str) -> Response:
    """Where a short link leads today, straight to its final address.

    The redirect is temporary (302): a permanent one would be remembered by browsers, and a link
    that was pointed elsewhere would go on leading to where it led first.
    """
    return redirect(request.script_root + short_target(slug_of(slug)), 302)
