"""OpenDocument texts: headings by outline level, and pages where they were recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import odfdo
from odfdo import Element

from indexer.errors import Encrypted
from indexer.models import Extract
from indexer.readers.blocks import (
    Heading,
    Item,
    PageBreak,
    assemble,
    names,
    parsing,
    recorded_properties,
    row_items,
)

_CONTAINERS = names(
    "text:section text:list text:list-item text:list-header text:numbered-paragraph text:index- "
    "title draw:text-box "
)
_SILENT = names(
    "text:note office:annotation text:tracked-changes text:ruby-text draw:frame draw:g "
    "draw:custom-shape "
)
_ROW_GROUPS = names("table:table-header-rows table:table-rows table:table-row-group")
_SPACES = names("text:s text:tab text:line-break")
_BOXES = "descendant::draw:text-box[not(ancestor::office:annotation)]"
_NOTES = "descendant::text:note-body"
_BREAKING = "//style:style[style:paragraph-properties/@fo:break-{}='page']/@style:name"


def read(path: Path) -> Extract:
    """What an OpenDocument text says; its pages are counted only if it holds page breaks."""
    with parsing(path, "OpenDocument text"):
        document = odfdo.Document(str(path))
        _refuse_encrypted(path, document)
        items = list(_Walker(document).items())
        properties = _properties(document)
    return assemble(path, "odt", items, properties=properties)


def _refuse_encrypted(path: Path, document: odfdo.Document) -> None:
    manifest = document.get_part("META-INF/manifest.xml")
    if isinstance(manifest, odfdo.XmlPart) and manifest.xpath("//manifest:encryption-data"):
        raise Encrypted(path, "needs a password; save a copy without one")


def _properties(document: odfdo.Document) -> dict[str, object]:
    meta = document.meta
    created = meta.creation_date
    return recorded_properties(
        title=meta.title,
        authors=meta.initial_creator or meta.creator,
        year=created.year if created else None,
        lang=meta.language,
    )


class _Walker:
    """The items of one document, in order."""

    def __init__(self, document: odfdo.Document) -> None:
        self._body = document.body
        self._before = _styles_with_break(document, "before")
        self._after = _styles_with_break(document, "after")
        self._titles = _title_styles(document)

    def items(self) -> Iterator[Item]:
        """The headings, blocks and page breaks of the document."""
        broken = True
        for item in self._blocks(self._body):
            if isinstance(item, PageBreak):
                # A break in a style may be recorded as a soft one too; an empty page is neither.
                if not broken:
                    yield item
                broken = True
            elif isinstance(item, Heading) or item.strip():
                yield item
                broken = False

    def _blocks(self, container: Element) -> Iterator[Item]:
        for element in container.children:
            if element.tag in ("text:p", "text:h"):
                yield from self._paragraph(element)
            elif element.tag == "table:table":
                yield from self._table(element)
            elif element.tag == "text:soft-page-break":
                yield PageBreak()
            elif element.tag in _CONTAINERS:
                yield from self._blocks(element)
            elif element.tag.startswith("draw:"):
                yield from self._inside(element, _BOXES)

    def _paragraph(self, paragraph: Element) -> Iterator[Item]:
        style = str(paragraph.get_attribute("text:style-name") or "")
        if style in self._before:
            yield PageBreak()
        level = self._level(paragraph, style)
        for number, part in enumerate("".join(_texts(paragraph)).split("\f")):
            if number:
                yield PageBreak()
            if level is not None and part.strip():
                yield Heading(part, level)
            else:
                yield part
        yield from self._inside(paragraph, _BOXES)
        yield from self._inside(paragraph, _NOTES)
        if style in self._after:
            yield PageBreak()

    def _level(self, paragraph: Element, style: str) -> int | None:
        if paragraph.tag == "text:h":
            level = str(paragraph.get_attribute("text:outline-level") or "1")
            return min(6, int(level)) if level.isdigit() else 1
        return 0 if style in self._titles else None

    def _inside(self, element: Element, path: str) -> Iterator[Item]:
        for found in element.xpath(path):
            if isinstance(found, Element):
                yield from self._blocks(found)

    def _table(self, table: Element) -> Iterator[Item]:
        for element in table.children:
            if element.tag in _ROW_GROUPS:
                yield from self._table(element)
            elif element.tag == "text:soft-page-break":
                yield PageBreak()
            elif element.tag == "table:table-row":
                cells = [cell for cell in element.children if cell.tag == "table:table-cell"]
                yield from row_items([list(self._blocks(cell)) for cell in cells])


def _styles_with_break(document: odfdo.Document, side: str) -> frozenset[str]:
    """The names of the styles that start a page before or after their paragraphs."""
    parts = (document.get_part("content.xml"), document.get_part("styles.xml"))
    return frozenset(
        str(name)
        for part in parts
        if isinstance(part, odfdo.XmlPart)
        for name in part.xpath(_BREAKING.format(side))
    )


def _title_styles(document: odfdo.Document) -> frozenset[str]:
    """The names of the style for titles and of the automatic styles derived from it."""
    content = document.get_part("content.xml")
    if not isinstance(content, odfdo.XmlPart):
        return frozenset({"Title"})
    derived = content.xpath("//style:style[@style:parent-style-name='Title']/@style:name")
    return frozenset({"Title", *map(str, derived)})


def _texts(element: Element) -> Iterator[str]:
    """The text of a paragraph, with a form feed for each page break inside it."""
    yield element.text or ""
    for child in element.children:
        if child.tag in _SPACES:
            yield " "
        elif child.tag == "text:soft-page-break":
            yield "\f"
        elif child.tag not in _SILENT:
            yield from _texts(child)
        yield child.tail or ""
