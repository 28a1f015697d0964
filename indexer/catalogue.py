"""The facade: everything that a command or a page asks of an index, through one object."""

from __future__ import annotations

import datetime as dt
import functools
import heapq
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from indexer import build, engines, gapmap, generations, snippets, syntax, vocabulary
from indexer.asking import SNIPPETS, request_for
from indexer.config import Config
from indexer.engines.base import Engine, Found, Match, Matches
from indexer.errors import ReportNotFound
from indexer.fields import FACET_FIELDS, FACET_NAMES
from indexer.gapmap import GapMap
from indexer.generations import Generation
from indexer.matched import other_words
from indexer.meaning import Meaning, meaning, outdated
from indexer.models import Passage, Report
from indexer.passages import is_reference_list
from indexer.query import (
    MAX_SIZE,
    Facet,
    FacetValue,
    Hit,
    IndexState,
    Notice,
    Query,
    Results,
    Snippet,
)
from indexer.syntax import Parsed
from indexer.thesaurus import Thesaurus
from indexer.vocabulary import Vocabulary

# A filter whose values come from the corpus shows the most frequent of them.
OPEN_VALUES: Final = 15


@dataclass(frozen=True, slots=True)
class Status:
    """The health of an index: `last_build` is the last build's report, if one was kept.

    `stale` says whether the corpus has changed since.
    """

    engine: str
    index: IndexState
    stale: bool
    last_build: build.BuildReport | None


@dataclass(frozen=True, slots=True)
class _Open:
    generation: Generation
    engine: Engine
    by_alias: Mapping[str, str]
    state: IndexState


class Catalogue:
    """A corpus and its index; it follows new generations as they are published.

    Every method that answers from the index raises IndexMissing, IndexOutdated or another
    EngineError when it cannot.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.vocabulary: Vocabulary = vocabulary.load(config.corpus)
        self._words: tuple[Vocabulary, Thesaurus] | None = None
        self._opened: _Open | None = None
        self._lock = threading.Lock()

    def search(self, query: Query, lang: str | None = None) -> Results:
        """The reports that answer a query, one page of them, with snippets and facet counts.

        A report and its translations are one hit, shown in `lang` if that version is among those
        that the filters keep, and otherwise in the language that fits the query best.
        """
        opened = self._open()
        started = time.perf_counter()
        parsed = syntax.parse(query.text)
        meant = self._meant(parsed, query)
        notices = [Notice("truncated")] if parsed.truncated else []
        notices += outdated(meant)
        matches = opened.engine.search(request_for(query, meant, lang))
        last = max(1, -(-matches.total // query.size))
        if query.page > last:
            notices.append(Notice("beyond-last-page", {"page": str(query.page), "last": str(last)}))
            query = query.at_page(last)
            matches = opened.engine.search(request_for(query, meant, lang))
        hits = tuple(_hit(match, meant, opened.engine) for match in matches.page)
        facets = tuple(self._facet(name, query, matches) for name in FACET_NAMES)
        took = (time.perf_counter() - started) * 1000
        return Results(
            query, matches.total, hits, facets, took, opened.state, notices=tuple(notices)
        )

    def every(
        self, query: Query, lang: str | None = None
    ) -> tuple[int, IndexState, Iterator[Report]]:
        """All reports that answer a query, whatever its page: how many, from which index, and each
        of them in order, read as they are asked for from that one generation.

        Of a report and its translations, the one that `search` shows.
        """
        opened = self._open()
        meant = self._meant(syntax.parse(query.text), query)
        whole = request_for(replace(query, page=1, size=MAX_SIZE), meant, lang)
        request = replace(whole, facets=(), snippets=0)
        first = opened.engine.search(request)

        def reports() -> Iterator[Report]:
            found, offset = first, 0
            while found.page:
                yield from (match.report for match in found.page)
                offset += MAX_SIZE
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
        request = request_for(query, self._meant(syntax.parse(query.text), query), None)
        return functools.partial(self._open().engine.combinations, request)

    def report(self, report_id: str) -> Report:
        """The report with this id, or with this alias; ReportNotFound if there is none."""
        opened = self._open()
        found = opened.engine.report(opened.by_alias.get(report_id, report_id))
        if found is None:
            raise ReportNotFound(report_id)
        return found

    def passages(self, report_id: str) -> tuple[Passage, ...]:
        """The passages of a report in order."""
        return self._open().engine.passages(self.report(report_id).id)

    def translations(self, report: Report) -> tuple[Report, ...]:
        """The reports that say the same in the other language."""
        return self._open().engine.translations(report.id)

    def newest(
        self, query: Query, count: int, since: dt.date | None = None, lang: str | None = None
    ) -> tuple[Report, ...]:
        """The reports that answer a query and were added last, or since a day; newest first.

        The day on which a report was added decides, never the day on which its file was touched.
        """
        _, _, reports = self.every(query, lang)
        recent = (report for report in reports if since is None or report.added >= since)
        return tuple(heapq.nsmallest(count, recent, key=_by_added))

    def reports(self) -> tuple[Report, ...]:
        """Every report, ordered by id."""
        return tuple(self._open().engine.reports())

    def state(self) -> IndexState:
        """Which generation answers now."""
        return self._open().state

    def status(self) -> Status:
        """The health of the index and whether the corpus has changed since it was built."""
        opened = self._open()
        return Status(
            engine=opened.generation.engine,
            index=opened.state,
            stale=build.is_stale(self.config, self.vocabulary, opened.engine.entries()),
            last_build=build.last_report(self.config.index),
        )

    def close(self) -> None:
        """Gives back the open generation."""
        with self._lock:
            if self._opened:
                self._opened.engine.close()
                self._opened = None

    def _open(self) -> _Open:
        """The current generation, opened; a newer one replaces it as soon as it is published."""
        name = generations.current_name(self.config.index)
        opened = self._opened
        if opened and opened.generation.name == name:
            return opened
        with self._lock:
            if self._opened is None or self._opened.generation.name != name:
                # The former engine is not closed: another thread may be in the middle of it.
                self._opened = _load(generations.current(self.config.index))
                self.vocabulary = vocabulary.load(self.config.corpus)
            return self._opened

    def _meant(self, parsed: Parsed, query: Query) -> Meaning:
        return meaning(parsed, self._thesaurus() if query.expand else None)

    def _thesaurus(self) -> Thesaurus:
        """The words of the vocabulary, ready for queries."""
        held = self._words
        if held is None or held[0] is not self.vocabulary:
            held = self._words = self.vocabulary, Thesaurus(self.vocabulary)
        return held[1]

    def _facet(self, name: str, query: Query, matches: Matches) -> Facet:
        counts = matches.facets[name]
        selected = query.filters.get(name, ())
        keys = self.vocabulary.keys(name) if name in _CONTROLLED else _frequent(counts, selected)
        values = (FacetValue(key, counts.get(key, 0), key in selected) for key in keys)
        return Facet(name, tuple(values))


_CONTROLLED: Final = frozenset(field.name for field in FACET_FIELDS if field.controlled)


def _load(generation: Generation) -> _Open:
    engine = engines.open_engine(generation.engine, generation.path)
    entries = engine.entries()
    state = IndexState(
        generation.name, len(entries), engine.passage_count(), _whole_seconds(generation.built_at)
    )
    aliases = {alias: entry.id for entry in entries for alias in entry.aliases}
    return _Open(generation, engine, aliases, state)


def _by_added(report: Report) -> tuple[int, int, str]:
    return -report.added.toordinal(), -(report.year or 0), report.id


def _whole_seconds(moment: dt.datetime) -> dt.datetime:
    return moment.replace(microsecond=0)


def _hit(match: Match, meant: Meaning, engine: Engine) -> Hit:
    shown = _snippets(match.passages, meant)
    why = other_words(meant.concepts, match.report.title, shown)
    return Hit(match.report, match.score, shown, why, engine.translations(match.report.id))


def _snippets(passages: tuple[Found, ...], meant: Meaning) -> tuple[Snippet, ...]:
    """The snippets of a hit in reading order; none when nothing was asked for but filters.

    A list of sources is shown only when nothing else matched.
    """
    if not any(syntax.leaves(meant.clauses)):
        return ()
    telling = [found for found in passages if not is_reference_list(found.passage)] or passages
    ordered = sorted(telling[:SNIPPETS], key=lambda found: found.passage.number)
    return tuple(snippets.snippet(found.passage, found.marks) for found in ordered)


def _frequent(counts: Mapping[str, int], selected: tuple[str, ...]) -> tuple[str, ...]:
    by_count = sorted(counts, key=lambda value: (-counts[value], value))[:OPEN_VALUES]
    return tuple(dict.fromkeys((*by_count, *selected)))
