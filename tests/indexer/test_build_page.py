"""The build report for people: one file, in both languages, with what to do about each problem."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer import errors, vocabulary
from indexer.build import BuildReport, BuildWarning, Taken
from indexer.build.page import page
from indexer.build.wording import FINDINGS, REMEDIES, WORDS
from indexer.cli import main
from indexer.findings import MESSAGES
from indexer.prepare import Failure
from tests.conftest import MakeCorpus

UNREAD = [BuildWarning("plan.pdf", page, "page-without-text", "no text") for page in (3, 5, 6, 7)]
GARBLED = BuildWarning("plan.pdf", 9, "garbled", "text that makes no English or French")
PLAN = Taken(
    "plan.pdf", "plan", "A <b>plan</b>", "en", True, 10, 30, ("housing", "youth"), suggested=True
)
OLD = Taken("old.md", "old", "Vieux rapport", "fr", False, None, 4, ("housing",), suggested=False)
FAILURE = Failure("<script>.pdf", "read", "Encrypted", "needs a password; <b>save</b> a copy")
REPORT = BuildReport(
    ok=False,
    generation="g",
    seconds=12.34,
    added=1,
    changed=1,
    removed=2,
    unchanged=1200,
    reports=1202,
    passages=2384,
    failures=(FAILURE,),
    warnings=(*UNREAD, GARBLED),
    taken=(PLAN, OLD),
)


class Checker(HTMLParser):
    """Which elements and addresses a page has, and whether each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)
        self.addresses += [str(value) for name, value in attrs if name in ("href", "src")]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data if "style" not in self.open else ""


def checked(report: BuildReport, lang: str) -> Checker:
    checker = Checker()
    checker.feed(page(report, vocabulary.load(), lang))
    assert checker.open == []
    return checker


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_page_asks_for_no_other_file_and_takes_no_markup_from_documents(lang: str) -> None:
    told = checked(REPORT, lang)
    assert told.addresses == []
    assert not told.tags & {"script", "link", "img", "iframe"}
    assert "A <b>plan</b>" in told.text
    assert "<script>.pdf" in told.text


def test_it_says_what_was_done_what_failed_and_what_to_do() -> None:
    told = checked(REPORT, "en").text
    assert "One input had a problem; everything else is in the index." in told
    assert "1,202 reports and 2,384 passages. The build took 12.3 seconds." in told
    assert "Save a copy without a password." in told
    assert "needs a password; <b>save</b> a copy" in told


def test_french_has_its_own_words_and_its_own_numbers() -> None:
    told = checked(REPORT, "fr").text
    assert "Une entrée a posé problème\u202f; tout le reste est dans l’index." in told
    assert "1\u202f202 rapports et 2\u202f384 passages" in told
    assert "12,3 secondes" in told
    assert "sans texte, peut-être numérisées (p. 3, 5–7)" in told
    assert "Logement" in told


def test_pages_that_were_not_read_are_counted_listed_and_drawn() -> None:
    html = page(REPORT, vocabulary.load(), "en")
    assert "5 of 10 pages were read without a remark." in html
    assert "without text, perhaps a scan (p. 3, 5–7)<br>garbled text (p. 9)" in html
    assert html.count('<rect class="bad"') == 5
    assert html.count('<rect class="good"') == 5


def test_a_page_that_was_recognised_or_could_not_be_is_not_one_without_a_remark() -> None:
    found = (
        BuildWarning("plan.pdf", 1, "read-by-ocr", ""),
        BuildWarning("plan.pdf", 2, "no-text-by-ocr", ""),
    )
    taken = Taken("plan.pdf", "plan", "A plan", "en", True, 3, 3, (), suggested=True)
    report = BuildReport(True, "g", 1.0, 1, 0, 0, 0, 1, 3, warnings=found, taken=(taken,))
    told = checked(report, "fr").text
    assert "1 pages sur 3 ont été lues sans remarque." in told
    assert "sans texte, même pour la ROC (p. 2)" in told


def test_a_long_report_is_drawn_with_the_worst_of_each_mark() -> None:
    many = [BuildWarning("plan.pdf", page, "garbled", "") for page in (1, 5000)]
    long = Taken("plan.pdf", "plan", "A plan", "en", True, 5000, 30, (), suggested=True)
    report = BuildReport(True, "g", 1.0, 1, 0, 0, 0, 1, 30, warnings=tuple(many), taken=(long,))
    html = page(report, vocabulary.load(), "en")
    assert html.count('<rect class="bad"') == 2
    assert html.count("<rect") == 100


def test_sectors_are_counted_as_suggested_and_as_declared() -> None:
    told = checked(REPORT, "en").text
    assert "suggested from the text (2)" in told
    assert "declared (1)" in told


def test_both_languages_have_all_words_and_every_kind_has_them() -> None:
    for words in (WORDS, FINDINGS, REMEDIES):
        assert set(words["en"]) == set(words["fr"])
    # A file that is no report has no reader that could say it.
    assert set(FINDINGS["en"]) == {*MESSAGES, "UnsupportedFormat"}
    readable = {cls.__name__ for cls in errors.ReadError.__subclasses__()}
    assert readable <= set(REMEDIES["en"])
    for text in WORDS["fr"].values():
        assert not re.search(r"(?<![\u202f\u00a0])[;!?]", text), text


def test_the_command_writes_the_page_and_the_json_side_by_side(
    make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    corpus = make_corpus({"a.md": "# Lamps\n\nLamps on streets.\n", "empty.pdf": ""})
    places = ["--corpus", str(corpus), "--index", str(tmp_path / "index"), "--in", "fr"]
    files = [str(tmp_path / "report.html"), str(tmp_path / "report.json")]
    wanted = [word for file in files for word in ("--report", file)]
    assert CliRunner().invoke(main, ["build", *places, *wanted]).exit_code == 3
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert html.startswith('<!doctype html>\n<html lang="fr-CA">')
    assert "empty.pdf" in html
    assert json.loads((tmp_path / "report.json").read_bytes())["taken"][0]["id"] == "a"
