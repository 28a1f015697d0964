"""A report laid out for reading: its passages under their headings, on their pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from markupsafe import Markup

from indexer.models import Passage, Report
from indexer.passages import is_reference_list
from indexer.text import list_marker
from webapp import rendering

# The page has its title above, and one heading over the whole text.
TOP_LEVEL: Final = 3
LOWEST_LEVEL: Final = 6
CONTENTS_DEPTH: Final = 2


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the document, at its level (3 to 6) on our page."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """A passage with what begins at it: headings, and a page of the original."""

    passage: Passage
    headings: tuple[Heading, ...]
    new_page: int | None
    body: Markup


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table of contents; `text` is empty for a page without a heading."""

    level: int
    text: str
    passage: int
    page: int | None


def parts(report: Report, passages: Sequence[Passage]) -> list[Part]:
    """The passages in order, each heading and each page said once."""
    return list(_parts(report, passages))


def _parts(report: Report, passages: Sequence[Passage]) -> Iterator[Part]:
    path: tuple[str, ...] = ()
    page: int | None = None
    columns = 0
    sources = _sources(passages)
    for passage in passages:
        here = _path(report, passage)
        opened = _opened(path, here)
        cited = {} if is_reference_list(passage) else sources
        body = rendering.blocks(passage.text, passage.lang, 0 if opened else columns, cited)
        new_page = passage.page if passage.page != page else None
        yield Part(passage, opened, new_page, body)
        path, page, columns = here, passage.page, rendering.columns_after(passage.text)


def _sources(passages: Sequence[Passage]) -> Mapping[int, int]:
    """For the number of each source the passage that lists it, if the report ends with a list."""
    ending = list(takewhile(is_reference_list, reversed(passages)))
    return {
        int(number): passage.number
        for passage in ending
        for number in map(list_marker, passage.text.split("\n\n"))
        if number.isdigit()
    }


def _path(report: Report, passage: Passage) -> tuple[str, ...]:
    """The headings above a passage, without the title of the document, which the page has."""
    headings = tuple(heading for heading in passage.headings if heading.strip())
    if headings and headings[0].strip().casefold() == report.title.strip().casefold():
        return headings[1:]
    return headings


def _opened(before: Sequence[str], now: Sequence[str]) -> tuple[Heading, ...]:
    same = 0
    while same < min(len(before), len(now)) and before[same] == now[same]:
        same += 1
    return tuple(
        Heading(min(TOP_LEVEL + depth, LOWEST_LEVEL), text)
        for depth, text in enumerate(now)
        if depth >= same
    )


def contents(read: Sequence[Part]) -> list[Entry]:
    """The table of contents: the upper headings, or the pages of a document without headings."""
    found = [
        Entry(heading.level, heading.text, part.passage.number, part.passage.page)
        for part in read
        for heading in part.headings
        if heading.level < TOP_LEVEL + CONTENTS_DEPTH
    ]
    by_page = [
        Entry(TOP_LEVEL, "", part.passage.number, part.new_page) for part in read if part.new_page
    ]
    return next((entries for entries in (found, by_page) if len(entries) > 1), [])
