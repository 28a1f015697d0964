"""What an engine is asked for a query."""

from __future__ import annotations

import pytest

from indexer import syntax
from indexer.asking import request_for
from indexer.meaning import meaning
from indexer.query import Query
from indexer.thesaurus import Thesaurus
from indexer.vocabulary import load


@pytest.fixture(scope="module")
def thesaurus() -> Thesaurus:
    return Thesaurus(load())


@pytest.mark.parametrize("text", ["street lighting theft", "logement jeunes", "housing"])
def test_only_what_was_typed_orders_the_answers_where_other_words_are_off(
    text: str, thesaurus: Thesaurus
) -> None:
    parsed = syntax.parse(text)
    off = request_for(Query(text, expand=False), meaning(parsed, None), None)
    assert (off.feedback, off.favours) == (None, ())
    on = request_for(Query(text), meaning(parsed, thesaurus), None)
    assert on.favours
    assert (on.feedback is not None) == (len(parsed.clauses) > 1)
