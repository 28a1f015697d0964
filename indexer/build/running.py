"""run(...) -> BuildReport: reads what is new, writes a new generation and publishes it."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import time
from collections.abc import Generator, Iterator, Mapping, Sequence

from indexer import corpus, digests, engines, generations, identity, prepare, staging
from indexer.build import planning, reporting
from indexer.build.planning import Former, Plan
from indexer.build.progress import Pages, Progress, Silent
from indexer.build.reporting import BuildReport, BuildWarning, Taken
from indexer.config import Config
from indexer.corpus import Scan, Source
from indexer.digests import Digests
from indexer.engines.base import Engine, Writer
from indexer.errors import DuplicateId, EngineError
from indexer.identity import Matching
from indexer.prepare import Prepared, Task, failure
from indexer.readers import ocr, sandbox
from indexer.vocabulary import Vocabulary


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

    `today` is the date of adding for new reports that do not say one. With `full` every file is
    read again; otherwise one that still is as the last build found it is known, and one that a
    build had read before it was interrupted is not read again.

    A file that fails is a Failure in the report and never stops the build; its former version
    stays. IndexLocked, IndexOutdated (a newer version's index, without `full`), ConfigError;
    IdentityError when the record of ids cannot be read, before anything is changed.
    """
    started = time.perf_counter()
    known = _known(config, full)
    scan = corpus.scan(config.corpus, vocabulary, known)
    identities = identity.load(config.corpus, config.index)
    matching = Matching(identities, {source.name: source.content for source in scan.sources})
    if dry_run:
        former = planning.former(config, full)
        return _foreseen(planning.planned(scan, former, matching), former, scan, started)
    with generations.exclusive(config.index):
        if full:
            staging.of(config.index).clear()
        former = planning.former(config, full, mend=True)
        steps = planning.planned(scan, former, matching)
        day = today or dt.date.today()
        build = _Build(config, vocabulary, scan, former, steps, matching, day)
        if steps.nothing_to_do and former.generation:
            report = build.report(former.generation.name, former.passages, started)
        else:
            report = build.publish(jobs or os.cpu_count() or 1, progress or Silent(), started)
        staging.of(config.index).clear()
        reporting.keep(config.index, report, scan)
        known.save(config.index)
    return report


def _known(config: Config, full: bool) -> Digests:
    return Digests(config.corpus) if full else digests.remembered(config.corpus, config.index)


class _Build:
    """One build under way: the ids that are taken, and what went wrong so far."""

    def __init__(
        self,
        config: Config,
        vocabulary: Vocabulary,
        scan: Scan,
        former: Former,
        steps: Plan,
        matching: Matching,
        today: dt.date,
    ) -> None:
        self.config = config
        self.vocabulary = vocabulary
        self.scan = scan
        self.former = former
        self.steps = steps
        self.matching = matching
        self.today = today
        self.failures = list(prepare.scan_failures(scan))
        self.warnings = list(reporting.scan_warnings(scan, former.problem))
        self.taken: list[Taken] = []
        self.added = self.changed = self.resumed = 0
        self.owners = {entry.id: name for name, entry in former.entries.items()}
        for name in steps.removed:
            del self.owners[former.entries[name].id]
        # Files to read, whose former report the index still holds.
        self.pending = {*steps.changed, *steps.added}

    def publish(self, jobs: int, progress: Progress, started: float) -> BuildReport:
        """Writes and publishes a new generation, unless every change in it failed."""
        path = engines.start(self.config)
        base = self.former.generation.path if self.former.generation else None
        try:
            writer = engines.open_writer(self.config.engine, path, base, self.config)
            try:
                self._write(writer, jobs, progress)
            except BaseException:
                writer.abandon()
                raise
            if base and not (self.added or self.changed or self.steps.removed):
                writer.abandon()
                engines.discard(self.config, path)
                assert self.former.generation is not None
                return self.report(self.former.generation.name, self.former.passages, started)
            writer.commit()
            self._record()
        except BaseException:
            engines.discard(self.config, path)
            raise
        generation = engines.promote(self.config, path)
        engine = engines.open_engine(generation.engine, generation.path, self.config)
        with contextlib.closing(engine):
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
            resumed=self.resumed,
            failures=tuple(self.failures),
            warnings=tuple(self.warnings),
            taken=tuple(self.taken),
        )

    def _record(self) -> None:
        """Keeps the ids before the reports appear: none is ever seen without its id."""
        lost = [name for name, _ in self.scan.unreadable]
        identities = self.matching.identities(self.today, lost)
        reason = identity.save(identities, self.config.corpus, self.config.index)
        if reason:
            message = (
                f"cannot be written ({reason}), so the ids are recorded beside the index only. "
                "Build once where the corpus can be written, and keep the file with the corpus."
            )
            self.warnings.append(BuildWarning(identity.FILE, None, "ids-not-recorded", message))

    def _write(self, writer: Writer, jobs: int, progress: Progress) -> None:
        for name in self.steps.removed:
            writer.remove(self.former.entries[name].id)
        sources = [source for source in self.scan.sources if source.name in self.pending]
        sources.sort(key=self._turn)
        pages, current = Pages(sources), iter(sources)
        progress.begin(pages.total)
        progress.advance(0, _next(current))
        with contextlib.closing(self._prepared(sources, jobs)) as prepared:
            for item in prepared:
                self._take(item, writer)
                self.resumed += item.resumed
                read = pages.read(item.source, item.report)
                progress.begin(pages.total)
                progress.advance(read, _next(current))

    def _turn(self, source: Source) -> tuple[bool, bool]:
        """Who may have an id already comes before who is new."""
        return source.name not in self.matching.first, source.name not in self.former.entries

    def _prepared(self, sources: Sequence[Source], jobs: int) -> Generator[Prepared]:
        former = self.former.entries
        recognition = ocr.of(self.config)
        tasks = [
            Task(s, former[s.name].added if s.name in former else self.today, recognition)
            for s in sources
        ]
        limits, kept = sandbox.limits(self.config), staging.of(self.config.index)
        return prepare.prepared(tasks, self.vocabulary, limits, jobs, kept)

    def _take(self, item: Prepared, writer: Writer) -> None:
        """Writes one prepared report, unless it has none or its id is another's."""
        name = item.source.name
        self.failures += item.failures
        item = prepare.identified(item, self.matching)
        if item.report is None:
            self.pending.discard(name)
            return
        report = item.report
        self.warnings += [BuildWarning(name, w.page, w.kind, w.message) for w in report.warnings]
        owner = self.owners.get(report.id, name)
        if owner != name and owner in self.pending:
            # That file is no longer this report; it is still to be read.
            self._vacate(owner, writer)
        elif owner != name:
            self.matching.refuse(name)
            self.pending.discard(name)
            problem = DuplicateId(
                f"{name}: its id “{report.id}” belongs to {owner}. Give one another `id`."
            )
            self.failures.append(failure(name, "identity", problem))
            return
        former = self.former.entries.get(name)
        if name in self.pending:
            self._vacate(name, writer)
        writer.add(report, item.passages, prepare.facets(report, self.vocabulary))
        self.owners[report.id] = name
        if len(self.taken) < reporting.MOST_TAKEN:
            self.taken.append(reporting.taken(name, report, new=former is None))
        self.changed += former is not None
        self.added += former is None

    def _vacate(self, name: str, writer: Writer) -> None:
        """Removes what the index held of a file that is read anew."""
        self.pending.discard(name)
        former = self.former.entries.get(name)
        if former:
            writer.remove(former.id)
            del self.owners[former.id]


def _next(sources: Iterator[Source]) -> str:
    """What is at work when all before it was read."""
    source = next(sources, None)
    return source.name if source else "writing the index"


def _checked(engine: Engine, owners: Mapping[str, str]) -> int:
    """The passages that a new generation holds, after making sure that it holds every report."""
    held = {entry.id for entry in engine.entries()}
    if held != set(owners):
        raise EngineError(
            "The new index does not hold what was written. Run `indexer build --full`."
        )
    return engine.passage_count()


def _foreseen(steps: Plan, former: Former, scan: Scan, started: float) -> BuildReport:
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
        warnings=tuple(reporting.scan_warnings(scan, former.problem)),
    )
