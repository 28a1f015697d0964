"""Who finds it? Engines by name, each imported only when it is asked for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from indexer import compiled, generations
from indexer.config import Config, load
from indexer.engines.base import Engine, Writer
from indexer.errors import EngineError, EngineUnavailable, VocabularyError
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


def earlier(config: Config) -> Iterator[Generation]:
    """The generations that may answer instead of the current one, newest first; a cluster looks
    after damage itself."""
    return iter(()) if config.engine == "opensearch" else generations.earlier(config.index)


def last_good(config: Config) -> tuple[Generation | None, EngineError | None]:
    """The newest generation that is wholly what was written, if any; and what is wrong with the
    current one, unless that is it. Errors as of `current`."""
    if config.engine == "opensearch":
        return current(config), None
    return generations.last_good(config.index)


def verify(generation: Generation, config: Config, *, aside: bool = False) -> None:
    """EngineError unless a generation is what was written; all of it is read, but on a cluster,
    which does that itself. `aside` leaves a processor to those who search meanwhile."""
    if generation.engine == "opensearch":
        from indexer.engines import opensearch

        opensearch.open_engine(config, generation.path).verify()
    elif aside:
        generations.verify(generation, readers=1)
    else:
        generations.verify(generation)


def start(config: Config) -> Path:
    """Where a new generation is written; call within `generations.exclusive`."""
    if config.engine == "opensearch":
        from indexer.engines import opensearch

        return opensearch.publisher(config).start()
    return generations.start(config.index)


def promote(config: Config, path: Path, good: Generation | None = None) -> Generation:
    """The generation, published and the only answer from now on; of older ones the last `good` one
    stays. It is discarded when it cannot be published."""
    if config.engine == "opensearch":
        from indexer.engines import opensearch

        return opensearch.publisher(config).promote(path)
    # Where somebody is in the middle of the lists, who opens the generation reads them then.
    with contextlib.suppress(VocabularyError):
        compiled.write(path, compiled.load(config))
    return generations.promote(config.index, path, config.engine, config.corpus, good)


def discard(config: Config, path: Path) -> None:
    """Deletes a generation that is not published."""
    if config.engine == "opensearch":
        from indexer.engines import opensearch

        opensearch.publisher(config).discard(path)
    else:
        generations.discard(config.index, path)


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


def is_derived(name: str, file: str) -> bool:
    """Whether `derive` makes this file of a generation anew from the others."""
    if name != "whoosh":
        return False
    from indexer.engines import manifest

    return manifest.is_derived(file)


def compare(name: str, path: Path) -> None:
    """EngineError unless what an engine derived from its index holds the same reports as that."""
    if name == "whoosh":
        from indexer.engines import writing

        writing.compare(path)


def _unknown(name: str) -> EngineUnavailable:
    return EngineUnavailable(
        f"There is no engine “{name}”. Set EVIDENCE_ENGINE to whoosh, opensearch or memory."
    )
