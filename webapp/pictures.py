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
QUIET: Final = "#5a544a"
LINE: Final = "#dad4c5"
GAP: Final = "#ece6d6"
_PALE: Final = "#dad4c5"
# The colours and the patterns of the page: a colour, what it stands on, and hatching in it.
FILLS: Final = {
    "effective": ("#0a4a8f", "#0a4a8f", ""),
    "promising": ("#00657a", PAPER, "//////"),
    "mixed": ("#785500", PAPER, "------"),
    "no-effect": ("#57524a", PAPER, ""),
    "harmful": ("#a32d12", PAPER, "xxxxxx"),
    "not-rated": ("#8a8373", _PALE, ""),
}
# In inches; the sizes of discs are in cells, which are wider than high: a number stands beside.
_WIDE: Final = 0.84
_HIGH: Final = 0.5
_LARGEST: Final = 0.45
_SMALLEST: Final = 0.16
_LONGEST_TITLE: Final = 140


@dataclass(frozen=True, slots=True)
class Figure:
    """All that a picture of a map says: `axes` are what its rows and its columns are, `cells` has
    (rating, reports) pairs by row and column."""

    title: str
    axes: tuple[str, str]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[tuple[tuple[str, int], ...], ...], ...]
    ratings: tuple[tuple[str, str], ...]
    gap: str
    notes: tuple[str, ...]


@functools.lru_cache(maxsize=KEPT)
def picture(figure: Figure, form: str) -> bytes:
    """A map as `png` (for slides, 200 dots an inch) or `svg`."""
    with _DRAWING:
        from matplotlib import rc_context
        from matplotlib.figure import Figure as Canvas

        # Text stays text in an SVG, and two runs write the same bytes.
        with rc_context(
            {"svg.fonttype": "none", "svg.hashsalt": "map", "font.size": 9, "hatch.linewidth": 1.2}
        ):
            width = 4.2 + _WIDE * max(1, len(figure.columns))
            height = 2.8 + _HIGH * max(1, len(figure.rows))
            canvas = Canvas(figsize=(width, height), facecolor=PAPER)
            _draw(canvas.add_subplot(), figure)
            content = io.BytesIO()
            metadata = {"Date": None} if form == "svg" else None
            canvas.savefig(content, format=form, dpi=200, metadata=metadata, bbox_inches="tight")
            return content.getvalue()


def _draw(axes: Any, figure: Figure) -> None:
    rows, columns = max(1, len(figure.rows)), max(1, len(figure.columns))
    # One unit is the height of a cell, so that discs are round.
    axes.set_xlim(0, columns * _WIDE / _HIGH)
    axes.set_ylim(rows, 0)
    axes.set_aspect("equal")
    _name(axes, figure)
    most = max((_total(cell) for row in figure.cells for cell in row), default=0)
    for y, cells in enumerate(figure.cells):
        for x, cell in enumerate(cells):
            _cell(axes, x * _WIDE / _HIGH, y, cell, most)
    title = textwrap.shorten(_plain(figure.title), _LONGEST_TITLE, placeholder="…")
    axes.set_title(
        textwrap.fill(title, 80), loc="left", x=-0.3, color=INK, fontsize=13, weight="bold", pad=14
    )
    _legend(axes, figure)


def _name(axes: Any, figure: Figure) -> None:
    """Writes what the rows and the columns are."""
    names = [textwrap.fill(_plain(name), 13, break_long_words=False) for name in figure.columns]
    places = [(x + 0.5) * _WIDE / _HIGH for x in range(len(names))]
    axes.xaxis.tick_top()
    axes.set_xticks(places, names, color=INK, fontsize=8, va="bottom")
    rows = [textwrap.fill(_plain(name), 34) for name in figure.rows]
    axes.set_yticks([y + 0.5 for y in range(len(rows))], rows, color=INK)
    axes.tick_params(length=0)
    across, down = _plain(figure.axes[1]), _plain(figure.axes[0])
    corner = {"ha": "right", "va": "bottom", "color": QUIET, "fontsize": 8}
    axes.text(-0.15, -0.15, f"{across} →\n{down} ↓", **corner)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _cell(axes: Any, x: float, y: int, cell: tuple[tuple[str, int], ...], most: int) -> None:
    from matplotlib.patches import Rectangle

    ground = PAPER if cell else GAP
    frame = Rectangle((x, y), _WIDE / _HIGH, 1, facecolor=ground, edgecolor=LINE, linewidth=0.6)
    axes.add_patch(frame)
    if cell:
        _disc(axes, x + 0.52, y + 0.5, cell, most)
        told, bold = str(_total(cell)), {"va": "center_baseline", "fontweight": "bold"}
        axes.text(x + 1.05, y + 0.5, told, color=INK, fontsize=9 if len(told) < 4 else 7, **bold)


def _disc(axes: Any, x: float, y: float, cell: tuple[tuple[str, int], ...], most: int) -> None:
    from matplotlib.patches import Wedge

    total = _total(cell)
    radius = max(_SMALLEST, _LARGEST * math.sqrt(total / most))
    begin = 0.0
    for rating, number in cell:
        end = begin + 360 * number / total
        # Angles run clockwise from the top, on an axis that points down.
        axes.add_patch(Wedge((x, y), radius, begin - 90, end - 90, **_filled(rating)))
        begin = end


def _filled(rating: str) -> dict[str, Any]:
    edge, face, hatch = FILLS.get(rating, FILLS["not-rated"])
    return {"edgecolor": edge, "facecolor": face, "hatch": hatch, "linewidth": 0.7}


def _legend(axes: Any, figure: Figure) -> None:
    from matplotlib.patches import Patch

    handles = [Patch(label=_plain(name), **_filled(key)) for key, name in figure.ratings]
    handles.append(Patch(label=_plain(figure.gap), facecolor=GAP, edgecolor=LINE))
    notes = "\n".join(textwrap.fill(_plain(note), 120) for note in figure.notes)
    axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(-0.3, -0.01),
        ncols=7,
        frameon=False,
        handleheight=1.4,
        title=notes,
        title_fontsize=8,
        alignment="left",
    )


def _total(cell: tuple[tuple[str, int], ...]) -> int:
    return sum(number for _, number in cell)


def _plain(text: str) -> str:
    """A text that matplotlib does not take for a formula."""
    return text.replace("$", r"\$")
