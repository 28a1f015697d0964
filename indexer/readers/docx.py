"""Word documents: headings by style, and pages where Word recorded them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn

from indexer.models import Extract
from indexer.readers.blocks import (
    Heading,
    Item,
    PageBreak,
    assemble,
    parsing,
    recorded_properties,
    row_items,
    with_marker,
)
from indexer.readers.numbering import Numbering

# Elements of WordprocessingML have no types worth having: lxml builds their classes at run time.
Element = Any

_HEADING = re.compile(r"^(?:heading|titre) ?([1-6])$", re.IGNORECASE)
_TITLE = re.compile(r"^(?:title|titre)$", re.IGNORECASE)
_CONTENTS = re.compile(r"^(?:toc|tm|table des matières) ?\d$", re.IGNORECASE)
_NUMBERING = RELATIONSHIP_TYPE.NUMBERING
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


@dataclass(frozen=True, slots=True)
class _RecordedBreak(PageBreak):
    """Where a page began when Word last laid out the document."""


# In the text of a paragraph, these characters stand for the breaks.
_BREAKS = {"\f": _RecordedBreak(), "\v": PageBreak()}


def read(path: Path) -> Extract:
    """What a Word document says; its pages are counted only if it holds page breaks."""
    with parsing(path, "Word document"):
        document = docx.Document(str(path))
        items = list(_Walker(document).items())
        properties = _properties(document)
    return assemble(path, "docx", items, properties=properties)


def _properties(document: Document) -> dict[str, object]:
    core = document.core_properties
    return recorded_properties(
        title=core.title,
        authors=core.author,
        year=core.created.year if core.created else None,
        lang=core.language,
    )


class _Walker:
    """The items of one document, in order.

    It walks the XML, because python-docx passes over content controls, text boxes and insertions.
    """

    def __init__(self, document: Document) -> None:
        self._body: Element = document.element.body
        self._levels = dict(_style_levels(document))
        self._numbering = Numbering(_definitions(document), document.styles.element)
        self._contents = {
            style.style_id for style in document.styles if _CONTENTS.match(style.name or "")
        }

    def items(self) -> Iterator[Item]:
        """The headings, blocks and page breaks of the document."""
        broken = False
        for item in self._blocks(self._body):
            if isinstance(item, PageBreak):
                # Where a page break takes effect, Word also records that it did.
                if not (broken and isinstance(item, _RecordedBreak)):
                    yield PageBreak()
                broken = True
            elif isinstance(item, Heading) or item.strip():
                yield item
                broken = False

    def _blocks(self, container: Element) -> Iterator[Item]:
        for element in container:
            if element.tag == qn("w:p"):
                yield from self._paragraph(element)
            elif element.tag == qn("w:tbl"):
                yield from self._table(element)
            elif element.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:smartTag")):
                yield from self._blocks(element)

    def _paragraph(self, paragraph: Element) -> Iterator[Item]:
        properties = paragraph.find(qn("w:pPr"))
        style = _value(properties, "w:pStyle")
        if style in self._contents:
            return
        if properties is not None and _is_on(properties.find(qn("w:pageBreakBefore"))):
            yield PageBreak()
        level = self._level(properties, style)
        marker = self._numbering.marker(properties, style)
        yield from with_marker(marker, _parts("".join(_texts(paragraph)), level))
        for box in _text_boxes(paragraph):
            yield from self._blocks(box)
        if properties is not None and _ends_page(properties.find(qn("w:sectPr"))):
            yield PageBreak()

    def _level(self, properties: Element | None, style: str | None) -> int | None:
        outline = _value(properties, "w:outlineLvl")
        if outline is not None:
            return int(outline) + 1 if int(outline) < 6 else None
        return self._levels.get(style or "")

    def _table(self, table: Element) -> Iterator[Item]:
        for row in _rows(table):
            yield from row_items([list(self._blocks(cell)) for cell in _cells(row)])


def _parts(text: str, level: int | None) -> Iterator[Item]:
    """What the text of a paragraph holds: blocks, or headings of the level, and page breaks."""
    for part in re.split(r"([\f\v])", text):
        if part in _BREAKS:
            yield _BREAKS[part]
        elif level is not None and part.strip():
            yield Heading(part, level)
        else:
            yield part


def _definitions(document: Document) -> Element | None:
    """The root of the part that defines numberings, if the document has one."""
    parts = (rel.target_part for rel in document.part.rels.values() if rel.reltype == _NUMBERING)
    return next((part.element for part in parts if hasattr(part, "element")), None)


def _style_levels(document: Document) -> Iterator[tuple[str, int]]:
    """The styles that make a paragraph a heading, each with its level (0 for titles)."""
    for style in document.styles:
        level = _style_level(style)
        if level is not None:
            yield style.style_id, level


def _style_level(style: Any) -> int | None:
    """The level of one style, which it may inherit from the style that it is based on."""
    seen = set()
    while style is not None and style.style_id not in seen:
        seen.add(style.style_id)
        for name in (style.name or "", style.style_id):
            if match := _HEADING.match(name):
                return int(match[1])
            if _TITLE.match(name):
                return 0
        outline = _value(style.element.find(qn("w:pPr")), "w:outlineLvl")
        if outline is not None:
            return int(outline) + 1 if int(outline) < 6 else None
        style = getattr(style, "base_style", None)
    return None


def _value(properties: Element | None, name: str) -> str | None:
    """The value of a property element such as <w:pStyle w:val="...">."""
    element = None if properties is None else properties.find(qn(name))
    return None if element is None else element.get(qn("w:val"))


def _is_on(element: Element | None) -> bool:
    return element is not None and element.get(qn("w:val"), "true") in ("true", "1", "on")


def _ends_page(section: Element | None) -> bool:
    return section is not None and _value(section, "w:type") != "continuous"


def _rows(table: Element) -> Iterable[Element]:
    return (row for row in table.iter(qn("w:tr")) if next(row.iterancestors(qn("w:tbl"))) is table)


def _cells(row: Element) -> Iterable[Element]:
    return (cell for cell in row.iter(qn("w:tc")) if next(cell.iterancestors(qn("w:tr"))) is row)


def _text_boxes(paragraph: Element) -> Iterator[Element]:
    for box in paragraph.iter(qn("w:txbxContent")):
        if next(box.iterancestors(_FALLBACK), None) is None:
            yield box


def _texts(element: Element) -> Iterator[str]:
    """The text of a paragraph with its page breaks, without that of its text boxes."""
    for child in element:
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in (qn("w:tab"), qn("w:cr")):
            yield " "
        elif child.tag == qn("w:noBreakHyphen"):
            yield "-"
        elif child.tag == qn("w:lastRenderedPageBreak"):
            yield "\f"
        elif child.tag == qn("w:br"):
            yield "\v" if child.get(qn("w:type")) == "page" else " "
        elif child.tag not in (qn("w:pPr"), qn("w:txbxContent"), qn("w:del"), _FALLBACK):
            yield from _texts(child)
