"""Which words does an index hold, in which language, in how many passages, and which are near?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from indexer.engines.base import Engine
from indexer.text import LANGUAGES

# A longer word may hold two slips; a shorter one has too many neighbours for that.
TWO_SLIPS: Final = 8


class Lexicon:
    """The folded words of an open engine, counted when they are first needed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @cached_property
    def _counts(self) -> Mapping[str, Mapping[str, int]]:
        return {lang: self._engine.forms(lang) for lang in LANGUAGES}

    @cached_property
    def _by_length(self) -> Mapping[str, Mapping[int, Sequence[str]]]:
        return {lang: _by_length(counts) for lang, counts in self._counts.items()}

    def count(self, word: str, langs: Iterable[str] = LANGUAGES) -> int:
        """In how many passages in these languages a folded word stands."""
        return sum(self._counts[lang].get(word, 0) for lang in langs)

    def language(self, words: Iterable[str]) -> str | None:
        """The language that has more of these words; None when neither has."""
        held = {lang: sum(word in self._counts[lang] for word in words) for lang in LANGUAGES}
        most = max(held, key=held.__getitem__)
        return most if list(held.values()).count(held[most]) == 1 else None

    def near(self, word: str, langs: Iterable[str], at_least: int) -> list[tuple[str, int]]:
        """The words one slip away (two for a long word) in at least so many passages.

        Each comes with its distance, where a wrong first letter counts twice; the nearest and
        most frequent first. A slip is a letter too many, too few, wrong or out of order (optimal
        string alignment).
        """
        langs = tuple(langs)
        most = 2 if len(word) >= TWO_SLIPS else 1
        lengths = range(len(word) - most, len(word) + most + 1)
        words = [w for lang in langs for n in lengths for w in self._by_length[lang].get(n, ())]
        found = process.extract(word, words, scorer=OSA.distance, score_cutoff=most, limit=None)
        rows = {
            (int(distance) + (other[0] != word[0]), -self.count(other, langs), other)
            for other, distance, _ in found
            if distance
        }
        return [(other, distance) for distance, count, other in sorted(rows) if -count >= at_least]


def _by_length(words: Iterable[str]) -> Mapping[int, Sequence[str]]:
    held: defaultdict[int, list[str]] = defaultdict(list)
    for word in words:
        held[len(word)].append(word)
    return held
