"""The bare extraction of the text of PDFs; it imports nothing else, since each process would."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

import pypdfium2

_SPAWN: Final = multiprocessing.get_context("spawn")


def extract(files: Sequence[Path]) -> float:
    """Seconds for the text of every page, by as many processes as there are cores."""
    started = time.perf_counter()
    with ProcessPoolExecutor(os.cpu_count(), _SPAWN) as pool:
        characters = sum(pool.map(_characters, files))
    if not characters:
        raise RuntimeError("the PDFs that were made hold no text")
    return time.perf_counter() - started


def _characters(file: Path) -> int:
    with pypdfium2.PdfDocument(file) as document:
        return sum(len(page.get_textpage().get_text_bounded()) for page in document)
