"""The shipped corpus holds to its own rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from indexer import corpus, identity, vocabulary
from indexer.build import BuildReport
from indexer.catalogue import Catalogue
from indexer.config import Config
from indexer.models import Report
from indexer.readers import SUFFIXES
from indexer.verify import verify

CORPUS = Path(__file__).parent.parent / "corpus"
# As it is committed: a build would bring it up to date.
RECORDED = (CORPUS / identity.FILE).read_bytes()


@pytest.fixture(scope="module")
def catalogue(shipped: Config) -> Iterator[Catalogue]:
    with closing(Catalogue(shipped)) as opened:
        yield opened


@pytest.fixture(scope="module")
def built(catalogue: Catalogue) -> BuildReport:
    report = catalogue.status().last_build
    assert report is not None
    return report


@pytest.fixture(scope="module")
def reports(catalogue: Catalogue) -> tuple[Report, ...]:
    return catalogue.reports()


def test_every_file_is_indexed_without_a_problem(built: BuildReport) -> None:
    assert built.failures == ()
    assert built.warnings == ()
    assert built.reports == len(corpus.scan(CORPUS, vocabulary.load(CORPUS)).sources)


def test_every_id_is_recorded_so_that_any_machine_gives_the_same(built: BuildReport) -> None:
    assert built.ok
    assert (CORPUS / identity.FILE).read_bytes() == RECORDED, "commit what the build recorded"


def test_there_are_enough_reports_in_both_languages_and_all_formats(
    reports: tuple[Report, ...],
) -> None:
    languages = Counter(report.lang for report in reports)
    assert len(reports) >= 195
    assert languages["fr"] >= 55
    assert {f".{report.format}" for report in reports} == SUFFIXES - {".htm"}


def test_every_sector_has_reports_in_both_languages(reports: tuple[Report, ...]) -> None:
    counted = Counter((sector, report.lang) for report in reports for sector in report.sectors)
    for sector in vocabulary.load(CORPUS).keys("sector"):
        assert counted[sector, "en"] >= 6, sector
        assert counted[sector, "fr"] >= 2, sector


def test_many_reports_can_be_read_in_either_language(reports: tuple[Report, ...]) -> None:
    assert sum(report.translation_of is not None for report in reports) >= 25


def test_there_are_long_reports_for_a_search_to_the_page(
    catalogue: Catalogue, reports: tuple[Report, ...]
) -> None:
    long = [report for report in reports if (report.pages or 0) >= 8]
    assert len(long) >= 12
    for report in long:
        words = sum(len(passage.text.split()) for passage in catalogue.passages(report.id))
        assert words >= 3_000, report.path


def test_no_page_of_a_rendered_report_is_empty(
    catalogue: Catalogue, reports: tuple[Report, ...]
) -> None:
    for report in reports:
        pages = {passage.page for passage in catalogue.passages(report.id)}
        assert pages == (set(range(1, report.pages + 1)) if report.pages else {None}), report.path


def test_what_had_no_effect_and_what_did_harm_is_there(reports: tuple[Report, ...]) -> None:
    ratings = Counter(report.rating for report in reports)
    assert ratings["no-effect"] >= 5
    assert ratings["harmful"] >= 5


def test_the_corpus_verifies_by_its_own_editorial_rules(shipped: Config) -> None:
    assert shipped.editorial
    assert [failure.message for failure in verify(shipped, vocabulary.load(CORPUS)).failures] == []
