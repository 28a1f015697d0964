"""Where there is evidence and where there is none: the reports of a search, counted on two axes.

A cell counts the reports that have a row's value and a column's value, by rating. A report with
several sectors stands in several rows, as it is found under each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from indexer.query import Query
from indexer.vocabulary import Vocabulary

DECADE: Final = "decade"
RATING: Final = "rating"
AXES: Final = ("sector", "outcome", "population", "type", RATING, "province", DECADE)
ROWS: Final = "sector"
COLUMNS: Final = "outcome"
# A map of more decades could not be read.
MOST_DECADES: Final = 12

# The values of one or more facets (or `year`) -> how many reports of the search have them all.
Count = Callable[[Sequence[str]], Mapping[tuple[str, ...], int]]


@dataclass(frozen=True, slots=True)
class Cell:
    """The reports with a row's value and a column's value: `ratings` has how many of each rating,
    strongest first; `query` finds exactly them."""

    ratings: Mapping[str, int]
    query: Query

    @property
    def total(self) -> int:
        """How many reports there are in the cell."""
        return sum(self.ratings.values())


@dataclass(frozen=True, slots=True)
class Heading:
    """A value of an axis; `total` counts each of its reports once, whatever its other values."""

    value: str
    total: int
    query: Query


@dataclass(frozen=True, slots=True)
class GapMap:
    """The map of a search: `cells` has a row of cells for each of `rows`, empty ones included."""

    query: Query
    axes: tuple[str, str]
    rows: tuple[Heading, ...]
    columns: tuple[Heading, ...]
    cells: tuple[tuple[Cell, ...], ...]

    @property
    def most(self) -> int:
        """How many reports the fullest cell has."""
        return max((cell.total for row in self.cells for cell in row), default=0)

    @property
    def empty(self) -> int:
        """How many cells have no report."""
        return sum(not cell.total for row in self.cells for cell in row)


def chosen_axes(rows: str, columns: str) -> tuple[str, str]:
    """Two different axes: those asked for as far as they exist, otherwise the usual ones."""
    first = rows if rows in AXES else ROWS
    second = columns if columns in AXES else COLUMNS
    if second == first:
        second = COLUMNS if first != COLUMNS else ROWS
    return first, second


def draw(query: Query, axes: tuple[str, str], count: Count, vocabulary: Vocabulary) -> GapMap:
    """The map of a search on two axes."""
    names = tuple(dict.fromkeys((*map(_counted_as, axes), RATING)))
    counted = _by_cell(count(names), names, axes)
    rows, columns = (_headings(axis, query, count, vocabulary) for axis in axes)
    ratings = vocabulary.keys(RATING)

    def cell(row: Heading, column: Heading) -> Cell:
        found = counted.get((row.value, column.value), {})
        held = {rating: found[rating] for rating in ratings if rating in found}
        return Cell(held, narrowed(row.query, axes[1], column.value))

    cells = tuple(tuple(cell(row, column) for column in columns) for row in rows)
    return GapMap(query, axes, rows, columns, cells)


def narrowed(query: Query, axis: str, value: str) -> Query:
    """The search for those of its reports that have a value on an axis."""
    if axis != DECADE:
        return replace(query, filters={**query.filters, axis: (value,)}, page=1)
    first, last = int(value), int(value) + 9
    return replace(
        query,
        year_from=max(first, query.year_from or first),
        year_to=min(last, query.year_to or last),
        page=1,
    )


def decade(year: str) -> str:
    """The first year of a year's decade."""
    return f"{int(year) // 10 * 10}"


def _counted_as(axis: str) -> str:
    return "year" if axis == DECADE else axis


def _headings(axis: str, query: Query, count: Count, vocabulary: Vocabulary) -> tuple[Heading, ...]:
    totals: dict[str, int] = {}
    for (value,), number in count((_counted_as(axis),)).items():
        key = decade(value) if axis == DECADE else value
        totals[key] = totals.get(key, 0) + number
    values = _decades(totals) if axis == DECADE else _values(axis, query, vocabulary)
    return tuple(
        Heading(value, totals.get(value, 0), narrowed(query, axis, value)) for value in values
    )


def _values(axis: str, query: Query, vocabulary: Vocabulary) -> Sequence[str]:
    """The values of a list that the search leaves: its filter's, or all of them."""
    chosen = query.filters.get(axis, ())
    return [key for key in vocabulary.keys(axis) if not chosen or key in chosen]


def _decades(found: Iterable[str]) -> list[str]:
    """The decades from the first to the last of those found, the latest of them."""
    known = sorted(map(int, found))
    years = range(known[0], known[-1] + 1, 10) if known else range(0)
    return [str(year) for year in years[-MOST_DECADES:]]


def _by_cell(
    counts: Mapping[tuple[str, ...], int], names: Sequence[str], axes: tuple[str, str]
) -> dict[tuple[str, str], dict[str, int]]:
    """Rating -> how many reports, for each row and column."""
    row, column = (names.index(_counted_as(axis)) for axis in axes)
    rated = names.index(RATING)
    cells: dict[tuple[str, str], dict[str, int]] = {}
    for values, number in counts.items():
        place = (_value(axes[0], values[row]), _value(axes[1], values[column]))
        ratings = cells.setdefault(place, {})
        ratings[values[rated]] = ratings.get(values[rated], 0) + number
    return cells


def _value(axis: str, counted: str) -> str:
    return decade(counted) if axis == DECADE else counted
