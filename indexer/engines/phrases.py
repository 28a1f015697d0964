"""Where the words of a phrase follow each other: an intersection of passages, then of places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from indexer.engines.inverting import unit_weights
from indexer.engines.segment import Array
from indexer.engines.shards import Ints, Mask, Shard
from indexer.engines.streams import FIELDS

# So many times fewer passages are looked up in others one by one; more are marked and compared.
_FEW: Final = 16


def phrase_weights(shard: Shard, words: Sequence[str], fields: int) -> tuple[Array, Array]:
    """The weights of a phrase, counted like a word of its own."""
    terms = [shard.term("form", word) for word in words]
    known = [term for term in terms if term is not None]
    if len(known) < len(terms):
        return np.zeros(0, np.int32), np.zeros(0)
    together = _having_all(shard, known)
    begins = _begins(shard, known, together) if len(together) else np.zeros(0, np.int64)
    if not len(begins):
        return np.zeros(0, np.int32), np.zeros(0)
    span = shard.span
    held, position = begins // span, begins % span
    return _weights(shard, together[held], position, fields)


def _having_all(shard: Shard, terms: Sequence[int]) -> Array:
    """The passages that have every term, beginning with the rarest."""
    lists = sorted((_passages_of(shard, term) for term in set(terms)), key=len)
    together = lists[0]
    for others in lists[1:]:
        together = together[_in(shard, together, others)]
    return together


def _passages_of(shard: Shard, term: int) -> Array:
    held = shard.postings["form"]
    return held.passages[held.rows(term, term + 1)]


def _in(shard: Shard, passages: Array, others: Array) -> Mask:
    """Which of some passages are among others; both are in order."""
    if len(passages) * _FEW < len(others):
        found: Mask = others.take(np.searchsorted(others, passages), mode="clip") == passages
        return found
    marked: Mask = np.zeros(shard.passages, bool)
    marked[others] = True
    return np.take(marked, passages)


def _rows(shard: Shard, term: int, together: Array) -> Ints:
    """The posting rows of a term in passages that all have it."""
    first = shard.postings["form"].at[term]
    passages = _passages_of(shard, term)
    few = len(together) * _FEW < len(passages)
    rows: Ints = (
        np.searchsorted(passages, together)
        if few
        else np.flatnonzero(_in(shard, passages, together))
    )
    return rows + first


def _begins(shard: Shard, terms: Sequence[int], together: Array) -> Ints:
    """Where the phrase begins: place among `together` times the span, plus the position."""
    span = shard.span
    begins: Ints | None = None
    for step, occurrences in _occurrences(shard, terms, together, span):
        # A word at the very beginning cannot stand later in a phrase.
        keys = occurrences[occurrences % span >= step] - step
        begins = keys if begins is None else _in_both(begins, keys)
        if not len(begins):
            break
    return np.zeros(0, np.int64) if begins is None else begins


def _occurrences(
    shard: Shard, terms: Sequence[int], together: Array, span: int
) -> Iterator[tuple[int, Ints]]:
    """Where each term stands, the rarest first: its place in the phrase, and sorted keys."""
    at = shard.arrays["form.at"]
    for step, term in sorted(enumerate(terms), key=lambda pair: int(at[pair[1] + 1] - at[pair[1]])):
        yield step, _positions(shard, _rows(shard, term, together), span)


def _positions(shard: Shard, rows: Ints, span: int) -> Ints:
    """The positions of posting rows, as keys."""
    begin = shard.arrays["form.positions_at"][rows].astype(np.int64)
    counts = shard.arrays["form.positions_at"][rows + 1] - begin
    ends = np.cumsum(counts)
    places = np.arange(ends[-1]) + np.repeat(begin - (ends - counts), counts)
    keys: Ints = np.repeat(np.arange(len(rows)), counts) * span
    keys += shard.arrays["form.positions"][places]
    return keys


def _in_both(keys: Ints, others: Ints) -> Ints:
    """The keys that are among others, both in order and each once."""
    # A stable sort merges what is in order, in a quarter of the time of looking each key up.
    merged = np.sort(np.concatenate([keys, others]), kind="stable")
    both: Ints = merged[1:][merged[1:] == merged[:-1]]
    return both


def _weights(shard: Shard, passages: Array, positions: Ints, fields: int) -> tuple[Array, Array]:
    """The weights of the passages in which a phrase begins at these positions."""
    # Beginnings are in order, so that equal passages stand together.
    first = np.diff(passages, prepend=-1) != 0
    found, owner = passages[first], np.cumsum(first) - 1
    lengths = shard.arrays["passage.lengths"][found].astype(np.int64)
    # A field ends where the next begins, one free place after its last word.
    ends = np.cumsum(lengths + 1, axis=1)
    field = (positions[:, None] >= ends[owner]).sum(axis=1)
    counts = np.zeros((len(found), FIELDS))
    np.add.at(counts, (owner, field), 1)
    weighted = counts * unit_weights(lengths)
    weights = np.zeros(len(found))
    for i in range(FIELDS):
        weights += weighted[:, i]
    wanted = [bool(fields >> i & 1) for i in range(FIELDS)]
    kept = counts[:, wanted].any(axis=1)
    return found[kept], weights[kept]
