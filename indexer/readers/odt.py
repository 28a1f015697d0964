"""OpenDocument texts: headings by outline level, and pages where they were recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import odfdo
from odfdo import Element

from indexer.errors import Encrypted
from indexer.models import Extract
from indexer.readers.blocks import (
    BULLET,
    Heading,
    Item,
    PageBreak,
    assemble,
    names,
    parsing,
    recorded_properties,
    row_items,
    with_marker,
)

_CONTAINERS = names(
    "text:section text:list-header text:numbered-paragraph text:index-title draw:text-box "
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


@dataclass(frozen=True, slots=True)
class _Level:
    """One level of a list style: it shows a `bullet`, a `number` or `none`."""

    form: str
    start: int = 1


class _Walker:
    """The items of one document, in order."""

    def __init__(self, document: odfdo.Document) -> None:
        self._body = document.body
        self._before = _styles_with_break(document, "before")
        self._after = _styles_with_break(document, "after")
        self._titles = _title_styles(document)
        self._list_levels = dict(_list_levels(document))
        # The last number of each style and level, and of each list that has a name.
        self._last: dict[tuple[str, int] | str, int] = {}

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
            yield from self._block(element)

    def _block(self, element: Element) -> Iterator[Item]:
        if element.tag in ("text:p", "text:h"):
            yield from self._paragraph(element)
        elif element.tag == "text:list":
            yield from self._list(element)
        elif element.tag == "table:table":
            yield from self._table(element)
        elif element.tag == "text:soft-page-break":
            yield PageBreak()
        elif element.tag in _CONTAINERS:
            yield from self._blocks(element)
        elif element.tag.startswith("draw:"):
            yield from self._inside(element, _BOXES)

    def _list(self, element: Element, outer_style: str = "", depth: int = 1) -> Iterator[Item]:
        style = _attribute(element, "style-name") or outer_style
        level = self._list_levels.get((style, depth), _Level("bullet"))
        number = self._number_before(element, style, depth, level.start)
        for item in element.children:
            inner = item.children if item.tag in ("text:list-item", "text:list-header") else [item]
            marker = ""
            # An item that only holds another list is there to indent that list.
            if item.tag == "text:list-item" and inner and inner[0].tag != "text:list":
                number = _integer(_attribute(item, "start-value"), number + 1)
                marker = {"bullet": BULLET, "number": f"{number}."}.get(level.form, "")
            for child in inner:
                if child.tag == "text:list":
                    yield from self._list(child, style, depth + 1)
                else:
                    yield from with_marker(marker, self._block(child))
                marker = marker if child.tag == "text:soft-page-break" else ""
        self._last[style, depth] = number
        if name := str(element.get_attribute("xml:id") or ""):
            self._last[name] = number

    def _number_before(self, element: Element, style: str, depth: int, start: int) -> int:
        """The number after which the list begins: that of a list which it continues, if any."""
        continued = _attribute(element, "continue-list")
        if continued in self._last:
            return self._last[continued]
        goes_on = _attribute(element, "continue-numbering").lower() == "true"
        return self._last.get((style, depth), start - 1) if goes_on else start - 1

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


def _list_levels(document: odfdo.Document) -> Iterator[tuple[tuple[str, int], _Level]]:
    """The levels of each list style."""
    for part in (document.get_part("styles.xml"), document.get_part("content.xml")):
        if not isinstance(part, odfdo.XmlPart):
            continue
        for level in part.xpath("//text:list-style/*[@text:level]"):
            style = level.parent if isinstance(level, Element) else None
            if isinstance(level, Element) and style is not None:
                name = str(style.get_attribute("style:name") or "")
                yield (name, _integer(_attribute(level, "level"), 1)), _level(level)


def _level(element: Element) -> _Level:
    if element.tag != "text:list-level-style-number":
        return _Level("bullet")
    shown = element.get_attribute("style:num-format") != ""
    return _Level("number" if shown else "none", _integer(_attribute(element, "start-value"), 1))


def _attribute(element: Element, name: str) -> str:
    """The attribute text:`name`, or an empty text."""
    return str(element.get_attribute(f"text:{name}") or "")


def _integer(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else otherwise


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
