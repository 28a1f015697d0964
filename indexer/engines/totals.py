"""What each passage is worth to a query: the sum of its clauses, one segment after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.engines.matching import Floats, Matched, Matcher, counted
from indexer.engines.scoring import share_power
from indexer.engines.segment import Array
from indexer.engines.shards import Ints, Mask, Shard, Shards, distinct
from indexer.syntax import Boost, Clause, Not, required, size


@dataclass(frozen=True, slots=True)
class Scored:
    """The passages that match, in order, with the score and the report of each; and which reports
    have one."""

    passages: Ints
    scores: Floats
    owners: Ints
    reports: Mask


@dataclass(frozen=True, slots=True)
class _Found:
    """What the clauses found: those that add up (`most` is for how many they count), those that
    only order, those that must match, and those that must not."""

    wanted: list[Matched]
    most: int
    boosts: list[Matched]
    required: list[Matched]
    excluded: list[Matched]


def scored(clauses: Sequence[Clause], shards: Shards, matcher: Matcher) -> Scored:
    """The passages that match: the sum over clauses, times the share of them that match
    to a power.

    A clause that is required must match; without any clause but exclusions everything matches.
    """
    wanted = [clause for clause in clauses if not isinstance(clause, (Not, Boost))]
    found = [matcher.clause(clause) for clause in wanted]
    musts = [each for clause, each in zip(wanted, found, strict=True) if required(clause)]
    excluded = [matcher.clause(clause) for clause in clauses if isinstance(clause, Not)]
    boosts = [matcher.clause(clause) for clause in clauses if isinstance(clause, Boost)]
    told = _Found(found, sum(map(size, wanted)), boosts, musts, excluded)
    parts = [_scored(number, shard, told, matcher) for number, shard in enumerate(shards.parts)]
    passages = _joined([numbers for numbers, _ in parts], np.int64)
    owners = shards.owners.take(passages)
    reports = np.zeros(len(shards.live_reports), bool)
    reports[distinct(owners)] = True
    return Scored(passages, _joined([scores for _, scores in parts], np.float64), owners, reports)


def _joined(parts: Sequence[Array], dtype: type) -> Array:
    return parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0, dtype), *parts])


def _scored(segment: int, shard: Shard, found: _Found, matcher: Matcher) -> tuple[Ints, Floats]:
    """The passages of a segment that match, numbered through all segments, and their scores.

    A segment at a time, because its sums stay in the processor's cache, and those of all do not.
    """
    if not found.wanted:
        everything = np.flatnonzero(_without_excluded(segment, shard.every(), found))
        everything += shard.first_passage
        return everything, np.zeros(len(everything))
    sums, each = matcher.summed(segment, found.wanted)
    counts = counted(each, shard.passages) if found.most > 1 else None
    matched = sums > 0
    if found.required and len(found.wanted) > 1:
        _, musts = matcher.summed(segment, found.required)
        matched &= counted(musts, shard.passages) == len(found.required)
    passages = np.flatnonzero(_without_excluded(segment, matched, found))
    # `take` needs two thirds of the time that brackets need.
    scores = sums.take(passages)
    if found.boosts:
        scores += matcher.summed(segment, found.boosts)[0].take(passages)
    if counts is not None:
        scores *= (counts.take(passages) / found.most) ** share_power(found.most)
    passages += shard.first_passage
    return passages, scores


def _without_excluded(segment: int, matched: Mask, found: _Found) -> Mask:
    for excluded in found.excluded:
        for part in excluded.once:
            matched[part.pieces[segment][0]] = False
    return matched
