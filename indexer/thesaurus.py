"""Which concept do some words name, and how else is it said? The vocabulary, ready for queries.

A concept is recognised by any of its words in either language, as they are written or else in all
their forms, whether or not the small words between them were typed; by an outdated word only as it
is written or in the plural, since *elderly* is no form of *Elders*. What counts how much:

    the same concept in the same language    SAME
    the same concept in the other language   CROSS
    a narrower concept                       times NARROWER
    a word that means other things too       times AMBIGUOUS
    an everyday word                         times EVERYDAY

A word of a concept is no everyday word, whatever else it may mean.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from indexer.syntax import Alternative, Expression, Word
from indexer.terms import Term
from indexer.text import LANGUAGES, is_stopword, stem, words
from indexer.vocabulary import Vocabulary

SAME: Final = 0.9
CROSS: Final = 0.9
NARROWER: Final = 0.6
AMBIGUOUS: Final = 0.5
EVERYDAY: Final = 0.9
# The cost of a query stays bounded, whatever a vocabulary holds.
MAX_ALTERNATIVES: Final = 60

Leaf = Word | Expression
# Words by which names are looked up.
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """One word of a concept, as the vocabulary writes it (`text`) and as passages are searched for
    it (`leaf`)."""

    concept: str
    lang: str
    text: str
    leaf: Leaf
    outdated: bool = False
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Spotted:
    """Words `start` to `end` of a query, which are the `names` of concepts."""

    start: int
    end: int
    names: tuple[Name, ...]


class Thesaurus:
    """The concepts of a vocabulary by what they are called."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._everyday = vocabulary.everyday
        self._terms = {**vocabulary.everyday, **vocabulary.terms}
        self._by_concept = {key: tuple(_names(term)) for key, term in self._terms.items()}
        self._by_key = {**self._keyed(vocabulary.everyday), **self._keyed(vocabulary.terms)}
        self._longest = max(map(len, self._by_key), default=1) - 1

    def _keyed(self, concepts: Iterable[str]) -> dict[Key, list[Name]]:
        """The names of some concepts by how they are recognised."""
        by_key: dict[Key, list[Name]] = {}
        for name in chain.from_iterable(self._by_concept[concept] for concept in concepts):
            for forms in _spellings(forms_of(name.leaf)):
                for key in _keys(forms, name.lang)[: 2 if name.outdated else None]:
                    by_key.setdefault(key, []).append(name)
        return by_key

    def spot(self, forms: Sequence[str]) -> Iterator[Spotted]:
        """The concepts named in folded words that follow each other: the longest names first,
        none within another."""
        start = 0
        while start < len(forms):
            end = min(len(forms), start + self._longest)
            while end > start and not (names := self._named(forms[start:end])):
                end -= 1
            if end > start:
                yield Spotted(start, end, names)
            start = max(end, start + 1)

    def _named(self, forms: Sequence[str]) -> tuple[Name, ...]:
        keys = [_keys(spelling, lang) for spelling in _spellings(forms) for lang in LANGUAGES]
        for alike in zip(*keys, strict=True):
            if found := [name for key in alike for name in self._by_key.get(key, ())]:
                return tuple(dict.fromkeys(found))
        return ()

    def labels(self, name: Name) -> Mapping[str, str]:
        """What the concept that a word names is called, by language."""
        return {lang: self._terms[name.concept].label(lang) for lang in LANGUAGES}

    def sectors(self, names: Iterable[Name]) -> frozenset[str]:
        """The sectors of the concepts that words name."""
        return frozenset(key for name in names for key in self._terms[name.concept].sectors)

    def alternatives(self, names: Sequence[Name]) -> Mapping[Alternative, Name]:
        """The other ways to say what these names say, those that count most first."""
        best: dict[Leaf, tuple[float, Name]] = {}
        for weight, name in self._weighed(names):
            if weight > best.get(name.leaf, (0.0,))[0]:
                best[name.leaf] = weight, name
        ordered = sorted(best.values(), key=lambda pair: -pair[0])[:MAX_ALTERNATIVES]
        return {Alternative(name.leaf, round(weight, 4)): name for weight, name in ordered}

    def _weighed(self, names: Sequence[Name]) -> Iterator[tuple[float, Name]]:
        for typed in names:
            share = AMBIGUOUS if typed.ambiguous else 1.0
            share *= EVERYDAY if typed.concept in self._everyday else 1.0
            spoken = {name.lang for name in names if name.concept == typed.concept}
            yield from _counted(self._by_concept[typed.concept], spoken, share)
            for narrower in self._terms[typed.concept].narrower:
                yield from _counted(self._by_concept[narrower], spoken, share * NARROWER)


@functools.lru_cache(maxsize=4)
def thesaurus_of(vocabulary: Vocabulary) -> Thesaurus:
    """The concepts of a vocabulary, made once: what is published next mostly has the same."""
    return Thesaurus(vocabulary)


def _counted(
    names: Iterable[Name], spoken: Iterable[str], share: float
) -> Iterator[tuple[float, Name]]:
    for name in names:
        certainty = AMBIGUOUS if name.ambiguous else 1.0
        yield share * certainty * (SAME if name.lang in spoken else CROSS), name


def _names(term: Term) -> Iterator[Name]:
    for lang in LANGUAGES:
        yield from (_name(term, lang, text) for text in term.labels[lang])
        for text in term.outdated.get(lang, ()):
            yield _name(term, lang, text, outdated=True)
        for text in term.ambiguous.get(lang, ()):
            yield _name(term, lang, text, ambiguous=True)


def _name(
    term: Term, lang: str, text: str, *, outdated: bool = False, ambiguous: bool = False
) -> Name:
    return Name(term.key, lang, text, leaf_of([w.text for w in words(text)]), outdated, ambiguous)


def leaf_of(forms: Sequence[str]) -> Leaf:
    """Folded words as a clause that finds them together."""
    return Word(forms[0]) if len(forms) == 1 else Expression(tuple(forms))


def forms_of(leaf: Leaf) -> tuple[str, ...]:
    """The folded words of such a clause."""
    return (leaf.text,) if isinstance(leaf, Word) else leaf.words


def _spellings(forms: Sequence[str]) -> list[tuple[str, ...]]:
    """The words, and those of meaning alone when they are several: `plan (de) sécurité`."""
    telling = tuple(form for form in forms if not is_stopword(form))
    return [tuple(forms), telling] if 1 < len(telling) < len(forms) else [tuple(forms)]


def _keys(forms: Sequence[str], lang: str) -> tuple[Key, Key, Key]:
    """How words are recognised: as they are written, whatever their number, in all their forms."""
    return (
        ("written", *forms),
        ("number", *(form.removesuffix("s") for form in forms)),
        (lang, *(stem(form, lang) for form in forms)),
    )
