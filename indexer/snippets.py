"""The part of a passage that shows why it matched, as plain text with marks."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import Final

from indexer.models import Passage
from indexer.query import Snippet
from indexer.text import fold

LENGTH: Final = 280
_ELLIPSIS: Final = "…"

Span = tuple[int, int]


def snippet(passage: Passage, marks: Sequence[Span]) -> Snippet:
    """The stretch of a passage (about 280 characters) with the most of what was asked for.

    `marks` are the (start, end) of the words in the passage's text that were asked for, in order.
    """
    start, end = _window(passage.text, marks)
    before = _ELLIPSIS if start > 0 else ""
    after = _ELLIPSIS if end < len(passage.text) else ""
    shift = len(before) - start
    text = before + _one_line(passage.text[start:end]) + after
    shown = tuple(
        (first + shift, last + shift) for first, last in marks if start <= first and last <= end
    )
    return Snippet(passage.number, passage.page, passage.heading, text, shown)


def _one_line(text: str) -> str:
    """The text with each line break as one space, so that marks keep their places."""
    # `translate` would look up each character of a text that has an accent.
    return text.replace("\n", " ").replace("\r", " ").replace("\t", " ")


def _window(text: str, marks: Sequence[Span]) -> Span:
    """Where the densest stretch begins and ends, cut between words."""
    if len(text) <= LENGTH:
        return 0, len(text)
    lead = LENGTH // 5
    start = max(0, min(_densest(text, marks) - lead, len(text) - LENGTH))
    start = _next_word(text, start) if start else 0
    end = len(text) if start + LENGTH >= len(text) else _previous_word(text, start + LENGTH)
    return start, end


def _densest(text: str, marks: Sequence[Span]) -> int:
    """Where the mark begins that is followed by the most different words that were asked for, and
    of those by the most marks; the earliest of those."""
    reach = LENGTH - LENGTH // 5
    words = [fold(text[start:end]) for start, end in marks]
    ends = [end for _, end in marks]
    best, place = (0, 0), 0
    for first, (start, _) in enumerate(marks):
        last = bisect.bisect_right(ends, start + reach, first)
        # So few marks cannot have more different words.
        if last - first >= best[0]:
            richness = len(set(words[first:last])), last - first
            if richness > best:
                best, place = richness, start
        if last == len(marks):
            # Whatever begins later is followed by some of the same marks.
            break
    return place


def _next_word(text: str, start: int) -> int:
    space = text.find(" ", start, start + 40)
    return space + 1 if space >= 0 else start


def _previous_word(text: str, end: int) -> int:
    space = text.rfind(" ", end - 40, end)
    return space if space >= 0 else end
