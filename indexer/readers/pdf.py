"""PDF: each page's text with the place and the font of every line; layout.py makes sense of it.

PDFium is asked for a whole page's text at once and then only for the ends of its lines, because
a call for each character takes longer than everything else together.
"""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdfium2
from pypdfium2 import raw

from indexer.errors import Encrypted, NoText
from indexer.models import Extract, ReadWarning
from indexer.readers.blocks import assemble, parsing, recorded_properties
from indexer.readers.layout import CELL_GAP, Entry, Fragment, Page, items

# The end of a line, or the mark that PDFium puts for a hyphen at the end of one (and then no
# line end at all).
_LINE = re.compile("[^\r\n\ufffe\x02]+[\ufffe\x02]?")
_BOLD = re.compile(rb"bold|black|heavy|semibold|demi", re.IGNORECASE)
_WIDE_TEXT = ctypes.POINTER(ctypes.c_ushort)
_YEAR = re.compile(r"(?:D:)?(\d{4})")
# In ordinary text a character is about half as wide as its font is high.
_WIDE = 0.75


def read(path: Path) -> Extract:
    """What a PDF says, page by page.

    Raises Encrypted if it needs a password and NoText if it has no page or no text on any.
    """
    with parsing(path, "PDF"), closing(_open(path)) as document:
        pages = list(_pages(document))
        properties = _properties(document)
        outline = list(_outline(document))
    empty = [number for number, page in enumerate(pages, 1) if not page.fragments]
    if len(empty) == len(pages):
        raise NoText(path, "holds scanned images only; run OCR (text recognition) on it")
    return assemble(
        path,
        "pdf",
        items(pages, outline),
        properties=properties,
        prefer_property=True,
        paged=True,
        warnings=[_without_text(number) for number in empty],
    )


def _without_text(page: int) -> ReadWarning:
    message = "has no text, perhaps a scanned image; run OCR on it if it matters"
    return ReadWarning("page-without-text", message, page)


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


def _pages(document: Any) -> Iterator[Page]:
    for number in range(len(document)):
        with closing(document[number]) as page, closing(page.get_textpage()) as text:
            _, bottom, _, top = page.get_bbox()
            yield Page(bottom, top, tuple(_fragments(text)))


def _fragments(page: Any) -> Iterator[Fragment]:
    """The lines of a page in reading order, cut where a wide gap separates cells of a table."""
    text = page.get_text_range()
    aligned = len(text) == page.count_chars()
    for match in _LINE.finditer(text):
        line = match[0].strip()
        if not line:
            continue
        start = match.start() + match[0].index(line)
        first = start if aligned else raw.FPDFText_GetCharIndexFromTextIndex(page, start)
        if first >= 0:
            yield from _cells(page, first, line)


def _cells(page: Any, first: int, line: str) -> Iterator[Fragment]:
    # A bullet, code or a note's number may be set smaller than the line that it begins or ends.
    letter = first + next((at for at, character in enumerate(line) if character.isalnum()), 0)
    last = first + len(line) - 1
    size = max(_size(page, letter), _size(page, last))
    bold = _is_bold(page, letter) and _is_bold(page, last)
    baseline = _baseline(page, first)
    rectangles = _rectangles(page, first, len(line))
    left = rectangles[0][0] if rectangles else 0.0
    right = max((rectangle[1] for rectangle in rectangles), default=0.0)
    if not _may_hold_gaps(rectangles, size, right - left, len(line)):
        yield Fragment(line, left, right, baseline, size, bold)
        return
    for start, end in _spans(page, first, line, size):
        left = _box(page, first + start)[0]
        right = _box(page, first + end - 1)[1]
        yield Fragment(line[start:end], left, right, baseline, size, bold)


def _may_hold_gaps(
    rectangles: list[tuple[float, float]], size: float, width: float, length: int
) -> bool:
    apart = any(after[0] - before[1] > CELL_GAP * size for before, after in pairwise(rectangles))
    return apart or width > _WIDE * size * length


def _spans(page: Any, first: int, line: str, size: float) -> Iterator[tuple[int, int]]:
    """The parts of a line that wide gaps separate, as positions in it."""
    words = list(re.finditer(r"\S+", line))
    start = 0
    for before, after in pairwise(words):
        gap = _box(page, first + after.start())[0] - _box(page, first + before.end() - 1)[1]
        if gap > CELL_GAP * size:
            yield start, before.end()
            start = after.start()
    yield start, words[-1].end()


# -- Narrow, typed wrappers around PDFium ---------------------------------------------------------


def _language(document: Any) -> str:
    buffer = ctypes.create_string_buffer(64)
    size = raw.FPDFCatalog_GetLanguage(document, ctypes.cast(buffer, _WIDE_TEXT), len(buffer))
    return buffer.raw[: min(size, len(buffer))].decode("utf-16-le", errors="ignore").rstrip("\0")


def _size(page: Any, index: int) -> float:
    """The height of a character's font in points, with the scale of its matrix."""
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(page, index, matrix)
    scale = (matrix.c**2 + matrix.d**2) ** 0.5
    return float(raw.FPDFText_GetFontSize(page, index) * (scale or 1.0))


def _is_bold(page: Any, index: int) -> bool:
    name = ctypes.create_string_buffer(128)
    raw.FPDFText_GetFontInfo(page, index, name, len(name), None)
    return _BOLD.search(name.value) is not None


def _baseline(page: Any, index: int) -> float:
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(page, index, x, y)
    return y.value


def _rectangles(page: Any, first: int, count: int) -> list[tuple[float, float]]:
    """The left and right edges of the runs of text in a range of characters."""
    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    found = []
    for number in range(raw.FPDFText_CountRects(page, first, count)):
        raw.FPDFText_GetRect(page, number, left, top, right, bottom)
        found.append((left.value, right.value))
    return found


def _box(page: Any, index: int) -> tuple[float, float]:
    """The left and right edges of a character."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(page, index, left, right, bottom, top)
    return left.value, right.value
