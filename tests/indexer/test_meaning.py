"""Which other words a query is also searched for."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, strategies as st

from indexer import vocabulary
from indexer.meaning import Meaning, meaning, outdated
from indexer.syntax import Boost, Not, Phrase, Synonyms, Word, parse, size
from indexer.terms import Term
from indexer.text import fold, words
from indexer.thesaurus import CROSS, MAX_ALTERNATIVES, NARROWER, SAME, Thesaurus, forms_of
from indexer.vocabulary import Vocabulary

TERMS = (
    Term("youth", {"en": ("youth", "young people"), "fr": ("jeunes",)}, narrower=("street-youth",)),
    Term(
        "street-youth",
        {"en": ("homeless youth", "street-involved youth"), "fr": ("jeunes de la rue",)},
        outdated={"en": ("street kids",), "fr": ("petits vagabonds",)},
        broader=("youth",),
    ),
    Term(
        "design",
        {
            "en": ("crime prevention through environmental design", "CPTED"),
            "fr": ("prévention du crime par l’aménagement du milieu", "PCAAM"),
        },
    ),
    Term("jail", {"en": ("jail",), "fr": ("prison",)}, ambiguous={"en": ("inside",)}),
    Term("indoors", {"en": ("indoors",), "fr": ("intérieur",)}, ambiguous={"en": ("inside",)}),
    Term("elders", {"en": ("Elders",), "fr": ("Aînés autochtones",)}),
    Term("seniors", {"en": ("seniors",), "fr": ("aînés",)}, outdated={"en": ("elderly",)}),
    Term("shelter", {"en": ("transition house",), "fr": ("maison d’hébergement",)}),
    Term("stage", {"en": ("transitional housing",), "fr": ("logement de transition",)}),
)
FRENCH = {" ".join(word.text for word in words(term.labels["fr"][0])) for term in TERMS}
THESAURUS = Thesaurus(Vocabulary({}, "", {term.key: term for term in TERMS}))


def meant(text: str) -> Meaning:
    return meaning(parse(text), THESAURUS)


def ways(text: str) -> Mapping[str, float]:
    """The ways to say the one concept of a query, with their weights."""
    (clause,) = [clause for clause in meant(text).clauses if isinstance(clause, Synonyms)]
    return {" ".join(forms_of(way.leaf)): way.weight for way in clause.alternatives}


def test_a_concept_is_said_in_its_own_language_first_then_in_the_other() -> None:
    assert ways("youth") == {
        "youth": 1.0,
        "young people": SAME,
        "jeunes": CROSS,
        "homeless youth": pytest.approx(SAME * NARROWER),
        "street involved youth": pytest.approx(SAME * NARROWER),
        "street kids": pytest.approx(SAME * NARROWER),
        "jeunes de la rue": pytest.approx(CROSS * NARROWER),
        "petits vagabonds": pytest.approx(CROSS * NARROWER),
    }
    assert ways("jeune")["young people"] == CROSS


@pytest.mark.parametrize(
    "text",
    [
        "jeunes de la rue",
        "Jeune de la rue",
        "jeunes rue",
        "JEUNES DE LA RUE",
        "street kids",
        "homeless youths",
        "street-involved youth",
        "street\u00adinvolved\u200b youth",
    ],
)
def test_a_concept_is_recognised_in_all_forms_of_its_words(text: str) -> None:
    assert {"homeless youth", "jeunes de la rue"} <= set(ways(text))


@pytest.mark.parametrize(
    "text", ["cpted", "PCAAM", "prevention du crime par l'amenagement du milieu"]
)
def test_an_abbreviation_and_its_words_are_one_concept_in_both_languages(text: str) -> None:
    found = set(ways(text))
    assert {"cpted", "pcaam", "prevention du crime par amenagement du milieu"} <= found


def test_the_longest_name_wins_and_counts_for_its_words() -> None:
    synonyms, word, *boosts = meant("homeless youth police").clauses
    assert isinstance(synonyms, Synonyms)
    assert synonyms.words == (Word("homeless"), Word("youth"))
    assert (size(synonyms), word) == (2, Word("police"))
    assert boosts == [
        Boost(Phrase(("homeless", "youth")), 0.1),
        Boost(Phrase(("youth", "police")), 0.1),
    ]


def test_a_word_of_two_concepts_counts_less_for_each() -> None:
    found = ways("inside")
    assert found["jail"] == found["indoors"] == pytest.approx(SAME / 2)


def test_what_was_marked_out_is_meant_as_it_was_typed() -> None:
    clauses = meant('"youth" -jail title:youth youth* jeunes OR youth').clauses
    assert not any(isinstance(clause, Synonyms) for clause in clauses)
    assert Phrase(("homeless", "youth")) in meant('"homeless youth"').clauses
    assert Not(Word("jail")) in clauses


def test_without_a_thesaurus_only_the_words_typed_count() -> None:
    clauses = meaning(parse("youth jail"), None).clauses
    assert clauses == (Word("youth"), Word("jail"), Boost(Phrase(("youth", "jail")), 0.1))


def test_an_outdated_word_is_told_with_the_word_of_today() -> None:
    (notice,) = outdated(meant("street kids in jail"))
    assert notice.kind == "outdated-word"
    assert notice.values == {
        "value": "street kids",
        "en": "homeless youth",
        "fr": "jeunes de la rue",
    }
    assert outdated(meant("homeless youth")) == []


def test_small_words_are_kept_within_a_concept_and_nowhere_else() -> None:
    assert meant("the police of the town").clauses[:2] == (Word("police"), Word("town"))
    assert meant("who are they").clauses[0] == Word("who")


def test_the_ways_of_a_concept_are_bounded() -> None:
    words = tuple(f"word{n}" for n in range(30))
    terms = {
        f"t{n}": Term(
            f"t{n}",
            {"en": tuple(f"{word}x{n}" for word in words), "fr": (f"mot{n}",)},
            narrower=tuple(f"t{m}" for m in range(n + 1, 20)),
        )
        for n in range(20)
    }
    (clause,) = meaning(parse("word0x0"), Thesaurus(Vocabulary({}, "", terms))).clauses
    assert isinstance(clause, Synonyms)
    assert len(clause.alternatives) <= MAX_ALTERNATIVES + 1


REAL = Thesaurus(vocabulary.load())


@given(st.text(alphabet=st.sampled_from('ab"*-(): ORtitle«»“”\u00a0é\u200f\u00adשל')))
def test_any_text_has_a_meaning_in_folded_words(query: str) -> None:
    parsed = parse(query)
    for clause in meaning(parsed, REAL).clauses:
        if isinstance(clause, Synonyms):
            assert all(word.text == fold(word.text) for word in clause.words)
    assert bool(meaning(parsed, REAL).clauses) == bool(parsed.clauses)


@pytest.mark.parametrize(
    ("text", "meant_for"),
    [
        ("elderly", "aines"),
        ("Elders", "aines autochtones"),
        ("elder", "aines autochtones"),
        ("transition houses", "maison hebergement"),
        ("transitional housing", "logement de transition"),
    ],
)
def test_words_as_they_are_written_come_before_words_of_the_same_stem(
    text: str, meant_for: str
) -> None:
    assert [way for way in ways(text) if way in FRENCH] == [meant_for]


def test_an_outdated_word_is_recognised_in_the_plural_but_not_by_its_stem() -> None:
    assert "aines" in ways("Elderlys")
    assert not meant("elderliness").concepts
