"""What does a query mean? Its clauses, with the other words for each concept that it names.

Words in quotes, exclusions, alternatives and words of a field are meant as they were typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final

from indexer.query import Notice
from indexer.syntax import (
    MAX_CLAUSES,
    Alternative,
    Boost,
    Clause,
    Not,
    Parsed,
    Phrase,
    Synonyms,
    Word,
    size,
    without_small_words,
)
from indexer.text import is_stopword
from indexer.thesaurus import Leaf, Name, Thesaurus, leaf_of

# What two words earn that stand side by side as they were typed.
NEAR_WEIGHT: Final = 0.1


@dataclass(frozen=True, slots=True)
class Concept:
    """What was `typed` for a concept, as the vocabulary writes it, the clause for it, and the
    others that find it, those that count most first; the `sectors` that it belongs to; `labels`
    where the word typed is outdated."""

    typed: str
    leaf: Leaf
    others: Mapping[Leaf, Name]
    sectors: frozenset[str] = frozenset()
    labels: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """The clauses to search for, and the concepts among them in the order of the query."""

    clauses: tuple[Clause, ...]
    concepts: tuple[Concept, ...] = ()

    @property
    def size(self) -> int:
        """How many words and phrases a passage may match."""
        return sum(size(clause) for clause in self.clauses if not isinstance(clause, (Boost, Not)))


def meaning(parsed: Parsed, thesaurus: Thesaurus | None) -> Meaning:
    """What a query asks for; without a thesaurus, only the words that were typed."""
    clauses: list[Clause] = []
    concepts: list[Concept] = []
    boosts: list[Boost] = []
    for are_words, run in groupby(parsed.typed, key=_is_plain_word):
        typed = list(run)
        if not are_words:
            clauses += typed
            continue
        forms = [clause.text for clause in typed if isinstance(clause, Word)]
        boosts += _neighbours(forms)
        for clause, concept in _expanded(forms, thesaurus):
            clauses.append(clause)
            concepts += [concept] if concept else []
    kept = without_small_words(clauses)[:MAX_CLAUSES]
    return Meaning((*kept, *dict.fromkeys(boosts)), tuple(concepts))


def outdated(meant: Meaning) -> list[Notice]:
    """A kind word for each outdated one: what is shown instead, by language."""
    return [
        Notice("outdated-word", {"value": concept.typed, **concept.labels})
        for concept in meant.concepts
        if concept.labels
    ]


def _is_plain_word(clause: Clause) -> bool:
    return isinstance(clause, Word) and clause.field is None


def _expanded(
    forms: Sequence[str], thesaurus: Thesaurus | None
) -> Iterator[tuple[Clause, Concept | None]]:
    """The words in order, those that name a concept as one clause."""
    start = 0
    for spotted in thesaurus.spot(forms) if thesaurus else ():
        yield from ((Word(form), None) for form in forms[start : spotted.start])
        start = spotted.end
        assert thesaurus is not None
        named = forms[spotted.start : spotted.end]
        ways = thesaurus.alternatives(spotted.names)
        yield _synonyms(named, ways), _concept(named, spotted.names, ways, thesaurus)
    yield from ((Word(form), None) for form in forms[start:])


def _synonyms(forms: Sequence[str], ways: Iterable[Alternative]) -> Synonyms:
    typed = leaf_of(forms)
    words = tuple(Word(form) for form in forms if not is_stopword(form))
    others = tuple(way for way in ways if way.leaf != typed)
    return Synonyms(words or tuple(map(Word, forms)), (Alternative(typed), *others))


def _concept(
    forms: Sequence[str],
    names: Sequence[Name],
    ways: Mapping[Alternative, Name],
    thesaurus: Thesaurus,
) -> Concept:
    typed, name = leaf_of(forms), names[0]
    others = {way.leaf: other for way, other in ways.items() if way.leaf != typed}
    labels = thesaurus.labels(name) if name.outdated else None
    return Concept(name.text, typed, others, thesaurus.sectors(names), labels)


def _neighbours(forms: Sequence[str]) -> Iterator[Boost]:
    """Each two words of meaning that were typed side by side."""
    for pair in pairwise(forms):
        if not any(map(is_stopword, pair)):
            yield Boost(Phrase(pair), NEAR_WEIGHT)
