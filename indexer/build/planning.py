"""What is there to do? plan(found, known) -> Plan, pure, and what is known: what an index holds."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from indexer import corpus, digests, engines, generations
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
    """What the index held before: nothing, or a generation to build on with its reports by file
    name.

    `good` is the last generation that is wholly what was written, and stays whatever is built;
    `names` maps the files of its reports to their ids. `problem` is what is wrong with the
    published one, which is why another has to be. `scanned` are the files with pages whose text is
    still to be recognised, if it is asked for.
    """

    generation: Generation | None = None
    entries: Mapping[str, Entry] = field(default_factory=dict)
    passages: int = 0
    problem: str | None = None
    good: Generation | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    scanned: frozenset[str] = frozenset()


def plan(found: Mapping[str, str], known: Mapping[str, str]) -> Plan:
    """What changed between what an index holds and what the corpus holds (name -> fingerprint)."""
    return Plan(
        added=tuple(name for name in found if name not in known),
        changed=tuple(name for name in found if name in known and found[name] != known[name]),
        removed=tuple(name for name in known if name not in found),
        unchanged=tuple(name for name in found if found[name] == known.get(name)),
    )


def planned(
    scan: Scan, former: Former, matching: Matching, held: Collection[str] = frozenset()
) -> Plan:
    """The plan that makes an index hold what a scan found, and the `held` files that it did not.

    A report that the record of ids calls otherwise than the index is read again, and one with
    pages whose text is to be recognised.
    """
    agreed = {
        name: entry.fingerprint
        if _agree(matching.unchanged(name), entry) and name not in former.scanned
        else ""
        for name, entry in former.entries.items()
        if name not in held
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
    """What there is to build on: the last good generation, and nothing where it cannot be read or
    with full=True. Every byte of it is read.

    With `mend`, what an engine derived from its index is derived again when it does not fit.
    """
    try:
        good, damage = engines.last_good(config)
    except IndexMissing:
        return Former()
    except EngineUnavailable:
        raise
    except IndexOutdated as error:
        if error.newer and not full:
            raise
        return Former(problem=None if full else str(error))
    problem = str(damage) if damage else None
    try:
        if good:
            held = _held(good, config, problem)
            anew = full or good.engine != config.engine
            return Former(good=good, names=held.names) if anew else held
        return Former() if full else _derived(config, mend, problem)
    except EngineUnavailable:
        raise
    except IndexOutdated as error:
        if error.whole or full:
            return Former(problem=str(error))
        return _derived(config, mend, str(error))
    except EngineError as error:
        return Former(problem=str(error))


def _held(generation: Generation, config: Config, problem: str | None) -> Former:
    with contextlib.closing(
        engines.open_engine(generation.engine, generation.path, config)
    ) as engine:
        entries = {entry.path: entry for entry in engine.entries()}
        scanned = frozenset(_scanned(engine.reports()) if config.ocr else ())
        count = engine.passage_count()
        names = {name: entry.id for name, entry in entries.items()}
        return Former(generation, entries, count, problem, generation, names, scanned)


def _scanned(reports: Iterable[Report]) -> Iterator[str]:
    """The files with a page that has no text, and on which none was looked for."""
    for report in reports:
        if any(warning.kind == "page-without-text" for warning in report.warnings):
            yield report.path


def _derived(config: Config, mend: bool, problem: str | None) -> Former:
    """The current generation with everything derived anew, published; or nothing, where what it is
    derived from is damaged too."""
    generation = generations.published(config.index)
    derived = all(
        engines.is_derived(generation.engine, name) for name in generations.damage(generation)
    )
    if not mend or not derived or generation.engine != config.engine:
        return Former(problem=problem)
    path = engines.start(config)
    try:
        engines.derive(generation.engine, generation.path, path)
    except BaseException:
        engines.discard(config, path)
        raise
    return _held(engines.promote(config, path), config, None)
