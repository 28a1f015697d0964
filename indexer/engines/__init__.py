"""Who finds it? Engines by name, each imported only when it is asked for."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from indexer import generations
from indexer.config import Config, load
from indexer.engines.base import Engine, Writer
from indexer.errors import EngineUnavailable
from indexer.generations import Generation


def current_name(config: Config) -> str | None:
    """The name of the generation that answers, or None when nothing has been built."""
    if config.engine == "opensearch":
        from indexer.engines import opensearch

        return opensearch.publisher(config).current_name()
    return generations.current_name(config.index)


def current(config: Config) -> Generation:
    """The generation that answers; IndexMissing or IndexOutdated say what to do when none can."""
    if config.engine == "opensearch":
        from indexer.engines import opensearch

        return opensearch.publisher(config).current()
    return generations.current(config.index)


def start(config: Config) -> Path:
    """Where a new generation is written; call within `generations.exclusive`."""
    if config.engine == "opensearch":
        from indexer.engines import opensearch

        return opensearch.publisher(config).start()
    return generations.start(config.index)


def promote(config: Config, path: Path) -> Generation:
    """The generation, published and the only answer from now on; older ones are pruned."""
    if config.engine == "opensearch":
        from indexer.engines import opensearch

        return opensearch.publisher(config).promote(path)
    return generations.promote(config.index, path, config.engine)


def discard(config: Config, path: Path) -> None:
    """Deletes a generation that is not published."""
    if config.engine == "opensearch":
        from indexer.engines import opensearch

        opensearch.publisher(config).discard(path)
    else:
        shutil.rmtree(path, ignore_errors=True)


def open_engine(name: str, path: Path, config: Config | None = None) -> Engine:
    """A generation, open for reading; the settings say where a cluster is."""
    match name:
        case "whoosh":
            from indexer.engines import columns

            return columns.open_engine(path)
        case "memory":
            from indexer.engines import memory

            return memory.open_engine(path)
        case "opensearch":
            from indexer.engines import opensearch

            return opensearch.open_engine(config or load(), path)
    raise _unknown(name)


def open_writer(
    name: str, path: Path, base: Path | None = None, config: Config | None = None
) -> Writer:
    """A writer for a new generation in the empty folder `path` (of a cluster: with its name),
    beginning as a copy of `base`."""
    match name:
        case "whoosh":
            from indexer.engines import writing

            return writing.open_writer(path, base)
        case "memory":
            from indexer.engines import memory

            return memory.open_writer(path, base)
        case "opensearch":
            from indexer.engines import opensearch

            return opensearch.publisher(config or load()).writer(path, base)
    raise _unknown(name)


def derive(name: str, source: Path, target: Path) -> None:
    """A generation in the empty folder `target`, with everything that an engine derives from the
    index in `source` derived anew; the documents are not read."""
    if name != "whoosh":
        raise _unknown(name)
    from indexer.engines import writing

    writing.derive(source, target)


def verify(name: str, path: Path, config: Config | None = None) -> None:
    """Reads everything in a generation; EngineError when something is not what was written."""
    if name == "whoosh":
        from indexer.engines import writing

        writing.verify(path)
    else:
        with contextlib.closing(open_engine(name, path, config)) as engine:
            engine.verify()


def _unknown(name: str) -> EngineUnavailable:
    return EngineUnavailable(
        f"There is no engine “{name}”. Set EVIDENCE_ENGINE to whoosh, opensearch or memory."
    )
