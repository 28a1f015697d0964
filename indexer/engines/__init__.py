"""Who finds it? Engines by name, each imported only when it is asked for."""

from __future__ import annotations

import contextlib
from pathlib import Path

from indexer.engines.base import Engine, Writer
from indexer.errors import EngineUnavailable


def open_engine(name: str, path: Path) -> Engine:
    """The generation in a folder, open for reading."""
    match name:
        case "whoosh":
            from indexer.engines import columns

            return columns.open_engine(path)
        case "memory":
            from indexer.engines import memory

            return memory.open_engine(path)
    raise _unknown(name)


def open_writer(name: str, path: Path, base: Path | None = None) -> Writer:
    """A writer for a new generation in the empty folder `path`, beginning as a copy of `base`."""
    match name:
        case "whoosh":
            from indexer.engines import writing

            return writing.open_writer(path, base)
        case "memory":
            from indexer.engines import memory

            return memory.open_writer(path, base)
    raise _unknown(name)


def derive(name: str, source: Path, target: Path) -> None:
    """A generation in the empty folder `target`, with everything that an engine derives from the
    index in `source` derived anew; the documents are not read."""
    if name != "whoosh":
        raise _unknown(name)
    from indexer.engines import writing

    writing.derive(source, target)


def verify(name: str, path: Path) -> None:
    """Reads everything in a generation; EngineError when something is not what was written."""
    if name == "whoosh":
        from indexer.engines import writing

        writing.verify(path)
    else:
        with contextlib.closing(open_engine(name, path)) as engine:
            engine.verify()


def _unknown(name: str) -> EngineUnavailable:
    return EngineUnavailable(
        f"There is no engine “{name}”. Set EVIDENCE_ENGINE to whoosh or memory."
    )
