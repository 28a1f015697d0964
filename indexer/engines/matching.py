"""Which passages match a clause, and what each is worth: sums over postings of all segments."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.engines.phrases import EVERY_FIELD, all_forms, one_form, phrase_weights
from indexer.engines.scoring import impact, rarity, telling
from indexer.engines.segment import Array
from indexer.engines.shards import Ints, Mask, Shard, Shards
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

# How many 64-bit numbers for each passage the arrays of one answer hold at most, about.
_KEPT: Final = 4
# The words of a vocabulary are asked for again and again: so many postings of them are remembered.
_REMEMBERED: Final = 1_000_000


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
    """What a clause found: parts that hold each of its passages as often as it counts, and parts
    that add to what some of those passages are worth."""

    once: tuple[Part, ...]
    more: tuple[Part, ...] = ()


Rows = Callable[[Shard], tuple[Array, Array]]


class Matcher:
    """The postings of all segments, and room to add up those of one segment at a time in, which
    each thread keeps: to ask the system for new memory takes longer than to fill it."""

    def __init__(self, shards: Shards) -> None:
        self._shards = shards
        self._room = threading.local()
        self._expressions: dict[Expression, tuple[Piece, ...]] = {}
        self._remembered = 0
        self._total = int(np.count_nonzero(shards.live))
        # After so much was freed at once, glibc keeps what arrays free for the next ones, and does
        # not have the system clear it again, page by page. Nothing of this is ever in memory.
        np.empty(_KEPT * len(shards.live))

    def clause(self, clause: Clause) -> Matched:
        """The passages of a clause: of alternatives, each has the best of its values."""
        if isinstance(clause, Boost):
            return _times(self.leaf(clause.leaf), clause.weight)
        if isinstance(clause, Not):
            return self.leaf(clause.clause)
        if isinstance(clause, Synonyms):
            return self._synonyms(clause)
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

    def _synonyms(self, clause: Synonyms) -> Matched:
        """A concept in one of its ways, or as much as the words typed for it are worth apart; it
        counts once for each word that was typed for it."""
        ways = [self._best_way(clause, number) for number in range(len(self._shards.parts))]
        own = rarity(self._total, sum(int(np.count_nonzero(best)) for best in ways))
        words = [self.leaf(word) for word in clause.words]
        worth = telling(own, [self._rarest(word) for word in clause.words])
        found = [self._together(best * worth, words, number) for number, best in enumerate(ways)]
        once, again = zip(*found, strict=True) if found else ((), ())
        return Matched((Part(once), Part(again)) if len(words) > 1 else (Part(once),))

    def _best_way(self, clause: Synonyms, segment: int) -> Floats:
        """What the best way to say a concept is worth in each passage of a segment."""
        best = np.zeros(self._shards.parts[segment].passages)
        for way in clause.alternatives:
            for passages, impacts in self._impacts(way.leaf, segment):
                best[passages] = np.maximum(best.take(passages), way.weight * impacts)
        return best

    def _together(
        self, best: Floats, words: Sequence[Matched], segment: int
    ) -> tuple[Piece, Piece]:
        """The passages with a concept or with words typed for it, and those that count again."""
        if len(words) == 1:
            found = np.flatnonzero(best)
            return (found, best.take(found)), _NOTHING
        apart, each = self.summed(segment, words)
        points = counted(each, len(best))
        points[best > 0] = len(words)
        values = np.maximum(best, apart)
        found = np.flatnonzero(values)
        again = np.repeat(found, points.take(found) - 1)
        return (found, values.take(found)), (again, np.zeros(len(again)))

    def _rarest(self, word: Word) -> float:
        """How much the rarer of a word's stems tells; nothing when no passage has it."""
        stems = (self._term("stem", stem, EVERY_FIELD, 1.0) for stem in variants(word.text))
        return max((part.factor for part in stems if len(part)), default=0.0)

    def _impacts(self, leaf: Word | Expression, segment: int) -> Iterator[Piece]:
        """What a way to say something is worth in passages, however rare it is: of a word its stem
        and its exact form beside it."""
        if isinstance(leaf, Expression):
            yield self._known(leaf)[segment]
            return
        shard = self._shards.parts[segment]
        exact, values = _live(shard, *_term(shard, "form", leaf.text, EVERY_FIELD))
        for stem in variants(leaf.text):
            passages, impacts = _live(shard, *_term(shard, "stem", stem, EVERY_FIELD))
            total = impacts.astype(np.float64)
            if len(exact) and len(passages):
                places = np.searchsorted(exact, passages)
                same = exact.take(places, mode="clip") == passages
                total[same] += EXACT_WEIGHT * values[places[same]].astype(np.float64)
            yield passages, total

    def _known(self, leaf: Expression) -> tuple[Piece, ...]:
        """A word of the vocabulary, looked up only once."""
        pieces = self._expressions.get(leaf)
        if pieces is None:
            (part,) = self.leaf(leaf).once
            pieces = part.pieces
            self._remembered += len(part) + 1
            if self._remembered > _REMEMBERED:
                self._expressions, self._remembered = {}, 0
            self._expressions[leaf] = pieces
        return pieces

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

    def rarities(self, having: Ints) -> Floats:
        """How much each of several terms tells that so many passages have."""
        told: Floats = np.log1p((self._total - having + 0.5) / (having + 0.5))
        return told

    def stem(self, numbers: Sequence[int], factor: float) -> Matched:
        """The postings of a stem by its number in each segment (-1 where it has none)."""
        pieces = (
            _live(shard, *_postings(shard, "stem", number)) if number >= 0 else _NOTHING
            for shard, number in zip(self._shards.parts, numbers, strict=True)
        )
        return Matched((Part(tuple(pieces), factor),))

    def leaf(self, leaf: Leaf) -> Matched:
        """The passages of a word, a phrase or a prefix."""
        fields = EVERY_FIELD if leaf.field is None else 1 << TEXT_NAMES.index(leaf.field)
        match leaf:
            case Word(text):
                return self._word(text, fields)
            case Phrase(words):
                return self._weighed(
                    lambda shard: phrase_weights(shard, [one_form(shard, w) for w in words], fields)
                )
            case Expression(words):
                return self._weighed(
                    lambda shard: phrase_weights(
                        shard, [all_forms(shard, w) for w in words], fields
                    )
                )
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


def _times(found: Matched, weight: float) -> Matched:
    once, more = (
        tuple(replace(part, factor=part.factor * weight) for part in parts)
        for parts in (found.once, found.more)
    )
    return Matched(once, more)


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
    if fields == EVERY_FIELD:
        return _postings(shard, kind, number)
    passages, impacts = _postings(shard, kind, number)
    held = shard.postings[kind]
    rows = held.rows(number, number + 1)
    kept = _has(held.fields[rows], fields)
    return passages[kept], impacts[kept]


def _postings(shard: Shard, kind: str, number: int) -> Piece:
    held = shard.postings[kind]
    rows = held.rows(number, number + 1)
    return held.passages[rows], held.impacts[rows]


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
    if fields == EVERY_FIELD:
        found = np.flatnonzero(weights)
    else:
        kept = _has(held.fields[rows], fields)
        found = np.flatnonzero(np.bincount(passages[kept]))
    return found, weights[found]
