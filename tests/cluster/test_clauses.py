"""Our query language as the cluster's, and a report as its document; no server is asked."""

from __future__ import annotations

from collections import Counter

import pytest

from indexer.engines.opensearch import clauses, documents
from indexer.engines.opensearch.counts import Counts, counts_of
from indexer.engines.opensearch.mapping import SCALE, Json, passage
from indexer.engines.scoring import impact, rarity, share_power, unit
from indexer.fields import EXACT_WEIGHT, TEXT_FIELDS, TEXT_NAMES
from indexer.syntax import Expression, Prefix, parse
from tests.conformance.test_engines import CORPUS

PASSAGES = 100


class Known:
    """A corpus of which only numbers are known; what is asked of a server is kept."""

    passages = PASSAGES

    def __init__(self, forms: int = 1) -> None:
        self.asked: list[Json] = []
        self._forms = forms

    def stem(self, text: str) -> int:
        return len(text)

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
    functions = scored(typed)["function_score"]["functions"]
    least = [each["filter"]["bool"]["minimum_should_match"] for each in functions]
    assert least == [*range(words, 0, -1)]
    shares = [(count / words) ** share_power(words) for count in least]
    assert [each["weight"] for each in functions] == shares


def test_what_must_match_filters_and_what_must_not_is_left_out() -> None:
    query = scored('lamps "housing first" -theft')["function_score"]["query"]["bool"]
    assert query["must_not"] == [{"terms": {passage("stems"): ["theft"]}}]
    (required,) = query["filter"]
    spans = [each["span_near"] for each in required["bool"]["should"]]
    assert len(spans) == len(TEXT_NAMES)
    assert all(span["in_order"] and span["slop"] == 0 for span in spans)


def test_no_words_find_everything_without_a_score() -> None:
    assert scored("")["constant_score"] == {"filter": {"match_all": {}}, "boost": 0.0}
    assert clauses.matching(()) == {"bool": {}}


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
    (told,) = documents.work([content])["reports"]
    sent = dict(pair.split("|") for pair in told["passages"][0]["stems"].split())
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
