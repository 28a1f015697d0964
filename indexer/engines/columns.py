"""Answers from column segments: sums over postings, masks, and counts, without a loop over
passages. It reads what `whoosh.py` writes beside its index, and needs nothing else."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from indexer.engines import totals
from indexer.engines.base import (
    Combinations,
    Entry,
    Favour,
    Found,
    Match,
    Matches,
    Request,
)
from indexer.engines.counting import facets
from indexer.engines.crossing import Axis, combinations, year_axis
from indexer.engines.echoes import Echoes
from indexer.engines.formcounts import FormCounts
from indexer.engines.highlighting import highlight
from indexer.engines.matching import Floats, Matcher
from indexer.engines.paging import Shown, candidates, grouped
from indexer.engines.ranking import YEAR, best_of, shown_of, sort_of
from indexer.engines.scoring import STEPS, steps
from indexer.engines.shards import Ints, Mask, Shard, by_text, open_shards
from indexer.engines.streams import NO_YEAR
from indexer.engines.totals import Scored
from indexer.engines.works import Works
from indexer.models import Passage, Report


class ColumnsEngine:
    """One generation's columns, mapped from disk; several threads may ask at once."""

    def __init__(self, path: Path) -> None:
        self._shards = open_shards(path)
        self._matcher = Matcher(self._shards)
        self._echoes = Echoes(self._shards, self._matcher)
        self._works = Works(self._shards.parts, self._shards.ids, self._shards.live_reports)
        self._facets = facets(self._shards.parts, self._works)
        self._newest = self._by_year(-self._shards.years)
        self._rank = np.argsort(self._newest)
        self._counted: tuple[Request, Mask] | None = None

    def _by_year(self, keys: Ints) -> Ints:
        """The reports in the order of keys, then of ids; those without a year come last."""
        by_id = self._shards.by_id
        unknown = self._shards.years[by_id] == NO_YEAR
        return by_id[np.lexsort((keys[by_id], unknown))]

    @functools.cached_property
    def _oldest(self) -> Ints:
        return self._by_year(self._shards.years)

    @functools.cached_property
    def _added(self) -> Ints:
        by_id, years = self._shards.by_id, self._shards.years
        days = np.zeros(len(by_id), np.int64)
        for held in self.entries():
            days[self._numbers[held.id]] = held.added.toordinal()
        known = np.where(years == NO_YEAR, 0, years)
        return by_id[np.lexsort((-known[by_id], -days[by_id]))]

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
        scored = self._scored(request)
        filters = self._filters(request)
        kept = _all(scored.reports, *filters.values())
        counts = self._facets.count(request.facets, kept)
        for name in filters.keys() & counts.keys():
            counts[name] = self._unfiltered(name, scored, filters)
        page = self._page(scored, kept, request)
        return Matches(self._works.count(kept), page, counts)

    def combinations(self, request: Request, axes: Sequence[str]) -> Combinations:
        """How many of the works that match have each combination of values."""
        crossed = [self._years if name == YEAR else self._facets.axis(name) for name in axes]
        return combinations(self._kept(request), crossed, self._works)

    def _kept(self, request: Request) -> Mask:
        """Which reports match; those of the last request stay known, as a map asks thrice."""
        last = self._counted
        if last is None or last[0] is not request:
            scored = totals.scored(request.clauses, self._shards, self._matcher)
            kept = _all(scored.reports, *self._filters(request).values())
            last = self._counted = (request, kept)
        return last[1]

    def _scored(self, request: Request) -> Scored:
        """The passages that match, with what they are worth among these answers."""
        scored = totals.scored(request.clauses, self._shards, self._matcher)
        if request.favours:
            np.multiply(
                scored.scores,
                self._favoured(request.favours).take(scored.owners),
                out=scored.scores,
            )
        if request.feedback and sort_of(request) == "relevance":
            first = self._leading(scored, scored.reports, request.feedback.reports)
            best = grouped(scored, self._shards.first, first[: request.feedback.reports])
            shown = best.shown(np.arange(len(best.rows)), 1)
            self._echoes.add(scored, shown, request.feedback)
        return scored

    def _favoured(self, favours: Sequence[Favour]) -> Floats:
        """By how much the scores of each report grow."""
        factors = np.ones(len(self._shards.live_reports))
        for favour in favours:
            factors += favour.weight * self._facets.having(favour.facet, favour.values)
        return factors

    @functools.cached_property
    def _years(self) -> Axis:
        return year_axis(self._shards.years)

    def _unfiltered(self, name: str, scored: Scored, filters: dict[str, Mask]) -> dict[str, int]:
        """The counts of a facet, which ignore its own filter."""
        others = (mask for other, mask in filters.items() if other != name)
        kept = _all(scored.reports, *others)
        return self._facets.count((name,), kept)[name]

    def _filters(self, request: Request) -> dict[str, Mask]:
        """Which reports each filter keeps, by facet."""
        masks = {
            name: self._facets.having(name, values) for name, values in request.filters.items()
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
        rows = self._works.first(rows)[request.offset : last]
        return self._marked(self._shown(rows, scored, kept, request), request)

    def _leading(self, scored: Scored, kept: Mask, count: int) -> Ints:
        """The kept reports in the order of relevance, at least the first `count` of them."""
        held = grouped(scored, self._shards.first, candidates(scored, kept, count))
        return held.rows[np.lexsort((self._rank[held.rows], -np.rint(held.worth * STEPS)))]

    def _shown(self, rows: Ints, scored: Scored, kept: Mask, request: Request) -> list[Shown]:
        """What is shown of works, one after the other, by one report of each."""
        works = [[r for r in self._works.siblings(row) if kept[r]] for row in rows.tolist()]
        reports = np.array([report for work in works for report in work], np.int64)
        held = grouped(scored, self._shards.first, reports)
        shown = iter(held.shown(np.arange(len(reports)), best_of(request)))
        return [
            self._told(row, [next(shown) for _ in work], request)
            for row, work in zip(rows.tolist(), works, strict=True)
        ]

    def _told(self, row: int, work: Sequence[Shown], request: Request) -> Shown:
        """The report that is shown of a work: that in the language of the request, if it is kept,
        with the best score of all that are."""
        if len(work) == 1:
            return work[0]
        spoken = [held for held in work if self._works.language(held.row) == request.lang]
        best = max(held.score for held in work)
        if sort_of(request) == "relevance":
            told = min(spoken or work, key=lambda h: (-steps(h.score), self._rank[h.row]))
        else:
            told = next(held for held in work if held.row == row)
        return replace(told, score=best)

    def _order(self, sort: str) -> Ints:
        if sort == "newest":
            return self._newest
        if sort == "added":
            return self._added
        return self._oldest if sort == "oldest" else self._titles

    def _marked(self, page: Sequence[Shown], request: Request) -> tuple[Match, ...]:
        """The page with everything that is shown of it; marks are looked up for all at once."""
        inside: dict[Shard, list[tuple[int, Passage]]] = defaultdict(list)
        for held in page:
            shard, name = self._shards.shard_of_report(held.row), self._shards.ids[held.row]
            own = (number - shard.first_passage for number in held.passages)
            read = functools.partial(shard.passage, report_id=name)
            inside[shard] += shown_of(own, read, request)
        found: dict[str, list[Found]] = defaultdict(list)
        for shard, shown in inside.items():
            marks = highlight(shard, request.clauses, [number for number, _ in shown])
            for (_, passage), marked in zip(shown, marks, strict=True):
                found[passage.report_id].append(Found(passage, marked))
        return tuple(
            Match(self._report(held.row), held.score, tuple(found[self._shards.ids[held.row]]))
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
        first, last = self._shards.first[row : row + 2].tolist()
        numbers = range(first - shard.first_passage, last - shard.first_passage)
        return tuple(shard.passage(number, report_id) for number in numbers)

    def report_count(self) -> int:
        """How many reports there are."""
        return int(np.count_nonzero(self._shards.live_reports))

    def passage_count(self) -> int:
        """How many passages there are in all."""
        return int(np.count_nonzero(self._shards.live))

    def forms(self, lang: str) -> Mapping[str, int]:
        """The folded words of the passages in a language, and in how many each stands."""
        return FormCounts(self._shards.parts, lang)

    def close(self) -> None:
        """Nothing to give back at once: a mapped file goes with the last array that shows it."""


def _all(first: Mask, *others: Mask) -> Mask:
    return functools.reduce(np.logical_and, others, first)


def open_engine(path: Path) -> ColumnsEngine:
    """The columns in a folder, open for reading; IndexOutdated unless they fit its index."""
    return ColumnsEngine(path)
