"""From placed lines of text to headings, paragraphs, list items and table rows.

PDF says where text stands, not what it is. These rules read it as a person does: by size, weight,
gaps, indents and repetition. They are pure functions of the lines, so each can be tested alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from indexer.readers.blocks import Heading, Item, PageBreak
from indexer.readers.layout.furniture import without_furniture
from indexer.readers.layout.grouping import grouped
from indexer.readers.layout.headings import heading_levels
from indexer.readers.layout.joining import compounds_of, text_of
from indexer.readers.layout.placed import Entry, Group, Page, body_size, usual_leading

# The dots between an entry of a table of contents and its page.
_LEADERS = re.compile(r"\.(?:\s?\.){4}")


def items(pages: Sequence[Page], outline: Sequence[Entry]) -> Iterator[Item]:
    """The headings, blocks and page breaks of a document, in reading order."""
    kept = without_furniture(pages)
    found = list(_with_texts(kept))
    groups, texts = [group for group, _ in found], [text for _, text in found]
    levels = heading_levels(groups, texts, body_size(kept), outline)
    current = 0
    for position, (group, text) in enumerate(found):
        yield from (PageBreak() for _ in range(group.page - current))
        current = group.page
        yield Heading(text, levels[position]) if position in levels else text
    yield from (PageBreak() for _ in range(len(pages) - 1 - current))


def _with_texts(pages: Sequence[Page]) -> Iterator[tuple[Group, str]]:
    """What stands together on the pages, each with its text, without the table of contents."""
    leading, compounds = usual_leading(pages), compounds_of(pages)
    for number, page in enumerate(pages):
        for group in grouped(number, page.fragments, leading):
            text = text_of(group, compounds)
            if not _LEADERS.search(text):
                yield group, text
