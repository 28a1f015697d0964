"""What does a picture of a page say? Text recognition (OCR) by Tesseract, in English and French.

It takes a second or more for each page, so what was recognised is kept by what the picture shows.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any, Final

from indexer.config import Config
from indexer.errors import ConfigError
from indexer.readers.layout.placed import Fragment
from indexer.staging import Staging

FOLDER: Final = "ocr"
LANGUAGES: Final = "eng+fra"
# What Tesseract was trained on; more does not help, and a page larger than A3 is drawn smaller.
DOTS_PER_INCH: Final = 300
MOST_DOTS: Final = 5_000
PAGE_SECONDS: Final = 60
# Below this confidence (of 100) Tesseract mostly sees words in pictures and stains.
LEAST_CONFIDENCE: Final = 30
_POINTS_PER_INCH: Final = 72
_MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as it was recognised: its text, and its edges in dots from the upper left corner."""

    text: str
    left: int
    right: int
    bottom: int
    height: int


@dataclass(frozen=True, slots=True)
class Ocr:
    """The recognition of pages without text; `kept` holds what was recognised before."""

    kept: Staging

    def fragments(self, page: Any) -> tuple[Fragment, ...]:
        """The lines of a page of PDFium, in reading order; none where nothing is to be read."""
        width, height = page.get_size()
        left, bottom, _, _ = page.get_bbox()
        scale = min(DOTS_PER_INCH / _POINTS_PER_INCH, MOST_DOTS / max(width, height, 1))
        picture = page.render(scale=scale, grayscale=True).to_pil()
        key = f"{LANGUAGES} {hashlib.sha256(picture.tobytes()).hexdigest()}"
        lines = self.kept.get(key, tuple[_Line, ...])
        if lines is None:
            lines = tuple(_lines(_recognised(picture)))
            self.kept.put(key, lines)
        # One size for all: the height of a line says which letters it has, not how large they are.
        size = median(line.height for line in lines) / scale if lines else 0.0
        return tuple(
            Fragment(
                line.text,
                left + line.left / scale,
                left + line.right / scale,
                bottom + height - line.bottom / scale,
                size,
                bold=False,
            )
            for line in lines
        )


def of(config: Config) -> Ocr | None:
    """The recognition that the settings ask for; ConfigError when it is not installed."""
    if not config.ocr:
        return None
    missing = [] if find_spec("pytesseract") else ["pip install 'evidence-index[ocr]'"]
    if not shutil.which("tesseract"):
        missing.append("apt install tesseract-ocr tesseract-ocr-eng tesseract-ocr-fra")
    if missing:
        raise ConfigError(f"Text recognition is not installed. Run: {'; '.join(missing)}.")
    return Ocr(kept(config.index))


def tidy(config: Config) -> None:
    """Keeps what was recognised within the size that is set; the longest unused goes."""
    kept(config.index).shrink(config.ocr_megabytes * _MEGABYTE)


def kept(index: Path) -> Staging:
    """Where what was recognised is kept beside an index."""
    return Staging(index / FOLDER)


def _recognised(picture: Any) -> dict[str, list[Any]]:
    """Tesseract's table of words: one list for each column."""
    import pytesseract

    # Several processes read at once already.
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    with _time_of_its_own():
        words: dict[str, list[Any]] = pytesseract.image_to_data(
            picture,
            lang=LANGUAGES,
            timeout=PAGE_SECONDS,
            output_type=pytesseract.Output.DICT,
        )
    return words


@contextlib.contextmanager
def _time_of_its_own() -> Iterator[None]:
    """Stops the clock of the file that is read: each page has a limit of its own."""
    left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left)


def _lines(table: dict[str, list[Any]]) -> Iterator[_Line]:
    columns = (table[name] for name in ("block_num", "par_num", "line_num", "text", "conf"))
    places = (table[name] for name in ("left", "top", "width", "height"))
    rows = zip(*columns, *places, strict=True)
    words = (row for row in rows if row[3].strip() and float(row[4]) >= LEAST_CONFIDENCE)
    for _, line in groupby(words, key=lambda row: row[:3]):
        held = list(line)
        yield _Line(
            text=" ".join(row[3].strip() for row in held),
            left=min(row[5] for row in held),
            right=max(row[5] + row[7] for row in held),
            bottom=max(row[6] + row[8] for row in held),
            height=max(row[8] for row in held),
        )
