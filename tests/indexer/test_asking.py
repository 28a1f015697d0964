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
def test_words_that_nobody_typed_order_nothing_where_other_words_are_off(
    text: str, thesaurus: Thesaurus
) -> None:
    parsed = syntax.parse(text)
    off = request_for(Query(text, expand=False), meaning(parsed, None), None)
    assert off.feedback is None
    assert {favour.facet for favour in off.favours} == {"rating"}
    on = request_for(Query(text), meaning(parsed, thesaurus), None)
    assert {favour.facet for favour in on.favours} == {"sector", "rating"}
    assert (on.feedback is not None) == (len(parsed.clauses) > 1)


def test_evidence_and_the_language_of_the_reader_decide_only_between_what_fits_as_well() -> None:
    request = request_for(Query("lamps"), meaning(syntax.parse("lamps"), None), "fr")
    favours = {favour.facet: favour for favour in request.favours}
    assert favours["lang"].values == {"fr"}
    assert favours["rating"].values == {*load().keys("rating")} - {"not-rated"}
    assert sum(favour.weight for favour in request.favours) < 0.1
