from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from indexer.syntax import (
    MAX_CLAUSES,
    AnyOf,
    Clause,
    Expression,
    Not,
    Phrase,
    Prefix,
    Word,
    leaves,
    parse,
    required,
)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("street lighting", [Word("street"), Word("lighting")]),
        ('"housing first"', [Phrase(("housing", "first"))]),
        ("« logement d’abord »", [Phrase(("logement", "abord"))]),
        ("“housing first” police", [Phrase(("housing", "first")), Word("police")]),
        ('"one"', [Phrase(("one",))]),
        ("itinér*", [Prefix("itiner")]),
        ("x*", [Word("x")]),
        ("theft -night", [Word("theft"), Not(Word("night"))]),
        ('-"at night"', [Not(Phrase(("at", "night")))]),
        ("-street-involved", [Not(Phrase(("street", "involved")))]),
        ("street-involved", [Word("street"), Word("involved")]),
        ("a1 OR b1 c1", [AnyOf((Word("a1"), Word("b1"))), Word("c1")]),
        ("title:youth", [Word("youth", "title")]),
        ('title:"young people"', [Phrase(("young", "people"), "title")]),
        ("nofield:youth", [Word("nofield"), Word("youth")]),
        ("what works for youth", [Word("works"), Word("youth")]),
        ("what", [Word("what")]),
        ("twice twice", [Word("twice")]),
    ],
)
def test_a_query_is_read_as_meant(query: str, expected: list[Clause]) -> None:
    assert list(parse(query).clauses) == expected


@pytest.mark.parametrize(
    "query", ['"', "*", "(", ")", "AND", "OR", "-", "OR OR", "title:", '""', "🙂", "\x00", "- -"]
)
def test_stray_marks_and_operators_are_text_and_never_an_error(query: str) -> None:
    assert not parse(query).truncated


def test_a_stray_quote_does_not_swallow_the_words_after_it() -> None:
    assert list(parse('youth "gangs police').clauses) == [
        Word("youth"),
        Word("gangs"),
        Word("police"),
    ]


def test_a_very_long_query_is_cut_and_says_so() -> None:
    parsed = parse(" ".join(f"word{n}" for n in range(5_000)))
    assert len(parsed.clauses) == MAX_CLAUSES
    assert parsed.truncated


def test_phrases_and_field_restrictions_are_required_and_words_are_not() -> None:
    assert required(Phrase(("a", "b")))
    assert required(Word("a", "title"))
    assert not required(Word("a"))
    assert not required(AnyOf((Word("a"), Phrase(("b", "c")))))
    assert required(AnyOf((Word("a", "title"), Phrase(("b", "c")))))


@given(st.text(alphabet=st.sampled_from('ab"*-(): ORtitle«»“”\u00a0é')))
def test_any_text_parses_to_clauses_that_hold_folded_words(query: str) -> None:
    for leaf in leaves(parse(query).clauses):
        texts = leaf.words if isinstance(leaf, (Phrase, Expression)) else (leaf.text,)
        assert all(text and text == text.casefold() for text in texts)
