"""Query <-> link: one search has one address, and every address means one search.

Reading is forgiving, because links come back from newsletters mangled: an unknown parameter is
ignored, a value is known in any case and with any residue around it, an unknown one is dropped
with a notice, a retired one is replaced by its successor. Writing is canonical: one order, one
encoding, nothing that is a default. What mailers do to a whole address is undone in repair.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, urlencode

from indexer.fields import FACET_FIELDS, FACET_NAMES
from indexer.query import DEFAULT_SIZE, EXPAND, MAX_SIZE, SORTS, Notice, Query
from indexer.text import INVISIBLE, slug
from indexer.vocabulary import Vocabulary

MAX_VALUES: Final = 50
MAX_PAIRS: Final = 500
# Says in an address which retired values were replaced or dropped on the way to it, so that the
# page can tell; it is no part of the search.
RETIRED: Final = "retired"
PARAMETERS: Final = ("q", *FACET_NAMES, "from", "to", "expand", "sort", "page", "size", RETIRED)
_CONTROLLED: Final = frozenset(field.name for field in FACET_FIELDS if field.controlled)
_ESCAPED_AMPERSAND: Final = re.compile(r"^(?:amp;|#0?38;|%26)+", re.IGNORECASE)
_YEARS: Final = range(1000, 3000)
_LAST_PAGE: Final = 1_000_000
# So much of a key is enough to know it by, when a link was cut.
_ENOUGH: Final = 4
_VISIBLE: Final = str.maketrans(dict.fromkeys(INVISIBLE, None))
_CLOSERS: Final = {")": "(", "]": "[", "»": "«", "”": "“", "’": "‘"}


def read(
    pairs: Iterable[tuple[str, str]], vocabulary: Vocabulary
) -> tuple[Query, tuple[Notice, ...]]:
    """The search that an address's parameters mean, and what had to be dropped to understand it."""
    values = _collect(pairs)
    notices: list[Notice] = []
    query = Query(
        text=clean_text(values.get("q", [""])[-1]),
        filters=_filters(values, vocabulary, notices),
        year_from=_year("from", values, notices),
        year_to=_year("to", values, notices),
        sort=_sort(values, notices),
        page=_whole("page", values, notices, default=1, most=_LAST_PAGE),
        size=_whole("size", values, notices, default=DEFAULT_SIZE, most=MAX_SIZE),
        expand=_expand(values, notices),
    )
    notices += [told for told in _told_before(values, vocabulary) if told not in notices]
    return query, tuple(notices)


def write(query: Query) -> str:
    """The canonical parameters of a search, encoded; empty for the search for everything."""
    return urlencode(_pairs(query))


def write_told(query: Query, notices: Iterable[Notice]) -> str:
    """The canonical parameters, and after them the retired values that the notices tell of."""
    retired = [
        (notice.values["filter"], notice.values["value"])
        for notice in notices
        if notice.kind == "retired-value"
    ]
    return urlencode([*_pairs(query), *((RETIRED, f"{name}:{value}") for name, value in retired)])


def _pairs(query: Query) -> list[tuple[str, str]]:
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
    return [(name, value) for name, value in pairs if value]


def _collect(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    collected: dict[str, list[str]] = {}
    for number, (name, value) in enumerate(pairs):
        if number >= MAX_PAIRS:
            break
        name = _ESCAPED_AMPERSAND.sub("", name.strip()).lower()
        collected.setdefault(name, []).append(value)
    return collected


def clean(text: str) -> str:
    """The text on one line, composed (NFC), without control characters and invisible marks."""
    seen = unicodedata.normalize("NFC", text.translate(_VISIBLE))
    return " ".join("".join(c if c.isprintable() else " " for c in seen).split())


def clean_text(text: str, *, stops: bool = True) -> str:
    """The words of a search, without what the sentence around a link left at its end.

    Commas and closing marks that nothing opened mean nothing to a search, nor do full stops but
    for that of an abbreviation (`U.S.`); with `stops` False they all stay (`Acme Inc.`).
    """
    text = clean(text)
    while text and _is_residue(text, stops):
        text = text[:-1].rstrip()
    return text


def _is_residue(text: str, stops: bool) -> bool:
    last, before = text[-1], text[:-1].rsplit(" ", 1)[-1]
    if last == ".":
        return stops and "." not in before
    if last == '"':
        return text.count('"') % 2 == 1
    opener = _CLOSERS.get(last)
    return text.count(last) > text.count(opener) if opener else last in ",;:…>&"


def _filters(
    values: dict[str, list[str]], vocabulary: Vocabulary, notices: list[Notice]
) -> dict[str, tuple[str, ...]]:
    filters: dict[str, tuple[str, ...]] = {}
    for name in FACET_NAMES:
        given = dict.fromkeys(clean_text(value, stops=False) for value in values.get(name, ()))
        meant = (_meant(name, value, vocabulary, notices) for value in given if value)
        known = list(dict.fromkeys(value for value in meant if value))
        if known:
            filters[name] = tuple(sorted(known[:MAX_VALUES]))
    return filters


def _meant(name: str, value: str, vocabulary: Vocabulary, notices: list[Notice]) -> str | None:
    """The value of a filter that was meant, or None with a notice."""
    if name not in _CONTROLLED:
        return value
    keys = vocabulary.keys(name)
    former = tuple(vocabulary.retired.get(name, ()))
    key = _key(value, (*keys, *former))
    if key in keys:
        return key
    if key is not None:
        notices.append(_retirement(name, key, vocabulary))
        return vocabulary.successor(name, key)
    nearest = vocabulary.nearest(name, value)
    told = {"filter": name, "value": value[:100]} | ({"nearest": nearest} if nearest else {})
    notices.append(Notice("unknown-value", told))
    return None


def _key(value: str, keys: tuple[str, ...]) -> str | None:
    """The key in a value: as it stands, else in any case, with residue around it, or cut short."""
    if value in keys:
        return value
    found = _squashed(value)
    by_letters = {_squashed(key): key for key in keys}
    if found in by_letters:
        return by_letters[found]
    begun = [key for letters, key in by_letters.items() if letters.startswith(found)]
    return begun[0] if len(begun) == 1 and len(found) >= _ENOUGH else None


def _squashed(value: str) -> str:
    return slug(value).replace("-", "")


def _retirement(name: str, key: str, vocabulary: Vocabulary) -> Notice:
    successor = vocabulary.successor(name, key)
    told = {"filter": name, "value": key} | ({"successor": successor} if successor else {})
    return Notice("retired-value", told)


def _told_before(values: dict[str, list[str]], vocabulary: Vocabulary) -> list[Notice]:
    """The notices of retired values that an address brings from the link that led to it."""
    named = [value.partition(":") for value in values.get(RETIRED, ())[:MAX_VALUES]]
    return [
        _retirement(name, key, vocabulary)
        for name, _, key in named
        if vocabulary.is_retired(name, key)
    ]


def _year(name: str, values: dict[str, list[str]], notices: list[Notice]) -> int | None:
    text = _bare(values.get(name, [""])[-1])
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) == 4 and int(text) in _YEARS:
        return int(text)
    notices.append(Notice("bad-year", {"filter": name, "value": text[:100]}))
    return None


def _sort(values: dict[str, list[str]], notices: list[Notice]) -> str:
    sort = _bare(values.get("sort", [SORTS[0]])[-1]).lower() or SORTS[0]
    if sort in SORTS:
        return sort
    notices.append(Notice("bad-sort", {"value": sort[:100]}))
    return SORTS[0]


def _expand(values: dict[str, list[str]], notices: list[Notice]) -> bool:
    choice = _bare(values.get("expand", ["on"])[-1]).lower() or "on"
    if choice not in EXPAND:
        notices.append(Notice("bad-expand", {"value": choice[:100]}))
    return choice != "off"


def _whole(
    name: str, values: dict[str, list[str]], notices: list[Notice], *, default: int, most: int
) -> int:
    text = _bare(values.get(name, [""])[-1])
    if not text:
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if 1 <= number <= most:
        return number
    notices.append(Notice(f"bad-{name}", {"value": text[:100]}))
    return most if number > most else default


def _bare(text: str) -> str:
    """A number or a word without the punctuation around it."""
    return clean(text).strip(" .,;:&=!?()[]<>«»“”‘’'\"*_\\/…")


def search_path(query: Query, lang: str) -> str:
    """The path of a search in a language of the interface: `/en/search?q=...`."""
    return with_parameters(f"/{lang}/search", write(query))


def with_parameters(path: str, parameters: str) -> str:
    """A path with its parameters, if there are any."""
    return f"{path}?{parameters}" if parameters else path


def report_path(report_id: str, lang: str, passage: int | None = None) -> str:
    """The path of a report, or of one of its passages: `/en/report/<id>#passage-3`."""
    fragment = f"#passage-{passage}" if passage else ""
    return f"/{lang}/report/{quote(report_id, safe='')}{fragment}"
