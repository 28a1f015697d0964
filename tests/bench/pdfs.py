"""Building from PDFs beside the bare extraction of their text, with as many processes."""

from __future__ import annotations

import multiprocessing
import os
import statistics
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, Final

import numpy as np
import pypdfium2
from reportlab.lib.pagesizes import letter
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from tests.bench import bare, corpus, language
from tests.bench.changes import command

PASSAGES_A_PAGE: Final = 3
# Reports of real collections have from a few to some dozens of pages; the median is about 20.
PAGES: Final = (8, 33)
_FONT, _BOLD, _HIGH = "Helvetica", "Helvetica-Bold", 10
_MARGIN: Final = 60


def measure(count: int, folder: Path) -> dict[str, Any]:
    """Seconds for so many PDFs: bare, ours, bare, ours; a build writes a new index each time."""
    documents = folder / "documents"
    make(count, documents)
    files = sorted(documents.glob("*.pdf"))
    alone, ours = [], []
    for number in range(2):
        alone.append(bare.extract(files))
        ours.append(command(documents, folder / f"index-{number}"))
    pages = sum(map(_page_count, files))
    return {
        "pdfs": count,
        "pages": pages,
        "bare_s": round(statistics.mean(alone), 2),
        "ours_s": round(statistics.mean(ours), 2),
        "ratio": round(statistics.mean(ours) / statistics.mean(alone), 2),
    }


def make(count: int, folder: Path, pages: tuple[int, int] = PAGES) -> None:
    """PDFs with headings, paragraphs and page numbers, each of so many pages, from and up to."""
    folder.mkdir(parents=True)
    # Read once here, not in each process.
    language.load("en")
    numbers = range(count)
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("fork")) as pool:
        list(pool.map(_make, numbers, [folder] * count, [pages] * count))


def _make(number: int, folder: Path, between: tuple[int, int]) -> None:
    chance = np.random.default_rng([7, number])
    pages = int(chance.integers(*between))
    # A report of a number that the corpus has not.
    item = corpus.item(1_000_000 + number, pages * PASSAGES_A_PAGE)
    texts = [(passage.heading, passage.text) for passage in item.passages]
    canvas = Canvas(str(folder / f"report-{number:04}.pdf"), pagesize=letter)
    canvas.setTitle(item.report.title)
    for page in range(pages):
        start = page * PASSAGES_A_PAGE
        _draw(canvas, texts[start : start + PASSAGES_A_PAGE], page + 1)
    canvas.save()


def _draw(canvas: Canvas, texts: list[tuple[str, str]], page: int) -> None:
    width, high = letter
    top = high - _MARGIN
    for heading, text in texts:
        canvas.setFont(_BOLD, _HIGH + 3)
        canvas.drawString(_MARGIN, top, heading)
        lines = canvas.beginText(_MARGIN, top - 18)
        lines.setFont(_FONT, _HIGH)
        split = simpleSplit(text, _FONT, _HIGH, width - 2 * _MARGIN)
        lines.textLines(split)
        canvas.drawText(lines)
        top -= 18 + (len(split) + 2) * _HIGH * 1.2
    canvas.setFont(_FONT, _HIGH)
    canvas.drawString(width / 2, _MARGIN / 2, str(page))
    canvas.showPage()


def _page_count(file: Path) -> int:
    with pypdfium2.PdfDocument(file) as document:
        return len(document)
