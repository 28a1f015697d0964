"""Query <-> link: one search has one address, and every address means one search.

Reading is forgiving, because links come back from newsletters mangled: an unknown parameter is
ignored, an unknown value is dropped with a notice, `amp;sector=` is read as `sector=`. Writing is
canonical: one order, one encoding, nothing that is a default.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, urlencode

from indexer.fields import FACET_FIELDS, FACET_NAMES
from indexer.query import DEFAULT_SIZE, EXPAND, MAX_SIZE, SORTS, Notice, Query
from indexer.vocabulary import Vocabulary

MAX_VALUES: Final = 50
MAX_PAIRS: Final = 500
_CONTROLLED: Final = frozenset(field.name for field in FACET_FIELDS if field.controlled)
_ESCAPED_AMPERSAND: Final = re.compile(r"^(?:amp;|#0?38;|%26)+", re.IGNORECASE)
_YEARS: Final = range(1000, 3000)
_LAST_PAGE: Final = 1_000_000


def read(
    pairs: Iterable[tuple[str, str]], vocabulary: Vocabulary
) -> tuple[Query, tuple[Notice, ...]]:
    """The search that an address's parameters mean, and what had to be dropped to understand it."""
    values = _collect(pairs)
    notices: list[Notice] = []
    query = Query(
        text=_clean(values.get("q", [""])[-1]),
        filters=_filters(values, vocabulary, notices),
        year_from=_year("from", values, notices),
        year_to=_year("to", values, notices),
        sort=_sort(values, notices),
        page=_whole("page", values, notices, default=1, most=_LAST_PAGE),
        size=_whole("size", values, notices, default=DEFAULT_SIZE, most=MAX_SIZE),
        expand=_expand(values, notices),
    )
    return query, tuple(notices)


def write(query: Query) -> str:
    """The canonical parameters of a search, encoded; empty for the search for everything."""
    pairs: list[tuple[str, str]] = [("q", query.text)]
    pairs += [(name, value) for name in FACET_NAMES for value in query.filters.get(name, ())]
    pairs += [
        ("from", str(query.year_from or "")),
        ("to", str(query.year_to or "")),
        ("expand", "" if query.expand else "off"),
        ("sort", "" if query.sort == SORTS[0] else query.sort),
        ("page", "" if query.page == 1 else str(query.page)),
        ("size", "" if query.size == DEFAULT_SIZE else str(query.size)),
    ]
    return urlencode([(name, value) for name, value in pairs if value])


def _collect(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    collected: dict[str, list[str]] = {}
    for number, (name, value) in enumerate(pairs):
        if number >= MAX_PAIRS:
            break
        name = _ESCAPED_AMPERSAND.sub("", name.strip()).lower()
        collected.setdefault(name, []).append(value)
    return collected


def _clean(text: str) -> str:
    """The text on one line, without control characters and lone surrogates."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _filters(
    values: dict[str, list[str]], vocabulary: Vocabulary, notices: list[Notice]
) -> dict[str, tuple[str, ...]]:
    filters: dict[str, tuple[str, ...]] = {}
    for name in FACET_NAMES:
        given = [_clean(value) for value in values.get(name, ())]
        wanted = list(dict.fromkeys(value for value in given if value))
        known = [value for value in wanted if _is_known(name, value, vocabulary, notices)]
        if known:
            filters[name] = tuple(sorted(known[:MAX_VALUES]))
    return filters


def _is_known(name: str, value: str, vocabulary: Vocabulary, notices: list[Notice]) -> bool:
    if name not in _CONTROLLED or vocabulary.entry(name, value):
        return True
    nearest = vocabulary.nearest(name, value)
    told = {"filter": name, "value": value[:100]} | ({"nearest": nearest} if nearest else {})
    notices.append(Notice("unknown-value", told))
    return False


def _year(name: str, values: dict[str, list[str]], notices: list[Notice]) -> int | None:
    text = _clean(values.get(name, [""])[-1])
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) == 4 and int(text) in _YEARS:
        return int(text)
    notices.append(Notice("bad-year", {"filter": name, "value": text[:100]}))
    return None


def _sort(values: dict[str, list[str]], notices: list[Notice]) -> str:
    sort = _clean(values.get("sort", [SORTS[0]])[-1]) or SORTS[0]
    if sort in SORTS:
        return sort
    notices.append(Notice("bad-sort", {"value": sort[:100]}))
    return SORTS[0]


def _expand(values: dict[str, list[str]], notices: list[Notice]) -> bool:
    choice = _clean(values.get("expand", ["on"])[-1]) or "on"
    if choice not in EXPAND:
        notices.append(Notice("bad-expand", {"value": choice[:100]}))
    return choice != "off"


def _whole(
    name: str, values: dict[str, list[str]], notices: list[Notice], *, default: int, most: int
) -> int:
    text = _clean(values.get(name, [""])[-1])
    if not text:
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if 1 <= number <= most:
        return number
    notices.append(Notice(f"bad-{name}", {"value": text[:100]}))
    return most if number > most else default


def search_path(query: Query, lang: str) -> str:
    """The path of a search in a language of the interface: `/en/search?q=...`."""
    parameters = write(query)
    return f"/{lang}/search" + (f"?{parameters}" if parameters else "")


def report_path(report_id: str, lang: str, passage: int | None = None) -> str:
    """The path of a report, or of one of its passages: `/en/report/<id>#passage-3`."""
    fragment = f"#passage-{passage}" if passage else ""
    return f"/{lang}/report/{quote(report_id, safe='')}{fragment}"
