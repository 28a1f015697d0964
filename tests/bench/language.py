"""Words and sentences of one language: the real ones of `corpus/`, and a long tail that looks
like them."""

from __future__ import annotations

import functools
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer import readers
from indexer.text import language, sentences, without_marker

REAL: Final = Path(__file__).parent.parent.parent / "corpus"
# Two languages together know about 50,000 words.
WORDS: Final = 25_000
# Zipf's law as Mandelbrot corrected it (1953): the share of a word is 1 / (rank + shift)^exponent.
SHIFT: Final = 1.5
EXPONENT: Final = 1.05
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ADDRESS: Final = re.compile(r"https?:|www\.|doi")
_READ: Final = frozenset({".md", ".txt", ".html"})
_LETTERS: Final = range(4, 13)

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Language:
    """What texts are made of: words from the most to the least frequent, the share of all words up
    to each, and real sentences by document."""

    code: str
    words: tuple[str, ...]
    shares: NDArray[np.float64]
    documents: tuple[tuple[str, ...], ...]

    def draw(self, random_numbers: NDArray[np.float64]) -> list[str]:
        """A word for each number between 0 and 1, frequent words more often."""
        places = np.searchsorted(self.shares, random_numbers)
        return [self.words[place] for place in places.tolist()]


@functools.cache
def load(code: str) -> Language:
    """English (`en`) or French (`fr`), always the same for the same `corpus/`."""
    documents = tuple(texts for lang, texts in _documents() if lang == code)
    counts = Counter(_words(documents))
    real = [word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    words = (*real, *_invented(real, WORDS - len(real)))
    weights = 1 / (np.arange(len(words)) + 1 + SHIFT) ** EXPONENT
    shares = np.cumsum(weights) / weights.sum()
    shares[-1] = 1.0
    return Language(code, words, shares, documents)


@functools.cache
def _documents() -> tuple[tuple[str | None, tuple[str, ...]], ...]:
    """The language and the sentences of every document that is read fast."""
    files = sorted(file for file in REAL.rglob("*.*") if file.suffix in _READ)
    found = ((file, tuple(_sentences(file))) for file in files if "_sources" not in file.parts)
    return tuple((language(" ".join(texts)), texts) for _, texts in found if len(texts) >= 5)


def _sentences(file: Path) -> Iterator[str]:
    for section in readers.read(file).sections:
        for block in section.blocks:
            for sentence in sentences(without_marker(block)):
                if 5 <= len(sentence.split()) <= 40 and not _ADDRESS.search(sentence):
                    yield sentence


def _words(documents: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    for texts in documents:
        for text in texts:
            yield from _WORD.findall(text.lower())


def _invented(real: list[str], count: int) -> list[str]:
    """Words that are not there, letter after letter as in those that are."""
    chance = random.Random(len(real))
    following: dict[str, list[str]] = defaultdict(list)
    for word in real:
        for place in range(len(word) + 1):
            following[f"^^^{word}"[place : place + 3]].append(f"{word}$"[place])
    known = dict.fromkeys(real)
    while len(known) < len(real) + count:
        word = _invent(following, chance)
        if len(word) in _LETTERS:
            known.setdefault(word)
    return list(known)[len(real) :]


def _invent(following: dict[str, list[str]], chance: random.Random) -> str:
    word = "^^^"
    while len(word) < 3 + _LETTERS.stop:
        letter = chance.choice(following[word[-3:]])
        if letter == "$":
            break
        word += letter
    return word[3:]
