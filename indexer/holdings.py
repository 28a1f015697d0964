"""How fresh are the reports of an index, and how much of their pages could be read?"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import nlargest
from typing import Final

from indexer.models import Report

# The kinds of findings.MESSAGES that say that something of a page is not in the text.
UNREAD: Final = (
    "page-without-text",
    "no-text-by-ocr",
    "garbled",
    "table-lost",
    "pages-cut",
    "passages-cut",
)
# The one that says that a page was read by text recognition.
RECOGNISED: Final = "read-by-ocr"
# So many of the reports with unread pages are named.
MOST_NAMED: Final = 20


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an index holds: `pages` are those of the formats that have pages, `recognised` those of
    them that are scans read by text recognition.

    `unread` counts the pages (or, where none is named, the reports) of each of UNREAD;
    `incomplete` are the reports with most of them.
    """

    reports: int = 0
    pages: int = 0
    recognised: int = 0
    newest: dt.date | None = None
    verified: int = 0
    oldest_check: dt.date | None = None
    unread: Mapping[str, int] = field(default_factory=dict)
    incomplete: tuple[Report, ...] = ()


def holdings(reports: Iterable[Report]) -> Holdings:
    """The reports counted, in one pass that keeps only those with unread pages."""
    counted, pages, recognised, checks = 0, 0, 0, list[dt.date]()
    newest: dt.date | None = None
    unread: Counter[str] = Counter()
    incomplete: list[tuple[int, str, Report]] = []
    for report in reports:
        counted += 1
        pages += report.pages or 0
        newest = max(newest or report.added, report.added)
        if report.last_verified:
            checks.append(report.last_verified)
        recognised += sum(warning.kind == RECOGNISED for warning in report.warnings)
        kinds = Counter(warning.kind for warning in report.warnings if warning.kind in UNREAD)
        unread.update(kinds)
        if kinds:
            incomplete.append((kinds.total(), report.id, report))
    most = nlargest(MOST_NAMED, incomplete, key=lambda item: item[:2])
    return Holdings(
        reports=counted,
        pages=pages,
        recognised=recognised,
        newest=newest,
        verified=len(checks),
        oldest_check=min(checks, default=None),
        unread=dict(unread),
        incomplete=tuple(report for _, _, report in most),
    )
