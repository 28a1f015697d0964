"""What stands beside and above the results: filters to choose, chips to remove, orders, notices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from indexer.query import SORTS, Facet, FacetValue, Notice, Query, Results
from webapp import wording
from webapp.addresses import search_url
from webapp.catalogue import label
from webapp.i18n import gettext as _

# The order of the page, which is the order in which people narrow.
SHOWN: Final = (
    "sector",
    "rating",
    "type",
    "lang",
    "province",
    "outcome",
    "population",
    "publisher",
)
# These stand open; the others open when something in them is chosen.
ALWAYS_OPEN: Final = frozenset({"sector", "rating", "type", "lang"})
FIRST_VALUES: Final = 8
# So few values are not worth hiding.
FEW: Final = 2


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter, to tick."""

    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A filter on the page: the values in sight, and those behind “more”."""

    name: str
    label: str
    always_open: bool
    shown: tuple[Choice, ...]
    more: tuple[Choice, ...]

    @property
    def chosen(self) -> int:
        """How many values are on."""
        return sum(choice.selected for choice in (*self.shown, *self.more))


@dataclass(frozen=True, slots=True)
class Step:
    """A link to a nearby search: `kind` says what it changes, `current` whether it is this one."""

    label: str
    url: str
    kind: str = ""
    current: bool = False
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A notice in words, with a step that may help."""

    message: str
    step: Step | None = None


def groups(results: Results) -> list[Group]:
    """The filters of a search page, in its order."""
    facets = {facet.name: facet for facet in results.facets}
    return [_group(facets[name]) for name in SHOWN if name in facets and facets[name].values]


def _group(facet: Facet) -> Group:
    first = _first(facet.values)
    others = [value for value in facet.values if value not in first]
    return Group(
        facet.name,
        wording.facet_labels()[facet.name],
        facet.name in ALWAYS_OPEN,
        tuple(_choice(facet.name, value) for value in first),
        tuple(_choice(facet.name, value) for value in others),
    )


def _first(values: Sequence[FacetValue]) -> list[FacetValue]:
    """The chosen values and the most frequent others, in their order; a short list whole."""
    if len(values) <= FIRST_VALUES + FEW:
        return list(values)
    fitting = sorted((value for value in values if value.count), key=lambda value: -value.count)
    return [value for value in values if value.selected or value in fitting[:FIRST_VALUES]]


def _choice(name: str, value: FacetValue) -> Choice:
    return Choice(value.value, label(name, value.value), value.count, value.selected)


def chips(query: Query, address: Callable[[Query], str] = search_url) -> list[Step]:
    """The chosen filters, each as a link to the same search, or to its map, without it."""
    return [Step(name, address(without), kind) for kind, name, without in _removals(query)]


def _removals(query: Query) -> Iterator[tuple[str, str, Query]]:
    names = wording.facet_labels()
    for facet in SHOWN:
        for value in query.filters.get(facet, ()):
            yield names[facet], label(facet, value), query.removing(facet, value)
    if query.year_from or query.year_to:
        yield _("Year"), wording.years(query), query.without_years()


def unfiltered(query: Query) -> Step:
    """The same words without any filter."""
    return Step(_("Remove all filters"), search_url(query.unfiltered()))


def orders(query: Query) -> list[Step]:
    """The orders to choose from; without words there is no relevance to order by."""
    names = wording.sort_labels()
    offered = SORTS if query.text else SORTS[1:]
    now = query.sort if query.sort in offered else "newest"
    return [
        Step(names[sort], search_url(query.sorted_by(sort)), current=sort == now)
        for sort in offered
    ]


def expanding(query: Query) -> Step:
    """The same words with other words for the same thing, or without them."""
    name = _("Only the words I typed") if query.expand else _("Other words too")
    return Step(name, search_url(query.expanding(not query.expand)))


def neighbours(results: Results) -> dict[str, Step]:
    """The pages before and after this one, where there are any."""
    query, steps = results.query, {}
    if query.page > 1:
        steps["prev"] = Step(_("Previous page"), search_url(query.at_page(query.page - 1)))
    if query.page < results.pages:
        steps["next"] = Step(_("Next page"), search_url(query.at_page(query.page + 1)))
    return steps


def told(notices: Sequence[Notice], query: Query) -> list[Told]:
    """The notices in words, each with the value that was probably meant; that an earlier index
    answers stands on every page anyway."""
    return [
        Told(wording.notice(notice), _meant(notice, query))
        for notice in notices
        if notice.kind != "stands-in"
    ]


def _meant(notice: Notice, query: Query) -> Step | None:
    nearest = notice.values.get("nearest")
    if notice.kind != "unknown-value" or not nearest:
        return None
    facet = notice.values["filter"]
    return Step(label(facet, nearest), search_url(query.adding(facet, nearest)))


def offers(results: Results) -> list[Step]:
    """Where a search without results could go, with how many reports each would find."""
    return [
        Step(wording.offer(nearby, results.query), search_url(nearby.query), total=nearby.total)
        for nearby in results.nearby
    ]
