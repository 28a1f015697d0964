"""Which passages match a clause, and what each is worth: sums over postings of all segments."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.engines.phrases import all_forms, one_form, phrase_weights
from indexer.engines.scoring import impact, rarity, telling
from indexer.engines.segment import Array
from indexer.engines.shards import Ints, Mask, Shard, Shards
from indexer.engines.streams import FIELDS
from indexer.fields import EXACT_WEIGHT, TEXT_NAMES
from indexer.syntax import (
    AnyOf,
    Boost,
    Clause,
    Expression,
    Leaf,
    Not,
    Phrase,
    Prefix,
    Synonyms,
    Word,
)
from indexer.text import variants

Floats = NDArray[np.float64]

_EVERY_FIELD: Final = (1 << FIELDS) - 1
# The words of a vocabulary are asked for again and again: so many postings of them are remembered.
_REMEMBERED: Final = 1_000_000


# Some passages of a segment, each once, with a value for each, and the number of its first.
Piece = tuple[Array, Array, int]


@dataclass(frozen=True, slots=True)
class Part:
    """Pieces of all segments, whose values count times `factor`."""

    pieces: tuple[Piece, ...]
    factor: float = 1.0

    def __len__(self) -> int:
        return sum(len(passages) for passages, _, _ in self.pieces)


@dataclass(frozen=True, slots=True)
class Matched:
    """What a clause found: parts to add up, and every passage as often as it counts: once, and
    that of a concept once for each word that was typed for it."""

    parts: tuple[Part, ...]
    passages: Part


Rows = Callable[[Shard], tuple[Array, Array]]


class Matcher:
    """The postings of all segments, and room to add them up in that each thread keeps: to ask
    the system for new memory takes longer than to fill it."""

    def __init__(self, shards: Shards) -> None:
        self._shards = shards
        self._room = threading.local()
        self._expressions: dict[Expression, tuple[Piece, ...]] = {}
        self._remembered = 0
        self._total = int(np.count_nonzero(shards.live))

    def clause(self, clause: Clause) -> Matched:
        """The passages of a clause: of alternatives, each has the best of its values."""
        match clause:
            case Not(leaf):
                return self.leaf(leaf)
            case Synonyms():
                return self._synonyms(clause)
            case AnyOf(leaves):
                best = np.zeros(self._shards.passages)
                for leaf in leaves:
                    np.maximum(best, self.summed(self.leaf(leaf).parts), out=best)
                part = _part(best)
                return Matched((part,), part)
            case Boost():
                raise AssertionError("a boost matches nothing by itself")
        return self.leaf(clause)

    def _synonyms(self, clause: Synonyms) -> Matched:
        """A concept in one of its ways, or as much as the words typed for it are worth apart."""
        best = np.zeros(self._shards.passages)
        for way in clause.alternatives:
            for passages, impacts, first in self._impacts(way.leaf):
                numbers = passages + np.int64(first)
                best[numbers] = np.maximum(best[numbers], way.weight * impacts)
        together = best > 0
        own = rarity(self._total, int(np.count_nonzero(together)))
        words = [self.leaf(word) for word in clause.words]
        best *= telling(own, [_rarest(word) for word in words])
        if len(words) == 1:
            part = _part(best)
            return Matched((part,), part)
        np.maximum(best, self.summed([p for word in words for p in word.parts]), out=best)
        points = self.count([word.passages for word in words])
        points[together] = len(words)
        part = _part(best)
        found = part.pieces[0][0]
        often = np.repeat(found, points[found])
        return Matched((part,), Part(((often, np.zeros(0), 0),)))

    def _impacts(self, leaf: Word | Expression) -> Iterator[Piece]:
        """What a way to say something is worth in passages, however rare it is: of a word its stem
        and its exact form beside it."""
        if isinstance(leaf, Expression):
            yield from self._known(leaf)
            return
        for shard in self._shards.parts:
            held = [
                _live(shard, *_term(shard, "stem", s, _EVERY_FIELD)) for s in variants(leaf.text)
            ]
            exact, values, _ = _live(shard, *_term(shard, "form", leaf.text, _EVERY_FIELD))
            for passages, impacts, first in held:
                total = impacts.astype(np.float64)
                if len(exact) and len(passages):
                    places = np.searchsorted(exact, passages)
                    same = exact.take(places, mode="clip") == passages
                    total[same] += EXACT_WEIGHT * values[places[same]].astype(np.float64)
                yield passages, total, first

    def _known(self, leaf: Expression) -> tuple[Piece, ...]:
        """A word of the vocabulary, looked up only once."""
        pieces = self._expressions.get(leaf)
        if pieces is None:
            pieces = self._expression(leaf, _EVERY_FIELD)
            self._remembered += len(Part(pieces)) + 1
            if self._remembered > _REMEMBERED:
                self._expressions, self._remembered = {}, 0
            self._expressions[leaf] = pieces
        return pieces

    def _expression(self, leaf: Expression, fields: int) -> tuple[Piece, ...]:
        held = self._gathered(
            lambda shard: phrase_weights(
                shard, [all_forms(shard, word) for word in leaf.words], fields
            )
        )
        return tuple((found, impact(weights), first) for found, weights, first in held)

    def summed(self, parts: Sequence[Part]) -> Floats:
        """The sum of parts for every passage."""
        numbers, values = self._rows(sum(map(len, parts)))
        self._fill(numbers, parts)
        end = 0
        for part in parts:
            for passages, impacts, _ in part.pieces:
                start, end = end, end + len(passages)
                np.multiply(impacts, part.factor, out=values[start:end], dtype=np.float64)
        return added(numbers, self._shards.passages, values)

    def count(self, parts: Sequence[Part]) -> Ints:
        """In how many of the parts each passage is."""
        numbers, _ = self._rows(sum(map(len, parts)))
        self._fill(numbers, parts)
        return counted(numbers, self._shards.passages)

    def numbers(self, part: Part) -> Ints:
        """The passages of a part, numbered through all segments."""
        numbers = np.zeros(len(part), np.int64)
        self._fill(numbers, [part])
        return numbers

    def _fill(self, numbers: Ints, parts: Sequence[Part]) -> None:
        end = 0
        for part in parts:
            for passages, _, first in part.pieces:
                start, end = end, end + len(passages)
                np.add(passages, first, out=numbers[start:end], dtype=np.int64)

    def _rows(self, count: int) -> tuple[Ints, Floats]:
        """Room for a number and a value in each of so many rows."""
        if getattr(self._room, "size", -1) < count:
            self._room.size = count * 2
            self._room.numbers = np.empty(count * 2, np.int64)
            self._room.values = np.empty(count * 2)
        return self._room.numbers[:count], self._room.values[:count]

    def rarities(self, having: Ints) -> Floats:
        """How much each of several terms tells that so many passages have."""
        told: Floats = np.log1p((self._total - having + 0.5) / (having + 0.5))
        return told

    def stem(self, numbers: Sequence[int], factor: float) -> Part:
        """The postings of a stem by its number in each segment (-1 where it has none)."""
        pieces = (
            _live(shard, *_postings(shard, "stem", number))
            for shard, number in zip(self._shards.parts, numbers, strict=True)
            if number >= 0
        )
        return Part(tuple(pieces), factor)

    def leaf(self, leaf: Leaf) -> Matched:
        """The passages of a word, a phrase or a prefix."""
        fields = _EVERY_FIELD if leaf.field is None else 1 << TEXT_NAMES.index(leaf.field)
        match leaf:
            case Word(text):
                return self._word(text, fields)
            case Phrase(words):
                return self._weighed(
                    lambda shard: phrase_weights(shard, [one_form(shard, w) for w in words], fields)
                )
            case Expression():
                pieces = self._expression(leaf, fields)
                part = Part(pieces, rarity(self._total, len(Part(pieces))))
                return Matched((part,), part)
            case Prefix(text):
                return self._weighed(lambda shard: _prefix(shard, text, fields))

    def _word(self, text: str, fields: int) -> Matched:
        stems = [self._term("stem", stem, fields, 1.0) for stem in variants(text)]
        exact = self._term("form", text, fields, EXACT_WEIGHT)
        # Wherever a form stands, its stem in the language of the text stands too.
        return Matched((*stems, exact), _union(stems))

    def _term(self, kind: str, name: str, fields: int, share: float) -> Part:
        pieces = self._gathered(lambda shard: _term(shard, kind, name, fields))
        return Part(pieces, share * rarity(self._total, len(Part(pieces))))

    def _weighed(self, weights: Rows) -> Matched:
        """What is counted like one term, whose weights are known only now."""
        held = self._gathered(weights)
        pieces = tuple((found, impact(values), first) for found, values, first in held)
        part = Part(pieces, rarity(self._total, len(Part(pieces))))
        return Matched((part,), part)

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


def _rarest(word: Matched) -> float:
    """How much the rarer of a word's stems tells; nothing when no passage has it."""
    *stems, _ = word.parts
    return max((part.factor for part in stems if len(part)), default=0.0)


def _part(values: Floats) -> Part:
    """The passages with a value above zero."""
    found = np.flatnonzero(values)
    return Part(((found, values[found], 0),))


def _union(parts: Sequence[Part]) -> Part:
    """Every passage of one or two parts once."""
    if len(parts) == 1:
        return parts[0]
    one, other = sorted(parts, key=len, reverse=True)
    more = tuple(
        _without(piece, others) for piece, others in zip(other.pieces, one.pieces, strict=True)
    )
    return Part((*one.pieces, *more))


def _without(piece: Piece, others: Piece) -> Piece:
    passages, values, first = piece
    if not len(passages) or not len(others[0]):
        return piece
    places = np.searchsorted(others[0], passages)
    kept = others[0].take(places, mode="clip") != passages
    return passages[kept], values[kept], first


def _live(shard: Shard, passages: Array, values: Array) -> Piece:
    if shard.live is not None:
        kept = shard.live[passages]
        passages, values = passages[kept], values[kept]
    return passages, values, shard.first_passage


def _term(shard: Shard, kind: str, name: str, fields: int) -> tuple[Array, Array]:
    number = shard.term(kind, name)
    if number is None:
        return _nothing()
    passages, impacts = _postings(shard, kind, number)
    if fields == _EVERY_FIELD:
        return passages, impacts
    start, end = shard.arrays[f"{kind}.at"][number : number + 2].tolist()
    kept = _has(shard.arrays[f"{kind}.fields"][start:end], fields)
    return passages[kept], impacts[kept]


def _postings(shard: Shard, kind: str, number: int) -> tuple[Array, Array]:
    start, end = shard.arrays[f"{kind}.at"][number : number + 2].tolist()
    return (
        shard.arrays[f"{kind}.passages"][start:end],
        shard.arrays[f"{kind}.impacts"][start:end],
    )


def _nothing() -> tuple[Array, Array]:
    return np.zeros(0, np.int32), np.zeros(0)


def _has(bits: Array, fields: int) -> Mask:
    has: Mask = (bits & np.uint8(fields)) != 0
    return has


def _prefix(shard: Shard, text: str, fields: int) -> tuple[Array, Array]:
    """The weights of all forms that begin so: their postings stand one after the other."""
    first, last = shard.beginning(text)
    start, end = shard.arrays["form.at"][first].item(), shard.arrays["form.at"][last].item()
    passages = shard.arrays["form.passages"][start:end]
    if not len(passages):
        return _nothing()
    weights = np.bincount(passages, shard.arrays["form.weights"][start:end])
    if fields == _EVERY_FIELD:
        found = np.flatnonzero(weights)
    else:
        kept = _has(shard.arrays["form.fields"][start:end], fields)
        found = np.flatnonzero(np.bincount(passages[kept]))
    return found, weights[found]
