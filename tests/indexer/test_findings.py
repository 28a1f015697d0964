"""Many pages in one line, and the kinds that there are."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from indexer import findings
from indexer.findings import Finding, finding
from indexer.models import ReadWarning


@pytest.mark.parametrize(
    ("pages", "told"),
    [((4,), "4"), ((9, 3, 5, 6, 8), "3, 5–6, 8–9"), ((1, 2, 3), "1–3"), ((2, 2, 3), "2–3")],
)
def test_pages_are_told_as_in_a_citation(pages: tuple[int, ...], told: str) -> None:
    assert findings.page_ranges(pages) == told


@given(st.sets(st.integers(1, 500), min_size=1))
def test_no_page_is_lost_or_added(pages: set[int]) -> None:
    found: set[int] = set()
    for part in findings.page_ranges(pages).split(", "):
        first, _, last = part.partition("–")
        found |= set(range(int(first), int(last or first) + 1))
    assert found == pages


def test_what_is_said_of_many_pages_is_said_once() -> None:
    warnings = [
        finding("page-without-text", 2),
        finding("BadEncoding", encoding="cp1252"),
        finding("page-without-text", 3),
        finding("language-switch", 3, language="fr"),
    ]
    assert findings.lines(warnings) == [
        "pages 2–3: no text, perhaps a scan; recognise it (OCR) if it matters",
        "not valid UTF-8 and read as cp1252; save it again as UTF-8",
        "page 3: in French, unlike most of the report",
    ]
    assert [(found.kind, found.pages) for found in findings.merged(warnings)] == [
        ("page-without-text", (2, 3)),
        ("BadEncoding", ()),
        ("language-switch", (3,)),
    ]


def test_a_finding_keeps_its_values_for_words_in_another_language() -> None:
    told = finding("pages-cut", read="5000", pages="7012")
    assert told.message == "only the first 5,000 of 7,012 pages were read; split the file"
    assert told == ReadWarning("pages-cut", told.message, None, {"read": "5000", "pages": "7012"})
    assert findings.merged([told]) == (Finding("pages-cut", told.message, told.values, ()),)
