"""Our query language as the cluster's, by the rule of scoring.py: pure functions, no server.

A clause becomes a query that scores each passage as the other engines do. How much a clause tells
depends on how many passages have it, so that has to be known first; `Having` answers it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from indexer.engines.opensearch.mapping import SCALE, Json, length, passage
from indexer.engines.scoring import K1, B, impact, rarity, share_power, telling
from indexer.fields import EXACT_WEIGHT, TEXT_FIELDS, TEXT_NAMES, TextField, exact
from indexer.syntax import (
    AnyOf,
    Boost,
    Clause,
    Expression,
    Leaf,
    Not,
    Phrase,
    Prefix,
    Synonyms,
    Word,
    required,
    size,
)
from indexer.text import variants

NOTHING: Final[Json] = {"match_none": {}}
# A beginning of more words than this is worth the same wherever it stands.
MOST_FORMS: Final = 500

_OCCURRENCE: Final = (
    "_score * params.weight / (params.floor + params.slope * doc[params.length].value)"
)
_IN_A_ROW: Final[Json] = {"slop": 0, "in_order": True}
_SATURATED: Final = "params.worth * _score / (params.k1 + _score)"


class Having(Protocol):
    """What is known of all passages together."""

    @property
    def passages(self) -> int:
        """How many passages there are."""

    def stem(self, text: str) -> int:
        """How many of them have a stem."""

    def form(self, text: str) -> int:
        """How many have a form."""

    def beginning(self, text: str) -> int:
        """How many forms there are that begin so."""

    def matching(self, query: Json) -> int:
        """How many passages match a query."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A clause: the query that scores it, and a query for each of the clauses that it counts as."""

    query: Json
    points: tuple[Json, ...]


def any_of(queries: Sequence[Json]) -> Json:
    """The sum of the queries that match, at least one."""
    if len(queries) == 1:
        return queries[0]
    return {"bool": {"should": [*queries], "minimum_should_match": 1}} if queries else NOTHING


def all_of(queries: Sequence[Json]) -> Json:
    """What all queries match, without a score."""
    return {"bool": {"filter": [*queries]}} if queries else {"match_all": {}}


def best_of(queries: Sequence[Json]) -> Json:
    """The best of the queries that match, at least one."""
    return {"dis_max": {"queries": [*queries]}} if len(queries) > 1 else any_of(queries)


def scored(clauses: Sequence[Clause], having: Having) -> Json:
    """The passages that match with their scores: the sum over clauses, times the share of them that
    match, to a power."""
    wanted = [clause for clause in clauses if not isinstance(clause, (Not, Boost))]
    boosts = [clause for clause in clauses if isinstance(clause, Boost)]
    found = [_clause(clause, having) for clause in wanted]
    query: Json = {"must": [any_of([each.query for each in found]) if found else _everything()]}
    # Where nothing was asked for, everything is worth nothing.
    if boosts and found:
        query["should"] = [_leaf(boost.leaf, having, boost.weight) for boost in boosts]
    musts = [each for clause, each in zip(wanted, found, strict=True) if required(clause)]
    if len(wanted) > 1 and musts:
        query["filter"] = [point for must in musts for point in must.points]
    excluded = [matches(clause.clause) for clause in clauses if isinstance(clause, Not)]
    if excluded:
        query["must_not"] = excluded
    together = query["must"][0] if len(query) == 1 else {"bool": query}
    return _shared(together, [point for each in found for point in each.points])


def matching(clauses: Sequence[Clause]) -> Json:
    """The passages that match, without scores."""
    wanted = [clause for clause in clauses if not isinstance(clause, (Not, Boost))]
    query: Json = {"filter": [any_of([_matches(clause) for clause in wanted])] if wanted else []}
    query["filter"] += [_matches(clause) for clause in wanted if required(clause)]
    query["must_not"] = [matches(clause.clause) for clause in clauses if isinstance(clause, Not)]
    return {"bool": {name: queries for name, queries in query.items() if queries}}


def _everything() -> Json:
    return {"constant_score": {"filter": {"match_all": {}}, "boost": 0.0}}


def _shared(query: Json, points: Sequence[Json]) -> Json:
    """A query's scores, times the share of the points that match, to a power."""
    most = len(points)
    if most < 2:
        return query
    functions = [
        {
            "filter": {"bool": {"should": [*points], "minimum_should_match": count}},
            "weight": (count / most) ** share_power(most),
        }
        for count in range(most, 0, -1)
    ]
    told = {"score_mode": "first", "boost_mode": "multiply"}
    return {"function_score": {"query": query, "functions": functions, **told}}


def _clause(clause: Clause, having: Having) -> Scored:
    assert not isinstance(clause, (Not, Boost))
    if isinstance(clause, Synonyms):
        return _synonyms(clause, having)
    if isinstance(clause, AnyOf):
        query = best_of([_leaf(leaf, having) for leaf in clause.clauses])
        return Scored(query, (_matches(clause),))
    return Scored(_leaf(clause, having), (matches(clause),))


def _synonyms(clause: Synonyms, having: Having) -> Scored:
    """A concept in one of its ways, or as much of it as the words typed for it make up apart."""
    ways = any_of([matches(way.leaf) for way in clause.alternatives])
    told = telling(
        _rarity(having, having.matching(ways)) if clause.alternatives else 0.0,
        [_rarest(word, having) for word in clause.words],
    )
    queries = [_way(way.leaf, having, told * way.weight) for way in clause.alternatives]
    if size(clause) == 1:
        return Scored(best_of(queries), (ways,))
    apart = any_of([_leaf(word, having) for word in clause.words])
    points = tuple(any_of([matches(word), ways]) for word in clause.words)
    return Scored(best_of([apart, *queries]), points)


def _rarest(word: Word, having: Having) -> float:
    counts = (having.stem(stem) for stem in variants(word.text))
    return max((_rarity(having, count) for count in counts if count), default=0.0)


def _way(leaf: Word | Expression, having: Having, worth: float) -> Json:
    """What a way to say something is worth, however rare it is."""
    if isinstance(leaf, Expression):
        return _weighed(leaf, worth)
    stems = best_of([_term("stems", stem, worth) for stem in variants(leaf.text)])
    return _with_exact(stems, _term("forms", leaf.text, worth * EXACT_WEIGHT))


def _with_exact(query: Json, form: Json) -> Json:
    # Wherever a form stands, its stem in the language of the text stands too.
    return {"bool": {"must": [query], "should": [form]}}


def _leaf(leaf: Leaf, having: Having, factor: float = 1.0) -> Json:
    """The passages of a word, a phrase or a prefix with their scores, times a factor."""
    if isinstance(leaf, Word):
        return _word(leaf, having, factor)
    worth = factor * _rarity(having, having.matching(matches(leaf)))
    return _beginning(leaf, having, worth) if isinstance(leaf, Prefix) else _weighed(leaf, worth)


def _word(leaf: Word, having: Having, factor: float) -> Json:
    terms = [("stems", stem, 1.0) for stem in variants(leaf.text)]
    terms.append(("forms", leaf.text, EXACT_WEIGHT))
    queries = []
    for kind, term, share in terms:
        within = _within(leaf.field, kind, term)
        count = having.matching(within) if within else _count(having, kind, term)
        query = _term(kind, term, factor * share * _rarity(having, count))
        queries.append({"bool": {"must": [query], "filter": [within]}} if within else query)
    return any_of(queries)


def _within(field: str | None, kind: str, term: str) -> Json | None:
    """Where a term stands in the one field that it was asked of."""
    if field is None:
        return None
    return {"term": {passage(field if kind == "stems" else exact(field)): term}}


def _count(having: Having, kind: str, term: str) -> int:
    return having.stem(term) if kind == "stems" else having.form(term)


def _term(kind: str, term: str, worth: float) -> Json:
    return {"term": {passage(kind): {"value": term, "boost": worth}}}


def _rarity(having: Having, count: int) -> float:
    return rarity(having.passages, count)


def _weighed(leaf: Phrase | Expression, worth: float) -> Json:
    """Words that follow each other, counted like a term of their own."""
    forms = isinstance(leaf, Phrase)
    runs = [
        _occurrences(terms, field, forms=forms)
        for field in TEXT_FIELDS
        for terms in _wordings(leaf)
    ]
    return _saturated(any_of(runs), leaf, worth)


def _wordings(leaf: Phrase | Expression) -> Iterator[tuple[str, ...]]:
    """Every row of terms that the words may stand as; no two of them stand in the same place."""
    if isinstance(leaf, Phrase):
        return iter([leaf.words])
    return itertools.product(*map(variants, leaf.words))


def _occurrences(terms: Sequence[str], field: TextField, *, forms: bool) -> Json:
    """Where terms follow each other in a field, each time worth as much as a word in it."""
    # The cluster counts such a place once for each of the terms.
    weight = field.weight / len(set(terms))
    told: Json = {"weight": weight, "floor": 1 - B, "slope": B / field.usual_length}
    told["length"] = passage(length(field.name))
    run = _run(exact(field.name) if forms else field.name, [(term,) for term in terms])
    return _script(run, _OCCURRENCE, told)


def _beginning(leaf: Prefix, having: Having, worth: float) -> Json:
    """All words that begin so, together."""
    if having.beginning(leaf.text) > MOST_FORMS:
        return {"constant_score": {"filter": matches(leaf), "boost": worth * impact(1.0)}}
    every = {"value": leaf.text, "rewrite": "scoring_boolean"}
    return _saturated({"prefix": {passage("weights"): every}}, leaf, worth)


def _saturated(query: Json, leaf: Leaf, worth: float) -> Json:
    """The impact of weights, where the leaf's field has it."""
    if leaf.field is not None:
        query = {"bool": {"must": [query], "filter": [matches(leaf)]}}
    return _script(query, _SATURATED, {"worth": worth * (K1 + 1), "k1": K1})


def _script(query: Json, source: str, params: Json) -> Json:
    return {"script_score": {"query": query, "script": {"source": source, "params": params}}}


def _matches(clause: Clause) -> Json:
    """The passages that match a clause, without scores."""
    if isinstance(clause, Synonyms):
        leaves: Sequence[Leaf] = [way.leaf for way in clause.alternatives]
        apart = clause.words if size(clause) > 1 else ()
        return any_of([matches(leaf) for leaf in (*apart, *leaves)])
    if isinstance(clause, AnyOf):
        return any_of([matches(leaf) for leaf in clause.clauses])
    assert not isinstance(clause, (Not, Boost))
    return matches(clause)


def matches(leaf: Leaf) -> Json:
    """The passages of a word, a phrase or a prefix, without scores."""
    match leaf:
        case Word(text, field):
            return {"terms": {passage(field or "stems"): [*variants(text)]}}
        case Prefix(text, field):
            return {"prefix": {passage(exact(field) if field else "forms"): {"value": text}}}
        case Phrase(words, field):
            steps = [(word,) for word in words]
            return any_of([_run(exact(name), steps) for name in _fields(field)])
        case Expression(words, field):
            return any_of([_run(name, [*map(variants, words)]) for name in _fields(field)])


def _fields(field: str | None) -> tuple[str, ...]:
    return (field,) if field else TEXT_NAMES


def _run(field: str, steps: Sequence[Sequence[str]]) -> Json:
    """Where terms follow each other in a field, any of some at each step."""
    spans = [_step(field, terms) for terms in steps]
    return spans[0] if len(spans) == 1 else {"span_near": _IN_A_ROW | {"clauses": spans}}


def _step(field: str, terms: Sequence[str]) -> Json:
    spans = [{"span_term": {passage(field): term}} for term in terms]
    return spans[0] if len(spans) == 1 else {"span_or": {"clauses": spans}}


assert SCALE * 2 <= 1 << 24, "a frequency is a 32-bit float to the cluster: worth must fit in one"
