"""What did a build do? Its report, and the last one as it is kept beside the generations."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from indexer import durable, generations
from indexer.corpus import Scan
from indexer.errors import EngineError
from indexer.models import Report
from indexer.prepare import Failure

# As many as people look through; the report is read whenever somebody asks for the status.
MOST_TAKEN: Final = 500
# How many files a message names.
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class BuildWarning:
    """Something in a file that its owner should look at; it was indexed."""

    path: str
    page: int | None
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A report that a build added or changed, and how much of its file was read.

    `suggested` says that nobody declared its sectors: they come from its text.
    """

    path: str
    id: str
    title: str
    lang: str
    new: bool
    pages: int | None
    passages: int
    sectors: tuple[str, ...]
    suggested: bool


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did: counts of reports, and every input that was not taken as it stands.

    `resumed` files had been read by a build that was interrupted; `taken` are the first MOST_TAKEN
    of the reports that were added or changed.
    """

    ok: bool
    generation: str | None
    seconds: float
    added: int
    changed: int
    removed: int
    unchanged: int
    reports: int
    passages: int
    resumed: int = 0
    failures: tuple[Failure, ...] = ()
    warnings: tuple[BuildWarning, ...] = ()
    taken: tuple[Taken, ...] = ()


@dataclass(frozen=True, slots=True)
class _LastBuild:
    """The last build as kept beside the generations; `failed` maps a file to its fingerprint."""

    report: BuildReport
    failed: dict[str, str]


def last_report(index: Path) -> BuildReport | None:
    """The report of the last build on an index, if it was kept."""
    last = _last_build(index)
    return last.report if last else None


def failed(index: Path) -> Mapping[str, str]:
    """The files that the last build could not take, with their fingerprints then."""
    last = _last_build(index)
    return last.failed if last else {}


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


def taken(path: str, report: Report, *, new: bool) -> Taken:
    """A report as the build report tells it."""
    return Taken(
        path=path,
        id=report.id,
        title=report.title,
        lang=report.lang,
        new=new,
        pages=report.pages,
        passages=report.passages,
        sectors=report.sectors,
        suggested=not any(label.declared for label in report.labels),
    )


def keep(index: Path, report: BuildReport, scan: Scan) -> None:
    """Keeps a report as that of the last build."""
    names = {failure.path for failure in report.failures}
    failed = {s.name: s.fingerprint for s in scan.sources if s.name in names}
    content = msgspec.json.encode(_LastBuild(report, failed))
    durable.replace_file(index / generations.LAST_BUILD, content)


def scan_warnings(scan: Scan, problem: str | None, held: Collection[str]) -> Iterator[BuildWarning]:
    """What the scan passed over, the problem because of which an index is built anew, and the
    reports that stay although their files were not found."""
    if problem:
        yield BuildWarning(".", None, "index-rebuilt", problem)
    for name in scan.others:
        message = "is in no format that is read; convert it to PDF, DOCX, ODT, HTML or text."
        yield BuildWarning(name, None, "UnsupportedFormat", message)
    if held:
        message = (
            f"{len(held)} reports stay in the index although their files were not found "
            f"({listed(sorted(held))}), because not all of the corpus could be read. "
            "They leave with the next build that can read all of it."
        )
        yield BuildWarning(".", None, "removals-held", message)


def listed(names: Sequence[str]) -> str:
    """The first of some names, and how many more there are."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
