"""Do two texts say the same? Told from sketches, which are small enough to be kept for ever.

A sketch keeps, for each of 32 classes of word triples, the least hash among the triples of the text
(one-permutation MinHash; Li, Owen and Zhang 2012). The share of classes in which two sketches agree
estimates what share of all their triples the texts have in common (Jaccard), with a standard error
of at most 0.09. Two texts about the same thing in other words share hardly any triple.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Final

from indexer.text import fold, pieces

CLASSES: Final = 32
# As much of a text tells it from every other, and no report takes longer than this to sketch.
MAX_WORDS: Final = 20_000
# An edit of one word in ten leaves more than this; a text with another beginning and end less.
SAME: Final = 0.6
_EMPTY: Final = "00"


def sketch(texts: Iterable[str]) -> str:
    """The sketch of the paragraphs of a text, as 64 hexadecimal digits; nothing without a word."""
    words: list[str] = []
    for text in texts:
        words += map(fold, pieces(text)[0])
        if len(words) > MAX_WORDS:
            break
    least: dict[int, int] = {}
    for triple in _triples(words[:MAX_WORDS]):
        number, place = divmod(zlib.crc32(triple.encode()), CLASSES)
        if number < least.get(place, number + 1):
            least[place] = number
    if not least:
        return ""
    return "".join(_digits(least.get(place)) for place in range(CLASSES))


def _triples(words: list[str]) -> Iterable[str]:
    if len(words) < 3:
        return [" ".join(words)] if words else []
    return map(" ".join, zip(words, words[1:], words[2:], strict=False))


def _digits(least: int | None) -> str:
    return _EMPTY if least is None else f"{least % 255 + 1:02x}"


def likeness(first: str, second: str) -> float:
    """What share of their word triples two sketched texts have in common, from 0 to 1."""
    pairs = [
        (first[place : place + 2], second[place : place + 2])
        for place in range(0, min(len(first), len(second)), 2)
    ]
    held = [(one, other) for one, other in pairs if (one, other) != (_EMPTY, _EMPTY)]
    return sum(one == other for one, other in held) / len(held) if held else 0.0


def alike(first: str, second: str) -> bool:
    """Whether two sketches are of one text, but for edits and another format."""
    return likeness(first, second) >= SAME
