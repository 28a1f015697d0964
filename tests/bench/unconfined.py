"""The command line without the sandbox: `python -m tests.bench.unconfined build ...`.

Each file is read by the process of the build, without limits; what that saves is what the sandbox
costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar
from unittest import mock

from indexer.cli import main
from indexer.errors import IndexerError
from indexer.readers import sandbox

Asked = TypeVar("Asked")
Told = TypeVar("Told")


def run(
    work: Callable[[Asked], Told], tasks: Iterable[Asked], _limits: object, _jobs: int
) -> Iterator[tuple[Asked, Told | IndexerError]]:
    """As `sandbox.run`, here."""
    for task in tasks:
        try:
            yield task, work(task)
        except IndexerError as error:
            yield task, error


if __name__ == "__main__":
    with mock.patch.object(sandbox, "run", run):
        main()
