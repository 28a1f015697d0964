"""Is the corpus in order, and does the index hold what it says? One line for each problem."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from indexer import corpus, editorial, engines, identity, prepare, shortlinks, sources
from indexer.config import Config
from indexer.corpus import Scan
from indexer.editorial import Brief
from indexer.errors import DuplicateId, EngineError, IdentityError, LinkError, MetadataError
from indexer.identity import Identities, Matching
from indexer.models import Report
from indexer.prepare import Failure, Task, failure
from indexer.readers import ocr, sandbox
from indexer.terms import TERMS_FILE
from indexer.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked and what was found wrong; `reports` counts the readable files."""

    ok: bool
    reports: int
    failures: tuple[Failure, ...]


def verify(config: Config, vocabulary: Vocabulary) -> Verification:
    """Reads every file of the corpus and every report of the index, and changes neither."""
    scan = corpus.scan(config.corpus, vocabulary)
    today = dt.date.today()
    failures = list(prepare.scan_failures(scan))
    matching, problems = _matching(config, scan)
    failures += problems
    briefs: list[Brief] = []
    recognition = ocr.of(config)
    tasks = [Task(source, today, recognition) for source in scan.sources]
    jobs = os.cpu_count() or 1
    for read in prepare.prepared(tasks, vocabulary, sandbox.limits(config), jobs):
        item = prepare.identified(read, matching)
        failures += item.failures
        if item.report:
            briefs.append(Brief(item.report, item.passages, item.source.path))
    reports = [brief.report for brief in briefs]
    failures += _identity_problems(reports)
    failures += _translation_problems(reports)
    failures += _catalogue_problems(config, vocabulary)
    failures += _link_problems(config)
    failures += (failure(TERMS_FILE, "vocabulary", problem) for problem in vocabulary.problems)
    if config.editorial:
        failures += (
            failure(name, "editorial", problem)
            for name, problem in editorial.check(briefs, config.corpus)
        )
    failures += _index_problems(config)
    return Verification(not failures, len(reports), tuple(failures))


def _matching(config: Config, scan: Scan) -> tuple[Matching, list[Failure]]:
    """What tells the ids of files: the record, or nothing when it cannot be read."""
    problems: list[Failure] = []
    known = Identities({})
    try:
        known = identity.load(config.corpus, config.index)
    except IdentityError as error:
        problems.append(failure(identity.FILE, "identity", error))
    return Matching(known, {source.name: source.content for source in scan.sources}), problems


def _catalogue_problems(config: Config, vocabulary: Vocabulary) -> Iterator[Failure]:
    """What is wrong in the catalogue of originals, if the corpus has one."""
    path = config.corpus / sources.SOURCES_FILE
    if path.exists():
        for problem in sources.load(path, vocabulary)[1]:
            yield failure(path.name, "catalogue", problem)


def _link_problems(config: Config) -> Iterator[Failure]:
    """What is wrong in the record of links."""
    try:
        problems: Sequence[LinkError] = shortlinks.load(config.corpus).problems
    except LinkError as error:
        problems = [error]
    for problem in problems:
        yield failure(shortlinks.FILE, "links", problem)


def _identity_problems(reports: Iterable[Report]) -> Iterator[Failure]:
    owners: dict[str, str] = {}
    for report in reports:
        for name in (report.id, *report.aliases):
            owner = owners.setdefault(name, report.path)
            if owner != report.path:
                told = f"{report.path}: the id “{name}” belongs to {owner}. Give one another `id`."
                yield failure(report.path, "identity", DuplicateId(told))


def _translation_problems(reports: Sequence[Report]) -> Iterator[Failure]:
    by_id = {report.id: report for report in reports}
    for report in reports:
        original = by_id.get(report.translation_of or report.id)
        if original is None:
            told = (
                f"{report.path}: translates “{report.translation_of}”, which is not in the corpus."
            )
        elif original is not report and original.lang == report.lang:
            told = f"{report.path}: is in the language of what it translates, {original.path}."
        else:
            continue
        yield failure(report.path, "metadata", MetadataError(told + " Correct `translation_of`."))


def _index_problems(config: Config) -> Iterator[Failure]:
    """Whether every report of the current generation can be read back with its passages."""
    try:
        generation = engines.current(config)
        engines.verify(generation, config)
        engines.compare(generation.engine, generation.path)
        engine = engines.open_engine(generation.engine, generation.path, config)
        try:
            for report in engine.reports():
                held = len(engine.passages(report.id))
                if held != report.passages and not report.withdrawn:
                    raise EngineError(
                        f"The index holds {held} of the {report.passages} passages of "
                        f"{report.path}. Run `indexer build --full`."
                    )
        finally:
            engine.close()
    except EngineError as error:
        yield failure(str(config.index), "index", error)
