"""The shipped corpus holds to its own rules."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from indexer import corpus, vocabulary
from indexer.build import BuildReport
from indexer.catalogue import Catalogue
from indexer.config import Config, load
from indexer.models import Passage, Report
from indexer.readers import SUFFIXES
from tests.conftest import build_index

CORPUS = Path(__file__).parent.parent / "corpus"

# Hosts that copy other people's documents: their addresses are not published.
COPIES = re.compile(
    r"docslib|vdocument|pdfslide|sambuz|dokumen|docplayer|scribd|slideshare|researchgate|"
    r"academia\.edu|123dok|yumpu|coursehero|studylib|web\.archive|lezard",
    re.IGNORECASE,
)
CITED = re.compile(r"\[\d+(?:\s?[,–-]\s?\d+)*\]")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    return load({"corpus": CORPUS, "index": tmp_path_factory.mktemp("index")}, {})


@pytest.fixture(scope="module")
def built(config: Config) -> BuildReport:
    return build_index(config)


@pytest.fixture(scope="module")
def catalogue(config: Config, built: BuildReport) -> Catalogue:
    assert built.reports
    return Catalogue(config)


@pytest.fixture(scope="module")
def reports(catalogue: Catalogue) -> tuple[Report, ...]:
    return catalogue.reports()


def passages(catalogue: Catalogue, report: Report) -> tuple[Passage, ...]:
    return catalogue.passages(report.id)


def test_every_file_is_indexed_without_a_problem(built: BuildReport) -> None:
    assert built.failures == ()
    assert built.warnings == ()
    assert built.reports == len(corpus.scan(CORPUS, vocabulary.load(CORPUS)).sources)


def test_there_are_enough_reports_in_both_languages_and_all_formats(
    reports: tuple[Report, ...],
) -> None:
    languages = Counter(report.lang for report in reports)
    assert len(reports) >= 60
    assert languages["fr"] >= 15
    assert {f".{report.format}" for report in reports} == SUFFIXES - {".htm"}


def test_every_sector_has_reports(reports: tuple[Report, ...]) -> None:
    counted = Counter(sector for report in reports for sector in report.sectors)
    assert set(counted) == set(vocabulary.load(CORPUS).keys("sector"))


def test_every_report_says_what_it_is(reports: tuple[Report, ...]) -> None:
    for report in reports:
        told = {key for key, source in report.provenance.items() if source != "guess"}
        needed = {"id", "title", "lang", "added", "type", "sectors", "rating", "summary"}
        assert needed <= told, report.path
        assert report.rating_note, report.path


def test_every_translation_names_a_report_in_the_other_language(
    reports: tuple[Report, ...],
) -> None:
    by_id = {report.id: report for report in reports}
    for report in reports:
        if report.translation_of:
            assert by_id[report.translation_of].lang != report.lang, report.path


def test_no_copy_host_is_published(catalogue: Catalogue, reports: tuple[Report, ...]) -> None:
    for report in reports:
        addresses = [report.source_url or "", *(rating.url or "" for rating in report.ratings)]
        for passage in passages(catalogue, report):
            addresses += re.findall(r"https?://\S+", passage.text)
        assert not [url for url in addresses if COPIES.search(url)], report.path


def test_every_report_ends_with_its_sources(
    catalogue: Catalogue, reports: tuple[Report, ...]
) -> None:
    for report in reports:
        assert passages(catalogue, report)[-1].headings[0] == "Sources", report.path


def test_every_source_number_in_a_text_has_its_source(
    catalogue: Catalogue, reports: tuple[Report, ...]
) -> None:
    for report in reports:
        cited: set[int] = set()
        sources = 0
        for passage in passages(catalogue, report):
            if passage.headings[:1] == ("Sources",):
                sources += len(passage.text.split("\n\n"))
            for mark in CITED.findall(passage.text):
                cited.update(int(number) for number in re.findall(r"\d+", mark))
        assert cited, report.path
        assert max(cited) <= sources, f"{report.path}: cites [{max(cited)}] of {sources}"


def test_no_two_reports_share_a_long_run_of_words(
    catalogue: Catalogue, reports: tuple[Report, ...]
) -> None:
    owners: dict[tuple[str, ...], set[str]] = defaultdict(set)
    size = 14
    for report in reports:
        for passage in passages(catalogue, report):
            if passage.headings[:1] == ("Sources",):
                continue
            found = passage.text.split()
            for start in range(len(found) - size + 1):
                owners[tuple(found[start : start + size])].add(report.path)
    assert not {" ".join(run): paths for run, paths in owners.items() if len(paths) > 1}
