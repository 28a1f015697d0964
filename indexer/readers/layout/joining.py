"""What is the text of lines that belong together?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.readers.blocks import clean, table_row
from indexer.readers.layout.placed import Fragment, Group, Page

_HYPHENS = ("\ufffe", "\x02", "-", "‐", "\u00ad")
_ADDRESS = re.compile(r"(?:^|[(<])(?:htt?p?s?:?/?|https?://.*)$")
_ADDRESS_REST = re.compile(r"[^\s/._=-]*[/._=-]\S|[^\sA-Z]*\d")
_CUT = "\ufffe"


def compounds_of(pages: Sequence[Page]) -> frozenset[str]:
    """The words that the document writes with a hyphen in the middle of a line."""
    return frozenset(
        word.casefold()
        for page in pages
        for fragment in page.fragments
        if "-" in fragment.text
        for word in re.findall(r"\w+-\w+", fragment.text)
    )


def text_of(group: Group, compounds: frozenset[str]) -> str:
    """The group as one block; `compounds` are words to keep their hyphen at a line's end."""
    cells = (_joined(cell, compounds) for cell in group.cells)
    return table_row(cells)


def _joined(cell: Sequence[Fragment], compounds: frozenset[str]) -> str:
    """The lines as one text, with words and addresses that a line end had cut put together."""
    text = ""
    for fragment in cell:
        line = clean(fragment.text) if not _is_cut(fragment.text) else _cut(fragment.text)
        if text.endswith(_CUT):
            text = _rejoined(text.removesuffix(_CUT), line, compounds)
        elif not text or _is_within_address(text, line):
            text += line
        else:
            text += f" {line}"
    return text.replace(_CUT, "-")


def _is_within_address(text: str, line: str) -> bool:
    """Whether a web address begins in the text and goes on in the line."""
    return _ends_in_address(text) and bool(_ADDRESS_REST.match(line))


def _ends_in_address(text: str) -> bool:
    return bool(_ADDRESS.search(text.rpartition(" ")[2]))


def _is_cut(line: str) -> bool:
    return line.endswith(_HYPHENS) and line[-2:-1].isalpha()


def _cut(line: str) -> str:
    """The line with one mark, whatever kind of hyphen ended it."""
    return clean(line[:-1]) + _CUT


def _rejoined(text: str, line: str, compounds: frozenset[str]) -> str:
    """The two halves of a word: with a hyphen if the document writes it so, or capitalises it."""
    if _ends_in_address(text):
        return f"{text}-{line}"
    before, after = re.search(r"\w*$", text), re.match(r"\w*", line)
    word = f"{before[0] if before else ''}-{after[0] if after else ''}".casefold()
    hyphen = "" if line[:1].islower() and word not in compounds else "-"
    return f"{text}{hyphen}{line}"
