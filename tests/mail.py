"""What mail programs would do wrong with a block of HTML: a lint after caniemail.com.

Outlook on Windows lays out with Word, Gmail drops what it does not know and clips what is long,
and several programs turn colours around in the dark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from bs4.element import Tag

CLIPPED: Final = 102 * 1024
WIDEST: Final = 600
TAGS: Final = {"table", "tbody", "tr", "td", "h2", "h3", "p", "a", "b", "br", "img"}
# Understood by Outlook, Gmail, Apple Mail, Yahoo and Thunderbird, or harmless where they are not.
PROPERTIES: Final = {
    *("border-collapse", "border-top", "color", "background-color", "font-family", "font-size"),
    *("font-weight", "height", "line-height", "margin", "max-width", "padding", "text-align"),
    *("text-decoration", "width", "word-break"),
}
ATTRIBUTES: Final = {
    *("role", "lang", "dir", "width", "height", "border", "cellpadding", "cellspacing", "align"),
    *("style", "href", "src", "alt"),
}
# White, and the darkest that mail programs put behind text.
BACKGROUNDS: Final = ("#ffffff", "#121212")
LEAST_CONTRAST: Final = 4.5


def problems(html: str, base_url: str) -> list[str]:
    """Everything that is wrong with a block; its links must lead to `base_url`."""
    return list(_problems(html, base_url))


def _problems(html: str, base_url: str) -> Iterator[str]:
    if len(html.encode()) > CLIPPED:
        yield f"{len(html.encode())} bytes: Gmail clips it"
    block = BeautifulSoup(html, "html.parser")
    for tag in block.find_all(True):
        if tag.name not in TAGS:
            yield f"<{tag.name}> is not for mail"
        yield from (f"{tag.name}: attribute {name}" for name in set(tag.attrs) - ATTRIBUTES)
        yield from _styles(tag)
    yield from _tables(block)
    yield from _links(block, base_url)
    yield from ("a picture without alt" for _ in block.select("img:not([alt])"))


def declarations(tag: Tag) -> dict[str, str]:
    """The inline style of a tag."""
    pairs = (one.partition(":") for one in str(tag.get("style", "")).split(";") if one.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _styles(tag: Tag) -> Iterator[str]:
    styles = declarations(tag)
    yield from (f"{tag.name}: property {name}" for name in set(styles) - PROPERTIES)
    for name in ("width", "max-width"):
        if (wide := re.fullmatch(r"(\d+)px", styles.get(name, ""))) and int(wide[1]) > WIDEST:
            yield f"{tag.name}: {name} of {wide[1]} px"
    if re.search(r"url\(|expression|javascript|!important|var\(|calc\(", str(tag.get("style", ""))):
        yield f"{tag.name}: a style that mail programs drop"
    behind = styles.get("background-color")
    ink = styles.get("color", "inherit")
    if behind and ink == "inherit":
        yield f"{tag.name}: a background under a colour that it does not set"
    if ink != "inherit":
        for background in (behind,) if behind else BACKGROUNDS:
            if contrast(ink, background) < LEAST_CONTRAST:
                yield f"{tag.name}: {ink} on {background} cannot be read"


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _tables(block: BeautifulSoup) -> Iterator[str]:
    tops = [child for child in block.children if isinstance(child, Tag)]
    if [top.name for top in tops] != ["table"]:
        yield "a block is one table"
    for table in block.select("table"):
        if table.get("role") != "presentation":
            yield "a table that screen readers read out as one"
        if not str(table.get("width", "")).isdigit() or int(str(table["width"])) > WIDEST:
            yield "a table without a width for Outlook"
        if not table.get("lang") or not table.get("dir"):
            yield "a table without its language or direction"
        if {child.name for child in table.children if isinstance(child, Tag)} - {"tr", "tbody"}:
            yield "a table with something else than rows"
    for row in block.select("tr"):
        if {child.name for child in row.children if isinstance(child, Tag)} != {"td"}:
            yield "a row with something else than cells"
    outside = [text for text in block.find_all(string=True) if str(text).strip()]
    if any(text.find_parent("td") is None for text in outside):
        yield "text outside a cell"
    if any(len(table.find_parents("table")) > 3 for table in block.select("table")):
        yield "tables nested too deep"


def _links(block: BeautifulSoup, base_url: str) -> Iterator[str]:
    for link in block.select("a"):
        parts = urlsplit(str(link.get("href", "")))
        if parts.scheme not in ("http", "https") or f"{parts.scheme}://{parts.netloc}" != base_url:
            yield f"a link that leads elsewhere: {link.get('href')}"
        if not link.get_text(strip=True) or link.find_parent("a"):
            yield f"a link that does not say what it is: {link}"
        if declarations(link).get("text-decoration") != "underline":
            yield "a link that only its colour shows"
