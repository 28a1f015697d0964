"""What a report says on what a decision turns on: its own words, from where they stand."""

from __future__ import annotations

import datetime as dt

import pytest

from indexer import criteria
from indexer.criteria import CRITERIA, Answer
from indexer.models import Passage, Report


def report(country: str | None = "US") -> Report:
    return Report(
        id="gates",
        path="gates.md",
        format="md",
        title="Gates",
        lang="en",
        fingerprint="",
        added=dt.date(2026, 11, 21),
        country=country,
    )


def asked(*texts: tuple[str, str], country: str | None = "US") -> dict[str, Answer]:
    """The answers of a report whose passages stand each under a heading."""
    passages = [
        Passage("gates", number, None, (heading,) if heading else (), text, "en")
        for number, (heading, text) in enumerate(texts, start=1)
    ]
    return criteria.answers(report(country), passages)


def quoted(answer: Answer) -> list[tuple[str, int, str]]:
    return [(quote.heading, quote.passage.number, quote.text) for quote in answer.quotes]


@pytest.mark.parametrize(
    ("heading", "criterion"),
    [
        ("How sure we are", "certainty"),
        ("Que vaut cette preuve ?", "certainty"),
        ("Jusqu’où peut-on s’y fier ?", "certainty"),
        ("What it costs, and what comes back", "cost"),
        ("L’ARGENT", "cost"),
        ("Coûts et conditions", "cost"),
        ("Before you order gates", "requirements"),
        ("When a boot camp is proposed", "requirements"),
        ("Ce qu’il faut prévoir", "requirements"),
        ("Use in Canada", "canada"),
        ("Le Manitoba de 1989 à 2018", "canada"),
        ("What we could not find", "unknown"),
        ("Ce que l’on ignore", "unknown"),
    ],
)
def test_a_section_is_known_by_its_heading_in_both_languages(heading: str, criterion: str) -> None:
    answer = asked(("", "A first line."), (heading, "What the section says."))[criterion]
    assert quoted(answer) == [(heading, 2, "What the section says.")]
    assert answer.headed


@pytest.mark.parametrize("heading", ["Écouter un réseau", "Known shares", "Accosted", "Findings"])
def test_other_headings_answer_nothing(heading: str) -> None:
    assert not any(answer.quotes for answer in asked((heading, "Gates were put up.")).values())


def test_every_criterion_is_answered_even_if_by_nothing() -> None:
    assert tuple(asked()) == CRITERIA


def test_without_a_heading_the_sentence_that_names_it_is_quoted() -> None:
    answer = asked(("Limits", "Burglary fell. We found no cost. It was in one town."))["cost"]
    assert quoted(answer) == [("Limits", 1, "We found no cost.")]
    assert not answer.headed


def test_a_sentence_of_a_canadian_report_need_not_name_canada_to_be_about_it() -> None:
    text = ("Results", "Police in Ontario took part.")
    assert quoted(asked(text)["canada"]) == [("Results", 1, text[1])]
    assert not asked(text, country="CA")["canada"].quotes


def test_a_section_of_several_passages_is_quoted_once_from_its_beginning() -> None:
    answer = asked(("Cost", "Gates are cheap."), ("Cost", "Keys are not."))["cost"]
    assert quoted(answer) == [("Cost", 1, "Gates are cheap.")]


def test_a_quote_ends_with_a_whole_sentence_or_says_that_it_was_cut() -> None:
    many = " ".join(f"This is sentence number {number}." for number in range(30))
    (quote,) = asked(("Cost", many))["cost"].quotes
    assert len(quote.text) <= criteria.LONGEST_QUOTE
    assert quote.text.endswith(".")
    (long,) = asked(("Cost", "very " * 200 + "dear."))["cost"].quotes
    assert len(long.text) <= criteria.LONGEST_QUOTE
    assert long.text.endswith("very…")


def test_a_section_that_is_a_table_is_named_without_words() -> None:
    answer = asked(("Cost", "Item | Price\n\nGate | $10"))["cost"]
    assert quoted(answer) == [("Cost", 1, "")]


def test_a_list_of_sources_answers_nothing() -> None:
    assert not asked(("Sources", "1. The cost of crime, 2001."))["cost"].quotes
