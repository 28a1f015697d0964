"""Our query language as the cluster's, and a report as its document; no server is asked."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection

import pytest

from indexer.engines.opensearch import clauses, documents
from indexer.engines.opensearch.counts import Counts, counts_of
from indexer.engines.opensearch.mapping import SCALE, Json, passage
from indexer.engines.scoring import impact, rarity, share_power, unit
from indexer.fields import EXACT_WEIGHT, TEXT_FIELDS, TEXT_NAMES
from indexer.syntax import Alternative, Expression, Prefix, Synonyms, Word, parse
from tests.conformance.test_engines import CORPUS

PASSAGES = 100


class Known:
    """A corpus of which only numbers are known; what is asked of a server is kept."""

    passages = PASSAGES

    def __init__(self, forms: int = 1, missing: Collection[str] = ()) -> None:
        self.asked: list[Json] = []
        self._forms = forms
        self._missing = missing

    def stem(self, text: str) -> int:
        return 0 if text in self._missing else len(text)

    def form(self, text: str) -> int:
        return 1

    def beginning(self, text: str) -> int:
        return self._forms

    def matching(self, query: Json) -> int:
        self.asked.append(query)
        return 7


def scored(text: str) -> Json:
    return clauses.scored(parse(text).clauses, Known())


def test_a_word_counts_as_its_stem_and_a_little_as_its_form() -> None:
    found = scored("lamps")["bool"]["should"]
    terms = [(field, *told.values()) for each in found for field, told in each["term"].items()]
    assert terms[0] == (passage("stems"), "lamp", rarity(PASSAGES, len("lamp")))
    assert terms[-1] == (passage("forms"), "lamps", EXACT_WEIGHT * rarity(PASSAGES, 1))


@pytest.mark.parametrize("words", [2, 3, 6])
def test_words_are_worth_the_share_of_them_that_matches(words: int) -> None:
    typed = " ".join(["lamps", "theft", "night", "streets", "police", "homes"][:words])
    told = scored(typed)["script_score"]
    params = told["script"]["params"]
    assert params["shares"] == [(count / words) ** share_power(words) for count in range(words + 1)]
    counted = [each["constant_score"] for each in told["query"]["bool"]["should"][-words:]]
    assert [each["boost"] for each in counted] == [params["unit"]] * words


@pytest.mark.parametrize("words", [2, 10, 40])
@pytest.mark.parametrize("passages", [1, 30_000_000])
def test_a_unit_is_more_than_all_words_can_be_worth_and_adds_up_exactly(
    words: int, passages: int
) -> None:
    unit = clauses.unit_for(passages, words)
    both_stems_and_the_form = rarity(passages, 1) * impact(1e9) * (2 + EXACT_WEIGHT)
    assert unit > words * both_stems_and_the_form
    assert math.log2(unit).is_integer()


def test_a_concept_counts_for_all_its_words_or_for_those_that_stand_apart() -> None:
    words = Word("house"), Word("first")
    concept = Synonyms(words, (Alternative(Expression(("house", "first"))),))
    told = clauses.scored((concept,), Known())["script_score"]
    unit = told["script"]["params"]["unit"]
    (counted,) = told["query"]["bool"]["should"]
    whole, apart = counted["dis_max"]["queries"]
    assert whole["constant_score"]["boost"] == 2 * unit
    assert [each["constant_score"]["boost"] for each in apart["bool"]["should"]] == [unit, unit]


def test_what_must_match_filters_and_what_must_not_is_left_out() -> None:
    query = scored('lamps "housing first" -theft')["script_score"]["query"]["bool"]
    assert query["must_not"] == [{"terms": {passage("stems"): ["theft"]}}]
    (required,) = query["filter"]
    fields = [each["intervals"] for each in required["bool"]["should"]]
    rows = [told["all_of"] for field in fields for told in field.values()]
    assert len(rows) == len(TEXT_NAMES)
    assert all(row["ordered"] and row["max_gaps"] == 0 for row in rows)


def test_what_no_passage_has_is_not_asked_of_the_server() -> None:
    known = Known(missing={"first"})
    found = clauses.matching((Expression(("house", "first")),), known)
    assert found == {"bool": {"filter": [clauses.NOTHING]}}
    assert clauses.scored((Expression(("house", "first")),), known) == clauses.NOTHING
    assert known.asked == []


def test_no_words_find_everything_without_a_score() -> None:
    assert scored("")["constant_score"] == {"filter": {"match_all": {}}, "boost": 0.0}
    assert clauses.matching((), Known()) == {"bool": {}}


def test_only_what_is_no_single_term_is_asked_of_the_server() -> None:
    known = Known()
    clauses.scored(parse("lamps theft").clauses, known)
    assert known.asked == []
    clauses.scored((Expression(("house", "first")),), known)
    assert len(known.asked) == 1


@pytest.mark.parametrize(
    ("forms", "kind"),
    [(clauses.MOST_FORMS, "script_score"), (clauses.MOST_FORMS + 1, "constant_score")],
)
def test_a_beginning_of_very_many_words_is_worth_the_same_everywhere(forms: int, kind: str) -> None:
    assert kind in clauses.scored((Prefix("po"),), Known(forms))


def contents() -> list[documents.Content]:
    return [documents.content(report, cut, {}) for report, cut in CORPUS]


def test_what_a_term_is_worth_is_sent_to_a_millionth() -> None:
    content = contents()[0]
    told = dict(documents.shown(content))[documents.passage_id(content.report.id, 1)]["passage"]
    sent = dict(pair.split("|") for pair in told["stems"].split())
    (counted,) = documents.work([content])["reports"]
    assert counted["passages"][0]["stems"].split() == [*sent]
    held = content.tokens[0]
    for stem, worth in sent.items():
        weight = sum(
            unit(field, float(len(held[field.name]))) * Counter(held[field.name])[stem]
            for field in TEXT_FIELDS
        )
        assert int(worth) / SCALE == pytest.approx(impact(weight), abs=1e-6)


def test_what_was_counted_and_taken_back_leaves_nothing() -> None:
    counts = Counts()
    for content in contents():
        counts.add(content)
    told = [document["content"] for _, document in counts.documents()]
    assert counts_of(told).stems == counts.stems
    assert counts_of(told).forms == counts.forms
    for content in contents():
        counts.add(content, -1)
    assert not counts.stems
    assert (counts.reports, counts.passages) == (0, 0)
    assert not any(counts.forms.values())
