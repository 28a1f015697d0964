"""plan(found, known) -> Plan, pure; run(...) -> BuildReport: brings an index up to date.

The index is the only ledger: what it says that it holds is subtracted from what the corpus holds,
so no manifest can disagree with it after a crash.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import datetime as dt
import multiprocessing
import os
import shutil
import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import msgspec

from indexer import corpus, engines, generations, prepare
from indexer.config import Config
from indexer.corpus import Scan, Source
from indexer.engines.base import Engine, Entry, Writer
from indexer.errors import (
    DuplicateId,
    EngineError,
    IndexMissing,
    IndexOutdated,
    ReadError,
)
from indexer.generations import Generation
from indexer.prepare import Failure, Prepared, failure
from indexer.vocabulary import Vocabulary

# Starting worker processes takes about as long as reading this many bytes in this one.
WORTH_WORKERS: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class BuildWarning:
    """Something in a file that its owner should look at; it was indexed."""

    path: str
    page: int | None
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did: counts of reports, and every input that was not taken as it stands."""

    ok: bool
    generation: str | None
    seconds: float
    added: int
    changed: int
    removed: int
    unchanged: int
    reports: int
    passages: int
    failures: tuple[Failure, ...] = ()
    warnings: tuple[BuildWarning, ...] = ()


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


class Progress(Protocol):
    """Who is told how a build goes on; work is counted in bytes of documents."""

    def begin(self, total: int) -> None:
        """The work is known."""

    def advance(self, amount: int, name: str) -> None:
        """So much of it was done, in this file."""


class _Silent:
    def begin(self, total: int) -> None:
        """Says nothing."""

    def advance(self, amount: int, name: str) -> None:
        """Says nothing."""


@dataclass(frozen=True, slots=True)
class _LastBuild:
    """The last build as kept beside the generations; `failed` maps a file to its fingerprint."""

    report: BuildReport
    failed: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Former:
    """What the index held before: nothing, or a generation with its reports by file name."""

    generation: Generation | None = None
    entries: Mapping[str, Entry] = field(default_factory=dict)
    passages: int = 0
    problem: str | None = None

    @property
    def fingerprints(self) -> dict[str, str]:
        return {name: entry.fingerprint for name, entry in self.entries.items()}


def plan(found: Mapping[str, str], known: Mapping[str, str]) -> Plan:
    """What changed between what an index holds and what the corpus holds (name -> fingerprint)."""
    return Plan(
        added=tuple(name for name in found if name not in known),
        changed=tuple(name for name in found if name in known and found[name] != known[name]),
        removed=tuple(name for name in known if name not in found),
        unchanged=tuple(name for name in found if found[name] == known.get(name)),
    )


def run(
    config: Config,
    vocabulary: Vocabulary,
    *,
    full: bool = False,
    dry_run: bool = False,
    jobs: int | None = None,
    progress: Progress | None = None,
    today: dt.date | None = None,
) -> BuildReport:
    """Brings the index up to date with the corpus, or only says what it would do.

    `today` is the date of adding for new reports that do not say one.

    A file that fails is a Failure in the report and never stops the build; its former version
    stays. IndexLocked, IndexOutdated (a newer version's index, without `full`), ConfigError.
    """
    started = time.perf_counter()
    scan = corpus.scan(config.corpus, vocabulary)
    if dry_run:
        former = _former(config, full)
        return _planned(_plan(scan, former), former, scan, started)
    with generations.exclusive(config.index):
        former = _former(config, full, mend=True)
        steps = _plan(scan, former)
        build = _Build(config, vocabulary, scan, former, steps, today or dt.date.today())
        if steps.nothing_to_do and former.generation:
            report = build.report(former.generation.name, former.passages, started)
        else:
            report = build.publish(jobs or os.cpu_count() or 1, progress or _Silent(), started)
        _remember(config.index, report, scan)
    return report


def _plan(scan: Scan, former: _Former) -> Plan:
    return plan({source.name: source.fingerprint for source in scan.sources}, former.fingerprints)


def is_stale(config: Config, vocabulary: Vocabulary, entries: Iterable[Entry]) -> bool:
    """Whether a build would change anything; files that failed and did not change do not count."""
    last = _last_build(config.index)
    failed = last.failed if last else {}
    found = {
        source.name: source.fingerprint for source in corpus.scan(config.corpus, vocabulary).sources
    }
    steps = plan(found, {entry.path: entry.fingerprint for entry in entries})
    new = [name for name in (*steps.added, *steps.changed) if failed.get(name) != found[name]]
    return bool(new or steps.removed)


def last_report(index: Path) -> BuildReport | None:
    """The report of the last build on an index, if it was kept."""
    last = _last_build(index)
    return last.report if last else None


def _last_build(index: Path) -> _LastBuild | None:
    try:
        content = (index / generations.LAST_BUILD).read_bytes()
        return msgspec.json.decode(content, type=_LastBuild)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise EngineError(
            f"{index / generations.LAST_BUILD} cannot be read ({error}). Run `indexer build`."
        ) from error


def _remember(index: Path, report: BuildReport, scan: Scan) -> None:
    names = {failed.path for failed in report.failures}
    failed = {s.name: s.fingerprint for s in scan.sources if s.name in names}
    content = msgspec.json.encode(_LastBuild(report, failed))
    generations.replace_file(index / generations.LAST_BUILD, content)


def _former(config: Config, full: bool, *, mend: bool = False) -> _Former:
    """What there is to build on; an index that cannot be read, or full=True, gives nothing.

    With `mend`, what an engine derived from its index is derived again when it does not fit.
    """
    if full:
        return _Former()
    try:
        generation = generations.current(config.index)
        if generation.engine != config.engine:
            return _Former()
        return _held(generation)
    except IndexMissing:
        return _Former()
    except IndexOutdated as error:
        if error.newer:
            raise
        return _Former(problem=str(error)) if error.whole else _mended(config, error, mend)
    except EngineError as error:
        return _Former(problem=str(error))


def _held(generation: Generation) -> _Former:
    with contextlib.closing(engines.open_engine(generation.engine, generation.path)) as engine:
        entries = {entry.path: entry for entry in engine.entries()}
        return _Former(generation, entries, engine.passage_count())


def _mended(config: Config, error: IndexOutdated, mend: bool) -> _Former:
    """The current generation with everything derived anew, published, or nothing."""
    if not mend:
        return _Former(problem=str(error))
    generation = generations.current(config.index)
    path = generations.start(config.index)
    try:
        engines.derive(generation.engine, generation.path, path)
    except EngineError as damage:
        shutil.rmtree(path)
        return _Former(problem=str(damage))
    return _held(generations.promote(config.index, path, generation.engine))


class _Build:
    """One build under way: the ids that are taken, and what went wrong so far."""

    def __init__(
        self,
        config: Config,
        vocabulary: Vocabulary,
        scan: Scan,
        former: _Former,
        steps: Plan,
        today: dt.date,
    ) -> None:
        self.config = config
        self.vocabulary = vocabulary
        self.scan = scan
        self.former = former
        self.steps = steps
        self.today = today
        self.failures = list(prepare.scan_failures(scan))
        self.warnings = list(_scan_warnings(scan, former))
        self.added = self.changed = 0
        self.owners = {entry.id: name for name, entry in former.entries.items()}
        for name in steps.removed:
            del self.owners[former.entries[name].id]

    def publish(self, jobs: int, progress: Progress, started: float) -> BuildReport:
        """Writes and publishes a new generation, unless every change in it failed."""
        path = generations.start(self.config.index)
        base = self.former.generation.path if self.former.generation else None
        try:
            writer = engines.open_writer(self.config.engine, path, base)
            try:
                self._write(writer, jobs, progress)
            except BaseException:
                writer.abandon()
                raise
            if base and not (self.added or self.changed or self.steps.removed):
                writer.abandon()
                shutil.rmtree(path)
                assert self.former.generation is not None
                return self.report(self.former.generation.name, self.former.passages, started)
            writer.commit()
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)
            raise
        generation = generations.promote(self.config.index, path, self.config.engine)
        with contextlib.closing(engines.open_engine(generation.engine, generation.path)) as engine:
            return self.report(generation.name, _checked(engine, self.owners), started)

    def report(self, generation: str, passages: int, started: float) -> BuildReport:
        """The build report; `passages` is how many the index now holds."""
        return BuildReport(
            ok=not self.failures,
            generation=generation,
            seconds=round(time.perf_counter() - started, 3),
            added=self.added,
            changed=self.changed,
            removed=len(self.steps.removed),
            unchanged=len(self.owners) - self.added - self.changed,
            reports=len(self.owners),
            passages=passages,
            failures=tuple(self.failures),
            warnings=tuple(self.warnings),
        )

    def _write(self, writer: Writer, jobs: int, progress: Progress) -> None:
        for name in self.steps.removed:
            writer.remove(self.former.entries[name].id)
        wanted = {*self.steps.added, *self.steps.changed}
        sources = [source for source in self.scan.sources if source.name in wanted]
        progress.begin(sum(source.size for source in sources))
        with contextlib.closing(self._prepared(sources, jobs)) as prepared:
            for item in prepared:
                self._take(item, writer)
                progress.advance(item.source.size, item.source.name)

    def _prepared(self, sources: Sequence[Source], jobs: int) -> Generator[Prepared]:
        former = self.former.entries
        added = {s.name: former[s.name].added if s.name in former else self.today for s in sources}
        if jobs > 1 and sum(source.size for source in sources) > WORTH_WORKERS:
            yield from _in_workers(sources, self.vocabulary, added, jobs)
        else:
            for source in sources:
                yield prepare.prepare(source, self.vocabulary, added[source.name])

    def _take(self, item: Prepared, writer: Writer) -> None:
        """Writes one prepared report, unless it has none or its id is another's."""
        name = item.source.name
        self.failures += item.failures
        if item.report is None:
            return
        report = item.report
        self.warnings += [BuildWarning(name, w.page, w.kind, w.message) for w in report.warnings]
        owner = self.owners.get(report.id, name)
        if owner != name:
            problem = DuplicateId(
                f"{name}: its id “{report.id}” belongs to {owner}. Give one another `id`."
            )
            self.failures.append(failure(name, "identity", problem))
            return
        former = self.former.entries.get(name)
        if former:
            writer.remove(former.id)
            del self.owners[former.id]
        writer.add(report, item.passages, prepare.facets(report, self.vocabulary))
        self.owners[report.id] = name
        self.changed += former is not None
        self.added += former is None


def _checked(engine: Engine, owners: Mapping[str, str]) -> int:
    """The passages that a new generation holds, after making sure that it holds every report."""
    held = {entry.id for entry in engine.entries()}
    if held != set(owners):
        raise EngineError(
            "The new index does not hold what was written. Run `indexer build --full`."
        )
    return engine.passage_count()


def _scan_warnings(scan: Scan, former: _Former) -> Iterator[BuildWarning]:
    if former.problem:
        yield BuildWarning(".", None, "index-rebuilt", former.problem)
    for name in scan.others:
        message = "is in no format that is read; convert it to PDF, DOCX, ODT, HTML or text."
        yield BuildWarning(name, None, "UnsupportedFormat", message)


def _planned(steps: Plan, former: _Former, scan: Scan, started: float) -> BuildReport:
    """What a build would do, as far as that can be told without reading the files."""
    failures = tuple(prepare.scan_failures(scan))
    return BuildReport(
        ok=not failures,
        generation=former.generation.name if former.generation else None,
        seconds=round(time.perf_counter() - started, 3),
        added=len(steps.added),
        changed=len(steps.changed),
        removed=len(steps.removed),
        unchanged=len(steps.unchanged),
        reports=len(former.entries),
        passages=former.passages,
        failures=failures,
        warnings=tuple(_scan_warnings(scan, former)),
    )


def _in_workers(
    sources: Sequence[Source], vocabulary: Vocabulary, added: Mapping[str, dt.date], jobs: int
) -> Iterator[Prepared]:
    """The sources prepared by worker processes, in order; a crash costs only the guilty file."""
    with _pool(jobs) as pool:
        futures = [pool.submit(prepare.prepare, s, vocabulary, added[s.name]) for s in sources]
        try:
            for source, future in zip(sources, futures, strict=True):
                try:
                    yield future.result()
                except BrokenProcessPool:
                    # One reader took all workers with it; alone, only the guilty file fails.
                    yield _alone(source, vocabulary, added[source.name])
        finally:
            pool.shutdown(cancel_futures=True)


def _alone(source: Source, vocabulary: Vocabulary, added: dt.date) -> Prepared:
    with _pool(1) as pool:
        try:
            return pool.submit(prepare.prepare, source, vocabulary, added).result()
        except BrokenProcessPool as error:
            problem = ReadError(
                source.path, "crashed its reader; open and save it again, or convert it."
            )
            problem.__cause__ = error
            return Prepared(source, None, (), (failure(source.name, "read", problem),))


def _pool(jobs: int) -> concurrent.futures.ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return concurrent.futures.ProcessPoolExecutor(max_workers=jobs, mp_context=context)
