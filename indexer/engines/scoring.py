"""What a match is worth: BM25F (Robertson, Zaragoza and Taylor, 2004) with fixed usual lengths.

    weight(term, passage) = sum over fields of field weight * count / (1 - B + B * length / usual)
    impact                = weight * (K1 + 1) / (K1 + weight)
    score                 = rarity * impact

A passage is worth the sum over clauses, times the share of them that it has, raised to a power,
which is the lower the more words there are, since of many words no passage has most. A concept
counts as one clause for each word typed for it: it is worth its best way, and as telling as those
words together.

What passages have in common with the first ones is an echo of what was asked for (pseudo-relevance
feedback, after Lavrenko and Croft, 2001). Before anything is filtered, the best passage of each of
the first reports is taken. Of the stems in them that other passages have too, the strongest count:

    strength(stem)  = rarity * sum over these passages with the stem of their report's score
    echo(passage)   = sum over the strongest stems of strength / greatest * rarity * impact

and a passage's score grows by its echo, so scaled that the greatest echo is worth `weight` times
the highest score.

Nothing but the rarity depends on the other passages, so that impacts are computed once, when a
passage is written. They are kept as 32-bit floats, and every engine counts with what is kept.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from indexer.fields import TextField

# BM25's usual constants (Robertson and Zaragoza, 2009).
K1: Final = 1.2
B: Final = 0.75

# Scores that differ by less than one in a thousand million are equal, in order and in ties.
STEPS: Final = 1e9

# A passage with half of what was asked for is worth less than half.
SHARE_POWER: Final = 1.5
# Of many words no passage has most, and the same share tells less.
MANY_WORDS: Final = 3
# Words typed for a concept may be rare only because it is usually said otherwise.
MOST_TELLING: Final = 3.0

Number = TypeVar("Number", float, NDArray[np.float64])


def unit(field: TextField, length: Number) -> Number:
    """The weight of one occurrence in a field that is so many words long."""
    return field.weight / (1 - B + B * length / field.usual_length)


def impact(weight: Number) -> Number:
    """The weight, saturated: from 0 towards K1 + 1, whatever the number of occurrences."""
    return weight * (K1 + 1) / (K1 + weight)


def rarity(passages: int, having: int) -> float:
    """How much a term tells that `having` of the passages have (Robertson and Sparck Jones)."""
    return math.log1p((passages - having + 0.5) / (having + 0.5))


def telling(concept: float, words: Sequence[float]) -> float:
    """How much a concept tells, from its own rarity and those of the words typed for it."""
    return max(concept, min(sum(words), MOST_TELLING * concept)) if len(words) > 1 else concept


def share_power(words: int) -> float:
    """To what power the share counts that a passage has of so many words."""
    return SHARE_POWER * min(1.0, MANY_WORDS / words)


def kept(value: float) -> float:
    """The value as a 32-bit float holds it."""
    narrow: float = struct.unpack("f", struct.pack("f", value))[0]
    return narrow


def steps(score: float) -> int:
    """The score as a whole number that is the same for all scores that count as equal."""
    return round(score * STEPS)
