"""One file -> one report with its passages, ready to be written, and what was wrong with it."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from indexer import classify, metadata, passages, readers
from indexer.corpus import Scan, Source
from indexer.errors import IndexerError, MetadataError, ReadError
from indexer.fields import FACET_FIELDS
from indexer.findings import finding
from indexer.identity import Claim, Matching, sketch
from indexer.models import Extract, Passage, Report
from indexer.readers import sandbox
from indexer.readers.ocr import Ocr
from indexer.readers.sandbox import Limits
from indexer.staging import Staging
from indexer.vocabulary import Vocabulary

# To start another process takes about as long as to read this many bytes.
WORTH_PROCESSES: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that could not be taken as it stands: `step` is `read`, `metadata` or `identity`,
    `error` the name of the class in errors.py."""

    path: str
    step: str
    error: str
    message: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of one source: a report unless reading failed, and every failure.

    `text` is the sketch of what it says, by which it is known again in another file; `resumed`
    says that an interrupted build had read it.
    """

    source: Source
    report: Report | None
    passages: tuple[Passage, ...]
    failures: tuple[Failure, ...]
    text: str = ""
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept of a prepared source until the build is done."""

    report: Report
    passages: tuple[Passage, ...]
    failures: tuple[Failure, ...]
    text: str


def failure(path: str, step: str, error: Exception) -> Failure:
    """An exception as the build report tells it."""
    return Failure(path, step, type(error).__name__, str(error))


def scan_failures(scan: Scan) -> Iterator[Failure]:
    """The files that cannot even be opened, and the sidecars that describe nothing."""
    for name, reason in scan.unreadable:
        problem = ReadError(Path(name), f"cannot be read ({reason}). Check its rights.")
        yield failure(name, "read", problem)
    for name in scan.orphans:
        orphan = MetadataError(f"{name}: describes a file that is not there. Rename or delete it.")
        yield failure(name, "metadata", orphan)


@dataclass(frozen=True, slots=True)
class Task:
    """A file to prepare; `added` is its date if it does not say one itself, and `ocr` recognises
    its scanned pages."""

    source: Source
    added: dt.date
    ocr: Ocr | None = None

    @property
    def path(self) -> Path:
        """The file."""
        return self.source.path

    @property
    def key(self) -> str:
        """All that decides what is made of the file."""
        return f"{self.source.fingerprint} {self.added.isoformat()} {self.ocr is not None}"


def make_ready(files: Iterable[Path]) -> None:
    """Begins what reading these files will need, while there is something else to do."""
    sandbox.make_ready(prepare, files)


def prepared(
    tasks: Sequence[Task],
    vocabulary: Vocabulary,
    limits: Limits,
    jobs: int,
    kept: Staging | None = None,
) -> Generator[Prepared]:
    """The reports in the files, in order, each read within the limits by one of so many processes;
    by a single one where they are few. What is `kept` is not read again."""
    if kept:
        kept.keep_only(task.key for task in tasks)
    if sum(task.source.size for task in tasks) < WORTH_PROCESSES:
        jobs = 1
    work = partial(prepare_once, vocabulary, kept) if kept else partial(prepare, vocabulary)
    with contextlib.closing(sandbox.run(work, tasks, limits, jobs)) as outcomes:
        for task, outcome in outcomes:
            if isinstance(outcome, IndexerError):
                told = failure(task.source.name, "read", outcome)
                yield Prepared(task.source, None, (), (told,))
            else:
                yield outcome


def prepare_once(vocabulary: Vocabulary, kept: Staging, task: Task) -> Prepared:
    """As `prepare`, unless that was done and kept; what is done now is kept."""
    known = kept.get(task.key, _Kept)
    if known:
        return Prepared(
            task.source, known.report, known.passages, known.failures, known.text, resumed=True
        )
    item = prepare(vocabulary, task)
    if item.report:
        kept.put(task.key, _Kept(item.report, item.passages, item.failures, item.text))
    return item


def prepare(vocabulary: Vocabulary, task: Task) -> Prepared:
    """The report in a file, read in this process; ReadError as `readers.read`."""
    source = task.source
    extract = readers.read(source.path, task.ocr)
    sidecar, failures = _sidecar(source)
    known = metadata.resolve(source.name, extract, sidecar, vocabulary)
    failures += [failure(source.name, "metadata", problem) for problem in known.problems]
    values = dict(known.values)
    whole = passages.cut(extract, str(values["id"]), str(values["lang"]))
    cut = whole[: passages.MOST]
    if len(cut) < len(whole):
        told = finding("passages-cut", passages=str(passages.MOST))
        extract = replace(extract, warnings=(*extract.warnings, told))
    report = _report(source, extract, values, known.provenance, cut, vocabulary, task.added)
    text = sketch(passage.text for passage in cut)
    return Prepared(source, report, () if report.withdrawn else cut, tuple(failures), text)


def identified(item: Prepared, matching: Matching) -> Prepared:
    """What was prepared, under the id, the former ids and the date that the report keeps."""
    report = item.report
    if report is None:
        return item
    known = matching.settle(_claim(report, item))
    aliases = tuple(dict.fromkeys((*report.aliases, *known.aliases)))
    renamed = replace(report, id=known.id, aliases=aliases, added=known.added or report.added)
    passages = item.passages
    if known.id != report.id:
        passages = tuple(replace(passage, report_id=known.id) for passage in passages)
    return replace(item, report=renamed, passages=passages)


def _claim(report: Report, item: Prepared) -> Claim:
    return Claim(
        path=item.source.name,
        content=item.source.content,
        text=item.text,
        title=report.title,
        lang=report.lang,
        added=report.added,
        dated="added" in report.provenance,
        source=report.source_url,
        id=None if report.provenance.get("id") == "guess" else report.id,
    )


def _sidecar(source: Source) -> tuple[dict[str, object], list[Failure]]:
    try:
        return metadata.read_sidecar(source.sidecar), []
    except MetadataError as error:
        return {}, [failure(source.name, "metadata", error)]


def _report(
    source: Source,
    extract: Extract,
    values: dict[str, Any],
    provenance: Mapping[str, str],
    cut: tuple[Passage, ...],
    vocabulary: Vocabulary,
    added: dt.date,
) -> Report:
    declared = values.pop("sectors", ())
    found = classify.labels(
        values["title"], cut, values["lang"], declared, vocabulary, values.get("summary")
    )
    values.setdefault("added", added)
    if "date" in values:
        values.setdefault("year", values["date"].year)
    return Report(
        **values,
        path=source.name,
        format=extract.format,
        fingerprint=source.fingerprint,
        labels=found,
        pages=extract.pages,
        passages=len(cut),
        provenance=dict(provenance),
        warnings=extract.warnings,
    )


def facets(report: Report, vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """The values that a report counts under, by facet; a sector counts for its parents too."""
    return {
        field.name: vocabulary.with_ancestors(field.name, _values(getattr(report, field.attribute)))
        for field in FACET_FIELDS
    }


def _values(value: str | Iterable[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
