"""Everyday words are searched for in both languages, and a concept of the field comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from indexer import vocabulary
from indexer.catalogue import Catalogue
from indexer.config import Config
from indexer.meaning import meaning
from indexer.query import Query
from indexer.syntax import Synonyms, parse
from indexer.terms import Term
from indexer.text import LANGUAGES, fold, is_stopword, words
from indexer.thesaurus import CROSS, EVERYDAY, SAME, Thesaurus, forms_of
from indexer.vocabulary import Vocabulary
from tests.conftest import MakeCorpus, build_index

ALLEY = Term("everyday: alley, lane", {"en": ("alley", "lane"), "fr": ("ruelle",)})
STREET = Term("everyday: street", {"en": ("street",), "fr": ("rue",)})
YOUTH = Term("street-youth", {"en": ("street youth",), "fr": ("jeunes de la rue",)})
PACKAGED = vocabulary.load().everyday


def ways(text: str) -> list[Mapping[str, float]]:
    """For each concept of a query, the ways to say it, with their weights."""
    everyday = {term.key: term for term in (ALLEY, STREET)}
    thesaurus = Thesaurus(Vocabulary({}, "", {YOUTH.key: YOUTH}, everyday))
    return [
        {" ".join(forms_of(way.leaf)): way.weight for way in clause.alternatives}
        for clause in meaning(parse(text), thesaurus).clauses
        if isinstance(clause, Synonyms)
    ]


def test_an_everyday_word_is_searched_for_in_both_languages_and_counts_for_a_little_less() -> None:
    assert ways("alleys") == [
        {
            "alleys": 1.0,
            "alley": pytest.approx(SAME * EVERYDAY),
            "lane": pytest.approx(SAME * EVERYDAY),
            "ruelle": pytest.approx(CROSS * EVERYDAY),
        }
    ]
    assert ways("ruelles")[0]["alley"] == pytest.approx(CROSS * EVERYDAY)


def test_a_concept_of_the_field_is_not_taken_apart_into_everyday_words() -> None:
    assert ways("street youth") == [{"street youth": 1.0, "jeunes de la rue": CROSS}]
    assert [*map(sorted, ways("youth street"))] == [["rue", "street"]]


def test_every_line_has_words_to_look_for_in_both_languages_and_each_once() -> None:
    assert len(PACKAGED) > 400
    for term in PACKAGED.values():
        for lang in LANGUAGES:
            folded = [fold(word) for word in term.labels[lang]]
            assert len(set(folded)) == len(folded), term.key
            for word in folded:
                parts = [part.text for part in words(word)]
                assert len(parts) > 1 or not is_stopword(*parts), f"{term.key}: {word}"


def test_no_line_says_only_what_is_spelt_alike_in_both() -> None:
    for term in PACKAGED.values():
        assert set(map(fold, term.labels["en"])) != set(map(fold, term.labels["fr"])), term.key


@pytest.fixture
def catalogue(make_corpus: MakeCorpus, config: Config) -> Iterator[Catalogue]:
    make_corpus(
        {
            "gates.md": "# Gates\n\nWith gates across the alleys, thieves had no way behind.\n",
            "autre.md": "# Autre\n\nLe conseil a adopté le budget de la piscine.\n",
        }
    )
    build_index(config)
    opened = Catalogue(config)
    yield opened
    opened.close()


def test_plain_words_of_one_language_find_a_report_in_the_other(catalogue: Catalogue) -> None:
    (hit,) = catalogue.search(Query("fermer les ruelles contre les voleurs")).hits
    assert hit.report.id == "gates"
    assert {(word.typed, word.found) for word in hit.matched} >= {("ruelle", "alley")}
    assert not catalogue.search(Query("ruelles", expand=False)).hits
