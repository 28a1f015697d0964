"""Where does text stand on its page? The plain data of the rules of layout, and what is usual."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from indexer.readers.blocks import BULLETS, ORDINAL

# The least gap between two cells, in multiples of the font's size.
CELL_GAP = 1.2
BULLET = re.compile(rf"^[{BULLETS}](\s|$)")
DASH = re.compile(r"^[–—*-]\s+\S")
NUMBER = re.compile(rf"^{ORDINAL}(\s+\S|$)")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of text on one line: its edges and baseline in points from the page's corner."""

    text: str
    left: float
    right: float
    baseline: float
    size: float
    bold: bool


@dataclass(frozen=True, slots=True)
class Page:
    """The fragments of a page in reading order, and where the page ends below and above."""

    bottom: float
    top: float
    fragments: tuple[Fragment, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the document's outline: `level` counts from 0, `page` from 0 if it is known."""

    title: str
    level: int
    page: int | None


@dataclass(slots=True)
class Group:
    """Fragments that make one block: one cell of lines, or several cells side by side."""

    page: int
    cells: list[list[Fragment]]

    @property
    def size(self) -> float:
        """The size of its largest line."""
        return max(fragment.size for cell in self.cells for fragment in cell)

    @property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return all(fragment.bold for cell in self.cells for fragment in cell)


def body_size(pages: Sequence[Page]) -> float:
    """The size in which most of the text is set."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for fragment in page.fragments:
            sizes[rounded(fragment.size)] += len(fragment.text)
    return max(sizes, key=lambda size: (sizes[size], size), default=10.0)


def rounded(size: float) -> float:
    """The size to the half point, since programs that write PDFs are not exact."""
    return round(size * 2) / 2


def usual_leading(pages: Sequence[Page]) -> float:
    """The usual distance between two lines of a paragraph, in multiples of their size."""
    drops = [
        (above.baseline - below.baseline) / above.size
        for page in pages
        for above, below in pairwise(page.fragments)
        if abs(above.size - below.size) < 0.1 and above.size > 0
    ]
    drops = sorted(drop for drop in drops if 0.8 < drop < 2.5)
    # Gaps between paragraphs are larger and rarer, so that the lower half speaks for the lines.
    return median(drops[: len(drops) // 2 + 1]) if drops else 1.2
