"""`indexer digest`: what is new since a day, ready to paste into a newsletter."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from indexer.cli import main
from tests import mail
from tests.webapp import sample

BASE = "https://evidence.example"


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The flags of a corpus with dates on which its reports were added."""
    folder = tmp_path_factory.mktemp("digest")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "config.yaml").write_text(f"base_url: {BASE}\n", encoding="utf-8")
    config = sample.built(folder)
    return ["--corpus", str(config.corpus), "--index", str(config.index)]


def digest(places: list[str], *options: str) -> Result:
    result = CliRunner().invoke(main, ["digest", *options, *places])
    assert result.exit_code == 0, result.output
    return result


def test_only_what_was_added_since_the_day_is_told_newest_first(places: list[str]) -> None:
    said = digest(places, "--since", "2026-02-01").stdout
    assert said.index("Street lighting and theft") < said.index("Gangs and guns")
    assert "Mentoring" not in said
    assert f"{BASE}/en/report/street-lighting\n" in said


@pytest.mark.parametrize(
    ("lang", "shown", "other"),
    [("en", "street-lighting", "eclairage"), ("fr", "eclairage", "street-lighting")],
)
def test_a_report_and_its_translation_are_told_once_in_the_language_of_the_block(
    places: list[str], lang: str, shown: str, other: str
) -> None:
    said = digest(places, "--since", "2026-03-01", "--labels", lang).stdout
    assert f"{BASE}/{lang}/report/{shown}\n" in said
    assert other not in said


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "New since February 1, 2026: Youth"), ("fr", "depuis le 1er février 2026\u00a0: Jeun")],
)
def test_the_filters_are_those_of_search_and_nothing_new_is_said(
    places: list[str], lang: str, words: str
) -> None:
    said = digest(places, "--since", "2026-02-01", "--sector", "youth", "--labels", lang).stdout
    assert words in said
    assert "/report/" not in said
    assert f"{BASE}/{lang}/search?sector=youth\n" in said


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_html_passes_the_lint(places: list[str], lang: str) -> None:
    options = ("--since", "2025-01-01", "--items", "20", "--campaign", "Printemps 2026")
    said = digest(places, *options, "--format", "html", "--labels", lang).stdout
    assert said.count("<h3") == 15
    assert mail.problems(said, BASE) == []


def test_as_json_it_tells_what_is_in_it(places: list[str]) -> None:
    options = ("--since", "2026-03-01", "--format", "markdown", "--title", "News", "--json")
    told = json.loads(digest(places, *options).stdout)
    assert (told["new"], told["total"], told["since"]) == (1, 15, "2026-03-01")
    assert [report["title"] for report in told["reports"]] == ["Street lighting and theft"]
    assert told["content"].startswith("## News\n")


def test_a_day_that_is_none_is_wrong_usage(places: list[str]) -> None:
    result = CliRunner().invoke(main, ["digest", "--since", "yesterday", *places])
    assert result.exit_code == 2
