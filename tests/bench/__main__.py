"""Measures, prints a table of goals, and writes everything that was measured as JSON.

    python -m tests.bench [--passages N] [--full] [--largest N] [--clone] [--engines LIST]
                          [--output FILE]
    python -m tests.bench --engine opensearch [--passages N]

Times are of this machine in this run; engines are asked in turn, so that ratios mean something.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from tests.bench import goals, on_cluster, peers, suite
from tests.bench.peer import NAMES
from tests.bench.peers import Plan
from tests.bench.suite import GROWTH

_TINY: Final = 70


def main() -> None:
    """The command line."""
    options = _parser().parse_args()
    if options.engine == "opensearch":
        print(on_cluster.table(on_cluster.measure(options.passages)))
        return
    try:
        names = suite.engines_of(options.engines)
    except ValueError as error:
        raise SystemExit(str(error)) from error
    plan = Plan(budget=options.budget, largest=options.largest)

    before = json.loads(options.output.read_text()) if options.output.exists() else None

    def keep(measured: Mapping[str, Any]) -> None:
        options.output.write_text(json.dumps(measured, indent=2) + "\n")

    with _compiled(), TemporaryDirectory() as warm:
        # So that no engine is timed while Python compiles what it imports for the first time.
        peers.build(_TINY, names, Path(warm) / "indexes", peers.Told(options.budget), {})
        measured = suite.measure(
            options.passages,
            names,
            plan,
            full=options.full,
            clone=options.clone,
            before=before,
            keep=keep,
        )
    print(goals.table(measured))
    for skipped in measured["skipped"]:
        print(f"left out: {skipped}")
    print(f"written to {options.output}")


@contextmanager
def _compiled() -> Iterator[None]:
    """Python keeps what it compiled, as it does for everyone who did not forbid it."""
    with TemporaryDirectory() as folder:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        yield


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--passages", type=int, default=20_000, help="size (%(default)s)")
    parser.add_argument("--full", action="store_true", help="also 100,000, and growth")
    parser.add_argument(
        "--largest", type=int, default=GROWTH[-1], help="growth up to so many (%(default)s)"
    )
    parser.add_argument("--clone", action="store_true", help="also time `make serve` in a clone")
    parser.add_argument("--engine", choices=on_cluster.ENGINES, default="whoosh", help="ours")
    parser.add_argument("--engines", metavar="LIST", help=f"some of {','.join(NAMES)}")
    parser.add_argument(
        "--budget", type=float, default=900.0, help="most seconds for one build (%(default)g)"
    )
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("measured.json"))
    return parser


if __name__ == "__main__":
    main()
