from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, strategies as st

from indexer import text


def forms(content: str) -> list[str]:
    return [word.text for word in text.words(content)]


@pytest.mark.parametrize("form", ["evenement", "événements", "l'événement", "L’ÉVÉNEMENT"])
def test_accents_case_elision_and_plural_agree_in_french(form: str) -> None:
    assert text.stems(form, "fr") == ["evenement"]


@pytest.fixture
def restless_threads() -> Iterator[None]:
    """Threads take turns after every few instructions."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("restless_threads")
def test_threads_that_stem_at_once_get_the_stems_of_one_alone() -> None:
    endings = ("ational", "fulness", "ization", "ingly", "eedly", "ousness")
    forms = [f"{letter}ent{end}" for letter in "abcdefghijklmnoprst" for end in endings] * 4
    alone = [text.stem.__wrapped__(form, "en") for form in forms]

    def stemmed(_: int) -> list[str]:
        return [text.stem.__wrapped__(form, "en") for form in forms]

    with ThreadPoolExecutor(4) as threads:
        assert all(found == alone for found in threads.map(stemmed, range(8)))


def test_light_french_stems_keep_related_words_apart() -> None:
    assert len(set(text.stems("collectivités collections collectif", "fr"))) == 3


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("municipaux", "municipal"),
        ("jeux", "jeu"),
        ("niveaux", "niveau"),
        ("filles", "fille"),
        ("violentes", "violent"),
        ("fermées", "fermé"),
    ],
)
def test_french_plurals_and_feminines_share_the_stem_of_their_singular(
    plural: str, singular: str
) -> None:
    assert text.stems(plural, "fr") == text.stems(singular, "fr")


def test_elisions_and_possessives_are_no_part_of_a_word() -> None:
    assert forms("l’école d'ici jusqu’à qu'elle women's youths’") == [
        *["ecole", "ici", "a", "elle", "women", "youths"]
    ]
    assert forms("aujourd’hui") == ["aujourdhui"]


def test_invisible_marks_inside_a_word_do_not_cut_it() -> None:
    assert forms("pré\u00advention street\u200bs œuvre") == ["prevention", "streets", "oeuvre"]


def test_accents_that_stand_apart_from_their_letter_do_not_cut_a_word() -> None:
    assert forms("e\u0301ve\u0301nement") == ["evenement"]


def test_compatibility_forms_fold_to_plain_letters() -> None:
    assert forms("ﬁscal oﬃce ＡＢＣ") == ["fiscal", "office", "abc"]


def test_a_hyphenated_compound_is_its_words() -> None:
    assert forms("street-involved youth, 14 %") == ["street", "involved", "youth", "14"]


def test_an_endless_word_is_cut() -> None:
    (word,) = text.words("x" * 10_000)
    assert len(word.text) == text.MAX_WORD


@given(st.text())
def test_words_stand_where_they_say(content: str) -> None:
    for word in text.words(content):
        assert 0 <= word.start < word.end <= len(content)
        cut = text.fold(content[word.start : word.end])[: text.MAX_WORD]
        assert word.text
        assert cut.replace("'", "").replace("’", "").startswith(word.text[:1])


@given(st.text())
def test_folding_twice_changes_nothing_more(content: str) -> None:
    assert text.fold(text.fold(content)) == text.fold(content)


def test_a_query_word_has_the_stems_of_both_languages() -> None:
    assert text.variants("policing") == ("polic", "policing")
    assert text.variants("14") == ("14",)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("The police were there with the youth and their families.", "en"),
        ("La police était là avec les jeunes et leurs familles.", "fr"),
        ("Québec 2014", None),
        ("", None),
    ],
)
def test_the_language_is_told_by_its_small_words(content: str, expected: str | None) -> None:
    assert text.language(content) == expected


def test_sentences_end_at_stops_before_capitals_and_lose_nothing() -> None:
    content = "Crime fell by 2.5 per cent. Was it luck? « Non. » Then e.g. this one stays."
    found = text.sentences(content)
    assert found[:2] == ["Crime fell by 2.5 per cent.", "Was it luck?"]
    assert " ".join(found).replace(" ", "").startswith(content.replace(" ", "")[:40])


def test_the_number_of_a_list_item_is_no_sentence() -> None:
    assert text.sentences("12. Staff ranked it. It ended.") == ["12. Staff ranked it.", "It ended."]


@pytest.mark.parametrize(
    ("block", "marker", "rest"),
    [
        ("• one", "•", "one"),
        ("12. two", "12", "two"),
        ("2019. A year", "", "2019. A year"),
        ("a) three", "", "a) three"),
        ("2.5 per cent", "", "2.5 per cent"),
    ],
)
def test_a_list_item_is_told_by_its_marker(block: str, marker: str, rest: str) -> None:
    assert (text.list_marker(block), text.without_marker(block)) == (marker, rest)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Été 2014_rapport", "ete-2014-rapport"), ("a/b.c", "a-b-c"), ("???", "")],
)
def test_a_slug_is_folded_words_with_hyphens(name: str, expected: str) -> None:
    assert text.slug(name) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("It's 376 boys' records, partners' too.", "It’s 376 boys’ records, partners’ too."),
        ("a 'no bullies' rule isn't it", "a 'no bullies' rule isn’t it"),
        ("see https://a.ca/it's's' it's", "see https://a.ca/it's's' it’s"),
    ],
)
def test_straight_apostrophes_are_curled_and_quotation_marks_are_not(
    said: str, expected: str
) -> None:
    assert text.spaced(said, "en") == expected


def test_french_spaces_do_not_break_and_keep_every_place() -> None:
    said = "Oui ; « non » : 2 000 $ et 14 % ? 12 ans"
    told = text.spaced(said, "fr")
    expected = "Oui\u202f; «\u202fnon\u202f»\u00a0: 2\u202f000\u00a0$ et 14\u00a0%\u202f? 12 ans"
    assert told == expected
    assert len(told) == len(said)
    assert text.spaced(said, "en") == said
