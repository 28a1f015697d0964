"""A source as plain blocks: headings, paragraphs, lists, tables, page breaks."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import markdown

from indexer import yamlfile

PAGE_BREAK = "<!-- page -->"
LETTER_INCHES = (8.5, 11.0)


@dataclass(frozen=True)
class Run:
    """A stretch of text in one style."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str | None = None


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    """A section heading of level 2 or deeper."""

    level: int
    runs: Runs


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of running text."""

    runs: Runs


@dataclass(frozen=True)
class Item:
    """A list item with the lists inside it."""

    runs: Runs
    lists: tuple[List, ...]


@dataclass(frozen=True)
class List:
    """A numbered or bulleted list."""

    ordered: bool
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Table:
    """A table whose first row is its header."""

    rows: tuple[tuple[Runs, ...], ...]


@dataclass(frozen=True)
class PageBreak:
    """The start of a new page."""


Block = Heading | Paragraph | List | Table | PageBreak


@dataclass(frozen=True)
class Document:
    """A source, parsed: its metadata and its blocks without the title."""

    metadata: Mapping[str, Any]
    blocks: tuple[Block, ...]

    @property
    def title(self) -> str:
        """The title, which stands at the top of every rendering."""
        return str(self.metadata["title"])

    @property
    def authors(self) -> tuple[str, ...]:
        """The authors' names in order."""
        return tuple(str(author) for author in self.metadata.get("authors") or ())

    @property
    def lang(self) -> str:
        """The language tag, for Canadian readers."""
        return f"{self.metadata.get('lang', 'en')}-CA"

    @property
    def created(self) -> dt.datetime:
        """When the file claims to be created: the report's date, or the start of its year."""
        date = self.metadata.get("date")
        if not isinstance(date, dt.date):
            date = dt.date(int(self.metadata.get("year", 2000)), 1, 1)
        return dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC)


def parse(text: str) -> Document:
    """The document that a Markdown source describes."""
    _, front, body = text.split("---\n", 2)
    metadata = yamlfile.as_mapping(yamlfile.parse(front, "front matter"), "front matter")
    body = body.replace(PAGE_BREAK, "\n\n<hr />\n\n")
    xhtml = markdown.markdown(body, extensions=["tables", "sane_lists"], output_format="xhtml")
    tree = ElementTree.fromstring(f"<body>{_without_named_entities(xhtml)}</body>")
    return Document(metadata, tuple(_blocks(tree)))


def _without_named_entities(xhtml: str) -> str:
    named = {name: html.unescape(f"&{name};") for name in ("nbsp", "laquo", "raquo", "copy")}
    for name, character in named.items():
        xhtml = xhtml.replace(f"&{name};", character)
    return xhtml


def _blocks(body: ElementTree.Element) -> Iterator[Block]:
    for element in body:
        match element.tag:
            case "h1":
                continue
            case "h2" | "h3" | "h4":
                yield Heading(int(element.tag[1]), _runs(element))
            case "p":
                yield Paragraph(_runs(element))
            case "ul" | "ol":
                yield _list(element)
            case "table":
                yield Table(tuple(tuple(_runs(cell) for cell in row) for row in element.iter("tr")))
            case "hr":
                yield PageBreak()
            case "blockquote":
                yield from _blocks(element)
            case tag:
                raise ValueError(f"<{tag}> has no rendering; use the Markdown of README.md")


def _list(element: ElementTree.Element) -> List:
    return List(element.tag == "ol", tuple(_item(item) for item in element))


def _item(element: ElementTree.Element) -> Item:
    lists = [child for child in element if child.tag in ("ul", "ol")]
    for child in lists:
        element.remove(child)
    return Item(_runs(element), tuple(_list(child) for child in lists))


def _runs(element: ElementTree.Element) -> Runs:
    runs = [run for run in _styled(element, Run("")) if run.text]
    if not runs:
        return ()
    runs[0] = _with_text(runs[0], runs[0].text.lstrip())
    runs[-1] = _with_text(runs[-1], runs[-1].text.rstrip())
    return tuple(runs)


def _styled(element: ElementTree.Element, style: Run) -> Iterator[Run]:
    style = Run(
        "",
        style.bold or element.tag == "strong",
        style.italic or element.tag == "em",
        element.get("href", style.link),
    )
    yield _with_text(style, (element.text or "").replace("\n", " "))
    for child in element:
        yield from _styled(child, style)
        yield _with_text(style, (child.tail or "").replace("\n", " "))


def _with_text(run: Run, text: str) -> Run:
    return Run(text, run.bold, run.italic, run.link)


def plain_text(runs: Runs) -> str:
    """The text of the runs without their styles."""
    return "".join(run.text for run in runs)


def flat(block: List, depth: int = 0) -> Iterator[tuple[int, bool, int, Item]]:
    """The items of a list and of the lists inside it: depth, ordered, number, item."""
    for number, item in enumerate(block.items, 1):
        yield depth, block.ordered, number, item
        for inner in item.lists:
            yield from flat(inner, depth + 1)
