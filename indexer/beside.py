"""What do the other engines hold of this corpus? For those who move from one to another."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from indexer import engines
from indexer.config import Config
from indexer.engines.base import Entry
from indexer.errors import EngineError, IndexMissing

_COMPARED: Final = ("whoosh", "opensearch")


@dataclass(frozen=True, slots=True)
class Beside:
    """The index of another engine: in how many reports it differs, or why that cannot be told."""

    engine: str
    generation: str | None = None
    reports: int = 0
    passages: int = 0
    differing: int = 0
    problem: str | None = None


def beside(config: Config, entries: Iterable[Entry]) -> tuple[Beside, ...]:
    """The indexes of the other engines that there are, each beside what `entries` tell of ours."""
    own = {(entry.id, entry.fingerprint) for entry in entries}
    others = (name for name in _COMPARED if name != config.engine)
    return tuple(told for name in others if (told := _told(replace(config, engine=name), own)))


def _told(config: Config, own: set[tuple[str, str]]) -> Beside | None:
    if config.engine == "opensearch" and not config.opensearch_url:
        return None
    try:
        generation = engines.current(config)
        if generation.engine != config.engine:
            return None
        engine = engines.open_engine(generation.engine, generation.path, config)
        with contextlib.closing(engine):
            held = {(entry.id, entry.fingerprint) for entry in engine.entries()}
            counts = engine.report_count(), engine.passage_count()
            differing = len({report_id for report_id, _ in held ^ own})
            return Beside(config.engine, generation.name, *counts, differing)
    except IndexMissing:
        return None
    except EngineError as error:
        return Beside(config.engine, problem=str(error))
