"""A document as plain text with underlined headings."""

from __future__ import annotations

import textwrap

from rendering.document import (
    Block,
    Document,
    Heading,
    Item,
    List,
    PageBreak,
    Paragraph,
    Table,
    flat,
    plain_text,
)


def plain(document: Document) -> bytes:
    """A hard-wrapped text file with underlined headings and a form feed between pages."""
    parts = [_underlined(document.title, "="), *(_plain_block(block) for block in document.blocks)]
    return ("\n\n".join(parts) + "\n").encode()


def _underlined(text: str, mark: str) -> str:
    return f"{text}\n{mark * len(text)}"


def _plain_block(block: Block) -> str:
    match block:
        case Heading(level, runs):
            return _underlined(plain_text(runs), "-~^"[level - 2])
        case Paragraph(runs):
            return textwrap.fill(
                plain_text(runs), 72, break_on_hyphens=False, break_long_words=False
            )
        case List():
            return "\n".join(_plain_item(*entry) for entry in flat(block))
        case Table(rows):
            return "\n".join(" | ".join(map(plain_text, row)) for row in rows)
        case PageBreak():
            return "\f"


def _plain_item(depth: int, ordered: bool, number: int, item: Item) -> str:
    bullet = "  " * depth + (f"{number}. " if ordered else "- ")
    return textwrap.fill(
        plain_text(item.runs),
        72,
        initial_indent=bullet,
        subsequent_indent=" " * len(bullet),
        break_on_hyphens=False,
        break_long_words=False,
    )
