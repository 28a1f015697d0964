"""Where a mangled address should have landed: in one redirect, and only ever on this site."""

from __future__ import annotations

from urllib.parse import quote

from flask import current_app, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException
from werkzeug.wrappers import Response

from indexer import repair, shortlinks
from indexer.errors import IndexerError, LinkNotFound
from indexer.repair import Link
from webapp.catalogue import catalogue
from webapp.i18n import preferred_language


def landing() -> Response | None:
    """The redirect from an address that opens nothing to the one that was meant, if it is known."""
    if request.method not in ("GET", "HEAD"):
        return None
    asked = _asked()
    link = repair.link(asked, catalogue().vocabulary)
    path = _path(link) if link else None
    if link is None or path is None or path == asked:
        return None
    return redirect(request.script_root + path, 302 if link.kind == "short" else 301)


def short_target(slug: str) -> str:
    """The final address of what a short link leads to; LinkNotFound when there is none."""
    target = shortlinks.load(catalogue().config.corpus).current(slug).target
    link = repair.link(target, catalogue().vocabulary)
    if link is None or link.kind == "short":
        # Somebody wrote that into the file by hand.
        raise LinkNotFound(slug)
    # What is gone has a page that says so.
    return _path(link) or link.in_language(preferred_language())


def _asked() -> str:
    """The address as it was sent, from the root of the site."""
    path = quote(request.environ["PATH_INFO"].encode("latin-1"), safe="/!$&'()*+,;=:@")
    query = request.query_string.decode("latin-1")
    return f"{path}?{query}" if query else path


def _path(link: Link) -> str | None:
    """The address that a link has today; None when nothing is there."""
    lang = preferred_language()
    if link.kind == "short":
        return _short_path(link.name)
    if link.kind != "report":
        path = link.in_language(lang)
        return path if _is_page(path.partition("?")[0]) else None
    try:
        found = catalogue().report(link.name)
    except IndexerError:
        # What is wrong with the address itself is the better answer.
        return None
    return link.for_report(found.id).in_language(lang)


def _short_path(slug: str) -> str | None:
    try:
        return short_target(slug)
    except LinkNotFound:
        return None


def _is_page(path: str) -> bool:
    try:
        current_app.url_map.bind("").match(path, "GET")
    except (RoutingException, HTTPException):
        return False
    return True
