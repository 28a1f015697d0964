"""Which words of a passage were asked for: found by cutting its text into words again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from indexer.models import Passage
from indexer.syntax import Clause, Expression, Leaf, Phrase, Prefix, leaves
from indexer.text import Word, stem, variants, words

# What was asked of headings or summaries only is not marked in the text.
_MARKED_FIELDS: Final = (None, "body", "title")


def marks(passage: Passage, clauses: Sequence[Clause]) -> tuple[tuple[int, int], ...]:
    """Where the words begin and end (character offsets) that a clause asked for, in order."""
    found = list(words(passage.text))
    positions = {i for leaf in marked(clauses) for i in _positions(found, passage.lang, leaf)}
    return tuple((found[i].start, found[i].end) for i in sorted(positions))


def marked(clauses: Sequence[Clause]) -> Iterator[Leaf]:
    """The clauses whose words are marked in the text of a passage."""
    return (leaf for leaf in leaves(clauses) if leaf.field in _MARKED_FIELDS)


def _positions(found: Sequence[Word], lang: str, leaf: Leaf) -> Iterable[int]:
    match leaf:
        case Phrase(wanted):
            return _runs([word.text for word in found], [{word} for word in wanted])
        case Expression(wanted):
            stems = [stem(word.text, lang) for word in found]
            return _runs(stems, [set(variants(word)) for word in wanted])
        case Prefix(text):
            return {i for i, word in enumerate(found) if word.text.startswith(text)}
    accepted = variants(leaf.text)
    return {i for i, word in enumerate(found) if stem(word.text, lang) in accepted}


def _runs(terms: Sequence[str], wanted: Sequence[set[str]]) -> set[int]:
    """The places of wanted terms that follow each other."""
    size = len(wanted)
    return {
        i
        for start in range(len(terms) - size + 1)
        if all(terms[start + k] in one for k, one in enumerate(wanted))
        for i in range(start, start + size)
    }
