"""How fresh the reports are, and how much of their pages could be read."""

from __future__ import annotations

import datetime as dt
from typing import Any

from indexer.findings import finding
from indexer.holdings import MOST_NAMED, Holdings, holdings
from indexer.models import Report


def report(name: str, **values: Any) -> Report:
    known = {"title": name, "lang": "en", "fingerprint": "", "added": dt.date(2026, 11, 1)}
    return Report(id=name, path=f"{name}.pdf", format="pdf", **{**known, **values})


def test_nothing_holds_nothing() -> None:
    assert holdings([]) == Holdings()


def test_reports_are_counted_with_their_pages_and_what_was_not_read() -> None:
    scans = (finding("page-without-text", 3), finding("page-without-text", 4))
    told = holdings(
        [
            report("whole", pages=10, last_verified=dt.date(2026, 11, 5)),
            report("scanned", pages=5, warnings=scans, added=dt.date(2026, 11, 9)),
            report("text", warnings=(finding("language-switch", 1, language="fr"),)),
        ]
    )
    assert (told.reports, told.pages, told.newest) == (3, 15, dt.date(2026, 11, 9))
    assert (told.verified, told.oldest_check) == (1, dt.date(2026, 11, 5))
    assert told.unread == {"page-without-text": 2}
    assert [found.id for found in told.incomplete] == ["scanned"]


def test_pages_that_a_program_read_are_counted_and_those_it_could_not_are_unread() -> None:
    read = tuple(finding("read-by-ocr", page) for page in (1, 2))
    told = holdings([report("scan", pages=3, warnings=(*read, finding("no-text-by-ocr", 3)))])
    assert told.recognised == 2
    assert told.unread == {"no-text-by-ocr": 1}


def test_only_the_reports_with_most_unread_pages_are_named() -> None:
    many = [
        report(f"r{count}", warnings=tuple(finding("garbled", page) for page in range(1, count)))
        for count in range(2, MOST_NAMED + 12)
    ]
    told = holdings(many)
    assert len(told.incomplete) == MOST_NAMED
    assert told.incomplete[0].id == f"r{MOST_NAMED + 11}"
