"""Near concepts: broader or narrower than what a search names, or beside it."""

from __future__ import annotations

import pytest

from indexer.concepts import MAX_COUNTED, MOST, Concepts
from indexer.query import Nearby, Query
from indexer.terms import Term

TERMS = (
    Term(
        "people", {"en": ("people",), "fr": ("personnes",)}, narrower=("youth", "seniors", "people")
    ),
    Term(
        "youth",
        {"en": ("youth", "young people"), "fr": ("jeunes",)},
        outdated={"fr": ("adolescents",)},
        ambiguous={"en": ("kids",)},
        broader=("people",),
        narrower=("young-adults",),
    ),
    Term("seniors", {"en": ("seniors",), "fr": ("personnes aînées",)}, broader=("people",)),
    Term("young-adults", {"en": ("young adults",), "fr": ("jeunes adultes",)}, broader=("youth",)),
)
CONCEPTS = Concepts({term.key: term for term in TERMS})


def near(text: str, **filters: tuple[str, ...]) -> list[tuple[str, str]]:
    found = CONCEPTS.near(Query(text, filters), lambda query: 1)
    return [(nearby.query.text, nearby.values["relation"]) for nearby in found]


ENGLISH = [("people", "broader"), ("seniors", "related"), ("young adults", "narrower")]
FRENCH = [("personnes", "broader"), ("personnes aînées", "related"), ("jeunes adultes", "narrower")]


@pytest.mark.parametrize("text", ["youth", "Youths at night", "the kids"])
def test_any_word_and_form_names_a_concept_in_english(text: str) -> None:
    assert near(text) == ENGLISH


@pytest.mark.parametrize("text", ["jeunes", "L’ADOLESCENT", "la police et les jeunes"])
def test_any_word_and_form_names_a_concept_in_french(text: str) -> None:
    assert near(text) == FRENCH


def test_the_language_of_the_filter_is_spoken_where_both_name_a_concept() -> None:
    both = Term("a", {"en": ("naloxone",), "fr": ("naloxone",)}, broader=("b",))
    broader = Term("b", {"en": ("medicine",), "fr": ("médicament",)}, narrower=("a",))
    concepts = Concepts({"a": both, "b": broader})
    for lang, label in (("en", "medicine"), ("fr", "médicament")):
        (found,) = concepts.near(Query("naloxone", {"lang": (lang,)}), lambda query: 1)
        assert found.query.text == label


def test_what_names_nothing_has_nothing_near() -> None:
    assert near("") == near("zzz") == near("out in the cold") == []


def test_filters_stay_and_what_finds_nothing_is_not_offered() -> None:
    known = Query("seniors", {"type": ("review",)})
    found = CONCEPTS.near(Query("youth", {"type": ("review",)}), lambda q: 7 * (q == known))
    assert found == (Nearby("term", known, 7, {"relation": "related"}),)


def test_the_questions_are_bounded() -> None:
    keys = [f"k{number}" for number in range(100)]
    top = Term("top", {"en": ("top",), "fr": ("haut",)}, narrower=tuple(keys))
    others = [Term(key, {"en": (key,), "fr": (key,)}, broader=("top",)) for key in keys]
    concepts = Concepts({term.key: term for term in (top, *others)})
    asked: list[Query] = []

    def count(query: Query) -> int:
        asked.append(query)
        return 0

    assert concepts.near(Query("top"), count) == ()
    assert len(asked) == MAX_COUNTED
    assert len(concepts.near(Query("top"), lambda query: 1)) == MOST
