"""What every template can say: words, addresses, and HTML from text."""

from __future__ import annotations

from flask import Flask

from indexer.errors import EngineError
from indexer.findings import page_ranges
from indexer.query import IndexState
from indexer.registries import disagree
from indexer.text import spaced
from webapp import addresses, rendering, weighing, wording
from webapp.catalogue import catalogue, definition, label
from webapp.i18n import gettext as _


def init_app(app: Flask) -> None:
    """Gives templates the functions that turn data into words, addresses and HTML."""
    app.add_template_filter(rendering.printable)
    app.context_processor(
        lambda: {
            "site_name": site_name(),
            "standing_in": standing_in,
            "label": label,
            "definition": definition,
            "quiet_line": wording.quiet_line,
            "place": wording.place,
            "audience": wording.audience,
            "disagree": disagree,
            "in_language": addresses.in_language,
            "absolute": addresses.absolute,
            "static_url": addresses.static_url,
            "search_url": addresses.search_url,
            "export_url": addresses.export_url,
            "map_url": addresses.map_url,
            "share_url": addresses.share_url,
            "filter_url": addresses.filter_url,
            "words_url": addresses.words_url,
            "report_url": addresses.report_url,
            "compare_url": addresses.compare_url,
            "pinning": addresses.pinning,
            "web_address": rendering.web_address,
            "page_address": rendering.page_address,
            "quoted": wording.quoted,
            "quoted_from": weighing.source,
            "finding_in_words": wording.finding,
            "page_ranges": page_ranges,
            "spaced": spaced,
            "marked": rendering.marked,
            "linked": rendering.linked,
            "spoken": rendering.spoken,
            "lang_of": rendering.lang_of,
            "rating_symbol": rendering.rating_symbol,
        }
    )


def standing_in() -> IndexState | None:
    """The index that answers, if that is an earlier one because the last one is damaged."""
    try:
        state = catalogue().state()
    except EngineError:
        return None
    return state if state.stands_in else None


def site_name() -> str:
    """The name of the site; the usual one has a name in each language."""
    usual = {"Evidence for Safer Cities": _("Evidence for Safer Cities")}
    name = catalogue().config.site_name
    return usual.get(name, name)
