"""What the engines are asked: questions as people type them, and the other kinds of query."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from indexer import vocabulary
from indexer.text import is_stopword, words
from tests.bench import language
from tests.bench.language import REAL

# How many words of meaning a question has, and how often of a hundred.
LENGTHS: Final = {2: 25, 3: 28, 4: 20, 5: 12, 6: 8, 7: 4, 8: 3}
PREFIX: Final = 5


@dataclass(frozen=True, slots=True)
class Question:
    """A query: `text` as it is typed, `words` without stop words, folded, for engines that have no
    query language of ours; with `expand`, which only ours can, other words count too."""

    text: str
    words: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    expand: bool = False


def plain(count: int) -> list[Question]:
    """Words that stand together in a real sentence, with the small words between them."""
    chance = random.Random(1)
    return [_plain(chance) for _ in range(count)]


def kinds(count: int) -> dict[str, list[Question]]:
    """The other kinds of query, so many of each."""
    made: dict[str, Callable[[random.Random], Question]] = {
        "phrase": _phrase,
        "prefix": _prefix,
        "exclusion": _exclusion,
        "filter-only": _filter_only,
        "empty": lambda chance: Question(""),
        "everything on": lambda chance: replace(_plain(chance), expand=True),
    }
    chance = random.Random(2)
    return {name: [make(chance) for _ in range(count)] for name, make in made.items()}


@functools.cache
def _sentences() -> list[list[str]]:
    """The words of real sentences with enough to ask for: as many English as French ones twice."""
    texts: list[list[str]] = []
    for code in ("en", "en", "fr"):
        for document in language.load(code).documents:
            texts += [[word.text for word in words(sentence)] for sentence in document]
    return [found for found in texts if len(_meaningful(found)) >= max(LENGTHS)]


def _meaningful(found: list[str]) -> list[str]:
    telling = (word for word in found if word.isalpha() and len(word) > 1)
    return list(dict.fromkeys(word for word in telling if not is_stopword(word)))


def _plain(chance: random.Random) -> Question:
    found = chance.choice(_sentences())
    wanted = chance.choices(list(LENGTHS), weights=list(LENGTHS.values()))[0]
    start = chance.randrange(len(found))
    for end in range(start + 1, len(found) + 1):
        if len(_meaningful(found[start:end])) == wanted:
            return Question(" ".join(found[start:end]), tuple(_meaningful(found[start:end])))
    return _plain(chance)


def _pair(chance: random.Random) -> tuple[str, str]:
    """Two words of meaning that follow each other."""
    while True:
        found = chance.choice(_sentences())
        start = chance.randrange(len(found) - 1)
        first, second = found[start : start + 2]
        if len(_meaningful([first, second])) == 2:
            return first, second


def _phrase(chance: random.Random) -> Question:
    return Question(f'"{" ".join(_pair(chance))}" {_plain(chance).text}')


def _prefix(chance: random.Random) -> Question:
    long = [word for word in _meaningful(chance.choice(_sentences())) if len(word) > PREFIX]
    return Question(f"{long[0][:PREFIX]}* {_plain(chance).text}") if long else _prefix(chance)


def _exclusion(chance: random.Random) -> Question:
    asked = _plain(chance)
    others = [word for word in _pair(chance) if word not in asked.words]
    return Question(f"{asked.text} -{others[0]}") if others else _exclusion(chance)


def _filter_only(chance: random.Random) -> Question:
    sector = chance.choice(vocabulary.load(REAL).keys("sector")[:8])
    return Question("", filters={"sector": (sector,), "lang": (chance.choice(("en", "fr")),)})
