"""Query in, Results out: what every search is asked and what it answers, whoever asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from indexer.models import Report

SORTS: Final = ("relevance", "newest", "oldest", "title")
# Whether other words for a concept are searched for too.
EXPAND: Final = ("on", "off")
MAX_SIZE: Final = 100
DEFAULT_SIZE: Final = 10


@dataclass(frozen=True, slots=True)
class Query:
    """One search: `filters` maps a facet to the values of which a report needs one.

    `year_from` and `year_to` include their ends; `page` counts from 1. `expand` says whether the
    other words for a concept are searched for too, in both languages.
    """

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    year_from: int | None = None
    year_to: int | None = None
    sort: str = "relevance"
    page: int = 1
    size: int = DEFAULT_SIZE
    expand: bool = True

    @property
    def offset(self) -> int:
        """How many hits come before this page."""
        return (self.page - 1) * self.size

    @property
    def filtered(self) -> bool:
        """Whether anything but the text narrows the search."""
        return bool(self.filters) or self.year_from is not None or self.year_to is not None

    @property
    def narrowings(self) -> int:
        """How many filters there are, the years counted as one."""
        years = self.year_from is not None or self.year_to is not None
        return sum(map(bool, self.filters.values())) + years

    def at_page(self, page: int) -> Query:
        """The same search at another page."""
        return replace(self, page=page)

    def sorted_by(self, sort: str) -> Query:
        """The same search in another order, at its first page."""
        return replace(self, sort=sort, page=1)

    def adding(self, facet: str, value: str) -> Query:
        """The same search, narrowed to (or widened by) one more value of a facet."""
        values = (*self.filters.get(facet, ()), value)
        return replace(self, filters={**self.filters, facet: tuple(dict.fromkeys(values))}, page=1)

    def removing(self, facet: str, value: str) -> Query:
        """The same search without one value of a facet."""
        values = tuple(kept for kept in self.filters.get(facet, ()) if kept != value)
        others = {name: kept for name, kept in self.filters.items() if name != facet}
        return replace(self, filters=others | ({facet: values} if values else {}), page=1)

    def expanding(self, expand: bool) -> Query:
        """The same search with or without other words than those that were typed."""
        return replace(self, expand=expand, page=1)

    def without(self, facet: str) -> Query:
        """The same search without a filter, whichever values it has."""
        others = {name: kept for name, kept in self.filters.items() if name != facet}
        return replace(self, filters=others, page=1)

    def unfiltered(self) -> Query:
        """The same words without any filter."""
        return replace(self, filters={}, year_from=None, year_to=None, page=1)

    def asking(self, text: str) -> Query:
        """The same filters with other words."""
        return replace(self, text=text, page=1)

    def without_years(self) -> Query:
        """The same search for any year."""
        return replace(self, year_from=None, year_to=None, page=1)


@dataclass(frozen=True, slots=True)
class Snippet:
    """The part of a passage that shows why it matched: plain text, with `marks` as (start, end)."""

    number: int
    page: int | None
    heading: str
    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class OtherWord:
    """Why a report was found that does not say what was `typed`: it says `found`, of language
    `lang`, which is another word for it."""

    typed: str
    found: str
    lang: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A report that matched, with its best passages, the other words that found it, and its
    `translations`, which are the same hit."""

    report: Report
    score: float
    snippets: tuple[Snippet, ...]
    matched: tuple[OtherWord, ...] = ()
    translations: tuple[Report, ...] = ()


class FacetValue(msgspec.Struct, frozen=True):
    """One value of a filter and how many reports it would leave."""

    # Not a dataclass, which takes six times as long to make: an answer has a hundred of these.

    value: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter with its values; counts ignore the filter's own selection."""

    name: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the person should know of the search, by `kind`, with the `values` for it."""

    kind: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Nearby:
    """Another search that may help: `kind` says how it differs, with the `values` for it.

    Kinds: `spelling` (what was probably meant), `term` (a `relation` of a word that was asked
    for), `filter` (without the one `filter`), `years` and `filters` (without them), `language` (in
    the other one, `lang`), `quotes` and `fields` (words anywhere), `words` (only the filters).
    `total` is how many reports it finds.
    """

    kind: str
    query: Query
    total: int
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IndexState:
    """Which index answered: its generation, size and age; `stands_in` says that it is an earlier
    one, because the last one is damaged."""

    generation: str
    reports: int
    passages: int
    built_at: dt.datetime
    stands_in: bool = False


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a Query: one page of hits, the total of reports, and every facet.

    `suggestion` is the same search with the words that were probably meant; `nearby` are searches
    that find something, where this one found nothing.
    """

    query: Query
    total: int
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]
    took_ms: float
    index: IndexState
    suggestion: Nearby | None = None
    nearby: tuple[Nearby, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def pages(self) -> int:
        """How many pages the hits fill, at least 1."""
        return max(1, -(-self.total // self.query.size))
