"""The facade: everything that a command or a page asks of an index, through one object."""

from __future__ import annotations

import datetime as dt
import functools
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice, takewhile
from typing import Final

from indexer import (
    build,
    gapmap,
    identity,
    relaxing,
    snippets,
    spelling,
    syntax,
)
from indexer.asking import SNIPPETS, request_for
from indexer.beside import Beside, beside
from indexer.completions import Completion
from indexer.config import Config
from indexer.engines.base import Engine, Found, Match, Matches
from indexer.errors import ReportNotFound, ReportWithdrawn
from indexer.fields import FACET_FIELDS, FACET_NAMES
from indexer.gapmap import GapMap
from indexer.holdings import Holdings
from indexer.instead import instead
from indexer.matched import other_words
from indexer.meaning import Meaning, meaning, outdated
from indexer.models import Passage, Report
from indexer.opening import Answering, Opened
from indexer.query import (
    MAX_SIZE,
    Facet,
    FacetValue,
    Hit,
    IndexState,
    Nearby,
    Notice,
    Query,
    Results,
    Snippet,
)
from indexer.syntax import Boost, Parsed
from indexer.vocabulary import Vocabulary

# A filter whose values come from the corpus shows the most frequent of them.
OPEN_VALUES: Final = 15
# How many reports' likes are remembered: about a megabyte of reports.
REMEMBERED: Final = 1_000


@dataclass(frozen=True, slots=True)
class Status:
    """The health of an index: `last_build` is the last build's report, if one was kept.

    `stale` says whether the corpus has changed since; `damage` what is wrong with the generation
    that was published last, in whose place an earlier one answers. `others`
    are the indexes of other engines.
    """

    engine: str
    index: IndexState
    stale: bool
    last_build: build.BuildReport | None
    damage: str | None = None
    others: tuple[Beside, ...] = ()


class Catalogue:
    """A corpus and its index; it follows new generations as they are published.

    Where the last one is damaged, the last good one answers, and says so (opening.py). Every method
    that answers from the index raises IndexMissing, IndexOutdated or another EngineError when none
    can.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self._answering = Answering(config)

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of the generation that answers."""
        return self._answering.vocabulary

    def search(self, query: Query, lang: str | None = None, snippets: int = SNIPPETS) -> Results:
        """The reports that answer a query, one page of them, with snippets and facet counts.

        A report and its translations are one hit, shown in `lang` if that version is among those
        that the filters keep, and otherwise in the language that fits the query best; of each, so
        many snippets at most.
        """
        opened = self._open()
        started = time.perf_counter()
        parsed = syntax.parse(query.text)
        meant = _meant(opened, parsed, query)
        notices = [_standing_in(opened.state)] if opened.state.stands_in else []
        notices += [Notice("truncated")] if parsed.truncated else []
        notices += outdated(meant)
        matches = opened.engine.search(request_for(query, meant, lang, snippets))
        last = max(1, -(-matches.total // query.size))
        if query.page > last:
            notices.append(Notice("beyond-last-page", {"page": str(query.page), "last": str(last)}))
            query = query.at_page(last)
            matches = opened.engine.search(request_for(query, meant, lang, snippets))
        hits = tuple(_hit(match, meant, opened.engine) for match in matches.page)
        facets = tuple(_facet(opened, name, query, matches) for name in FACET_NAMES)
        suggestion, nearby = self._help(opened, query, parsed, matches.total)
        took = (time.perf_counter() - started) * 1000
        return Results(
            query,
            matches.total,
            hits,
            facets,
            took,
            opened.state,
            suggestion,
            nearby,
            tuple(notices),
        )

    def count(self, query: Query) -> int:
        """How many reports answer a query, in a part of the time that a page of them takes."""
        return _count(self._open(), query)

    def every(
        self, query: Query, lang: str | None = None
    ) -> tuple[int, IndexState, Iterator[Report]]:
        """All reports that answer a query, whatever its page: how many, from which index, and each
        of them in order, read as they are asked for from that one generation.

        Of a report and its translations, the one that `search` shows.
        """
        return self._in_order(query, lang, query.sort, MAX_SIZE)

    def _in_order(
        self, query: Query, lang: str | None, sort: str, at_once: int
    ) -> tuple[int, IndexState, Iterator[Report]]:
        """The same in any order that an engine knows, so many at once."""
        opened = self._open()
        meant = _meant(opened, syntax.parse(query.text), query)
        asked = request_for(replace(query, page=1, size=at_once), meant, lang)
        request = replace(asked, sort=sort, facets=(), snippets=0)
        first = opened.engine.search(request)

        def reports() -> Iterator[Report]:
            found, offset = first, 0
            while found.page:
                yield from (match.report for match in found.page)
                offset += at_once
                found = opened.engine.search(replace(request, offset=offset))

        return first.total, opened.state, reports()

    def gap_map(self, query: Query, rows: str = "", columns: str = "") -> GapMap:
        """Where a search has evidence and where it has none, on two of gapmap.AXES."""
        axes = gapmap.chosen_axes(rows, columns)
        return gapmap.draw(query, axes, self._counter(query), self.vocabulary)

    def years(self, query: Query) -> dict[int, int]:
        """How many reports of a search there are from each year, oldest first."""
        counts = self._counter(query)(("year",))
        return dict(sorted((int(year), number) for (year,), number in counts.items()))

    def _counter(self, query: Query) -> gapmap.Count:
        """Counts combinations among the reports of a search, in one generation."""
        opened = self._open()
        request = request_for(query, _meant(opened, syntax.parse(query.text), query), None)
        return functools.partial(opened.engine.combinations, request)

    def report(self, report_id: str) -> Report:
        """The report with this id, or with this alias; ReportNotFound if there is none, which is
        ReportWithdrawn if there was one."""
        opened = self._open()
        found = opened.engine.report(report_id)
        if found is None and report_id in opened.by_alias:
            found = opened.engine.report(opened.by_alias[report_id])
        if found is None:
            raise self._not_found(report_id)
        return found

    def _not_found(self, report_id: str) -> ReportNotFound:
        known = identity.load(self.config.corpus, self.config.index).withdrawn(report_id)
        if known is None or known.gone is None:
            return ReportNotFound(report_id)
        there = {report.id for report in self.reports() if not report.withdrawn}
        named = [other for other in known.gone.see if other in there]
        alike = [other.id for other in instead(self.search, known.title, known.lang)]
        ids = tuple(dict.fromkeys((*named, *alike)))
        return ReportWithdrawn(
            report_id, known.title, known.lang, known.gone.on, known.gone.reason, ids
        )

    def alternatives(self, report: Report) -> tuple[Report, ...]:
        """What to read instead of a withdrawn report, the most like it first."""
        return instead(self.search, report.title, report.lang, report.sectors)

    def passages(self, report_id: str) -> tuple[Passage, ...]:
        """The passages of a report in order."""
        return self._open().engine.passages(self.report(report_id).id)

    def translations(self, report: Report) -> tuple[Report, ...]:
        """The reports that say the same in the other language."""
        return self._open().engine.translations(report.id)

    def suggest(self, typed: str, lang: str) -> tuple[Completion, ...]:
        """What may be meant by the beginning of a search, for a page in a language; at most 8."""
        return self._open().completions(lang).of(typed)

    def similar(self, report: Report) -> tuple[Report, ...]:
        """At most five reports like this one, without its translations."""
        return self._open().similar(report.id)

    def newest(
        self, query: Query, count: int, since: dt.date | None = None, lang: str | None = None
    ) -> tuple[Report, ...]:
        """The reports that answer a query and were added last, or since a day; newest first.

        The day on which a report was added decides, never the day on which its file was touched.
        """
        _, _, reports = self._in_order(query, lang, "added", min(count, MAX_SIZE))
        recent = takewhile(lambda report: since is None or report.added >= since, reports)
        return tuple(islice(recent, count))

    def reports(self) -> tuple[Report, ...]:
        """Every report, ordered by id."""
        return tuple(self._open().engine.reports())

    def state(self) -> IndexState:
        """Which generation answers now."""
        return self._open().state

    def status(self) -> Status:
        """The health of the index, all of which is read again, and whether the corpus has changed
        since it was built."""
        opened = self._answering.verified()
        entries = opened.engine.entries()
        return Status(
            engine=opened.generation.engine,
            index=opened.state,
            stale=build.is_stale(self.config, self.vocabulary, entries),
            last_build=build.last_report(self.config.index),
            damage=opened.damage,
            others=beside(self.config, entries),
        )

    def holdings(self) -> Holdings:
        """How fresh the reports are, and how much of their pages was read."""
        return self._open().holdings

    def close(self) -> None:
        """Gives back the open generation."""
        self._answering.close()

    def _open(self) -> Opened:
        """The generation that answers; a newer one replaces it as soon as it is published."""
        return self._answering.opened()

    def _help(
        self, opened: Opened, query: Query, parsed: Parsed, total: int
    ) -> tuple[Nearby | None, tuple[Nearby, ...]]:
        """What was probably meant, and where nothing was found which nearby searches find
        something."""

        count = functools.partial(_count, opened)

        def meant(other: Query) -> Nearby | None:
            return spelling.suggestion(
                other, parsed.clauses, total, opened.engine, opened.lexicon, count
            )

        suggestion = meant(query)
        if total:
            return suggestion, ()
        nearby = (*relaxing.relaxed(query, count), *opened.concepts.near(query, count))
        elsewhere = meant(query.unfiltered()) if query.filtered and not suggestion else None
        return suggestion, (elsewhere, *nearby) if elsewhere else nearby


def _count(opened: Opened, query: Query) -> int:
    asked = request_for(query, _meant(opened, syntax.parse(query.text), query), None)
    # Whatever only orders what is found.
    clauses = tuple(clause for clause in asked.clauses if not isinstance(clause, Boost))
    number = replace(asked, clauses=clauses, facets=(), favours=(), feedback=None, sort="newest")
    return opened.engine.search(replace(number, offset=0, limit=0, snippets=0)).total


def _meant(opened: Opened, parsed: Parsed, query: Query) -> Meaning:
    return meaning(parsed, opened.thesaurus if query.expand else None)


def _standing_in(state: IndexState) -> Notice:
    return Notice("stands-in", {"built": state.built_at.date().isoformat()})


def _facet(opened: Opened, name: str, query: Query, matches: Matches) -> Facet:
    counts = matches.facets[name]
    selected = query.filters.get(name, ())
    keys = opened.words.keys(name) if name in _CONTROLLED else _frequent(counts, selected)
    values = (FacetValue(key, counts.get(key, 0), key in selected) for key in keys)
    return Facet(name, tuple(values))


_CONTROLLED: Final = frozenset(field.name for field in FACET_FIELDS if field.controlled)


def _hit(match: Match, meant: Meaning, engine: Engine) -> Hit:
    shown = _snippets(match.passages)
    why = other_words(meant.concepts, match.report.title, shown)
    return Hit(match.report, match.score, shown, why, engine.translations(match.report.id))


def _snippets(passages: tuple[Found, ...]) -> tuple[Snippet, ...]:
    """The snippets of a hit in reading order."""
    ordered = sorted(passages, key=lambda found: found.passage.number)
    return tuple(snippets.snippet(found.passage, found.marks) for found in ordered)


def _frequent(counts: Mapping[str, int], selected: tuple[str, ...]) -> tuple[str, ...]:
    by_count = sorted(counts, key=lambda value: (-counts[value], value))[:OPEN_VALUES]
    return tuple(dict.fromkeys((*by_count, *selected)))
