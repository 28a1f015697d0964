"""Text of documents into HTML: the only place where that happens.

Everything that comes from a document is untrusted: it is escaped here, and an address becomes a
link only if it is http or https.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from indexer.query import Snippet
from indexer.text import list_marker, spaced, without_marker
from webapp.i18n import current_language, gettext as _

_ADDRESS: Final = re.compile(r"https?://[^\s<>\"“”«»]+", re.IGNORECASE)
_CELLS: Final = " | "
_CITATION: Final = re.compile(r"(?<=\[)\d{1,3}(?:\s?[,–-]\s?\d{1,3})*(?=\])")
_NO_SOURCES: Final[Mapping[int, int]] = MappingProxyType({})


def marked(snippet: Snippet, lang: str) -> Markup:
    """The text of a snippet with what was asked for in <mark>; marks side by side become one."""
    text, end = spaced(snippet.text, lang), 0
    parts: list[str] = []
    for start, stop in _joined(text, snippet.marks):
        parts += [escape(text[end:start]), "<mark>", escape(text[start:stop]), "</mark>"]
        end = stop
    return Markup("".join([*parts, escape(text[end:])]))


def _joined(text: str, marks: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The marks in order, those that only a space separates as one, and none outside the text."""
    joined: list[tuple[int, int]] = []
    for start, stop in sorted(marks):
        if joined and not text[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        elif 0 <= start < stop <= len(text):
            joined.append((start, stop))
    return joined


def spoken(text: str, part: str, lang: str) -> Markup:
    """The text with a part of it marked as being in its language, where that is not the page's."""
    before, found, after = text.partition(part)
    if lang == current_language() or not found:
        return escape(text)
    return escape(before) + Markup('<span lang="{}">{}</span>').format(lang, part) + escape(after)


def lang_of(lang: str) -> Markup:
    """The attribute of what is in a language, where that is not the page's."""
    return Markup() if lang == current_language() else Markup(' lang="{}"').format(lang)


def web_address(address: str | None) -> str | None:
    """The address if it is a web address that a page may link to, otherwise None."""
    try:
        parts = urlsplit((address or "").strip())
    except ValueError:
        return None
    return parts.geturl() if parts.scheme in ("http", "https") and parts.netloc else None


def page_address(address: str | None, page: int | None) -> str | None:
    """The address of one page of an original: only for a PDF, which browsers open at a page."""
    linkable = web_address(address)
    if not linkable or page is None or not urlsplit(linkable).path.lower().endswith(".pdf"):
        return None
    return f"{linkable.split('#')[0]}#page={page}"


def linked(text: str, sources: Mapping[int, int] = _NO_SOURCES) -> Markup:
    """The text with its web addresses as links, and its citations as links to the sources.

    `sources` tells for the number of each source the passage that lists it.
    """
    html, end = Markup(), 0
    for match in _ADDRESS.finditer(text):
        address = _trimmed(match[0])
        href = web_address(address)
        if href:
            html += _cited(text[end : match.start()], sources) + _link(href, address)
            end = match.start() + len(address)
    return html + _cited(text[end:], sources)


def _cited(text: str, sources: Mapping[int, int]) -> Markup:
    """The text with each number in a citation such as [1, 3] as a link to its source."""
    html, end = Markup(), 0
    for citation in _CITATION.finditer(text) if sources else ():
        for number in re.finditer(r"\d+", citation[0]):
            passage = sources.get(int(number[0]))
            if passage is not None:
                start = citation.start() + number.start()
                html += escape(text[end:start]) + _link_to_source(passage, number[0])
                end = start + len(number[0])
    return html + escape(text[end:])


def _link_to_source(passage: int, number: str) -> Markup:
    return Markup('<a href="#passage-{}" title="{}">{}</a>').format(passage, _("Sources"), number)


def _trimmed(address: str) -> str:
    """The address without the punctuation of the sentence around it."""
    trimmed = address.rstrip(".,;:!?…'’\u00a0\u202f")
    while trimmed.endswith(")") and trimmed.count(")") > trimmed.count("("):
        trimmed = trimmed[:-1].rstrip(".,;:!?…'’")
    return trimmed


def _link(href: str, text: str) -> Markup:
    return Markup('<a href="{}" rel="noopener nofollow">{}</a>').format(href, text)


def blocks(
    text: str, lang: str, columns_before: int = 0, sources: Mapping[int, int] = _NO_SOURCES
) -> Markup:
    """The blocks of a passage: paragraphs, runs of list items as lists, and of rows as tables.

    The first row of a run is its header, unless the run goes on with a table of `columns_before`
    columns that ended the passage before. Citations link to `sources`, as in `linked`.
    """
    html = Markup()
    for (columns, tag), run in _runs(spaced(text, lang)):
        if columns > 1:
            rows = [row.split(_CELLS) for row in run]
            html += _table(rows, columns == columns_before, sources)
        elif tag:
            html += _list(run, tag, sources)
        else:
            html += Markup().join(
                Markup("<p>{}</p>\n").format(linked(block, sources)) for block in run
            )
        columns_before = 0
    return html


def columns_after(text: str) -> int:
    """How many columns the table has that ends a text; 0 when it ends with a paragraph."""
    columns = [columns for (columns, _tag), _run in _runs(text)][-1:]
    return columns[0] if columns and columns[0] > 1 else 0


def _runs(text: str) -> Iterator[tuple[tuple[int, str], list[str]]]:
    """The blocks that belong together, with their columns and the tag of their list, if any."""
    found = [block for block in re.split(r"\n\s*\n", text.strip()) if block]
    for kind, run in groupby(found, key=_kind):
        yield kind, list(run)


def _kind(block: str) -> tuple[int, str]:
    columns = block.count(_CELLS) + 1
    marker = list_marker(block) if columns == 1 else ""
    return columns, "ol" if marker.isdigit() else "ul" if marker else ""


def _list(items: Sequence[str], tag: str, sources: Mapping[int, int]) -> Markup:
    """A list with its own numbers: `start` says the first, `value` one that does not follow."""
    html, before = Markup(), 0
    opening = Markup("<{}>\n").format(tag)
    for item in items:
        text, value = linked(without_marker(item), sources), Markup()
        if tag == "ol":
            number = int(list_marker(item))
            if not html and number != 1:
                opening = Markup('<ol start="{}">\n').format(number)
            elif html and number != before + 1:
                value = Markup(' value="{}"').format(number)
            before = number
        html += Markup("<li{}>{}</li>\n").format(value, text)
    return opening + html + Markup("</{}>\n").format(tag)


def _table(rows: Sequence[Sequence[str]], goes_on: bool, sources: Mapping[int, int]) -> Markup:
    header = not goes_on and len(rows) > 1
    head = Markup("<thead>{}</thead>").format(_row(rows[0], "th", sources)) if header else Markup()
    body = Markup().join(_row(row, "td", sources) for row in rows[header:])
    table = Markup("<table>{}<tbody>{}</tbody></table>").format(head, body)
    # Where it is wider than the screen it scrolls, also by keyboard.
    frame = Markup('<div class="{}" role="group" aria-label="{}" tabindex="0">{}</div>\n')
    return frame.format("wide goes-on" if goes_on else "wide", _("Table"), table)


def _row(cells: Iterable[str], tag: str, sources: Mapping[int, int]) -> Markup:
    scope = Markup(' scope="col"') if tag == "th" else Markup()
    content = Markup().join(
        Markup("<{0}{1}>{2}</{0}>").format(tag, scope, linked(cell.strip(), sources))
        for cell in cells
    )
    return Markup("<tr>{}</tr>").format(content)


# A disc, half a disc in a ring, a split disc, a ring, a triangle, a dotted ring.
_SHAPES: Final[Mapping[str, str]] = {
    "effective": '<circle cx="8" cy="8" r="7"/>',
    "promising": '<path d="M8 1a7 7 0 0 1 0 14z"/><circle class="line" cx="8" cy="8" r="6.2"/>',
    "mixed": '<path d="M7 1.1a7 7 0 0 0 0 13.8zM9 1.1a7 7 0 0 1 0 13.8z"/>',
    "no-effect": '<circle class="line" cx="8" cy="8" r="6.2"/>',
    "harmful": '<path d="M8 1 15.5 14.5H.5z"/>',
    "not-rated": '<circle class="line dots" cx="8" cy="8" r="6.2"/>',
}


_SYMBOLS: Final = {
    rating: Markup(f'<svg viewBox="0 0 16 16" aria-hidden="true">{shape}</svg>')
    for rating, shape in _SHAPES.items()
}


def rating_symbol(rating: str) -> Markup:
    """The shape of a rating; always shown with its word."""
    return _SYMBOLS.get(rating, _SYMBOLS["not-rated"])


def printable(text: str) -> str:
    """A text without the control characters that XML cannot hold, on one line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
