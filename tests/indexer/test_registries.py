"""A registry's word on our scale, by the table of corpus/README.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from indexer import registries
from indexer.models import Rating

README = Path(__file__).parents[2] / "corpus" / "README.md"


@pytest.mark.parametrize(
    ("by", "word", "ours"),
    [
        ("CrimeSolutions", "Effective", "effective"),
        ("CrimeSolutions", "Effective (as listed by Blueprints)", "effective"),
        ("Blueprints", "Model Plus", "effective"),
        ("Blueprints", "Promising (SNAP Boys)", "promising"),
        ("CrimeSolutions", "Negative Effects", "harmful"),
        ("CrimeSolutions", "Model", None),
        ("CAN-SEBP", "Effectiveness not confirmed", None),
        ("Somebody", "Effective", None),
    ],
)
def test_only_a_word_of_the_table_is_read(by: str, word: str, ours: str | None) -> None:
    assert registries.reading(Rating(by, word)) == ours


def test_the_table_is_the_one_that_the_corpus_explains() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| (CrimeSolutions|Blueprints)(.*?) \|", *_table())
    explained = {
        (by, word): rating
        for rating, first, rest in rows
        for by, words in re.findall(r"(CrimeSolutions|Blueprints) ([^;|]+)", first + rest)
        for word in re.findall(r"\*(.+?)\*", words)
    }
    assert len(explained) == 9
    for (by, word), rating in explained.items():
        assert registries.reading(Rating(by, word)) == rating


def _table() -> tuple[str, re.RegexFlag]:
    return README.read_text(encoding="utf-8"), re.MULTILINE


@pytest.mark.parametrize(
    ("words", "differ"),
    [
        ((("Blueprints", "Promising"), ("CrimeSolutions", "Effective")), True),
        ((("Blueprints", "Model"), ("CrimeSolutions", "Effective")), False),
        ((("Blueprints", "Model"), ("Title IV-E", "Well-supported")), False),
        ((), False),
    ],
)
def test_registries_disagree_when_their_words_stand_for_different_ratings(
    words: tuple[tuple[str, str], ...], differ: bool
) -> None:
    assert registries.disagree(Rating(by, word) for by, word in words) is differ
