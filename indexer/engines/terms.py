"""The terms of several segments as those of one, with their postings, some terms at a time.

Postings are in the order of their terms in every segment: a range of terms is one run of rows in
each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from indexer.engines.segment import Array, Output, packed
from indexer.engines.shards import Ints, Mask
from indexer.engines.taking import Source, begin

# Postings that are joined at a time.
POSTINGS: Final = 1 << 19
_NO_STEM: Final = -1
_COLUMNS: Final = {
    "form": ("impacts", "fields", "weights"),
    "stem": ("impacts", "fields"),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of all sources; for each source, the number of each of its own terms (in order)
    and how many of its postings stay. A term of which none stay has the number of the next."""

    names: list[bytes]
    numbers: list[Ints]
    counts: list[Ints]

    def at(self) -> Ints:
        """Where the postings of each term begin, and where the last end."""
        at = np.zeros(len(self.names) + 1, np.int64)
        for numbers, counts in zip(self.numbers, self.counts, strict=True):
            at[1 + numbers[counts > 0]] += counts[counts > 0]
        return np.cumsum(at)


def terms_of(sources: Sequence[Source], kind: str) -> Terms:
    """The forms or the stems of all sources."""
    counts = [_counts(source, kind) for source in sources]
    named = [list(source.segment.texts(f"{kind}.name")) for source in sources]
    kept: set[bytes] = set()
    for names, held in zip(named, counts, strict=True):
        kept.update(names[i] for i in np.flatnonzero(held).tolist())
    ordered = sorted(kept)
    number = {name: i for i, name in enumerate(ordered)}
    last = len(ordered)
    numbers = [np.array([number.get(name, last) for name in names], np.int64) for names in named]
    return Terms(ordered, [np.minimum.accumulate(each[::-1])[::-1] for each in numbers], counts)


def _counts(source: Source, kind: str) -> Ints:
    """How many postings of each term stay."""
    at = source.held[f"{kind}.at"]
    counts = np.diff(at)
    if source.live.all():
        return counts
    for first, last in ranges(at):
        term = np.repeat(np.arange(last - first), counts[first:last])
        live = source.live[source.held[f"{kind}.passages"][at[first] : at[last]]]
        counts[first:last] = np.bincount(term[live], minlength=last - first)
    return counts


def ranges(at: Array) -> Iterator[tuple[int, int]]:
    """The first and one past the last of terms whose postings are few together, or of one term;
    `at` is where those of each term begin."""
    first, terms = 0, len(at) - 1
    while first < terms:
        last = int(np.searchsorted(at, at[first] + POSTINGS, side="right")) - 1
        last = max(last, first + 1)
        yield first, last
        first = last


def join_postings(output: Output, sources: Sequence[Source], kind: str, terms: Terms) -> None:
    """Writes the terms of a kind with their postings."""
    at = terms.at()
    for name, array in packed(terms.names, f"{kind}.name").items():
        output.write(name, array)
    output.write(f"{kind}.at", at)
    output.write(f"{kind}.passages", np.zeros(0, np.int32))
    begin(output, sources, *(f"{kind}.{column}" for column in _COLUMNS[kind]))
    places = _Places(output, sources) if kind == "form" else None
    for first, last in ranges(at):
        rows = _Rows(sources, kind, terms, first, last)
        output.write(f"{kind}.passages", rows.passages())
        for column in _COLUMNS[kind]:
            output.write(f"{kind}.{column}", rows.column(column))
        if places:
            places.write(rows)
        for source in sources:
            source.segment.forget()
    if places:
        places.end()


class _Rows:
    """The postings of a range of terms from all sources, those of one term together."""

    def __init__(
        self, sources: Sequence[Source], kind: str, terms: Terms, first: int, last: int
    ) -> None:
        self._kind = kind
        self.pieces: list[tuple[Source, slice, Mask]] = []
        keys: list[Ints] = []
        for source, numbers in zip(sources, terms.numbers, strict=True):
            begin, end = np.searchsorted(numbers, (first, last)).tolist()
            at = source.held[f"{kind}.at"][begin : end + 1]
            taken = slice(int(at[0]), int(at[-1]))
            live = source.live[source.held[f"{kind}.passages"][taken]]
            keys.append(np.repeat(numbers[begin:end], np.diff(at))[live])
            self.pieces.append((source, taken, live))
        # Each source's own rows are in order already, which a stable sort makes use of.
        self.order = np.argsort(np.concatenate(keys), kind="stable")

    def passages(self) -> Array:
        """The new numbers of the passages."""
        name = f"{self._kind}.passages"
        return self._ordered(
            [s.passages[s.held[name][rows][live]] for s, rows, live in self.pieces]
        )

    def column(self, name: str) -> Array:
        """The values of a column."""
        name = f"{self._kind}.{name}"
        return self._ordered([source.held[name][rows][live] for source, rows, live in self.pieces])

    def _ordered(self, values: Sequence[Array]) -> Array:
        joined: Array = np.concatenate(values)[self.order]
        return joined


class _Places:
    """The places of the words, and where those of each posting begin, being written."""

    def __init__(self, output: Output, sources: Sequence[Source]) -> None:
        most = sum(len(source.held["form.positions"]) for source in sources)
        self._output = output
        self._type = np.min_scalar_type(most)
        self._end = 0
        begin(output, sources, "form.positions")

    def write(self, rows: _Rows) -> None:
        """Those of some postings."""
        places: list[Array] = []
        starts: list[Ints] = []
        counts: list[Ints] = []
        for source, taken, live in rows.pieces:
            at = source.held["form.positions_at"][taken.start : taken.stop + 1].astype(np.int64)
            starts.append(at[:-1][live] - at[0] + sum(map(len, places)))
            counts.append(np.diff(at)[live])
            places.append(source.held["form.positions"][at[0] : at[-1]])
        count = np.concatenate(counts)[rows.order]
        start = np.concatenate(starts)[rows.order]
        self._output.write("form.positions", np.concatenate(places)[ragged(start, count)])
        ends = self._end + np.cumsum(count)
        self._output.write("form.positions_at", (ends - count).astype(self._type))
        self._end += int(count.sum())

    def end(self) -> None:
        """Ends both."""
        self._output.write("form.positions_at", np.array([self._end], self._type))


def ragged(starts: Ints, counts: Ints) -> Ints:
    """The numbers from each start on, as many as its count, one after the other."""
    ends = np.cumsum(counts)
    return np.repeat(starts - (ends - counts), counts) + np.arange(ends[-1] if len(ends) else 0)


def stems_of_forms(sources: Sequence[Source], forms: Terms, stems: Terms) -> Array:
    """The stem of each form in each language in which it still stands somewhere."""
    held = [source.held["form.stems"] for source in sources]
    found = np.full((held[0].shape[0], len(forms.names)), _NO_STEM, np.int32)
    for i, of_forms in enumerate(held):
        lang, form = np.nonzero((of_forms != _NO_STEM) & (forms.counts[i] > 0))
        stem = of_forms[lang, form]
        kept = stems.counts[i][stem] > 0
        found[lang[kept], forms.numbers[i][form[kept]]] = stems.numbers[i][stem[kept]]
    return found
