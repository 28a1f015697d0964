"""What all readers share: clean text, and a stream of headings and blocks folded into an Extract.

Every reader turns its format into a stream of items: a `str` is a block, a `Heading` starts a
section, a `PageBreak` starts a page. `assemble` folds that stream, so that the same report reads
the same in every format:

* A lone outermost heading of level 1 (or a Title, level 0) that comes before all others is the
  document's title. It becomes `properties["title"]` and starts no section.
* A list item begins with its marker in one form, `• ` or `3. `, whatever made it a list item: a
  style, an element or a character in the text. See Section.
* Below the title, sections begin at level 2: if the outermost of the other headings has
  another level, all are shifted by the difference. A document without a title is treated alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.errors import IndexerError, NoText, ReadError
from indexer.models import Extract, ReadWarning, Section
from indexer.readers import coverage


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 6, or of level 0 where the format has a style for titles."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class PageBreak:
    """The start of a new page."""


Item = str | Heading | PageBreak


def names(text: str) -> frozenset[str]:
    """The names of elements that a text lists."""
    return frozenset(text.split())


# -- Text ---------------------------------------------------------------------------------------

_LIGATURES = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
}
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff\ufffe\uffff"
_DIRECTIONS = "".join(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]))
_TRANSLATION = str.maketrans({**_LIGATURES, **dict.fromkeys(_INVISIBLE + _DIRECTIONS, "")})
_CONTROLS = "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff"
_CONTROL = re.compile(f"[{_CONTROLS}]")
_UNTIDY = re.compile(f"[{_CONTROLS}{''.join(map(chr, _TRANSLATION))}]")

BULLET = "•"
BULLETS = "•◦▪▫●○■□‣⁃∙·►➢➤✓✔\uf0b7\uf0a7\uf0d8"
# A number, a letter or a Roman numeral as the marker of a list item.
ORDINAL = r"\(?(?:(?P<number>\d{1,3})|[a-z]|[ivx]{2,5})[.)]"
_CELLS = " | "
_BULLETED = re.compile(rf"^(?:[{BULLETS}*–—-]\s+)+(?=.*\w)")
_ORDERED = re.compile(rf"^{ORDINAL}\s+(?=\S)")


def clean(text: str) -> str:
    """The text on one line: composed, without ligatures or invisible and control characters."""
    # To look for such a character is faster by far than to replace none.
    if _UNTIDY.search(text):
        text = _CONTROL.sub("", text.translate(_TRANSLATION))
    return " ".join(unicodedata.normalize("NFC", text).split())


def table_row(cells: Iterable[str]) -> str:
    """The block of a table row: its cells, without the empty ones, joined by a bar."""
    return _CELLS.join(cell for cell in map(clean, cells) if cell)


def with_marker(marker: str, items: Iterable[Item]) -> Iterator[Item]:
    """The items of a list item, of which the first block begins with the marker."""
    for item in items:
        if isinstance(item, str) and item.strip() and marker:
            yield f"{marker} {item.lstrip()}"
            marker = ""
        else:
            yield item
            marker = "" if isinstance(item, Heading) else marker


def row_items(cells: Sequence[Sequence[Item]]) -> Iterator[Item]:
    """The items of a table row, given those of each of its cells.

    A row of one cell is a frame around text, and headings in cells are those of a page that is
    laid out with a table: both are read through.
    """
    inside = [item for cell in cells for item in cell]
    if len(cells) == 1 or any(isinstance(item, Heading) for item in inside):
        yield from inside
        return
    yield from (item for item in inside if isinstance(item, PageBreak))
    yield table_row(" ".join(item for item in cell if isinstance(item, str)) for cell in cells)


# -- Sections -----------------------------------------------------------------------------------


def assemble(
    path: Path,
    form: str,
    items: Iterable[Item],
    *,
    declared: Mapping[str, object] | None = None,
    properties: Mapping[str, object] | None = None,
    prefer_property: bool = False,
    paged: bool | None = None,
    warnings: Sequence[ReadWarning] = (),
) -> Extract:
    """The Extract that a stream of items makes.

    The title in the text wins over the one in `properties`, unless `prefer_property`; then the
    title in the text stays as a section heading if it differs. If `paged` is not given, a
    document has pages if it has a page break. Raises NoText if nothing is left.
    """
    items = list(items)
    cleaned = list(_cleaned(items))
    recorded = dict(properties or {})
    title = _title(cleaned, str(recorded.get("title") or (declared or {}).get("title") or ""))
    if title is not None:
        keep = bool(prefer_property and recorded.get("title"))
        differs = _folded(title.text) != _folded(str(recorded.get("title", "")))
        position = cleaned.index(title)
        cleaned[position : position + 1] = [_lowered(title, cleaned)] if keep and differs else []
        if not keep:
            recorded["title"] = title.text
    paged = PageBreak() in cleaned if paged is None else paged
    sections = tuple(_sections(_levelled(cleaned), paged))
    if not sections:
        raise NoText(path, "holds no text to index; check that it is the right file")
    characters = _characters(cleaned, title)
    return Extract(
        format=form,
        sections=sections,
        declared=declared or {},
        properties=recorded,
        pages=len(characters) if paged else None,
        characters=characters,
        warnings=(*warnings, *coverage.findings(_pages(items), paged)),
    )


def _pages(items: Iterable[Item]) -> list[list[str]]:
    """The text of the items of each page, as it was read."""
    pages: list[list[str]] = [[]]
    for item in items:
        if isinstance(item, PageBreak):
            pages.append([])
        else:
            pages[-1].append(item.text if isinstance(item, Heading) else item)
    return pages


def _cleaned(items: Iterable[Item]) -> Iterator[Item]:
    """The items with clean text, without those that have none."""
    for item in items:
        match item:
            case PageBreak():
                yield item
            case Heading(text, level):
                if text := clean(text):
                    yield Heading(text, level)
            case _:
                if text := clean(item):
                    yield text if _CELLS in text else _normal(text)


def _normal(text: str) -> str:
    """The block with its marker, if it has one, in the one form.

    Where a list has bullets or numbers and its text repeats them, or has numbers where the list
    has bullets, one marker is enough.
    """
    if match := _BULLETED.match(text):
        rest = text[match.end() :]
        return _normal(rest) if _ORDERED.match(rest) else f"{BULLET} {rest}"
    if (match := _ORDERED.match(text)) and match["number"]:
        marker = f"{int(match['number'])}. "
        return marker + text[match.end() :].removeprefix(marker)
    return text


def _title(items: Sequence[Item], known: str) -> Heading | None:
    """The heading that names the whole document, if there is one at its top."""
    headings = [item for item in items if isinstance(item, Heading)]
    if not headings or headings[0].level > 1:
        return None
    first, others = headings[0], headings[1:]
    alone = all(other.level > first.level for other in others)
    return first if alone or _folded(first.text) == _folded(known) else None


def _lowered(title: Heading, items: Sequence[Item]) -> Heading:
    """The title as a heading of the same level as those of the sections."""
    levels = [item.level for item in items if isinstance(item, Heading) and item is not title]
    return Heading(title.text, min(levels, default=2))


def _folded(text: str) -> str:
    """The text as compared between a heading and a title."""
    return "".join(character for character in text.casefold() if character.isalnum())


def _levelled(items: Sequence[Item]) -> Iterator[Item]:
    """The items with headings shifted so that the outermost is of level 2."""
    levels = [item.level for item in items if isinstance(item, Heading)]
    shift = 2 - min(levels, default=2)
    for item in items:
        if isinstance(item, Heading):
            yield replace(item, level=min(6, item.level + shift))
        else:
            yield item


def _sections(items: Iterable[Item], paged: bool) -> Iterator[Section]:
    """The sections in order; the one before the first heading is given only if it has blocks."""
    heading, page, blocks, fresh = Heading("", 0), 1, list[str](), False

    def section() -> Iterator[Section]:
        if blocks or fresh:
            yield Section(heading.text, heading.level, page if paged else None, tuple(blocks))

    for item in items:
        if isinstance(item, str):
            blocks.append(item)
            continue
        yield from section()
        blocks, fresh = [], isinstance(item, Heading)
        if isinstance(item, Heading):
            heading = item
        else:
            page += 1
    yield from section()


def _characters(items: Iterable[Item], title: Heading | None) -> tuple[int, ...]:
    """The length of the text of each page."""
    counts = [len(title.text) if title else 0]
    for item in items:
        if isinstance(item, PageBreak):
            counts.append(0)
        else:
            counts[-1] += len(item if isinstance(item, str) else item.text)
    return tuple(counts)


# -- Metadata -----------------------------------------------------------------------------------

_PLACEHOLDER = re.compile(
    r"^(untitled|sans titre|\(?unspecified\)?|\(?anonymous\)?|document\s?\d*|word document"
    r"|microsoft word\b.*|.*\.(docx?|pdf|odt|rtf|indd|qxd|wpd|html?|txt)|python-docx|unknown"
    r"|author|auteur|owner|user|admin(istrator)?)$",
    re.IGNORECASE,
)


def recorded_properties(
    *,
    title: str | None = None,
    authors: str | None = None,
    year: int | None = None,
    lang: str | None = None,
) -> dict[str, object]:
    """The contract's keys for what a file format records by itself, without placeholders.

    A file's creation date is no publication date, so that only its year is kept.
    """
    names = [name for name in map(_meaningful, (authors or "").split(";")) if name]
    found: dict[str, object] = {
        "title": _meaningful(title or ""),
        "authors": names,
        "year": year if year and 1900 <= year <= 2100 else None,
        "lang": language(lang or ""),
    }
    return {key: value for key, value in found.items() if value}


def _meaningful(text: str) -> str:
    text = clean(text)
    return "" if _PLACEHOLDER.match(text) else text


def language(tag: str) -> str | None:
    """`en` or `fr` for a language tag such as `fr-CA` or a code such as `fra`, or None."""
    primary = re.split(r"[-_]", tag.strip().lower())[0]
    names = {"en": "en", "eng": "en", "english": "en", "anglais": "en"}
    names |= {"fr": "fr", "fra": "fr", "fre": "fr", "french": "fr", "français": "fr"}
    return names.get(primary)


# -- Failures -----------------------------------------------------------------------------------


@contextmanager
def parsing(path: Path, what: str) -> Iterator[None]:
    """Give any failure of a third-party parser inside the block as a ReadError."""
    try:
        yield
    except (IndexerError, MemoryError):
        raise
    except Exception as error:
        # Parsers of damaged files raise whatever comes to hand, so nothing narrower would do.
        message = f"is not a readable {what} ({type(error).__name__}: {error}); save it again"
        raise ReadError(path, clean(message)) from error
