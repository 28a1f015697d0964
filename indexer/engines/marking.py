"""Which words of a passage were asked for: found by cutting its text into words again."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from indexer.models import Passage
from indexer.syntax import Clause, Expression, Leaf, Phrase, Prefix, leaves
from indexer.text import folded, pieces, stem, variants

# What was asked of headings or summaries only is not marked in the text.
_MARKED_FIELDS: Final = (None, "body", "title")

# Term -> where it stands, in order.
Places = Mapping[str, Sequence[int]]


def marks(passage: Passage, clauses: Sequence[Clause]) -> tuple[tuple[int, int], ...]:
    """Where the words begin and end (character offsets) that a clause asked for, in order."""
    cut = zip(*pieces(passage.text), strict=True)
    found = [(word, start) for piece, start in cut if (word := folded(piece)).text]
    forms = _places(word.text for word, _ in found)
    stems = _places(stem(word.text, passage.lang) for word, _ in found)
    positions = {i for leaf in marked(clauses) for i in _positions(forms, stems, leaf)}
    marked_words = (found[i] for i in sorted(positions))
    return tuple((start + word.start, start + word.end) for word, start in marked_words)


def marked(clauses: Sequence[Clause]) -> Iterator[Leaf]:
    """The clauses whose words are marked in the text of a passage."""
    return (leaf for leaf in leaves(clauses) if leaf.field in _MARKED_FIELDS)


def _places(terms: Iterable[str]) -> Places:
    places: defaultdict[str, list[int]] = defaultdict(list)
    for i, term in enumerate(terms):
        places[term].append(i)
    return places


def _positions(forms: Places, stems: Places, leaf: Leaf) -> Iterator[int]:
    match leaf:
        case Phrase(wanted):
            return _runs(forms, [(word,) for word in wanted])
        case Expression(wanted):
            return _runs(stems, [variants(word) for word in wanted])
        case Prefix(text):
            begun = (held for form, held in forms.items() if form.startswith(text))
            return itertools.chain.from_iterable(begun)
    return _standing(stems, variants(leaf.text))


def _runs(places: Places, wanted: Sequence[Collection[str]]) -> Iterator[int]:
    """The places of wanted terms that follow each other."""
    begins = set(_standing(places, wanted[0]))
    for step, terms in enumerate(wanted[1:], start=1):
        begins &= {i - step for i in _standing(places, terms)}
    return (i for begin in begins for i in range(begin, begin + len(wanted)))


def _standing(places: Places, terms: Collection[str]) -> Iterator[int]:
    """The places of any of some terms."""
    return (i for term in terms for i in places.get(term, ()))
