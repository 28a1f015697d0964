"""The gap map as a picture; matplotlib is imported only here, when the first one is asked for."""

from __future__ import annotations

import functools
import io
import math
import textwrap
import threading
from dataclasses import dataclass
from typing import Any, Final

# Pictures are kept for as many maps as a meeting asks for.
KEPT: Final = 32
# matplotlib draws one picture at a time.
_DRAWING: Final = threading.Lock()

PAPER: Final = "#ffffff"
INK: Final = "#1f1c18"
LINE: Final = "#dad4c5"
# The colours of the page's ratings on light paper.
COLOURS: Final = {
    "effective": "#0a4a8f",
    "promising": "#00657a",
    "mixed": "#785500",
    "no-effect": "#57524a",
    "harmful": "#a32d12",
    "not-rated": "#c9c3b6",
}
# In inches; the sizes of discs are in cells.
_CELL: Final = 0.56
_LARGEST: Final = 0.46
_SMALLEST: Final = 0.14
_LONGEST_TITLE: Final = 110


@dataclass(frozen=True, slots=True)
class Figure:
    """All that a picture of a map says: `cells` has (rating, reports) pairs by row and column."""

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[tuple[tuple[str, int], ...], ...], ...]
    ratings: tuple[tuple[str, str], ...]
    source: str
    note: str
    lang: str


@functools.lru_cache(maxsize=KEPT)
def picture(figure: Figure, form: str) -> bytes:
    """A map as `png` (for slides, 200 dots an inch) or `svg`."""
    with _DRAWING:
        from matplotlib import rc_context
        from matplotlib.figure import Figure as Canvas

        # Text stays text in an SVG, and two runs write the same bytes.
        with rc_context({"svg.fonttype": "none", "svg.hashsalt": "map", "font.size": 9}):
            width = 4.2 + _CELL * max(1, len(figure.columns))
            height = 2.8 + _CELL * max(1, len(figure.rows))
            canvas = Canvas(figsize=(width, height), facecolor=PAPER)
            _draw(canvas.add_subplot(), figure)
            content = io.BytesIO()
            metadata = {"Date": None} if form == "svg" else None
            canvas.savefig(content, format=form, dpi=200, metadata=metadata, bbox_inches="tight")
            return content.getvalue()


def _draw(axes: Any, figure: Figure) -> None:
    axes.set_xlim(-0.5, max(1, len(figure.columns)) - 0.5)
    axes.set_ylim(max(1, len(figure.rows)) - 0.5, -0.5)
    axes.set_aspect("equal")
    columns = [textwrap.fill(_plain(name), 24) for name in figure.columns]
    axes.xaxis.tick_top()
    slanted = {"rotation": 55, "ha": "left", "va": "bottom", "rotation_mode": "anchor"}
    axes.set_xticks(range(len(columns)), columns, color=INK, **slanted)
    axes.set_yticks(range(len(figure.rows)), list(map(_plain, figure.rows)), color=INK)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    for row in range(len(figure.rows) + 1):
        axes.axhline(row - 0.5, color=LINE, linewidth=0.6)
    for column in range(len(figure.columns) + 1):
        axes.axvline(column - 0.5, color=LINE, linewidth=0.6)
    most = max((_total(cell) for row in figure.cells for cell in row), default=0)
    for y, cells in enumerate(figure.cells):
        for x, cell in enumerate(cells):
            if cell:
                _disc(axes, x, y, cell, most)
    title = textwrap.shorten(_plain(figure.title), _LONGEST_TITLE, placeholder="…")
    axes.set_title(textwrap.fill(title, 70), loc="left", color=INK, fontsize=12, pad=14)
    _legend(axes, figure)


def _disc(axes: Any, x: int, y: int, cell: tuple[tuple[str, int], ...], most: int) -> None:
    from matplotlib.patches import Wedge
    from matplotlib.patheffects import withStroke

    total = _total(cell)
    radius = max(_SMALLEST, _LARGEST * math.sqrt(total / most))
    begin = 0.0
    for rating, number in cell:
        end = begin + 360 * number / total
        # Angles run clockwise from the top, on an axis that points down.
        colour = COLOURS.get(rating, COLOURS["not-rated"])
        axes.add_patch(Wedge((x, y), radius, begin - 90, end - 90, facecolor=colour, linewidth=0))
        begin = end
    # The edge keeps a number legible on every colour.
    edge = [withStroke(linewidth=2, foreground=PAPER)]
    middle = {"ha": "center", "va": "center", "color": INK, "fontweight": "bold"}
    axes.annotate(str(total), (x, y), fontsize=8, path_effects=edge, **middle)


def _legend(axes: Any, figure: Figure) -> None:
    from matplotlib.patches import Patch

    handles = [Patch(facecolor=COLOURS[key], label=_plain(name)) for key, name in figure.ratings]
    note = f"{figure.note}\n{_plain(figure.source)}"
    axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0, -0.02),
        ncols=3,
        frameon=False,
        title=textwrap.fill(note, 110),
        title_fontsize=7,
        alignment="left",
    )


def _total(cell: tuple[tuple[str, int], ...]) -> int:
    return sum(number for _, number in cell)


def _plain(text: str) -> str:
    """A text that matplotlib does not take for a formula."""
    return text.replace("$", r"\$")
