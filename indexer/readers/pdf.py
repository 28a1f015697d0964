"""PDF: each page's text with the place and the font of every line; `layout` makes sense of it.

PDFium is asked for a whole page's text at once and then only for the ends of its lines, because
a call for each character takes longer than everything else together.
"""

from __future__ import annotations

import ctypes
import logging
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdfium2
from pypdfium2 import raw

from indexer.errors import Encrypted, NoText, ReadError
from indexer.findings import finding
from indexer.models import Extract, ReadWarning
from indexer.readers.blocks import assemble, parsing, recorded_properties
from indexer.readers.layout import items
from indexer.readers.layout.placed import CELL_GAP, Entry, Fragment, Page
from indexer.readers.ocr import Ocr

# What it has to say of a file, our errors and findings say.
logging.getLogger("pypdfium2").addHandler(logging.NullHandler())

# A document of more pages is a collection: only so many are read.
PAGES = 5000
_SCANNED = "holds scanned images only; build with --ocr to have their text recognised"
_ILLEGIBLE = "holds images only, and no text that OCR could read; check the scan"
# The end of a line, or the mark that PDFium puts for a hyphen at the end of one (and then no
# line end at all).
_LINE = re.compile("[^\r\n\ufffe\x02]+[\ufffe\x02]?")
_BOLD = re.compile(rb"bold|black|heavy|semibold|demi", re.IGNORECASE)
_WIDE_TEXT = ctypes.POINTER(ctypes.c_ushort)
_YEAR = re.compile(r"(?:D:)?(\d{4})")
# In ordinary text a character is about half as wide as its font is high.
_WIDE = 0.75


def read(path: Path, ocr: Ocr | None = None) -> Extract:
    """What a PDF says, page by page; with `ocr` also what is recognised on pages without text.

    Raises Encrypted if it needs a password and NoText if it has no page or no text on any.
    """
    with parsing(path, "PDF"), closing(_open(path)) as document:
        count = len(document)
        pages = list(_pages(document, min(count, PAGES)))
        empty = [number for number, page in enumerate(pages) if not page.fragments]
        if ocr:
            for number in empty:
                pages[number] = _recognised(document, number, pages[number], ocr)
        properties = _properties(document)
        outline = list(_outline(document))
    if not any(page.fragments for page in pages):
        raise NoText(path, _SCANNED if ocr is None else _ILLEGIBLE)
    return assemble(
        path,
        "pdf",
        items(pages, outline),
        properties=properties,
        prefer_property=True,
        paged=True,
        warnings=[*_cut(count), *_without_text(pages, empty, ocr)],
    )


def _recognised(document: Any, number: int, page: Page, ocr: Ocr) -> Page:
    with closing(document[number]) as rendered:
        return replace(page, fragments=ocr.fragments(rendered))


def _without_text(
    pages: Sequence[Page], empty: Iterable[int], ocr: Ocr | None
) -> Iterator[ReadWarning]:
    """What became of the pages that hold no text of their own."""
    for number in empty:
        read = bool(pages[number].fragments)
        kind = "read-by-ocr" if read else "no-text-by-ocr" if ocr else "page-without-text"
        yield finding(kind, number + 1)


def _cut(count: int) -> Iterator[ReadWarning]:
    if count > PAGES:
        yield finding("pages-cut", read=str(PAGES), pages=str(count))


def _open(path: Path) -> Any:
    # Not through PdfDocument, which gives a document without pages the error of the last failure.
    handle = raw.FPDF_LoadDocument(os.fsencode(path), None)
    if handle:
        document = pypdfium2.PdfDocument(handle)
        if len(document) > 0:
            return document
        document.close()
        raise NoText(path, "has no pages; download it again")
    code = raw.FPDF_GetLastError()
    if code == raw.FPDF_ERR_PASSWORD:
        raise Encrypted(path, "needs a password; save a copy without one")
    if code == raw.FPDF_ERR_FORMAT:
        told = "is damaged or cut short; copy it again from its source"
        raise ReadError(path, told) from pypdfium2.PdfiumError(f"PDFium error {code}")
    raise pypdfium2.PdfiumError(f"PDFium error {code}")


def _properties(document: Any) -> dict[str, object]:
    recorded = document.get_metadata_dict()
    year = _YEAR.match(recorded.get("CreationDate", ""))
    return recorded_properties(
        title=recorded.get("Title"),
        authors=recorded.get("Author"),
        year=int(year[1]) if year else None,
        lang=_language(document),
    )


def _outline(document: Any) -> Iterator[Entry]:
    for bookmark in document.get_toc():
        destination = bookmark.get_dest()
        page = destination.get_index() if destination else None
        yield Entry(bookmark.get_title(), bookmark.level, page)


def _pages(document: Any, count: int) -> Iterator[Page]:
    for number in range(count):
        with closing(document[number]) as page, closing(page.get_textpage()) as text:
            _, bottom, _, top = page.get_bbox()
            yield Page(bottom, top, tuple(_fragments(text)))


def _fragments(page: Any) -> Iterator[Fragment]:
    """The lines of a page in reading order, cut where a wide gap separates cells of a table."""
    text = page.get_text_range()
    aligned = len(text) == page.count_chars()
    characters = _Characters(page)
    for match in _LINE.finditer(text):
        line = match[0].strip()
        if not line:
            continue
        start = match.start() + match[0].index(line)
        first = start if aligned else characters.place(start)
        if first >= 0:
            yield from _cells(characters, first, line)


def _cells(characters: _Characters, first: int, line: str) -> Iterator[Fragment]:
    # A bullet, code or a note's number may be set smaller than the line that it begins or ends.
    letter = first + _first_letter(line)
    last = first + len(line) - 1
    size = max(characters.size(letter), characters.size(last))
    bold = characters.is_bold(letter) and characters.is_bold(last)
    baseline = characters.baseline(first)
    rectangles = characters.rectangles(first, len(line))
    left = rectangles[0][0] if rectangles else 0.0
    right = max((rectangle[1] for rectangle in rectangles), default=0.0)
    if not _may_hold_gaps(rectangles, size, right - left, len(line)):
        yield Fragment(line, left, right, baseline, size, bold)
        return
    for start, end in _spans(characters, first, line, size):
        left = characters.box(first + start)[0]
        right = characters.box(first + end - 1)[1]
        yield Fragment(line[start:end], left, right, baseline, size, bold)


def _first_letter(line: str) -> int:
    return next((at for at, character in enumerate(line) if character.isalnum()), 0)


def _may_hold_gaps(
    rectangles: list[tuple[float, float]], size: float, width: float, length: int
) -> bool:
    apart = any(after[0] - before[1] > CELL_GAP * size for before, after in pairwise(rectangles))
    return apart or width > _WIDE * size * length


def _spans(
    characters: _Characters, first: int, line: str, size: float
) -> Iterator[tuple[int, int]]:
    """The parts of a line that wide gaps separate, as positions in it."""
    words = list(re.finditer(r"\S+", line))
    start = 0
    for before, after in pairwise(words):
        end = characters.box(first + before.end() - 1)[1]
        if characters.box(first + after.start())[0] - end > CELL_GAP * size:
            yield start, before.end()
            start = after.start()
    yield start, words[-1].end()


# -- Narrow, typed wrappers around PDFium ---------------------------------------------------------


def _language(document: Any) -> str:
    buffer = ctypes.create_string_buffer(64)
    size = raw.FPDFCatalog_GetLanguage(document, ctypes.cast(buffer, _WIDE_TEXT), len(buffer))
    return buffer.raw[: min(size, len(buffer))].decode("utf-16-le", errors="ignore").rstrip("\0")


class _Characters:
    """Where the characters of a page stand, and in which font; each is asked for by its index.

    What PDFium answers into is made once for a page: making it for each answer takes longer than
    the answer.
    """

    def __init__(self, page: Any) -> None:
        self._page = page.raw
        self._matrix = raw.FS_MATRIX()
        self._name = ctypes.create_string_buffer(128)
        self._numbers = [ctypes.c_double() for _ in range(4)]
        self._references = [ctypes.byref(number) for number in self._numbers]

    def place(self, position: int) -> int:
        """The index of the character at a position of the page's text, negative if it has none."""
        return int(raw.FPDFText_GetCharIndexFromTextIndex(self._page, position))

    def size(self, index: int) -> float:
        """The height of a character's font in points, with the scale of its matrix."""
        matrix = self._matrix
        known = raw.FPDFText_GetMatrix(self._page, index, matrix)
        scale = (matrix.c**2 + matrix.d**2) ** 0.5 if known else 0.0
        return float(raw.FPDFText_GetFontSize(self._page, index) * (scale or 1.0))

    def is_bold(self, index: int) -> bool:
        """Whether a character's font says so in its name."""
        room = len(self._name)
        length = raw.FPDFText_GetFontInfo(self._page, index, self._name, room, None)
        return 0 < length <= room and _BOLD.search(self._name.value) is not None

    def baseline(self, index: int) -> float:
        """The height at which a character stands."""
        x, y, *_ = self._references
        known = raw.FPDFText_GetCharOrigin(self._page, index, x, y)
        return self._numbers[1].value if known else 0.0

    def rectangles(self, first: int, count: int) -> list[tuple[float, float]]:
        """The left and right edges of the runs of text in a range of characters."""
        left, _, right, _ = self._numbers
        found = []
        for number in range(raw.FPDFText_CountRects(self._page, first, count)):
            raw.FPDFText_GetRect(self._page, number, *self._references)
            found.append((left.value, right.value))
        return found

    def box(self, index: int) -> tuple[float, float]:
        """The left and right edges of a character."""
        left, right, *_ = self._numbers
        known = raw.FPDFText_GetCharBox(self._page, index, *self._references)
        return (left.value, right.value) if known else (0.0, 0.0)
