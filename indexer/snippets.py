"""The part of a passage that shows why it matched, as plain text with marks."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

from indexer.models import Passage
from indexer.query import Snippet
from indexer.syntax import Clause, Leaf, Phrase, Prefix, leaves
from indexer.text import Word, stem, variants, words

LENGTH: Final = 280
_ELLIPSIS: Final = "…"


def snippet(passage: Passage, clauses: Sequence[Clause]) -> Snippet:
    """The stretch of a passage (about 280 characters) with the most of what was asked for."""
    found = list(words(passage.text))
    marked = _marked(found, passage.lang, clauses)
    start, end = _window(passage.text, [found[i] for i in sorted(marked)])
    before = _ELLIPSIS if start > 0 else ""
    after = _ELLIPSIS if end < len(passage.text) else ""
    shift = len(before) - start
    marks = tuple(
        (word.start + shift, word.end + shift)
        for word in (found[i] for i in sorted(marked))
        if start <= word.start and word.end <= end
    )
    text = before + _one_line(passage.text[start:end]) + after
    return Snippet(passage.number, passage.page, passage.heading, text, marks)


def _one_line(text: str) -> str:
    """The text with each line break as one space, so that marks keep their places."""
    return text.translate({ord(c): " " for c in "\n\r\t"})


def _marked(found: Sequence[Word], lang: str, clauses: Sequence[Clause]) -> set[int]:
    """The positions of the words that a clause asked for in the body."""
    wanted = [leaf for leaf in leaves(clauses) if leaf.field in (None, "body", "title")]
    positions: set[int] = set()
    for leaf in wanted:
        positions.update(_positions(found, lang, leaf))
    return positions


def _positions(found: Sequence[Word], lang: str, leaf: Leaf) -> set[int]:
    if isinstance(leaf, Phrase):
        size = len(leaf.words)
        forms = tuple(word.text for word in found)
        starts = [i for i in range(len(forms) - size + 1) if forms[i : i + size] == leaf.words]
        return {i for start in starts for i in range(start, start + size)}
    if isinstance(leaf, Prefix):
        return {i for i, word in enumerate(found) if word.text.startswith(leaf.text)}
    accepted = variants(leaf.text)
    return {i for i, word in enumerate(found) if stem(word.text, lang) in accepted}


def _window(text: str, marks: Sequence[Word]) -> tuple[int, int]:
    """Where the densest stretch begins and ends, cut between words."""
    if len(text) <= LENGTH:
        return 0, len(text)
    best = max(marks, key=lambda first: _richness(first, marks), default=None)
    lead = LENGTH // 5
    start = max(0, min(best.start - lead if best else 0, len(text) - LENGTH))
    start = _next_word(text, start) if start else 0
    end = len(text) if start + LENGTH >= len(text) else _previous_word(text, start + LENGTH)
    return start, end


def _richness(first: Word, marks: Sequence[Word]) -> tuple[int, int, int]:
    reach = first.start + LENGTH - LENGTH // 5
    inside = list(
        itertools.takewhile(lambda m: m.end <= reach, (m for m in marks if m.start >= first.start))
    )
    return len({mark.text for mark in inside}), len(inside), -first.start


def _next_word(text: str, start: int) -> int:
    space = text.find(" ", start, start + 40)
    return space + 1 if space >= 0 else start


def _previous_word(text: str, end: int) -> int:
    space = text.rfind(" ", end - 40, end)
    return space if space >= 0 else end
