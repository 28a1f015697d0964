"""How the reports of a search are spread over years and places: bars, each a link to its search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from indexer.query import Facet, Query
from webapp.addresses import search_url
from webapp.catalogue import label

# More single years could not be taken in; before that, whole decades are counted.
MOST_YEARS: Final = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `width` is its share of the longest, in hundredths."""

    label: str
    count: int
    width: float
    url: str


def years(query: Query, counts: Mapping[int, int]) -> list[Bar]:
    """The years of a search, oldest first: each of the last twelve, and all before them as one."""
    if not counts:
        return []
    last = max(counts)
    first = max(min(counts), last - MOST_YEARS + 1)
    before = {year: number for year, number in counts.items() if year < first}
    found = [(f"{min(before)}–{first - 1}", min(before), first - 1)] if before else []
    found += [(str(year), year, year) for year in range(first, last + 1)]
    return _bars(
        (
            name,
            sum(n for year, n in counts.items() if begin <= year <= end),
            replace(query, year_from=begin, year_to=end),
        )
        for name, begin, end in found
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
