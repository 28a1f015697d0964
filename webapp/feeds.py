"""What is new for any search, as feeds: Atom and JSON Feed."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from typing import Final

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from indexer import permalinks, repair
from indexer.models import Report
from indexer.query import DEFAULT_SIZE, Query
from webapp import wording
from webapp.addresses import absolute, report_url, search_url
from webapp.catalogue import catalogue
from webapp.i18n import current_language, gettext as _

LATEST: Final = 30
FEED_TYPES: Final = {"atom": "application/atom+xml", "json": "application/feed+json"}
# Entries and feeds keep their ids when the site moves to another host, so that readers do not
# show everything again; the namespace is this project's own.
_NAMESPACE: Final = uuid.UUID("5b1f7a0e-3c65-5d0c-9a55-6f1f5a8a5f0d")

pages = Blueprint("feeds", __name__)


@dataclass(frozen=True, slots=True)
class Item:
    """A report in a feed: its lasting id, its address, and when it was added (midnight UTC)."""

    id: str
    url: str
    added: dt.datetime
    report: Report


def addresses(query: Query) -> list[tuple[str, str, str]]:
    """The feeds of a search, each with its media type and its title."""
    title = _("New: %(search)s", search=wording.description(_lasting(query)))
    return [(kind, _feed_url(query, form), title) for form, kind in FEED_TYPES.items()]


@pages.get("/feed.<any(atom, json):form>")
@pages.get("/<any(en, fr):lang>/feed.<any(atom, json):form>")
def feed(form: str) -> AnyResponse:
    """The reports of a search that were added last, newest first; 304 when none is new."""
    query = repair.search(request.query_string, catalogue().vocabulary).query
    query = _lasting(query)
    state = catalogue().state()
    response = Response(content_type=f"{FEED_TYPES[form]}; charset=utf-8")
    response.set_etag(_id(f"{state.generation} {current_language()} {form} {query}"))
    response.last_modified = state.built_at
    response.cache_control.no_cache = True
    if response.make_conditional(request).status_code != 304:
        response.set_data(_atom(query) if form == "atom" else _json(query))
    return response


def _lasting(query: Query) -> Query:
    """The search without what only a page has: its order and its place in the list."""
    return replace(query, sort="relevance", page=1, size=DEFAULT_SIZE)


def _items(query: Query) -> list[Item]:
    return [
        Item(
            f"urn:uuid:{_id(report.id)}",
            absolute(report_url(report.id)),
            dt.datetime.combine(report.added, dt.time(), dt.UTC),
            report,
        )
        for report in catalogue().newest(query, LATEST, lang=current_language())
    ]


def _id(name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, name))


def _feed_url(query: Query, form: str) -> str:
    path = url_for("feeds.feed", lang=current_language(), form=form)
    parameters = permalinks.write(_lasting(query))
    return absolute(f"{path}?{parameters}" if parameters else path)


def _atom(query: Query) -> str:
    items = _items(query)
    return render_template(
        "feed.xml",
        id=f"urn:uuid:{_id(f'{current_language()} {permalinks.write(query)}')}",
        title=wording.description(query),
        page=absolute(search_url(query)),
        address=_feed_url(query, "atom"),
        updated=items[0].added if items else catalogue().state().built_at,
        items=items,
    )


def _json(query: Query) -> bytes:
    return jsonify(
        version="https://jsonfeed.org/version/1.1",
        title=wording.description(query),
        home_page_url=absolute(search_url(query)),
        feed_url=_feed_url(query, "json"),
        language=f"{current_language()}-CA",
        items=[_json_item(item) for item in _items(query)],
    ).get_data()


def _json_item(item: Item) -> dict[str, object]:
    report = item.report
    return {
        "id": item.id,
        "url": item.url,
        "title": report.title,
        "content_text": report.summary or report.title,
        "language": report.lang,
        "date_published": item.added.isoformat(),
        "authors": [{"name": name} for name in report.authors],
        "tags": list(report.sectors),
    }
