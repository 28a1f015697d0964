"""A report as a reference: read back by the programs that people use for references."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
import rispy
from hypothesis import given, strategies as st
from pybtex.database import parse_string

from indexer import citations
from indexer.models import Report

HERE = "https://example.org/en/report/lighting"

REPORT = Report(
    id="lighting",
    path="lighting.pdf",
    format="pdf",
    title="Street lighting & theft: 14 % less {in} the $treets",
    lang="en",
    fingerprint="x",
    added=dt.date(2026, 3, 1),
    year=2008,
    authors=("Brandon C. Welsh", "David Farrington"),
    publisher="Campbell Collaboration",
    summary="Lamps reduce theft.",
    source_url="https://example.org/a_b%20c.pdf?x=1&y=2#page=3",
)


def _with(**values: Any) -> Report:
    return dataclasses.replace(REPORT, **values)


def _bibtex(report: Report) -> Any:
    (entry,) = parse_string(citations.bibtex(report, HERE), "bibtex").entries.values()
    return entry


@pytest.mark.parametrize(
    ("authors", "lang", "who"),
    [
        (("Brandon C. Welsh",), "en", "Welsh, Brandon C. 2008. Lamps. Campbell"),
        (
            ("Brandon C. Welsh", "David Farrington"),
            "en",
            "Welsh, Brandon C., and David Farrington. 2008.",
        ),
        (
            ("Brandon C. Welsh", "David Farrington"),
            "fr",
            "Welsh, Brandon C. et David Farrington. 2008.",
        ),
        (("Senn et al.",), "en", "Senn et al. 2008."),
        (("Ville de Québec",), "fr", "Ville de Québec. 2008."),
        (tuple(f"Ann Lee{n}" for n in range(11)), "en", "Lee0, Ann, Ann Lee1, Ann Lee2, "),
        ((), "en", "Campbell Collaboration. 2008. Lamps. "),
    ],
)
def test_a_report_is_cited_in_chicago_style(authors: tuple[str, ...], lang: str, who: str) -> None:
    told = citations.chicago(_with(authors=authors, title="Lamps", source_url=None), lang, HERE)
    assert told.startswith(who)
    assert told.endswith(f". {HERE}.")
    assert ("et al." in told) is (len(authors) > 10 or authors == ("Senn et al.",))


@pytest.mark.parametrize(
    ("report", "lang", "reference"),
    [
        (
            _with(title="Lamps", source_url=None),
            "en",
            f"Welsh, B. C., & Farrington, D. (2008). Lamps. Campbell Collaboration. {HERE}",
        ),
        (
            _with(title="Lampes", source_url=None),
            "fr",
            f"Welsh, B. C. et Farrington, D. (2008). Lampes. Campbell Collaboration. {HERE}",
        ),
        (
            _with(title="A plan?", authors=(), year=None, publisher="Ville de Québec"),
            "fr",
            f"Ville de Québec (s. d.). A plan? {REPORT.source_url}",
        ),
        (
            _with(title="A plan", authors=(), year=None, publisher=None, source_url=None),
            "en",
            f"A plan. (n.d.). {HERE}",
        ),
        (
            _with(title="A plan", authors=("City of Surrey",), publisher="City of Surrey"),
            "en",
            f"City of Surrey (2008). A plan. {REPORT.source_url}",
        ),
        (
            _with(title="A plan", authors=("Jean-Luc Roy",), publisher=None),
            "en",
            f"Roy, J.-L. (2008). A plan. {REPORT.source_url}",
        ),
    ],
)
def test_a_reference_is_in_the_style_that_reports_are_cited_in(
    report: Report, lang: str, reference: str
) -> None:
    assert citations.apa(report, lang, HERE) == reference


def test_of_more_than_twenty_authors_the_first_nineteen_and_the_last_are_named() -> None:
    names = tuple(f"Ann Author{number}" for number in range(25))
    reference = citations.apa(_with(authors=names), "en", HERE)
    assert "Author18, A., … Author24, A. (2008)" in reference
    assert "Author19" not in reference


def test_a_ris_record_is_read_back_as_it_was_meant() -> None:
    (entry,) = rispy.loads(citations.ris(_with(date=dt.date(2008, 5, 9)), HERE))
    assert entry["type_of_reference"] == "RPRT"
    assert entry["title"] == REPORT.title
    assert entry["authors"] == ["Welsh, Brandon C.", "Farrington, David"]
    assert (entry["year"], entry["date"]) == ("2008", "2008/05/09/")
    assert entry["urls"] == [REPORT.source_url]
    assert entry["publisher"] == "Campbell Collaboration"


def test_a_bibtex_entry_is_read_back_as_it_was_meant() -> None:
    entry = _bibtex(REPORT)
    assert entry.type == "techreport"
    assert entry.fields["title"] == (
        r"{Street lighting \& theft: 14 \% less "
        r"\textbraceleft{}in\textbraceright{} the \$treets}"
    )
    assert [str(person) for person in entry.persons["author"]] == [
        "Welsh, Brandon C.",
        "Farrington, David",
    ]
    assert entry.fields["url"] == REPORT.source_url
    assert entry.fields["institution"] == "Campbell Collaboration"


def test_the_name_of_an_organization_is_never_taken_apart() -> None:
    city = _with(authors=("Ville de Trois-Rivières", "RAND Corporation and Partners"))
    people = _bibtex(city).persons["author"]
    assert [person.last_names for person in people] == [
        ["{Ville de Trois-Rivières}"],
        ["{RAND Corporation and Partners}"],
    ]
    assert "AU  - Ville de Trois-Rivières" in citations.ris(city, HERE)


def test_an_author_and_others_are_one_name_and_the_word_for_others() -> None:
    study = _with(authors=("Welsh et al.",))
    assert citations.apa(study, "fr", HERE).startswith("Welsh et al. (2008)")
    assert "AU  - Welsh\r\n" in citations.ris(study, HERE)
    assert "author = {{Welsh} and others}" in citations.bibtex(study, HERE)


@given(title=st.text(max_size=80), author=st.text(min_size=1, max_size=40))
def test_no_text_of_a_report_breaks_out_of_its_reference(title: str, author: str) -> None:
    report = _with(title=title, authors=(author,), publisher=author)
    entries = parse_string(citations.bibtex(report, HERE), "bibtex").entries
    assert list(entries) == ["lighting"]
    (entry,) = rispy.loads(citations.ris(report, HERE).encode("utf-8", "replace").decode())
    assert entry["id"] == "lighting"
    assert entry["urls"] == [REPORT.source_url]
