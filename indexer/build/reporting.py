"""What did a build do? Its report, and the last one as it is kept beside the generations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from indexer import generations
from indexer.corpus import Scan
from indexer.errors import EngineError
from indexer.prepare import Failure


@dataclass(frozen=True, slots=True)
class BuildWarning:
    """Something in a file that its owner should look at; it was indexed."""

    path: str
    page: int | None
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did: counts of reports, and every input that was not taken as it stands.

    `resumed` files had been read by a build that was interrupted.
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


def keep(index: Path, report: BuildReport, scan: Scan) -> None:
    """Keeps a report as that of the last build."""
    names = {failure.path for failure in report.failures}
    failed = {s.name: s.fingerprint for s in scan.sources if s.name in names}
    content = msgspec.json.encode(_LastBuild(report, failed))
    generations.replace_file(index / generations.LAST_BUILD, content)


def scan_warnings(scan: Scan, problem: str | None) -> Iterator[BuildWarning]:
    """What the scan passed over, and the problem because of which an index is built anew."""
    if problem:
        yield BuildWarning(".", None, "index-rebuilt", problem)
    for name in scan.others:
        message = "is in no format that is read; convert it to PDF, DOCX, ODT, HTML or text."
        yield BuildWarning(name, None, "UnsupportedFormat", message)
