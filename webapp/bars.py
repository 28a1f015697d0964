"""How the reports of a search are spread over years and places: bars, each a link to its search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from indexer.query import Facet, Query
from webapp.addresses import search_url
from webapp.catalogue import label

# More bars could not be taken in; then each is of more years, and all of equally many.
MOST_PERIODS: Final = 12
PERIODS: Final = (1, 5, 10, 50, 100)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `width` is its share of the longest, in hundredths."""

    label: str
    count: int
    width: float
    url: str


def years(query: Query, counts: Mapping[int, int]) -> list[Bar]:
    """The years of a search, oldest first: single years, or periods that are equally long."""
    if not counts:
        return []
    first, last = min(counts), max(counts)
    length = next((n for n in PERIODS if last // n - first // n < MOST_PERIODS), PERIODS[-1])
    begins = range(first // length * length, last + 1, length)
    periods = ((max(first, begin), min(last, begin + length - 1)) for begin in begins)
    return _bars(
        (
            str(begin) if begin == end else f"{begin}–{end}",
            sum(n for year, n in counts.items() if begin <= year <= end),
            replace(query, year_from=begin, year_to=end),
        )
        for begin, end in periods
    )


def places(query: Query, facets: Iterable[Facet]) -> list[Bar]:
    """The provinces and territories of a search, in the order of the list, without empty ones."""
    values = next(facet.values for facet in facets if facet.name == "province")
    return _bars(
        (
            label("province", found.value),
            found.count,
            replace(query, filters={**query.filters, "province": (found.value,)}),
        )
        for found in values
        if found.count
    )


def _bars(counted: Iterable[tuple[str, int, Query]]) -> list[Bar]:
    found = list(counted)
    most = max((count for _, count, _ in found), default=1) or 1
    return [
        Bar(name, count, round(100 * count / most, 1), search_url(query))
        for name, count, query in found
    ]
