"""Plain text: paragraphs between blank lines, and headings by the conventions of typists.

A line underlined with ==== is of level 1 (the title), with ---- of level 2, with ~~~~ or ^^^^ of
levels 3 and 4. A short line in capitals that stands alone is a heading below the underlined ones.
A form feed starts a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from indexer.models import Extract
from indexer.readers.blocks import BULLETS, ORDINAL, Heading, Item, PageBreak, assemble, table_row
from indexer.readers.encoding import decode

_UNDERLINE = re.compile(r"^\s*(=|-|~|\^)\1{2,}\s*$")
_LEVELS = {"=": 1, "-": 2, "~": 3, "^": 4}
_LIST_ITEM = re.compile(rf"^\s*(?:[{BULLETS}*–-]|{ORDINAL})\s+\S")
_ROW = re.compile(r"\S\s+\|\s+\S|^\s*\|.*\|\s*$")
_RULE = re.compile(r"^[\s|:+=_*~^-]*$")
_LONGEST_HEADING = 80


def read(path: Path) -> Extract:
    """What a text file says."""
    text, warnings = decode(path, path.read_bytes())
    return assemble(path, "txt", _items(text), warnings=warnings)


def _items(text: str) -> Iterator[Item]:
    capitals = 3 if re.search(r"^\S.*\n-{3,}\s*$", text, re.MULTILINE) else 2
    for number, page in enumerate(text.rstrip("\f\n ").split("\f")):
        if number:
            yield PageBreak()
        for chunk in re.split(r"\n[ \t]*\n", page):
            yield from _chunk([line for line in chunk.splitlines() if line.strip()], capitals)


def _chunk(lines: list[str], capitals: int) -> Iterator[Item]:
    """The items in the lines between two blank ones."""
    if len(lines) == 1 and _is_in_capitals(lines[0]):
        yield Heading(lines[0], capitals)
        return
    block: list[str] = []
    expected = {1}
    for line, below in zip(lines, [*lines, ""][1:], strict=True):
        if match := _UNDERLINE.match(below):
            yield _joined(block)
            yield Heading(line, _LEVELS[match[1]])
        elif _RULE.match(line):
            yield _joined(block)
        elif _ROW.search(line):
            yield _joined(block)
            yield table_row(line.strip().strip("|").split("|"))
        else:
            if match := _LIST_ITEM.match(line):
                number = int(match["number"] or 1)
                # Any other number at the start of a line is one of the sentence.
                if number in expected or not block:
                    yield _joined(block)
                    expected.add(number + 1)
            block.append(line)
    yield _joined(block)


def _joined(lines: list[str]) -> str:
    text = " ".join(line.strip() for line in lines)
    lines.clear()
    return text


def _is_in_capitals(line: str) -> bool:
    line = line.strip()
    letters = sum(map(str.isalpha, line))
    return (
        line == line.upper()
        and 2 < letters <= len(line) <= _LONGEST_HEADING
        and letters > len(line) / 2
        and not line.endswith((".", ",", ";"))
    )
