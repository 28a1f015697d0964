"""Which passages match a clause, and what each is worth: sums over postings of all segments."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.engines.phrases import phrase_weights
from indexer.engines.scoring import impact, rarity
from indexer.engines.segment import Array
from indexer.engines.shards import Ints, Mask, Shard, Shards
from indexer.engines.streams import FIELDS
from indexer.fields import EXACT_WEIGHT, TEXT_NAMES
from indexer.syntax import AnyOf, Clause, Leaf, Not, Phrase, Prefix, Word
from indexer.text import variants

Floats = NDArray[np.float64]

# How many 64-bit numbers for each passage the arrays of one answer hold at most, about.
_KEPT: Final = 4
_EVERY_FIELD: Final = (1 << FIELDS) - 1


# Some passages of a segment, in order and each once, with a value for each.
Piece = tuple[Array, Array]
_NOTHING: Final[Piece] = np.zeros(0, np.int32), np.zeros(0)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of each segment, whose values count times `factor`."""

    pieces: tuple[Piece, ...]
    factor: float = 1.0

    def __len__(self) -> int:
        return sum(len(passages) for passages, _ in self.pieces)


@dataclass(frozen=True, slots=True)
class Matched:
    """What a clause found: parts that hold each of its passages in one of them, and parts that
    add to what some of those passages are worth."""

    once: tuple[Part, ...]
    more: tuple[Part, ...] = ()


Rows = Callable[[Shard], tuple[Array, Array]]


class Matcher:
    """The postings of all segments, and room to add up those of one segment at a time in, which
    each thread keeps: to ask the system for new memory takes longer than to fill it."""

    def __init__(self, shards: Shards) -> None:
        self._shards = shards
        self._room = threading.local()
        self._total = int(np.count_nonzero(shards.live))
        # After so much was freed at once, glibc keeps what arrays free for the next ones, and does
        # not have the system clear it again, page by page. Nothing of this is ever in memory.
        np.empty(_KEPT * len(shards.live))

    def clause(self, clause: Clause) -> Matched:
        """The passages of a clause: of alternatives, each has the best of its values."""
        if isinstance(clause, Not):
            return self.leaf(clause.clause)
        if not isinstance(clause, AnyOf):
            return self.leaf(clause)
        found = [self.leaf(leaf) for leaf in clause.clauses]
        pieces = (self._best(number, found) for number in range(len(self._shards.parts)))
        return Matched((Part(tuple(pieces)),))

    def _best(self, segment: int, found: Sequence[Matched]) -> Piece:
        best = np.zeros(self._shards.parts[segment].passages)
        for matched in found:
            np.maximum(best, self.summed(segment, [matched])[0], out=best)
        passages = np.flatnonzero(best > 0)
        return passages, best[passages]

    def summed(self, segment: int, found: Sequence[Matched]) -> tuple[Floats, Ints]:
        """For each passage of a segment the sum of what was found; and the passages that were
        found, once for each that found them, in memory that the next call uses again."""
        once = [(part.pieces[segment], part.factor) for m in found for part in m.once]
        more = [(part.pieces[segment], part.factor) for m in found for part in m.more]
        numbers, values = self._rows(sum(len(piece[0]) for piece, _ in (*once, *more)))
        end = 0
        for (passages, impacts), factor in (*once, *more):
            start, end = end, end + len(passages)
            numbers[start:end] = passages
            np.multiply(impacts, factor, out=values[start:end], dtype=np.float64)
        sums = added(numbers, self._shards.parts[segment].passages, values)
        return sums, numbers[: sum(len(piece[0]) for piece, _ in once)]

    def _rows(self, count: int) -> tuple[Ints, Floats]:
        """Room for a number and a value in each of so many rows."""
        if getattr(self._room, "size", -1) < count:
            self._room.size = count * 2
            self._room.numbers = np.empty(count * 2, np.int64)
            self._room.values = np.empty(count * 2)
        return self._room.numbers[:count], self._room.values[:count]

    def leaf(self, leaf: Leaf) -> Matched:
        """The passages of a word, a phrase or a prefix."""
        fields = _EVERY_FIELD if leaf.field is None else 1 << TEXT_NAMES.index(leaf.field)
        match leaf:
            case Word(text):
                return self._word(text, fields)
            case Phrase(words):
                return self._weighed(lambda shard: phrase_weights(shard, words, fields))
            case Prefix(text):
                return self._weighed(lambda shard: _prefix(shard, text, fields))

    def _word(self, text: str, fields: int) -> Matched:
        stems = [self._term("stem", stem, fields, 1.0) for stem in variants(text)]
        exact = self._term("form", text, fields, EXACT_WEIGHT)
        once, again = _disjoint(stems)
        # Wherever a form stands, its stem in the language of the text stands too.
        return Matched(once, (*again, exact))

    def _term(self, kind: str, name: str, fields: int, share: float) -> Part:
        pieces = self._gathered(lambda shard: _term(shard, kind, name, fields))
        return Part(pieces, share * rarity(self._total, len(Part(pieces))))

    def _weighed(self, weights: Rows) -> Matched:
        """What is counted like one term, whose weights are known only now."""
        held = self._gathered(weights)
        pieces = tuple((found, impact(values)) for found, values in held)
        return Matched((Part(pieces, rarity(self._total, len(Part(pieces)))),))

    def _gathered(self, rows: Rows) -> tuple[Piece, ...]:
        """The rows of all segments, without passages that are gone."""
        return tuple(_live(shard, *rows(shard)) for shard in self._shards.parts)


def counted(numbers: Ints, count: int) -> Ints:
    """How often each number below `count` occurs."""
    counts: Ints = np.bincount(numbers, minlength=count)
    return counts


def added(numbers: Ints, count: int, values: Floats) -> Floats:
    """For each number below `count`, the sum of its values."""
    # Without numbers, bincount answers in whole numbers whatever the values are.
    return np.bincount(numbers, values, minlength=count).astype(np.float64, copy=False)


def _disjoint(parts: Sequence[Part]) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """The parts without what a larger one has too, and that."""
    once: list[Part] = []
    again: list[Part] = []
    for part in sorted(parts, key=len, reverse=True):
        for larger in once:
            part, both = _divided(larger, part)
            again.append(both)
        once.append(part)
    return tuple(once), tuple(again)


def _divided(larger: Part, part: Part) -> tuple[Part, Part]:
    """The passages of a part that another does not have, and those that it has."""
    pairs = zip(larger.pieces, part.pieces, strict=True)
    divided = [_divided_piece(passages, piece) for (passages, _), piece in pairs]
    fresh, both = tuple(one for one, _ in divided), tuple(other for _, other in divided)
    return Part(fresh, part.factor), Part(both, part.factor)


def _divided_piece(others: Array, piece: Piece) -> tuple[Piece, Piece]:
    passages, values = piece
    if not len(passages) or not len(others):
        return piece, _NOTHING
    both = others.take(np.searchsorted(others, passages), mode="clip") == passages
    if not both.any():
        return piece, _NOTHING
    return (passages[~both], values[~both]), (passages[both], values[both])


def _live(shard: Shard, passages: Array, values: Array) -> Piece:
    if shard.live is not None:
        kept = shard.live[passages]
        return passages[kept], values[kept]
    return passages, values


def _term(shard: Shard, kind: str, name: str, fields: int) -> tuple[Array, Array]:
    number = shard.term(kind, name)
    if number is None:
        return _NOTHING
    held = shard.postings[kind]
    rows = held.rows(number, number + 1)
    passages, impacts = held.passages[rows], held.impacts[rows]
    if fields == _EVERY_FIELD:
        return passages, impacts
    kept = _has(held.fields[rows], fields)
    return passages[kept], impacts[kept]


def _has(bits: Array, fields: int) -> Mask:
    has: Mask = (bits & np.uint8(fields)) != 0
    return has


def _prefix(shard: Shard, text: str, fields: int) -> tuple[Array, Array]:
    """The weights of all forms that begin so: their postings stand one after the other."""
    held = shard.postings["form"]
    rows = held.rows(*shard.beginning(text))
    passages = held.passages[rows]
    if not len(passages):
        return _NOTHING
    weights = np.bincount(passages, shard.arrays["form.weights"][rows])
    if fields == _EVERY_FIELD:
        found = np.flatnonzero(weights)
    else:
        kept = _has(held.fields[rows], fields)
        found = np.flatnonzero(np.bincount(passages[kept]))
    return found, weights[found]
