"""Measures, prints, and writes what was measured as JSON.

    python -m tests.bench [--clone] [--output FILE]

Times are of this machine in this run; medians where something is done more than once.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
from pathlib import Path

from tests.bench import waiting


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--clone", action="store_true", help="also time `make serve` in a clone")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("measured.json"))
    options = parser.parse_args()
    measured = {
        "date": f"{dt.date.today():%-d %B %Y}",
        "cores": os.cpu_count(),
        **waiting.measure(options.clone),
    }
    told = json.dumps(measured, indent=2)
    print(told)
    options.output.write_text(told + "\n")


if __name__ == "__main__":
    main()
