"""HTML: the main content of a web page, and the metadata in its head."""

from __future__ import annotations

import datetime as dt
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, XMLParsedAsHTMLWarning
from bs4.dammit import EncodingDetector
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from indexer.errors import NoText
from indexer.findings import finding
from indexer.models import Extract, ReadWarning
from indexer.readers.blocks import (
    BULLET,
    Heading,
    Item,
    assemble,
    clean,
    language,
    names,
    parsing,
    table_row,
)
from indexer.readers.encoding import decode
from indexer.text import without_marker

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = names(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset "
    "figcaption figure footer form header hr html legend li main ol p pre section summary table "
    "tbody td tfoot th thead tr ul "
)
_DROPPED = names(
    "nav footer aside script style noscript template svg iframe head title button select "
    "textarea input object embed audio video canvas dialog menu map "
)
_DROPPED_ROLES = names("navigation banner contentinfo complementary search")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_LOGIN = re.compile(
    r"^(please )?(sign|log)[ -]?(in|on)\b|\b(must|to) (sign|log) ?in\b"
    r"|^connexion( [àa]u? .*|\W.*|)$|\bse connecter\b|\bconnectez-vous\b|\bouvrir une session\b",
    re.IGNORECASE,
)
_INTEGER = re.compile(r"\s*(-?\d{1,6})(?!\d)")
_LONGEST_LOGIN_PAGE = 120
_LONGEST_LOGIN_LINE = 8


def read(path: Path) -> Extract:
    """What a web page says in its main content; `declared` is its citation metadata."""
    source, damage = _source(path, path.read_bytes())
    soup = parse(path, source)
    found = list(items(_main(soup)))
    _refuse_login(path, soup, found)
    return assemble(
        path,
        "html",
        found,
        declared=_declared(soup),
        properties=_properties(soup),
        paged=False,
        warnings=damage or _warnings(soup),
    )


def parse(path: Path, source: str | bytes) -> BeautifulSoup:
    """The parsed page; bytes are decoded as the page itself says."""
    with parsing(path, "web page"), warnings.catch_warnings():
        # XHTML is read well enough as HTML, and a page may consist of one address.
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        return BeautifulSoup(source, "lxml")


def items(root: Tag) -> Iterator[Item]:
    """The headings and blocks below an element, without navigation, scripts and hidden parts."""
    block, numbering = _Block(), _Numbering()
    for opening, node in _events(root):
        if isinstance(node, NavigableString):
            block.parts.append(str(node))
        elif node.name == "br":
            block.parts.append(" ")
        elif node.name in _HEADINGS or _is_row(node):
            yield block.ended()
            yield _whole(node)
            block.marker = ""
        elif node.name in _BLOCKS:
            yield block.ended()
            if node.name == "li":
                block.marker = numbering.marker(node) if opening else ""
        elif opening and node.name == "img":
            block.parts.append(" ")
    yield block.ended()


class _Block:
    """The block that is being read: its text so far, and its marker if it begins a list item."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.marker = ""

    def ended(self) -> str:
        """The whole block; the next one begins."""
        text = "".join(self.parts)
        self.parts.clear()
        if self.marker and text.strip():
            text, self.marker = f"{self.marker} {text.lstrip()}", ""
        return text


class _Numbering:
    """The numbers of the items of each list."""

    def __init__(self) -> None:
        self._last: dict[int, int] = {}

    def marker(self, item: Tag) -> str:
        """The marker of the next item of its list."""
        parent = item.parent
        if parent is None or parent.name != "ol":
            return BULLET
        number = _integer(item, "value")
        if number is None:
            start = _integer(parent, "start")
            before = self._last.get(id(parent), 0 if start is None else start - 1)
            number = before + 1
        self._last[id(parent)] = number
        return f"{number}."


def _integer(tag: Tag, name: str) -> int | None:
    match = _INTEGER.match(str(tag.get(name, "")))
    return int(match[1]) if match else None


def _events(root: Tag) -> Iterator[tuple[bool, Tag | NavigableString]]:
    """The visible nodes below an element, tags when they open and again when they close.

    Headings and table rows come once and whole. There is no recursion, because web pages nest
    deeper than Python does.
    """
    stack: list[tuple[bool, PageElement]] = [(True, child) for child in reversed(root.contents)]
    while stack:
        opening, node = stack.pop()
        if isinstance(node, NavigableString):
            if not isinstance(node, PreformattedString):
                yield True, node
        elif isinstance(node, Tag) and not opening:
            yield False, node
        elif isinstance(node, Tag) and not _is_dropped(node):
            yield True, node
            if node.name not in _HEADINGS and not _is_row(node):
                stack.append((False, node))
                stack.extend((True, child) for child in reversed(node.contents))


def _is_dropped(tag: Tag) -> bool:
    if tag.name in _DROPPED or str(tag.get("role", "")).lower() in _DROPPED_ROLES:
        return True
    if tag.has_attr("hidden") or str(tag.get("aria-hidden", "")).lower() == "true":
        return True
    if _HIDDEN.search(str(tag.get("style", ""))):
        return True
    if tag.name == "header":
        inner = {"main", "article", "section"}
        return not any(up.name in inner or up.get("role") == "main" for up in tag.parents)
    # Some content systems wrap the whole page in one form.
    return tag.name == "form" and tag.find(["main", "article", *_HEADINGS]) is None


def _is_row(tag: Tag) -> bool:
    """Whether this is a row of data, rather than of a table that lays out a page."""
    if tag.name != "tr":
        return False
    cells = tag.find_all(["td", "th"], recursive=False)
    return len(cells) > 1 and tag.find(["table", *_HEADINGS]) is None


def _whole(tag: Tag) -> Item:
    if tag.name in _HEADINGS:
        return Heading(_text(tag), _HEADINGS[tag.name])
    return table_row(_text(cell) for cell in tag.find_all(["td", "th"], recursive=False))


def _text(tag: Tag) -> str:
    """The visible text of an element, with a space wherever a block begins or ends."""
    numbering = _Numbering()
    parts: list[str] = []
    for opening, node in _events(tag):
        if isinstance(node, NavigableString):
            parts.append(str(node))
        elif node.name in _BLOCKS or node.name == "br":
            parts.append(f" {numbering.marker(node)} " if opening and node.name == "li" else " ")
    return clean("".join(parts))


def _main(soup: BeautifulSoup) -> Tag:
    """The element that holds the main content."""
    articles = soup.find_all("article")
    candidates = [soup.find("main"), *articles[: len(articles) == 1], soup.find(role="main")]
    for candidate in candidates:
        if isinstance(candidate, Tag) and _text(candidate):
            return candidate
    return soup.body or soup


# -- Login pages --------------------------------------------------------------------------------


def _refuse_login(path: Path, soup: BeautifulSoup, found: list[Item]) -> None:
    """Refuse a page that asks for a password instead of giving the document."""
    texts = [
        without_marker(clean(item.text if isinstance(item, Heading) else str(item)))
        for item in found
    ]
    if sum(len(text.split()) for text in texts) >= _LONGEST_LOGIN_PAGE:
        return
    title = clean(soup.title.get_text()) if soup.title else ""
    lines = [text for text in [title, *texts] if len(text.split()) <= _LONGEST_LOGIN_LINE]
    asks = soup.find("input", type=re.compile("^password$", re.IGNORECASE)) is not None
    if asks or any(_LOGIN.search(line) for line in lines):
        raise NoText(path, "looks like a login page; download the document itself")


# -- Metadata -----------------------------------------------------------------------------------

# Each key of the contract with the names that declare it, in order of preference.
_NAMES = {
    "title": ("citation_title", "dc.title"),
    "authors": ("citation_author", "dc.creator"),
    "date": ("citation_publication_date", "citation_date", "dc.date", "dc.date.issued"),
    "publisher": ("citation_publisher", "dc.publisher"),
    "lang": ("citation_language", "dc.language"),
    "summary": ("dc.description", "dc.description.abstract", "dc.abstract"),
}
_DATE = re.compile(r"(\d{4})(?:[-/](\d{1,2})[-/](\d{1,2}))?")


def _meta(soup: BeautifulSoup) -> dict[str, list[str]]:
    """The <meta> values by name, with the names of DCTERMS as those of DC."""
    values: dict[str, list[str]] = {}
    for tag in soup.find_all("meta"):
        name = str(tag.get("name") or tag.get("property") or "").strip().lower()
        name = re.sub(r"^dcterms[.:]", "dc.", name).replace("dc:", "dc.")
        name = {"dc.issued": "dc.date", "dc.created": "dc.date"}.get(name, name)
        if content := clean(str(tag.get("content") or "")):
            values.setdefault(name, []).append(content)
    return values


def _declared(soup: BeautifulSoup) -> dict[str, object]:
    """What Dublin Core and citation tags declare, under the contract's keys."""
    meta = _meta(soup)
    declared: dict[str, object] = {}
    for key, candidates in _NAMES.items():
        if values := next((meta[name] for name in candidates if name in meta), None):
            declared[key] = values if key == "authors" else values[0]
    if isinstance(date := declared.pop("date", None), str):
        declared.update(_dated(date))
    if isinstance(lang := declared.pop("lang", None), str) and language(lang):
        declared["lang"] = language(lang)
    return declared


def _dated(text: str) -> dict[str, object]:
    """The year, and the date if there is a whole and real one."""
    match = _DATE.match(text)
    if not match:
        return {}
    year, month, day = match.groups()
    if month is None:
        return {"year": int(year)}
    try:
        return {"year": int(year), "date": dt.date(int(year), int(month), int(day))}
    except ValueError:
        return {"year": int(year)}


def _properties(soup: BeautifulSoup) -> dict[str, object]:
    """What the page itself records: its <title>, its language, its plain <meta> tags."""
    meta = _meta(soup)
    found: dict[str, object] = {
        "title": clean(soup.title.get_text()) if soup.title else "",
        "lang": language(str(soup.html.get("lang") or "")) if soup.html else None,
        "authors": meta.get("author"),
        "summary": meta.get("description", [""])[0],
    }
    return {key: value for key, value in found.items() if value}


# -- Encoding ------------------------------------------------------------------------------------


def _source(path: Path, data: bytes) -> tuple[str | bytes, tuple[ReadWarning, ...]]:
    """The page as text, or its bytes if it declares an encoding other than UTF-8."""
    if EncodingDetector.find_declared_encoding(data, is_html=True) in (None, "utf-8"):
        return decode(path, data)
    return data, ()


def _warnings(soup: BeautifulSoup) -> tuple[ReadWarning, ...]:
    """A warning if the declared encoding does not explain all bytes."""
    if not soup.contains_replacement_characters:
        return ()
    return (finding("BadEncoding", encoding=str(soup.original_encoding)),)
