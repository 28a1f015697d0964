"""How scored passages become ranked, filtered and counted reports: the same for every engine that
scores one clause at a time."""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeVar

from indexer.engines.base import Favour, Feedback, Request
from indexer.engines.scoring import share_power, steps, telling
from indexer.models import Passage, Report
from indexer.passages import is_reference_list
from indexer.syntax import AnyOf, Boost, Clause, Leaf, Not, Synonyms, Word, required, size
from indexer.text import fold

# A report is worth its best passage, and a share of each of the next two.
NEXT_PASSAGES: Final = 2
NEXT_WEIGHT: Final = 0.3

# So many passages more than are shown are looked at, as far as those before are lists of sources: a
# long report names a hundred, and their titles hold what was asked for.
SPARE: Final = 8

# The axis that is not a facet.
YEAR: Final = "year"

Scores = Mapping[int, float]
# What an engine calls a passage.
Number = TypeVar("Number")


class Scorer(Protocol):
    """An engine that scores one clause at a time."""

    def score(self, leaf: Leaf) -> Scores:
        """The score of a clause in each passage that has it."""

    def impacts(self, leaf: Leaf) -> Scores:
        """What a clause is worth in each passage that has it, however rare it is."""

    def rarity(self, having: int) -> float:
        """How much something tells that so many passages have."""

    def stems(self, number: int) -> Collection[str]:
        """The stems of a passage, each once."""

    def having(self, stem: str) -> Scores:
        """What a stem is worth in each passage that has it, however rare it is."""

    def word_rarity(self, word: Word) -> float:
        """How much the rarer of a word's stems tells; nothing when no passage has it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A report as ranking sees it; `passages` are the engine's own passage numbers, in order."""

    report: Report
    facets: Mapping[str, Sequence[str]]
    passages: Sequence[int]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A report with its score and its best passages (the engine's numbers), best first."""

    row: Row
    score: float
    passages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Every work that is kept in order, as one of its reports; all reports that are kept, and the
    facet counts."""

    ranked: Sequence[Ranked]
    kept: Sequence[Row]
    facets: Mapping[str, Mapping[str, int]]


def rank(rows: Sequence[Row], request: Request, scorer: Scorer) -> Ranking:
    """The reports that a request keeps, in its order."""
    everything = [number for row in rows for number in row.passages]
    matching = combine(request.clauses, everything, scorer)
    scores = _favoured(rows, matching, request.favours)
    if request.feedback and sort_of(request) == "relevance":
        scores = _echoed(rows, scores, request.feedback, scorer)
    found = [ranked for row in rows if (ranked := grouped(row, scores, request)) is not None]
    failed = [_failed_filters(ranked.row, request) for ranked in found]
    kept = [ranked for ranked, failures in zip(found, failed, strict=True) if not failures]
    facets = {
        name: _count(
            name, (r.row for r, failures in zip(found, failed, strict=True) if failures <= {name})
        )
        for name in request.facets
    }
    return Ranking(works(kept, request), [ranked.row for ranked in kept], facets)


def _favoured(rows: Sequence[Row], scores: Scores, favours: Sequence[Favour]) -> Scores:
    """The scores, those of reports with favoured values raised."""
    shares = {
        number: sum(f.weight for f in favours if not f.values.isdisjoint(row.facets[f.facet]))
        for row in rows
        for number in row.passages
    }
    return {number: value * (1 + shares[number]) for number, value in scores.items()}


def _echoed(rows: Sequence[Row], scores: Scores, feedback: Feedback, scorer: Scorer) -> Scores:
    """The scores, each with its echo."""
    one = Request(snippets=1)
    found = [ranked for row in rows if (ranked := grouped(row, scores, one)) is not None]
    first = heapq.nsmallest(feedback.reports, found, key=by_relevance)
    strengths: dict[str, float] = defaultdict(float)
    for ranked in first:
        for stem in scorer.stems(ranked.passages[0]):
            strengths[stem] += ranked.score / first[0].score
    postings = {stem: scorer.having(stem) for stem in strengths}
    for stem, held in postings.items():
        strengths[stem] *= scorer.rarity(len(held)) if len(held) > 1 else 0.0
    strongest = sorted(strengths, key=lambda stem: (-steps(strengths[stem]), stem))
    echoes: dict[int, float] = defaultdict(float)
    for stem in strongest[: feedback.terms]:
        share = strengths[stem] / strengths[strongest[0]] if strengths[stem] else 0.0
        for number, value in postings[stem].items():
            echoes[number] += share * scorer.rarity(len(postings[stem])) * value
    greatest = max((echoes[number] for number in scores), default=0.0)
    if not greatest:
        return scores
    scale = feedback.weight * max(scores.values()) / greatest
    return {number: value + scale * echoes[number] for number, value in scores.items()}


def works(kept: Sequence[Ranked], request: Request) -> list[Ranked]:
    """One report of each work, in order: in the language of the request if there is one that is
    kept, with the best score of all that are."""
    order = ORDERS[sort_of(request)]
    held: dict[str, list[Ranked]] = defaultdict(list)
    for ranked in sorted(kept, key=order):
        held[ranked.row.report.work].append(ranked)
    shown = []
    for together in held.values():
        spoken = [ranked for ranked in together if ranked.row.report.lang == request.lang]
        best = max(ranked.score for ranked in together)
        shown.append(replace((spoken or together)[0], score=best))
    if sort_of(request) == "relevance":
        # In the order of the report of each work that matched best.
        return shown
    return sorted(shown, key=order)


def combine(
    clauses: Sequence[Clause], everything: Iterable[int], scorer: Scorer
) -> dict[int, float]:
    """The score of each passage that matches: the sum over clauses, times the share matched.

    A clause that is required must match, a boost need not; without any clause but exclusions
    everything matches.
    """
    wanted = [clause for clause in clauses if not isinstance(clause, (Not, Boost))]
    parts = [_clause_scores(clause, scorer) for clause in wanted]
    totals: dict[int, float] = defaultdict(float)
    matched: Counter[int] = Counter()
    for part in parts:
        for number, (value, share) in part.items():
            totals[number] += value
            matched[number] += share
    if not wanted:
        totals.update(dict.fromkeys(everything, 0.0))
    for clause in clauses:
        if isinstance(clause, Boost):
            for number, value in scorer.score(clause.leaf).items():
                if number in totals:
                    totals[number] += clause.weight * value
    musts = [part for clause, part in zip(wanted, parts, strict=True) if required(clause)]
    excluded = {
        n for clause in clauses if isinstance(clause, Not) for n in scorer.score(clause.clause)
    }
    most = max(1, sum(map(size, wanted)))
    power = share_power(most)
    return {
        number: total * (matched[number] / most) ** power
        for number, total in totals.items()
        if number not in excluded and all(number in must for must in musts)
    }


def _clause_scores(clause: Clause, scorer: Scorer) -> Mapping[int, tuple[float, int]]:
    """The score of a clause in each passage that matches, and for how many clauses it counts."""
    if isinstance(clause, Synonyms):
        return _synonym_scores(clause, scorer)
    if not isinstance(clause, AnyOf):
        assert not isinstance(clause, (Not, Boost))
        return {number: (value, 1) for number, value in scorer.score(clause).items()}
    best: dict[int, float] = {}
    for leaf in clause.clauses:
        for number, value in scorer.score(leaf).items():
            best[number] = max(value, best.get(number, 0.0))
    return {number: (value, 1) for number, value in best.items()}


def _synonym_scores(clause: Synonyms, scorer: Scorer) -> Mapping[int, tuple[float, int]]:
    """A concept in one of its ways, or as much of it as the words typed for it make up apart."""
    best: dict[int, float] = {}
    for way in clause.alternatives:
        for number, value in scorer.impacts(way.leaf).items():
            best[number] = max(way.weight * value, best.get(number, 0.0))
    apart: dict[int, float] = defaultdict(float)
    words: Counter[int] = Counter()
    for word in clause.words if len(clause.words) > 1 else ():
        for number, value in scorer.score(word).items():
            apart[number] += value
            words[number] += 1
    rarities = [scorer.word_rarity(word) for word in clause.words]
    worth = telling(scorer.rarity(len(best)), rarities)
    return {
        number: (
            max(apart.get(number, 0.0), worth * best.get(number, 0.0)),
            len(clause.words) if number in best else words[number],
        )
        for number in best.keys() | apart.keys()
    }


def grouped(row: Row, scores: Mapping[int, float], request: Request) -> Ranked | None:
    matching = [number for number in row.passages if number in scores]
    if not matching:
        return None
    shown = max(best_of(request), NEXT_PASSAGES + 1)
    best = heapq.nsmallest(shown, matching, key=lambda number: (-steps(scores[number]), number))
    value = worth([scores[number] for number in best])
    return Ranked(row, value, tuple(best[: best_of(request)]))


def worth(scores: Sequence[float]) -> float:
    """What a report is worth by the scores of its passages, best first."""
    return scores[0] + NEXT_WEIGHT * sum(scores[1 : NEXT_PASSAGES + 1])


def best_of(request: Request) -> int:
    """How many of the best passages of a report are needed to show those that a request wants."""
    return request.snippets + SPARE if request.snippets else 0


def shown_of(
    best: Iterable[Number], read: Callable[[Number], Passage], request: Request
) -> list[tuple[Number, Passage]]:
    """Those of the best passages that are shown: a list of sources only where nothing else matched.
    No more of them are read than that takes."""
    told: list[tuple[Number, Passage]] = []
    lists: list[tuple[Number, Passage]] = []
    for number in best:
        if len(told) == request.snippets:
            break
        passage = read(number)
        held = lists if is_reference_list(passage) else told
        held.append((number, passage))
    return (told or lists)[: request.snippets]


def _failed_filters(row: Row, request: Request) -> set[str]:
    failed = {
        name
        for name, values in request.filters.items()
        if values.isdisjoint(row.facets.get(name, ()))
    }
    return failed if _in_years(row.report.year, request) else failed | {"year"}


def _in_years(year: int | None, request: Request) -> bool:
    if request.year_from is None and request.year_to is None:
        return True
    lowest, highest = request.year_from, request.year_to
    return year is not None and (lowest or year) <= year <= (highest or year)


def _count(name: str, rows: Iterable[Row]) -> Mapping[str, int]:
    works = {(value, row.report.work) for row in rows for value in row.facets.get(name, ())}
    return Counter(value for value, _ in works)


def on(row: Row, axis: str) -> Sequence[str]:
    """The values of a report on an axis: a facet, or `year`."""
    if axis == YEAR:
        return () if row.report.year is None else (str(row.report.year),)
    return row.facets.get(axis, ())


def sort_of(request: Request) -> str:
    """The order of a request: without words there is no relevance, and the newest come first."""
    by_text = any(not isinstance(clause, (Not, Boost)) for clause in request.clauses)
    return request.sort if by_text or request.sort != "relevance" else "newest"


def by_relevance(ranked: Ranked) -> tuple[object, ...]:
    return (-steps(ranked.score), *_by_newest(ranked))


def _by_newest(ranked: Ranked) -> tuple[object, ...]:
    return newest(ranked.row.report.year, ranked.row.report.id)


def newest(year: int | None, report_id: str) -> tuple[float, str]:
    """The place of a report in an order from the newest, those without a year last."""
    return (-(year or -math.inf), report_id)


def _by_oldest(ranked: Ranked) -> tuple[object, ...]:
    return (ranked.row.report.year or math.inf, ranked.row.report.id)


def _by_added(ranked: Ranked) -> tuple[object, ...]:
    report = ranked.row.report
    return (-report.added.toordinal(), -(report.year or 0), report.id)


def _by_title(ranked: Ranked) -> tuple[object, ...]:
    return (fold(ranked.row.report.title), ranked.row.report.id)


ORDERS: Final[Mapping[str, Callable[[Ranked], tuple[object, ...]]]] = {
    "relevance": by_relevance,
    "newest": _by_newest,
    "oldest": _by_oldest,
    "title": _by_title,
    "added": _by_added,
}
