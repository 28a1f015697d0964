"""Writes what was measured into docs/speed.md, and draws docs/latency.png:
`python -m tests.bench.report`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tests import documents
from tests.bench import goals, plot
from tests.bench.suite import FULL

DOCS: Final = Path(__file__).parent.parent.parent / "docs"
MEASURED: Final = Path(__file__).with_name("measured.json")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.report")
    parser.add_argument("--measured", type=Path, default=MEASURED)
    parser.add_argument("--docs", type=Path, default=DOCS)
    options = parser.parse_args()
    measured = json.loads(options.measured.read_text("utf-8"))
    document = options.docs / "speed.md"
    document.write_text(written(document.read_text("utf-8"), measured), "utf-8")
    if measured.get("growth"):
        plot.draw(measured, options.docs / "latency.png")
    else:
        print("One size makes no line; measure with --full first.")


def written(text: str, measured: Mapping[str, Any]) -> str:
    """The document with the tables of a measurement."""
    tables = {"machine": [*_machine(measured)], "goals": [*_goals(measured)]}
    return documents.written(text, tables, "make bench")


def _machine(measured: Mapping[str, Any]) -> Iterator[str]:
    named = ", ".join(f"{name} {told}" for name, told in measured["versions"].items() if told)
    yield (
        f"Measured on {measured['date']} with {measured['cores']} cores and "
        f"{measured['memory_gb']} GB, Python {measured['python']}, {named}."
    )
    if measured["growth"]:
        yield f"Sizes of {FULL:,} and more, and the growth: on {measured['grown']}."


def _goals(measured: Mapping[str, Any]) -> Iterator[str]:
    yield "| what | passages | goal | measured | kept |"
    yield "|---|---:|---|---|---|"
    for row in goals.rows(measured):
        kept = "yes" if row.kept else "**no**"
        yield f"| {row.what} | {row.at} | {row.goal} | {row.measured} | {kept} |"
    for step in measured["skipped"]:
        yield f"| left out: {step} | | | | |"


if __name__ == "__main__":
    main()
