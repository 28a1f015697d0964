"""Draws latency against size from what was measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot

_NAMES: Final = {
    "ours": "ours",
    "tantivy": "Tantivy",
    "fts5": "SQLite FTS5",
    "bm25s": "bm25s",
    "whoosh": "stock Whoosh",
}
# Told apart without colours, too.
_LOOKS: Final = {"ours": "o-", "tantivy": "s--", "fts5": "^:", "bm25s": "d-.", "whoosh": "v:"}


def points(measured: Mapping[str, Any]) -> dict[str, dict[int, float]]:
    """The median by engine and size, wherever one was measured."""
    found: dict[str, dict[int, float]] = defaultdict(dict)
    for size in (*measured.get("growth", ()), measured, *measured.get("sizes", ())):
        for name, told in size["search"].items():
            found[name][size["passages"]] = told["p50_ms"]
    return found


def draw(measured: Mapping[str, Any], target: Path) -> None:
    """A PNG with one line for each engine, both axes logarithmic."""
    figure, axes = pyplot.subplots(figsize=(7, 4.2), dpi=150, layout="constrained")
    for name, found in points(measured).items():
        sizes = sorted(found)
        times = [found[size] for size in sizes]
        axes.plot(sizes, times, _LOOKS[name], label=_NAMES[name], markersize=5)
    axes.set(xscale="log", yscale="log", xlabel="passages", ylabel="median of a query, ms")
    axes.set_title("Ten hits, twenty snippets and five facets: " + _machine(measured), fontsize=9)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    figure.savefig(target)
    pyplot.close(figure)


def _machine(measured: Mapping[str, Any]) -> str:
    return f"{measured['cores']} cores, {measured['memory_gb']} GB, {measured['date']}"
