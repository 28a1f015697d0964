"""What was measured beside what was promised: one row for each goal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

# Ratios of ours to a peer's in one run; at most.
SEARCH: Final = {"tantivy": 0.6, "fts5": 0.01, "whoosh": 0.0005}
PAGES: Final = 5.0
BUILD: Final = 2.5
PDFS: Final = 3.0
KIND: Final = 2.0
CHANGED_S: Final = 1.0
CHANGED_RATIO: Final = 0.02
MEMORY_MB: Final = 250.0
OPENING_MS: Final = 300.0
MILLION_MS: Final = 10.0
MILLION: Final = 1_000_000

Measured = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One goal: what is promised of what, at how many passages, and whether it is kept."""

    what: str
    at: str
    goal: str
    measured: str
    kept: bool


def rows(measured: Measured) -> list[Row]:
    """Every goal for which something was measured."""
    return [row for size in (measured, *measured.get("sizes", ())) for row in _at_size(size)] + [
        *_growth(measured.get("growth", ())),
        *_pdfs(measured.get("pdfs")),
    ]


def table(measured: Measured) -> str:
    """The goals as a text table."""
    cells = [("what", "at", "goal", "measured", "")]
    cells += [
        (r.what, r.at, r.goal, r.measured, "" if r.kept else "NOT MET") for r in rows(measured)
    ]
    widths = [max(len(row[place]) for row in cells) for place in range(len(cells[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _at_size(size: Measured) -> Iterator[Row]:
    at = f"{size['passages']:,}"
    yield from _search(size.get("search", {}), at)
    yield from _kinds(size.get("kinds", {}), at)
    yield from _pages(size.get("page", {}), at)
    yield from _build(size.get("build", {}), at)
    yield from _changed(size.get("changed", {}), at)
    yield from _memory(size, at)
    if size.get("cold_start_ms"):
        yield _most("opening, to the first answer", at, OPENING_MS, size["cold_start_ms"], " ms")


def _search(search: Measured, at: str) -> Iterator[Row]:
    for peer, most in SEARCH.items():
        for quantile in ("p50_ms", "p95_ms"):
            if "ours" in search and peer in search:
                mine, theirs = search["ours"][quantile], search[peer][quantile]
                told = f"{mine / theirs:.4f} ({mine:.2f} / {theirs:.2f} ms)"
                what = f"search {quantile[:3]}, ours / {peer}"
                yield Row(what, at, f"<= {most:g}", told, mine / theirs <= most)


def _kinds(kinds: Measured, at: str) -> Iterator[Row]:
    for name, told in kinds.items():
        if name != "plain":
            yield _most(f"{name} query / plain", at, KIND, told["ratio"])


def _pages(page: Measured, at: str) -> Iterator[Row]:
    if "datasette" in page:
        mine, theirs = (page[name]["requests_per_s"] for name in ("ours", "datasette"))
        told = f"{mine / theirs:.1f} ({mine} / {theirs})"
        what = "pages a second, 8 clients, ours / datasette"
        yield Row(what, at, f">= {PAGES:g}", told, mine / theirs >= PAGES)


def _build(build: Measured, at: str) -> Iterator[Row]:
    if "ours" in build and "whoosh" in build:
        mine, theirs = (build[name]["passages_per_s"] for name in ("ours", "whoosh"))
        told = f"{mine / theirs:.2f} ({mine:.0f} / {theirs:.0f} passages/s)"
        yield Row("build, ours / whoosh", at, f">= {BUILD:g}", told, mine / theirs >= BUILD)


def _changed(changed: Measured, at: str) -> Iterator[Row]:
    for name, told in changed.items():
        what = f"one report changed ({name})"
        yield _most(f"{what}, visible", at, CHANGED_S, told["changed_s"], " s")
        yield _most(f"{what} / full build", at, CHANGED_RATIO, told["ratio"])


def _memory(size: Measured, at: str) -> Iterator[Row]:
    """Of the server itself where pages were measured; else of a process that only searches."""
    if "ours" in size["memory_mb"]:
        alone = size["memory_mb"]["ours"]
        web = size["page"]["ours"]["memory_mb"] if "page" in size else alone
        told = f"{web['resident']} MB (of two that search, {alone['shared']} MB shared)"
        kept = web["resident"] <= MEMORY_MB
        yield Row("memory of a web worker", at, f"<= {MEMORY_MB:g} MB", told, kept)


def _growth(growth: Any) -> Iterator[Row]:
    if len(growth) < 2:
        return
    first, last = growth[0], growth[-1]
    more = last["passages"] / first["passages"]
    ratio = last["p50_ms"] / first["p50_ms"]
    at = f"{first['passages']:,} to {last['passages']:,}"
    told = f"{ratio:.1f} ({first['p50_ms']:.2f} to {last['p50_ms']:.2f} ms)"
    yield Row("search p50, growth", at, f"<= {more:g}", told, ratio <= more)
    for point in growth:
        if point["passages"] >= MILLION:
            yield _most("search p50", f"{point['passages']:,}", MILLION_MS, point["p50_ms"], " ms")


def _pdfs(pdfs: Measured | None) -> Iterator[Row]:
    if pdfs:
        told = f"{pdfs['ratio']} ({pdfs['ours_s']} / {pdfs['bare_s']} s)"
        at = f"{pdfs['pdfs']} PDFs, {pdfs['pages']:,} pages"
        yield Row("build / bare extraction", at, f"<= {PDFS:g}", told, pdfs["ratio"] <= PDFS)


def _most(what: str, at: str, most: float, measured: float, unit: str = "") -> Row:
    return Row(what, at, f"<= {most:g}{unit}", f"{measured:g}{unit}", measured <= most)
