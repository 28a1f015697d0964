"""Answers from column segments: sums over postings, masks, and counts, without a loop over
passages. It reads what `whoosh.py` writes beside its index, and needs nothing else."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from indexer.engines import segment
from indexer.engines.base import (
    Combinations,
    Entry,
    Favour,
    Feedback,
    Found,
    Match,
    Matches,
    Request,
)
from indexer.engines.counting import facet_columns, packed
from indexer.engines.crossing import Axis, combinations, year_axis
from indexer.engines.echoes import Echoes
from indexer.engines.highlighting import highlight
from indexer.engines.matching import Floats, Matcher, added, counted
from indexer.engines.paging import Scored, Shown, leading, shown
from indexer.engines.ranking import NEXT_PASSAGES, NEXT_WEIGHT, YEAR, sort_of
from indexer.engines.scoring import SHARE_POWER, STEPS, steps
from indexer.engines.shards import Ints, Mask, by_text, open_shards
from indexer.engines.streams import NO_YEAR
from indexer.engines.works import Works
from indexer.models import Passage, Report
from indexer.syntax import Boost, Clause, Not, required, size


class ColumnsEngine:
    """One generation's columns, mapped from disk; several threads may ask at once."""

    def __init__(self, path: Path) -> None:
        self._shards = open_shards(path)
        self._matcher = Matcher(self._shards)
        self._echoes = Echoes(self._shards, self._matcher)
        self._works = Works(self._shards.parts, self._shards.ids, self._shards.live_reports)
        self._facets = facet_columns(self._shards.parts, self._works)
        self._first = self._shards.first
        self._owners = np.repeat(np.arange(len(self._first) - 1), np.diff(self._first))
        self._newest = self._by_year(-self._shards.years)
        self._rank = np.argsort(self._newest)

    def _by_year(self, keys: Ints) -> Ints:
        """The reports in the order of keys, then of ids; those without a year come last."""
        by_id = self._shards.by_id
        unknown = self._shards.years[by_id] == NO_YEAR
        return by_id[np.lexsort((keys[by_id], unknown))]

    @functools.cached_property
    def _oldest(self) -> Ints:
        return self._by_year(self._shards.years)

    @functools.cached_property
    def _titles(self) -> Ints:
        titles = [t.decode() for s in self._shards.parts for t in s.segment.texts("report.title")]
        by_id = self._shards.by_id
        return by_id[by_text([titles[i] for i in by_id.tolist()])]

    @functools.cached_property
    def _numbers(self) -> dict[str, int]:
        live = self._shards.live_reports.tolist()
        return {name: i for i, name in enumerate(self._shards.ids) if live[i]}

    def search(self, request: Request) -> Matches:
        """The reports that match, by the rule of scoring.py."""
        scored = self._scored(request.clauses, request.favours)
        if request.feedback and sort_of(request) == "relevance":
            self._echo(scored, request.feedback)
        filters = self._filters(request)
        kept = _all(scored.reports, *filters.values())
        bits = packed(kept)
        facets = {
            name: self._facets[name].count(kept, bits)
            if name not in filters
            else self._unfiltered(name, scored, filters)
            for name in request.facets
        }
        page = self._page(scored, kept, request)
        return Matches(self._works.count(kept), page, facets)

    def combinations(self, request: Request, axes: Sequence[str]) -> Combinations:
        """How many of the works that match have each combination of values."""
        kept = _all(self._scored(request.clauses).reports, *self._filters(request).values())
        crossed = [self._years if name == YEAR else self._facets[name].axis for name in axes]
        return combinations(kept, crossed, self._works)

    @functools.cached_property
    def _years(self) -> Axis:
        return year_axis(self._shards.years)

    def _unfiltered(self, name: str, scored: Scored, filters: dict[str, Mask]) -> dict[str, int]:
        """The counts of a facet, which ignore its own filter."""
        others = (mask for other, mask in filters.items() if other != name)
        kept = _all(scored.reports, *others)
        return self._facets[name].count(kept, packed(kept))

    def _scored(self, clauses: Sequence[Clause], favours: Sequence[Favour] = ()) -> Scored:
        wanted = [clause for clause in clauses if not isinstance(clause, (Not, Boost))]
        scores = self._sum(wanted, [clause for clause in clauses if isinstance(clause, Boost)])
        if favours:
            scores *= self._favoured(favours)[self._owners]
        excluded = [self._excluded(c) for c in clauses if isinstance(c, Not)]
        for passages in excluded:
            scores[passages] = 0
        matched = scores > 0
        if not wanted:
            matched = self._shards.live.copy()
            for passages in excluded:
                matched[passages] = False
        found = np.flatnonzero(matched)
        owners = self._owners[found]
        reports = counted(owners, len(self._first) - 1) > 0
        return Scored(scores, found, owners, reports)

    def _favoured(self, favours: Sequence[Favour]) -> Floats:
        """By how much the scores of each report grow."""
        factors = np.ones(len(self._first) - 1)
        for favour in favours:
            factors += favour.weight * self._facets[favour.facet].having(favour.values)
        return factors

    def _echo(self, scored: Scored, feedback: Feedback) -> None:
        """Raises the scores by the echo of what was found first."""
        first = self._leading(scored, scored.reports, feedback.reports)[: feedback.reports]
        begins = np.searchsorted(scored.passages, self._first[first]).tolist()
        ends = np.searchsorted(scored.passages, self._first[first + 1]).tolist()
        best = [
            shown(row, scored, begin, end, 1)
            for row, begin, end in zip(first.tolist(), begins, ends, strict=True)
        ]
        self._echoes.add(scored, best, feedback)

    def _excluded(self, clause: Not) -> Ints:
        return self._matcher.numbers(self._matcher.clause(clause).passages)

    def _sum(self, wanted: Sequence[Clause], boosts: Sequence[Boost]) -> Floats:
        """The sum over clauses times the share that matched; 0 where a required one does not."""
        found = [self._matcher.clause(clause) for clause in wanted]
        scores = self._matcher.summed([part for matched in found for part in matched.parts])
        self._raise(scores, boosts)
        most = sum(map(size, wanted))
        if most > 1:
            share = self._matcher.count([matched.passages for matched in found]) / most
            scores *= share**SHARE_POWER
        musts = [m.passages for clause, m in zip(wanted, found, strict=True) if required(clause)]
        if musts and len(found) > 1:
            scores[self._matcher.count(musts) < len(musts)] = 0
        return scores

    def _raise(self, scores: Floats, boosts: Sequence[Boost]) -> None:
        """Adds what boosts are worth to the passages that are found anyway."""
        if boosts:
            found = [(self._matcher.leaf(boost.leaf).parts, boost.weight) for boost in boosts]
            parts = [
                replace(part, factor=part.factor * weight)
                for held, weight in found
                for part in held
            ]
            scores += np.where(scores > 0, self._matcher.summed(parts), 0.0)

    def _filters(self, request: Request) -> dict[str, Mask]:
        """Which reports each filter keeps, by facet."""
        count = len(self._first) - 1
        masks = {
            name: self._facets[name].having(values)
            if name in self._facets
            else np.zeros(count, bool)
            for name, values in request.filters.items()
        }
        if request.year_from is not None or request.year_to is not None:
            masks["year"] = self._in_years(request.year_from, request.year_to)
        return masks

    def _in_years(self, lowest: int | None, highest: int | None) -> Mask:
        years = self._shards.years
        inside: Mask = years != NO_YEAR
        if lowest:
            inside &= years >= lowest
        if highest:
            inside &= years <= highest
        return inside

    def _page(self, scored: Scored, kept: Mask, request: Request) -> tuple[Match, ...]:
        last = request.offset + request.limit
        sort = sort_of(request)
        if sort == "relevance":
            rows = self._leading(scored, kept, last * self._works.most)
        else:
            rows = self._order(sort)
            rows = rows[self._works.told(kept, request.lang)[rows]]
        page = [
            self._shown(row, scored, kept, request)
            for row in self._works.first(rows)[request.offset : last].tolist()
        ]
        return self._marked(page, request)

    def _shown(self, row: int, scored: Scored, kept: Mask, request: Request) -> Shown:
        """What is shown of a work: its report in the language of the request, if that is kept, with
        the best score of all that are."""
        works = [r for r in self._works.siblings(row) if kept[r]]
        begins = np.searchsorted(scored.passages, self._first[works]).tolist()
        ends = np.searchsorted(scored.passages, self._first[np.add(works, 1)]).tolist()
        found = [
            shown(r, scored, begin, end, request.snippets)
            for r, begin, end in zip(works, begins, ends, strict=True)
        ]
        if len(found) == 1:
            return found[0]
        spoken = [held for held in found if self._works.language(held.row) == request.lang]
        best = max(held.score for held in found)
        if sort_of(request) == "relevance":
            told = min(spoken or found, key=lambda h: (-steps(h.score), self._rank[h.row]))
        else:
            told = next(held for held in found if held.row == row)
        return replace(told, score=best)

    def _order(self, sort: str) -> Ints:
        if sort == "newest":
            return self._newest
        return self._oldest if sort == "oldest" else self._titles

    def _leading(self, scored: Scored, kept: Mask, count: int) -> Ints:
        """The kept reports in the order of relevance, at least the first `count` of them."""
        candidates = self._candidates(scored, kept, count)
        values = self._worth(scored, candidates)
        return candidates[np.lexsort((self._rank[candidates], -np.rint(values * STEPS)))]

    def _candidates(self, scored: Scored, kept: Mask, count: int) -> Ints:
        """The reports that can be among the first `count`: what a report is worth lies between
        its best passage and that with the most that further passages can add."""
        inside = kept[scored.owners]
        values, owners = scored.scores[scored.passages][inside], scored.owners[inside]
        first = leading(values, owners, count)
        if count < 1 or len(first) < count:
            return np.flatnonzero(kept)
        worth = self._worth(scored, first)
        least = np.partition(worth, len(worth) - count)[len(worth) - count]
        bound = least / (1 + NEXT_PASSAGES * NEXT_WEIGHT) - 2 / STEPS
        return np.unique(owners[values >= bound])

    def _worth(self, scored: Scored, rows: Ints) -> Floats:
        """The scores of reports: their best passage, and a share of each of the next two."""
        counts = self._first[rows + 1] - self._first[rows]
        ends = np.cumsum(counts)
        owner = np.repeat(np.arange(len(rows)), counts)
        if not len(owner):
            return np.zeros(len(rows))
        passages = np.arange(ends[-1]) + np.repeat(self._first[rows] - (ends - counts), counts)
        values = scored.scores[passages]
        order = np.lexsort((-values, owner))
        place = np.arange(len(order)) - np.repeat(ends - counts, counts)
        weights = np.where(place == 0, 1.0, np.where(place <= NEXT_PASSAGES, NEXT_WEIGHT, 0.0))
        return added(owner, len(rows), values[order] * weights)

    def _marked(self, page: Sequence[Shown], request: Request) -> tuple[Match, ...]:
        """The page with everything that is shown of it; marks are looked up for all at once."""
        found: dict[int, Found] = {}
        for shard in self._shards.parts:
            inside = [held for held in page if self._shards.shard_of_report(held.row) is shard]
            first = shard.first_passage
            numbers = [(held.row, number - first) for held in inside for number in held.passages]
            if numbers:
                marks = highlight(shard, request.clauses, [number for _, number in numbers])
                for (row, number), marked in zip(numbers, marks, strict=True):
                    passage = shard.passage(number, self._shards.ids[row])
                    found[number + first] = Found(passage, marked)
        return tuple(
            Match(self._report(held.row), held.score, tuple(found[n] for n in held.passages))
            for held in page
        )

    def entries(self) -> Sequence[Entry]:
        """An entry for every report, ordered by id."""
        entries = (entry for shard in self._shards.parts for entry in shard.entries())
        return sorted(entries, key=lambda entry: entry.id)

    def reports(self) -> Sequence[Report]:
        """Every report, ordered by id."""
        return [self._report(row) for _, row in sorted(self._numbers.items())]

    def report(self, report_id: str) -> Report | None:
        """The report with this id."""
        row = self._numbers.get(report_id)
        return None if row is None else self._report(row)

    def translations(self, report_id: str) -> tuple[Report, ...]:
        """The other reports of the same work, ordered by id."""
        own = self._numbers.get(report_id)
        rows = () if own is None else (row for row in self._works.siblings(own) if row != own)
        return tuple(sorted(map(self._report, rows), key=lambda report: report.id))

    def _report(self, row: int) -> Report:
        shard = self._shards.shard_of_report(row)
        return shard.report(row - shard.first_report)

    def passages(self, report_id: str) -> tuple[Passage, ...]:
        """The passages of a report in order."""
        row = self._numbers.get(report_id)
        if row is None:
            return ()
        shard = self._shards.shard_of_report(row)
        first, last = self._first[row : row + 2].tolist()
        numbers = range(first - shard.first_passage, last - shard.first_passage)
        return tuple(shard.passage(number, report_id) for number in numbers)

    def passage_count(self) -> int:
        """How many passages there are in all."""
        return int(np.count_nonzero(self._shards.live))

    def verify(self) -> None:
        """Reads every column; EngineError when one is not what was written."""
        for shard in self._shards.parts:
            segment.verify(shard.segment)

    def close(self) -> None:
        """Nothing to give back at once: a mapped file goes with the last array that shows it."""


def _all(first: Mask, *others: Mask) -> Mask:
    return functools.reduce(np.logical_and, others, first)


def open_engine(path: Path) -> ColumnsEngine:
    """The columns in a folder, open for reading; IndexOutdated unless they fit its index."""
    return ColumnsEngine(path)
