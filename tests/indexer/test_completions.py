"""While one types: sectors and titles, the language of the page first, and never much work."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter

import pytest

from indexer import completions, vocabulary
from indexer.completions import MOST, Completion, Completions
from indexer.models import Report
from indexer.terms import Term
from indexer.vocabulary import Vocabulary

VOCABULARY = vocabulary.load()
HOMELESSNESS = Term(
    "homelessness",
    {"en": ("homelessness", "homeless people"), "fr": ("itinérance",)},
    outdated={"en": ("vagrancy",)},
)
CONCEPTS = Vocabulary({"sector": {}}, "", {HOMELESSNESS.key: HOMELESSNESS})


def report(report_id: str, title: str, lang: str = "en") -> Report:
    return Report(report_id, f"{report_id}.md", "md", title, lang, "f", dt.date(2026, 1, 1))


REPORTS = (
    report("lighting", "Street lighting and theft"),
    report("eclairage", "L’éclairage des rues et le vol", "fr"),
    report("long", "What is known of the lighting of streets"),
    report("police", "La police de quartier", "fr"),
    report("policing", "Police and neighbourhoods"),
    dataclasses.replace(report("gone", "Street wardens"), withdrawn="Replaced."),
)


def found(typed: str, lang: str = "en", kind: str = "report") -> list[str]:
    chosen = Completions(REPORTS, VOCABULARY, lang).of(typed)
    return [completion.value for completion in chosen if completion.kind == kind]


@pytest.mark.parametrize(
    "typed", ["eclai", "L’ÉCLAI", "l'éclairage r", "vol ecl", " « éclairage »"]
)
def test_any_spelling_of_the_beginnings_of_words_finds_a_title(typed: str) -> None:
    assert found(typed) == ["eclairage"]


def test_every_word_must_begin_a_word_and_titles_that_begin_so_come_first() -> None:
    assert found("light") == ["lighting", "long"]
    assert found("street") == ["lighting", "long"]
    assert found("street li") == ["lighting", "long"]
    assert found("light police") == []
    assert found("ighting") == []


def test_the_language_of_the_page_comes_first_and_both_are_searched() -> None:
    assert found("poli", "en") == ["policing", "police"]
    assert found("poli", "fr") == ["police", "policing"]


def test_a_topic_is_found_by_each_of_its_words_once_and_in_the_language_of_the_word() -> None:
    named = {
        lang: Completions((), CONCEPTS, lang).of(typed)
        for lang, typed in (("en", "homel"), ("fr", "itiné"))
    }
    assert named["en"] == (Completion("term", "homelessness", "homelessness", "en"),)
    assert named["fr"] == (Completion("term", "homelessness", "itinérance", "fr"),)
    both = Completions((), CONCEPTS, "en").of("itiné")
    assert both == (Completion("term", "homelessness", "itinérance", "fr"),)


def test_an_outdated_word_leads_to_the_usual_one() -> None:
    chosen = Completions((), CONCEPTS, "en").of("vagr")
    assert chosen == (Completion("term", "homelessness", "homelessness", "en"),)


def test_a_report_that_was_withdrawn_is_not_suggested() -> None:
    assert found("wardens") == []


@pytest.mark.parametrize("typed", ["kids", "jeune", "juvenile delinq", "Youth"])
def test_a_sector_is_found_by_its_words_in_either_language_and_named_in_that_of_the_page(
    typed: str,
) -> None:
    for lang, name in (("en", "Youth"), ("fr", "Jeunes")):
        chosen = Completions((), VOCABULARY, lang).of(typed)
        assert Completion("sector", "youth", name, lang) in chosen


@pytest.mark.parametrize("typed", ["", " ", "s", "«", "é", "\u200b", "?!"])
def test_one_letter_is_not_enough(typed: str) -> None:
    assert Completions(REPORTS, VOCABULARY, "en").of(typed) == ()


def test_there_are_eight_at_most_and_few_sectors() -> None:
    many = [report(f"r{number}", f"Health, part {number}") for number in range(50)]
    chosen = Completions(many, VOCABULARY, "en").of("he")
    assert len(chosen) == MOST
    assert Counter(c.kind for c in chosen) == {"term": 3, "sector": 2, "report": 3}


def test_no_beginning_looks_at_more_than_a_bounded_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completions, "MAX_LOOKED_AT", 3)
    many = [report(f"r{number}", f"Zebra {number}") for number in range(50)]
    assert len(Completions(many, VOCABULARY, "en").of("zebra")) == 3


def test_a_very_long_beginning_is_cut() -> None:
    assert found("street " * 10_000) == ["lighting", "long"]
