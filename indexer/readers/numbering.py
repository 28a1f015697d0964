"""The bullets and numbers that Word shows before list items; it does not write them in the text.

A paragraph names a numbering (<w:num>) and a level in it, itself or through its style. Numberings
that share a definition (<w:abstractNum>) count on from one another, unless one says where to start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from indexer.readers.blocks import BULLET

# Elements of WordprocessingML have no types worth having: lxml builds their classes at run time.
Element = Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BULLET_STYLE = re.compile(r"^(?:list bullet|liste à puces)\b", re.IGNORECASE)
_NUMBER_STYLE = re.compile(r"^(?:list number|liste à numéros)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a numbering: what it shows (`bullet`, `none`, `decimal` ...), and from where."""

    form: str
    start: int


class Numbering:
    """The numberings of a document, and how far each has counted."""

    def __init__(self, definitions: Element | None, styles: Iterable[Element]) -> None:
        self._styles = {
            style.get(f"{_W}styleId"): style for style in styles if style.tag == f"{_W}style"
        }
        self._abstract: dict[str, dict[int, Level]] = {}
        self._links: dict[str, str] = {}
        self._of: dict[str, str] = {}
        self._restarts: dict[tuple[str, int], int] = {}
        self._counts: dict[tuple[str, int], int] = {}
        self._by_style: tuple[str, int] = ("", 0)
        for element in () if definitions is None else definitions:
            if element.tag == f"{_W}abstractNum":
                name = element.get(f"{_W}abstractNumId", "")
                self._abstract[name] = dict(_levels(element))
                if link := _value(element, "numStyleLink"):
                    self._links[name] = link
            elif element.tag == f"{_W}num":
                self._add(element)

    def _add(self, element: Element) -> None:
        number = element.get(f"{_W}numId", "")
        self._of[number] = _value(element, "abstractNumId") or ""
        for override in element.iterchildren(f"{_W}lvlOverride"):
            start = _value(override, "startOverride")
            if start is not None:
                self._restarts[number, _integer(override.get(f"{_W}ilvl"))] = _integer(start)

    def marker(self, properties: Element | None, style: str | None) -> str:
        """What stands before the next paragraph, given its properties; nothing if it is no item."""
        chain = [properties, *(found.find(f"{_W}pPr") for found in self._chain(style))]
        given = [p.find(f"{_W}numPr") for p in chain if p is not None]
        number = next((v for n in given if (v := _value(n, "numId")) is not None), None)
        level = next((v for n in given if (v := _value(n, "ilvl")) is not None), "0")
        marker = self._by_name(style) if number is None else self._next(number, _integer(level))
        if number is not None or not marker:
            self._by_style = ("", 0)
        return marker

    def _chain(self, style: str | None) -> Iterator[Element]:
        """The style and those that it is based on."""
        seen = set()
        while style in self._styles and style not in seen:
            seen.add(style)
            yield self._styles[style]
            style = _value(self._styles[style], "basedOn")

    def _by_name(self, style: str | None) -> str:
        """The marker of a style that has a list's name and no numbering."""
        for found in self._chain(style):
            name = _value(found, "name") or ""
            if _BULLET_STYLE.match(name):
                return BULLET
            if _NUMBER_STYLE.match(name):
                former, count = self._by_style
                self._by_style = (name, count + 1 if name == former else 1)
                return f"{self._by_style[1]}."
        return ""

    def _next(self, number: str, depth: int) -> str:
        abstract = self._definition(number)
        level = self._abstract.get(abstract, {}).get(depth)
        if level is None or level.form == "none":
            return ""
        if level.form == "bullet":
            return BULLET
        count = self._counts.get((abstract, depth), level.start - 1) + 1
        count = self._restarts.pop((number, depth), count)
        self._counts[abstract, depth] = count
        for deeper in [key for key in self._counts if key[0] == abstract and key[1] > depth]:
            del self._counts[deeper]
        return f"{count}."

    def _definition(self, number: str) -> str:
        """The definition of a numbering, which may be that of a style for lists."""
        abstract = self._of.get(number, "")
        for style in self._chain(self._links.get(abstract)):
            properties = style.find(f"{_W}pPr")
            linked = None if properties is None else properties.find(f"{_W}numPr")
            return self._of.get(_value(linked, "numId") or "", "")
        return abstract


def _levels(abstract: Element) -> Iterator[tuple[int, Level]]:
    for level in abstract.iterchildren(f"{_W}lvl"):
        form = _value(level, "numFmt") or "decimal"
        shown = form == "bullet" or _value(level, "lvlText") != ""
        start = _integer(_value(level, "start"), 1)
        yield _integer(level.get(f"{_W}ilvl")), Level(form if shown else "none", start)


def _value(element: Element | None, name: str) -> str | None:
    child = None if element is None else element.find(f"{_W}{name}")
    value = None if child is None else child.get(f"{_W}val")
    return None if value is None else str(value)


def _integer(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else otherwise
