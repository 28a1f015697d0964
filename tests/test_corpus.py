"""The shipped corpus holds to its own rules."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from indexer import corpus, vocabulary
from indexer.build import BuildReport
from indexer.catalogue import Catalogue
from indexer.config import Config, load
from indexer.models import Report
from indexer.readers import SUFFIXES
from indexer.verify import verify
from tests.conftest import build_index

CORPUS = Path(__file__).parent.parent / "corpus"


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


def test_the_corpus_verifies_by_its_own_editorial_rules(config: Config, built: BuildReport) -> None:
    assert config.editorial
    assert [failure.message for failure in verify(config, vocabulary.load(CORPUS)).failures] == []
