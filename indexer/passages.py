"""Cut an Extract into citable passages: about 150 words, never across a page or a section."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Final

from indexer.models import Extract, Passage
from indexer.text import fold, language, sentences

WORDS: Final = 150
# A run of text without sentence ends (a table, a list of names) is cut here all the same.
MAX_PIECE: Final = 200
# A report of 500 pages has about 1,500 passages; no report is indexed beyond so many.
MOST: Final = 20_000
# Fewer words than this say too little about their language.
_ENOUGH_FOR_LANGUAGE: Final = 25


_REFERENCES: Final = frozenset(
    {"sources", "references", "bibliography", "bibliographie", "works cited", "notes"}
)


def is_reference_list(passage: Passage) -> bool:
    """Whether a passage lists sources: it says who wrote what, not what works."""
    return bool(passage.headings) and fold(passage.headings[0]) in _REFERENCES


def cut(extract: Extract, report_id: str, lang: str) -> tuple[Passage, ...]:
    """The passages of a document in order; one of unclear language has the report's, `lang`."""
    passages: list[Passage] = []
    path: list[tuple[int, str]] = []
    for section in extract.sections:
        if section.heading:
            path = [step for step in path if step[0] < section.level]
            path.append((section.level, section.heading))
        headings = tuple(heading for _, heading in path)
        for text in _pieces(section.blocks):
            number = len(passages) + 1
            passage_lang = _language(text, lang)
            passages.append(Passage(report_id, number, section.page, headings, text, passage_lang))
    return tuple(passages)


def _language(text: str, report_lang: str) -> str:
    return (len(text.split()) >= _ENOUGH_FOR_LANGUAGE and language(text)) or report_lang


def _pieces(blocks: Iterable[str]) -> Iterator[str]:
    """The blocks joined to texts of even length, each as near to the aim as the blocks allow."""
    parts = [part for block in blocks for part in _split(block)]
    total = sum(_size(text) for text, _ in parts)
    aim = total / max(1, math.floor(total / WORDS + 0.5))
    piece = ""
    for text, separator in parts:
        # Stop where stopping leaves the piece nearer to the aim than going on would.
        if piece and _size(piece) + _size(text) / 2 > aim:
            yield piece
            piece = ""
        piece = piece + separator + text if piece else text
    if piece:
        yield piece


def _split(block: str) -> Iterator[tuple[str, str]]:
    """The block, or the sentences of a long one, each with what joins it to the text before it."""
    if _size(block) <= WORDS:
        yield block, "\n\n"
        return
    separator = "\n\n"
    for sentence in sentences(block):
        words = sentence.split()
        for start in range(0, len(words), MAX_PIECE):
            yield " ".join(words[start : start + MAX_PIECE]), separator
            separator = " "


def _size(text: str) -> int:
    return len(text.split())
