"""What is there to do? plan(found, known) -> Plan, pure, and what is known: what an index holds."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from indexer import corpus, digests, engines
from indexer.build import reporting
from indexer.config import Config
from indexer.corpus import Scan
from indexer.engines.base import Entry
from indexer.errors import EngineError, EngineUnavailable, IndexMissing, IndexOutdated
from indexer.generations import Generation
from indexer.identity import Identity, Matching
from indexer.models import Report
from indexer.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with each file, by name: `removed` are names that the corpus no longer holds."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]

    @property
    def nothing_to_do(self) -> bool:
        """Whether the index already says what the corpus says."""
        return not (self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class Former:
    """What the index held before: nothing, or a generation with its reports by file name.

    `scanned` are the files with pages whose text is still to be recognised, if it is asked for.
    """

    generation: Generation | None = None
    entries: Mapping[str, Entry] = field(default_factory=dict)
    passages: int = 0
    problem: str | None = None
    scanned: frozenset[str] = frozenset()


def plan(found: Mapping[str, str], known: Mapping[str, str]) -> Plan:
    """What changed between what an index holds and what the corpus holds (name -> fingerprint)."""
    return Plan(
        added=tuple(name for name in found if name not in known),
        changed=tuple(name for name in found if name in known and found[name] != known[name]),
        removed=tuple(name for name in known if name not in found),
        unchanged=tuple(name for name in found if found[name] == known.get(name)),
    )


def planned(scan: Scan, former: Former, matching: Matching) -> Plan:
    """The plan that makes an index hold what a scan found.

    A report that the record of ids calls otherwise than the index is read again, and one with
    pages whose text is to be recognised.
    """
    agreed = {
        name: entry.fingerprint
        if _agree(matching.unchanged(name), entry) and name not in former.scanned
        else ""
        for name, entry in former.entries.items()
    }
    return plan({source.name: source.fingerprint for source in scan.sources}, agreed)


def _agree(known: Identity | None, entry: Entry) -> bool:
    return (
        known is not None
        and (known.id, known.added) == (entry.id, entry.added)
        and set(known.aliases) <= set(entry.aliases)
    )


def is_stale(config: Config, vocabulary: Vocabulary, entries: Iterable[Entry]) -> bool:
    """Whether a build would change anything; files that failed and did not change do not count."""
    failed = reporting.failed(config.index)
    known = digests.remembered(config.corpus, config.index)
    scan = corpus.scan(config.corpus, vocabulary, known)
    found = {source.name: source.fingerprint for source in scan.sources}
    steps = plan(found, {entry.path: entry.fingerprint for entry in entries})
    new = [name for name in (*steps.added, *steps.changed) if failed.get(name) != found[name]]
    return bool(new or steps.removed)


def former(config: Config, full: bool, *, mend: bool = False) -> Former:
    """What there is to build on; an index that cannot be read, or full=True, gives nothing.

    With `mend`, what an engine derived from its index is derived again when it does not fit.
    """
    if full:
        return Former()
    try:
        generation = engines.current(config)
        if generation.engine != config.engine:
            return Former()
        return _held(generation, config)
    except IndexMissing:
        return Former()
    except EngineUnavailable:
        raise
    except IndexOutdated as error:
        if error.newer:
            raise
        return Former(problem=str(error)) if error.whole else _mended(config, error, mend)
    except EngineError as error:
        return Former(problem=str(error))


def _held(generation: Generation, config: Config) -> Former:
    with contextlib.closing(
        engines.open_engine(generation.engine, generation.path, config)
    ) as engine:
        entries = {entry.path: entry for entry in engine.entries()}
        scanned = frozenset(_scanned(engine.reports()) if config.ocr else ())
        return Former(generation, entries, engine.passage_count(), scanned=scanned)


def _scanned(reports: Iterable[Report]) -> Iterator[str]:
    """The files with a page that has no text, and on which none was looked for."""
    for report in reports:
        if any(warning.kind == "page-without-text" for warning in report.warnings):
            yield report.path


def _mended(config: Config, error: IndexOutdated, mend: bool) -> Former:
    """The current generation with everything derived anew, published, or nothing."""
    if not mend:
        return Former(problem=str(error))
    generation = engines.current(config)
    path = engines.start(config)
    try:
        engines.derive(generation.engine, generation.path, path)
    except EngineError as damage:
        shutil.rmtree(path)
        return Former(problem=str(damage))
    return _held(engines.promote(config, path), config)
