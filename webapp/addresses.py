"""Where things are: the addresses of searches, reports, static files and the other language."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlencode

from flask import current_app, request, url_for

from indexer import permalinks
from indexer.answers import Voice
from indexer.query import DEFAULT_SIZE, Query
from webapp import wording
from webapp.catalogue import catalogue
from webapp.i18n import current_language, language_of_path


def search_url(query: Query, lang: str | None = None) -> str:
    """The address of a search in a language (that of the page)."""
    return request.script_root + permalinks.search_path(query, lang or current_language())


def export_url(query: Query, suffix: str) -> str:
    """The address of all reports that a search finds, as a file of one kind."""
    path = url_for("exports.exported", lang=current_language(), suffix=suffix)
    return with_query(path, permalinks.write(query.at_page(1)))


def map_url(query: Query) -> str:
    """The address of the gap map of a search."""
    path = url_for("gapmap.gap_map", lang=current_language())
    unordered = Query(query.text, query.filters, query.year_from, query.year_to)
    return with_query(path, permalinks.write(unordered))


def share_url(query: Query) -> str:
    """The address where a search is made into a block for a newsletter."""
    path = url_for("sharing.share", lang=current_language())
    return with_query(path, permalinks.write(replace(query, page=1, size=DEFAULT_SIZE)))


def compare_url(ids: Sequence[str], text: str = "") -> str:
    """The address of reports side by side, with a search for others to pin beside them."""
    return with_query(url_for("comparing.compare", lang=current_language()), pinning(ids, text))


def pinning(ids: Sequence[str], text: str = "") -> str:
    """The parameters of that address."""
    asked = [("report", report_id) for report_id in ids] + ([("q", text)] if text else [])
    return urlencode(asked)


def filter_url(facet: str, value: str) -> str:
    """The address of the search for everything with one value of a filter."""
    return request.script_root + _filter_path(facet, value, current_language())


@functools.lru_cache(maxsize=1 << 12)
def _filter_path(facet: str, value: str, lang: str) -> str:
    # The same few hundred stand on every page.
    return permalinks.search_path(Query().adding(facet, value), lang)


def words_url(text: str) -> str:
    """The address of the search for these words."""
    return search_url(Query(permalinks.clean_text(text)))


def report_url(report_id: str, passage: int | None = None, lang: str | None = None) -> str:
    """The address of a report, or of one of its passages."""
    path = permalinks.report_path(report_id, lang or current_language(), passage)
    return request.script_root + path


def in_language(lang: str, query_string: str = "") -> str:
    """The address of this page in a language; of the home page where there is no such page."""
    path = request.path
    if language_of_path(path) is None:
        return url_for("search.home", lang=lang)
    here = request.script_root + quote(f"/{lang}{path[3:] or '/'}", safe="/")
    return with_query(here, query_string)


def absolute(path: str) -> str:
    """A path of this site as a full address, under `base_url` where that is configured."""
    return site_address() + path


def site_address() -> str:
    """What stands before every path: `base_url` where that is configured, or this host."""
    # A configured address already names the folder that the site is mounted in.
    base = catalogue().config.base_url.removesuffix(request.script_root)
    return base or request.host_url.rstrip("/")


def voice() -> Voice:
    """How answers for other programs speak and link: in the language of the page."""
    vocabulary = catalogue().vocabulary
    root = request.script_root
    return Voice(
        current_language(), vocabulary, wording.notice, wording.offer, site_address(), root
    )


def static_url(name: str) -> str:
    """The address of a static file, which changes with its content."""
    folder = Path(str(current_app.static_folder))
    return url_for("static", filename=name, v=_digest(folder / name))


@functools.cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def with_query(path: str, query_string: str) -> str:
    """A path with its parameters, if there are any."""
    return f"{path}?{query_string}" if query_string else path
