"""Which searches near to one that found nothing would find something?

Each is counted by asking the engine; there are never more than one for each filter and four more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from indexer.fields import FACET_NAMES, TEXT_NAMES
from indexer.query import Nearby, Query
from indexer.text import LANGUAGES

# A quotation mark parts words, but not a field from its word.
_QUOTES: Final = re.compile('(:?)["“”„«»]')
_FIELDS: Final = re.compile(rf"(?<!\w)(?:{'|'.join(TEXT_NAMES)}):")


def relaxed(query: Query, count: Callable[[Query], int]) -> tuple[Nearby, ...]:
    """The searches that ask for less and find something, those without one filter first.

    Of these, the one that finds most comes first.
    """
    fewer = sorted(_counted(_without_one(query), count), key=lambda nearby: -nearby.total)
    return (*fewer, *_counted(_looser(query), count))


def _counted(steps: Iterator[Nearby], count: Callable[[Query], int]) -> Iterator[Nearby]:
    for step in steps:
        total = count(step.query)
        if total:
            yield Nearby(step.kind, step.query, total, step.values)


def _without_one(query: Query) -> Iterator[Nearby]:
    """The same search without one of its filters, or in the other language instead of one."""
    for name in FACET_NAMES:
        values = query.filters.get(name, ())
        if name == "lang" and len(values) == 1:
            for lang in sorted({*LANGUAGES} - {*values}):
                other = query.without(name).adding(name, lang)
                yield Nearby("language", other, 0, {"lang": lang})
        elif values:
            yield Nearby("filter", query.without(name), 0, {"filter": name})
    if query.year_from or query.year_to:
        yield Nearby("years", query.without_years(), 0)


def _looser(query: Query) -> Iterator[Nearby]:
    """The same search with its words anywhere, without any filter, and without its words."""
    unquoted = " ".join(_QUOTES.sub(lambda mark: mark[1] or " ", query.text).split())
    if unquoted and unquoted != query.text:
        yield Nearby("quotes", query.asking(unquoted), 0)
    anywhere = " ".join(_FIELDS.sub(" ", query.text).split())
    if anywhere and anywhere != query.text:
        yield Nearby("fields", query.asking(anywhere), 0)
    if query.narrowings > 1:
        yield Nearby("filters", query.unfiltered(), 0)
    if query.text and query.filtered:
        yield Nearby("words", query.asking(""), 0)
