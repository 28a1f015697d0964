"""An index that follows its corpus: a build each time that files have changed and come to rest.

A file that is still being written changes again and again; it is taken when nothing has changed for
a while, and taken again when it changes after that. What cannot be read keeps its former version,
as in any build.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from indexer import build, compiled, corpus, identity
from indexer.build import BuildReport, Progress
from indexer.config import Config
from indexer.errors import IndexerError, IndexLocked

QUIET: Final = 2.0
# A file to which somebody writes without end does not keep the others waiting for longer.
_MOST_ROUNDS: Final = 30
# A file that lost more than this of its bytes may be half written.
_SHRUNK: Final = 0.5


@dataclass(frozen=True, slots=True)
class Round:
    """One build, or why there was none; `shrunk` are files that may be half written."""

    report: BuildReport | None
    error: IndexerError | None = None
    shrunk: tuple[str, ...] = ()


def watch(
    config: Config, *, quiet: float = QUIET, polling: bool = False, progress: Progress | None = None
) -> Generator[Round]:
    """A round for the corpus as it is, and one after each change once it has been quiet for so many
    seconds; without end.

    With `polling` files are looked at again and again, where the system tells of no change (some
    network drives). A build that fails is told and tried again at the next change; one that had to
    wait for another is tried again soon.
    """
    # It brings asyncio, which takes longer to import than most commands take to run.
    import watchfiles

    sizes: Mapping[str, int] = {}
    waiting, changed = 0, True
    for changes in watchfiles.watch(
        config.corpus,
        watch_filter=lambda _, path: _counts(config.corpus, path),
        rust_timeout=round(quiet * 1000),
        yield_on_timeout=True,
        force_polling=polling or None,
        ignore_permission_denied=True,
    ):
        changed = changed or bool(changes)
        waiting = waiting + 1 if changes else 0
        if not changed or 0 < waiting < _MOST_ROUNDS:
            continue
        before, sizes = sizes, dict(_sizes(config.corpus))
        shrunk = (name for name, size in sizes.items() if size < _SHRUNK * before.get(name, 0))
        done = _round(config, tuple(sorted(shrunk)), progress)
        changed, waiting = isinstance(done.error, IndexLocked), 0
        yield done


def _round(config: Config, shrunk: tuple[str, ...], progress: Progress | None) -> Round:
    try:
        words = compiled.load(config)
        return Round(build.run(config, words, progress=progress), None, shrunk)
    except IndexerError as error:
        return Round(None, error, shrunk)


def _counts(folder: Path, path: str) -> bool:
    """Whether a build looks at this file: a change of it is one of the corpus."""
    parts = Path(path).relative_to(folder).parts
    return not any(part.startswith(corpus.HIDDEN) for part in parts) and parts != (identity.FILE,)


def _sizes(folder: Path) -> Iterator[tuple[str, int]]:
    """The size of each file that a build looks at."""
    for root, _, names in os.walk(folder):
        for path in (Path(root, name) for name in names):
            if _counts(folder, str(path)) and path.is_file():
                yield path.relative_to(folder).as_posix(), path.stat().st_size
