"""run(...) -> BuildReport: reads what is new, writes a new generation and publishes it."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from indexer import (
    corpus,
    durable,
    engines,
    generations,
    identity,
    prepare,
    shortlinks,
    staging,
)
from indexer.build import reporting
from indexer.build.looking import Asked, Seen, look
from indexer.build.progress import Pages, Progress, Silent
from indexer.build.reporting import BuildReport, BuildWarning, Taken
from indexer.config import Config
from indexer.corpus import Source
from indexer.engines.base import Writer
from indexer.errors import DuplicateId, EngineError
from indexer.prepare import Prepared, Task, failure
from indexer.readers import ocr, sandbox
from indexer.vocabulary import Vocabulary


def run(
    config: Config,
    vocabulary: Vocabulary,
    *,
    full: bool = False,
    dry_run: bool = False,
    allow_removals: bool = False,
    jobs: int | None = None,
    progress: Progress | None = None,
    today: dt.date | None = None,
) -> BuildReport:
    """Brings the index up to date with the corpus, or only says what it would do.

    `today` is the date of adding for new reports that do not say one. With `full` every file is
    read again; otherwise one that still is as the last build found it is known, and one that a
    build had read before it was interrupted is not read again. `allow_removals` says that the
    corpus may have lost much of what it held.

    A file that fails is a Failure in the report and never stops the build; its former version
    stays. IndexLocked, IndexOutdated (a newer version's index, without `full`), ConfigError,
    CorpusIncomplete, IdentityError when the record of ids cannot be read, and EngineError when the
    index cannot be written: each before anything is changed.
    """
    started = time.perf_counter()
    asked = Asked(config, vocabulary, full, allow_removals, started)
    corpus.require(config.corpus)
    if dry_run:
        return _foreseen(look(asked, mend=False), started)
    with _told_when_unwritable(config.index), generations.exclusive(config.index):
        _clear(config, full)
        seen = look(asked, mend=True)
        build = _Build(asked, seen, today or dt.date.today())
        if seen.in_order:
            report = build.unchanged()
        else:
            report = build.publish(jobs or os.cpu_count() or 1, progress or Silent())
        staging.of(config.index).clear()
        if config.ocr:
            ocr.tidy(config)
        return _kept(config, report, seen)


def _clear(config: Config, full: bool) -> None:
    """Removes what processes that ended left half written, and what must be read again anyway."""
    durable.forget(config.corpus / identity.FILE)
    durable.forget(config.corpus / shortlinks.FILE)
    if full:
        staging.of(config.index).clear()


@contextlib.contextmanager
def _told_when_unwritable(index: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        raise EngineError(
            f"The index in {index} could not be written ({error.strerror or error}{where}), and "
            "answers as before. Make room on its disk or correct its rights, and build again."
        ) from error


def _kept(config: Config, report: BuildReport, seen: Seen) -> BuildReport:
    """The report, kept beside the index; where it cannot be, it says so: the index is built."""
    try:
        reporting.keep(config.index, report, seen.scan)
        seen.digests.save(config.index)
    except OSError as error:
        told = f"The report of this build could not be kept ({error.strerror}). Build again."
        warning = BuildWarning(generations.LAST_BUILD, None, "report-not-kept", told)
        return replace(report, warnings=(*report.warnings, warning))
    return report


class _Build:
    """One build under way: the ids that are taken, and what went wrong so far."""

    def __init__(self, asked: Asked, seen: Seen, today: dt.date) -> None:
        self.config = asked.config
        self.vocabulary = asked.vocabulary
        self.started = asked.started
        self.scan = seen.scan
        self.former = seen.former
        self.steps = seen.steps
        self.matching = seen.matching
        self.today = today
        self.failures = list(prepare.scan_failures(seen.scan))
        self.warnings = list(reporting.scan_warnings(seen.scan, seen.former.problem, seen.held))
        self.taken: list[Taken] = []
        self.added = self.changed = self.resumed = 0
        self.owners = {entry.id: name for name, entry in seen.former.entries.items()}
        for name in seen.steps.removed:
            del self.owners[seen.former.entries[name].id]
        # Files to read, whose former report the index still holds; and those that are gone, whose
        # report may turn out to stand in another file.
        self.pending = {*seen.steps.changed, *seen.steps.added}
        self.held = set(seen.held)

    def unchanged(self) -> BuildReport:
        """The report of a build after which the published generation is as it was."""
        assert self.former.generation is not None
        return self._report(self.former.generation.name, self.former.passages)

    def publish(self, jobs: int, progress: Progress) -> BuildReport:
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
            if self._in_vain:
                writer.abandon()
                engines.discard(self.config, path)
                return self.unchanged()
            writer.commit()
            passages = _checked(self.config, path, self.owners)
            self._record()
        except BaseException:
            engines.discard(self.config, path)
            raise
        generation = engines.promote(self.config, path, self.former.good)
        return self._report(generation.name, passages)

    @property
    def _in_vain(self) -> bool:
        """Whether the published generation says all that a new one would."""
        former = self.former
        changes = self.added or self.changed or self.steps.removed
        return not changes and former.generation is not None and not former.problem

    def _report(self, generation: str, passages: int) -> BuildReport:
        """The build report; `passages` is how many the index now holds."""
        return BuildReport(
            ok=not self.failures,
            generation=generation,
            seconds=round(time.perf_counter() - self.started, 3),
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
        # A report whose file was not found has left only when all of the corpus was seen.
        lost = ["."] if self.scan.unreadable else []
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
        if owner != name and owner in self.pending | self.held:
            # That file is no longer this report: it is still to be read, or gone.
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
        """Removes what the index held of a file that is read anew, or whose report moved."""
        self.pending.discard(name)
        self.held.discard(name)
        former = self.former.entries.get(name)
        if former:
            writer.remove(former.id)
            del self.owners[former.id]


def _next(sources: Iterator[Source]) -> str:
    """What is at work when all before it was read."""
    source = next(sources, None)
    return source.name if source else "writing the index"


def _checked(config: Config, path: Path, owners: Mapping[str, str]) -> int:
    """The passages that a new generation holds, after making sure that it holds every report."""
    with contextlib.closing(engines.open_engine(config.engine, path, config)) as engine:
        if {entry.id for entry in engine.entries()} != set(owners):
            raise EngineError(
                "The new index does not hold what was written. Run `indexer build --full`."
            )
        return engine.passage_count()


def _foreseen(seen: Seen, started: float) -> BuildReport:
    """What a build would do, as far as that can be told without reading the files."""
    former, steps = seen.former, seen.steps
    failures = tuple(prepare.scan_failures(seen.scan))
    return BuildReport(
        ok=not failures,
        generation=former.generation.name if former.generation else None,
        seconds=round(time.perf_counter() - started, 3),
        added=len(steps.added),
        changed=len(steps.changed),
        removed=len(steps.removed),
        unchanged=len(steps.unchanged) + len(seen.held),
        reports=len(former.entries),
        passages=former.passages,
        failures=failures,
        warnings=tuple(reporting.scan_warnings(seen.scan, former.problem, seen.held)),
    )
