"""Our query language as the cluster's, by the rule of scoring.py: pure functions, no server.

A clause becomes a query that scores each passage as the other engines do. How much a clause tells
depends on how many passages have it, so that has to be known first; `Having` answers it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
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

# What stands in n places is worth n / (n + 1) to the cluster.
_OCCURRENCES: Final = (
    "Math.round(_score / (1.0 - _score)) * params.weight"
    " / (params.floor + params.slope * doc[params.length].value)"
)
# A score holds one unit for each clause that matches, and what the passage is worth beside them.
_SHARED: Final = (
    "int matched = (int) (_score / params.unit);"
    " return (_score - matched * params.unit) * (double) params.shares[matched];"
)
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
    """A clause: the query that scores it, and the one that finds it. It counts as several clauses
    where it has `words`, each of which counts as one where the whole is not found."""

    query: Json
    found: Json
    words: tuple[Json, ...] = ()

    @property
    def size(self) -> int:
        """How many clauses it counts as."""
        return max(1, len(self.words))

    def counted(self, unit: float) -> Json:
        """The units of as many clauses as match."""
        whole = _constant(self.found, unit * self.size)
        apart = [_constant(word, unit) for word in self.words]
        return best_of([whole, any_of(apart)])


def any_of(queries: Sequence[Json]) -> Json:
    """The sum of the queries that match, at least one."""
    some = [query for query in queries if query != NOTHING]
    if len(some) < 2:
        return some[0] if some else NOTHING
    return {"bool": {"should": some, "minimum_should_match": 1}}


def all_of(queries: Sequence[Json]) -> Json:
    """What all queries match, without a score."""
    return {"bool": {"filter": [*queries]}} if queries else {"match_all": {}}


def best_of(queries: Sequence[Json]) -> Json:
    """The best of the queries that match, at least one."""
    some = [query for query in queries if query != NOTHING]
    return {"dis_max": {"queries": some}} if len(some) > 1 else any_of(some)


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
        query["filter"] = [must.found for must in musts]
    excluded = [matches(each.clause, having) for each in clauses if isinstance(each, Not)]
    if excluded:
        query["must_not"] = excluded
    most = sum(each.size for each in found)
    if most > 1:
        unit = unit_for(having.passages, most + sum(boost.weight for boost in boosts))
        query["should"] = [*query.get("should", ()), *(each.counted(unit) for each in found)]
        return _shared({"bool": query}, unit, most)
    return query["must"][0] if len(query) == 1 else {"bool": query}


def matching(clauses: Sequence[Clause], having: Having) -> Json:
    """The passages that match, without scores."""
    wanted = [clause for clause in clauses if not isinstance(clause, (Not, Boost))]
    found = [_matches(clause, having) for clause in wanted]
    query: Json = {"filter": [any_of(found)] if wanted else []}
    query["filter"] += [
        each for clause, each in zip(wanted, found, strict=True) if required(clause)
    ]
    query["must_not"] = [
        matches(clause.clause, having) for clause in clauses if isinstance(clause, Not)
    ]
    return {"bool": {name: queries for name, queries in query.items() if queries}}


def _everything() -> Json:
    return _constant({"match_all": {}}, 0.0)


def _constant(query: Json, worth: float) -> Json:
    return {"constant_score": {"filter": query, "boost": worth}} if query != NOTHING else NOTHING


def unit_for(passages: int, words: float) -> float:
    """More than so many words can be worth; a power of two, so that whole units add up exactly."""
    most = rarity(passages, 1) * (K1 + 1) * (2 + EXACT_WEIGHT) * words
    return 2.0 ** math.ceil(math.log2(max(1.0, most)))


def _shared(query: Json, unit: float, most: int) -> Json:
    """What is beside the units of a score, times their share of the most, to a power."""
    shares = [(matched / most) ** share_power(most) for matched in range(most + 1)]
    return _script(query, _SHARED, {"unit": unit, "shares": shares})


def _clause(clause: Clause, having: Having) -> Scored:
    assert not isinstance(clause, (Not, Boost))
    if isinstance(clause, Synonyms):
        return _synonyms(clause, having)
    if isinstance(clause, AnyOf):
        query = best_of([_leaf(leaf, having) for leaf in clause.clauses])
        return Scored(query, _matches(clause, having))
    return Scored(_leaf(clause, having), matches(clause, having))


def _synonyms(clause: Synonyms, having: Having) -> Scored:
    """A concept in one of its ways, or as much of it as the words typed for it make up apart."""
    ways = any_of([matches(way.leaf, having) for way in clause.alternatives])
    told = telling(
        _rarity(having, having.matching(ways)) if ways != NOTHING else 0.0,
        [_rarest(word, having) for word in clause.words],
    )
    queries = [_way(way.leaf, having, told * way.weight) for way in clause.alternatives]
    if size(clause) == 1:
        return Scored(best_of(queries), ways)
    apart = any_of([_leaf(word, having) for word in clause.words])
    words = tuple(matches(word, having) for word in clause.words)
    return Scored(best_of([apart, *queries]), ways, words)


def _rarest(word: Word, having: Having) -> float:
    counts = (having.stem(stem) for stem in variants(word.text))
    return max((_rarity(having, count) for count in counts if count), default=0.0)


def _way(leaf: Word | Expression, having: Having, worth: float) -> Json:
    """What a way to say something is worth, however rare it is."""
    if isinstance(leaf, Expression):
        return _weighed(leaf, having, worth)
    stems = best_of([_term("stems", stem, worth) for stem in variants(leaf.text)])
    return _with_exact(stems, _term("forms", leaf.text, worth * EXACT_WEIGHT))


def _with_exact(query: Json, form: Json) -> Json:
    # Wherever a form stands, its stem in the language of the text stands too.
    return {"bool": {"must": [query], "should": [form]}}


def _leaf(leaf: Leaf, having: Having, factor: float = 1.0) -> Json:
    """The passages of a word, a phrase or a prefix with their scores, times a factor."""
    if isinstance(leaf, Word):
        return _word(leaf, having, factor)
    found = matches(leaf, having)
    if found == NOTHING:
        return NOTHING
    worth = factor * _rarity(having, having.matching(found))
    if isinstance(leaf, Prefix):
        return _beginning(leaf, having, worth)
    return _weighed(leaf, having, worth)


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


def _weighed(leaf: Phrase | Expression, having: Having, worth: float) -> Json:
    """Words that follow each other, counted like a term of their own."""
    runs = any_of([_occurrences(leaf, having, field) for field in TEXT_FIELDS])
    return _saturated(runs, leaf, having, worth) if runs != NOTHING else NOTHING


def _occurrences(leaf: Phrase | Expression, having: Having, field: TextField) -> Json:
    """Where words follow each other in a field, each time worth as much as a word in it."""
    run = _run(leaf, having, field.name)
    told: Json = {"weight": field.weight, "floor": 1 - B, "slope": B / field.usual_length}
    told["length"] = passage(length(field.name))
    return _script(run, _OCCURRENCES, told) if run != NOTHING else NOTHING


def _beginning(leaf: Prefix, having: Having, worth: float) -> Json:
    """All words that begin so, together."""
    if having.beginning(leaf.text) > MOST_FORMS:
        return _constant(matches(leaf, having), worth * impact(1.0))
    every = {"value": leaf.text, "rewrite": "scoring_boolean"}
    return _saturated({"prefix": {passage("weights"): every}}, leaf, having, worth)


def _saturated(query: Json, leaf: Leaf, having: Having, worth: float) -> Json:
    """The impact of weights, where the leaf's field has it."""
    if leaf.field is not None:
        query = {"bool": {"must": [query], "filter": [matches(leaf, having)]}}
    return _script(query, _SATURATED, {"worth": worth * (K1 + 1), "k1": K1})


def _script(query: Json, source: str, params: Json) -> Json:
    return {"script_score": {"query": query, "script": {"source": source, "params": params}}}


def _matches(clause: Clause, having: Having) -> Json:
    """The passages that match a clause, without scores."""
    if isinstance(clause, Synonyms):
        leaves: Sequence[Leaf] = [way.leaf for way in clause.alternatives]
        apart = clause.words if size(clause) > 1 else ()
        return any_of([matches(leaf, having) for leaf in (*apart, *leaves)])
    if isinstance(clause, AnyOf):
        return any_of([matches(leaf, having) for leaf in clause.clauses])
    assert not isinstance(clause, (Not, Boost))
    return matches(clause, having)


def matches(leaf: Leaf, having: Having) -> Json:
    """The passages of a word, a phrase or a prefix, without scores."""
    match leaf:
        case Word(text, field):
            return {"terms": {passage(field or "stems"): [*variants(text)]}}
        case Prefix(text, field):
            return {"prefix": {passage(exact(field) if field else "forms"): {"value": text}}}
        case Phrase(_, field) | Expression(_, field):
            names = (field,) if field else TEXT_NAMES
            return any_of([_run(leaf, having, name) for name in names])


def _run(leaf: Phrase | Expression, having: Having, field: str) -> Json:
    """Where words follow each other in a field, in any of the terms that each may stand as."""
    if isinstance(leaf, Phrase):
        steps = [[word] if having.form(word) else [] for word in leaf.words]
    else:
        steps = [[stem for stem in variants(word) if having.stem(stem)] for word in leaf.words]
    if not all(steps):
        return NOTHING
    row = {"ordered": True, "max_gaps": 0, "intervals": [_step(terms) for terms in steps]}
    named = exact(field) if isinstance(leaf, Phrase) else field
    return {"intervals": {passage(named): {"all_of": row}}}


def _step(terms: Sequence[str]) -> Json:
    some = [{"match": {"query": term}} for term in terms]
    return some[0] if len(some) == 1 else {"any_of": {"intervals": some}}


assert SCALE * 2 <= 1 << 24, "a frequency is a 32-bit float to the cluster: worth must fit in one"
