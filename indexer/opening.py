"""Which generation answers? The one that was published last; where that is damaged, the last good.

Opening reads all of a small generation before it answers. A large one is opened after a look at
the length of its files, and all of it is read aside, a second for each GB or two.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from indexer import compiled, engines, generations, similar, vocabulary
from indexer.completions import Completions
from indexer.concepts import Concepts
from indexer.config import Config
from indexer.engines.base import Engine
from indexer.errors import EngineError, EngineUnavailable, VocabularyError
from indexer.generations import Generation
from indexer.holdings import Holdings, holdings
from indexer.lexicon import Lexicon
from indexer.models import Report
from indexer.query import IndexState
from indexer.thesaurus import Thesaurus, thesaurus_of
from indexer.vocabulary import Vocabulary

# A generation of at most so many bytes is read before it answers: about a tenth of a second.
READ_FIRST: Final = 64 << 20
# How many reports' likes are remembered: about a megabyte of reports.
_REMEMBERED: Final = 1_000


@dataclass(frozen=True)
class Opened:
    """A generation that is open, with the vocabulary of its time.

    `published` is what CURRENT said when it was opened; `damage` tells what is wrong with that
    generation, where this is an earlier one.
    """

    generation: Generation
    engine: Engine
    state: IndexState
    words: Vocabulary
    published: str | None
    damage: str | None = None

    @functools.cached_property
    def by_alias(self) -> Mapping[str, str]:
        """The id of a report by each of its former ids; a search asks for none of them."""
        return {alias: entry.id for entry in self.engine.entries() for alias in entry.aliases}

    @functools.cached_property
    def lexicon(self) -> Lexicon:
        """The words of its reports, for help with others."""
        return Lexicon(self.engine)

    @functools.cached_property
    def similar(self) -> Callable[[str], tuple[Report, ...]]:
        """Which reports are like one."""
        return _likes(self.engine, self.lexicon)

    @functools.cached_property
    def holdings(self) -> Holdings:
        """What the reports are, counted once."""
        return holdings(self.engine.reports())

    @functools.cached_property
    def completions(self) -> Callable[[str], Completions]:
        """What may be suggested in a language while one types."""
        reports, words = self.engine.reports, self.words
        return functools.cache(lambda lang: Completions(reports(), words, lang))

    @functools.cached_property
    def concepts(self) -> Concepts:
        """The concepts that a search may have meant."""
        return Concepts(self.words.terms)

    @property
    def thesaurus(self) -> Thesaurus:
        """The words of its vocabulary, ready for queries."""
        return thesaurus_of(self.words)


class Answering:
    """The generation that answers, which changes as others are published or found damaged; safe to
    use from several threads."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._opened: Opened | None = None
        self._failure: EngineError | None = None
        # The state of the files that were last found to be what was written.
        self._sound: object = None
        self.vocabulary: Vocabulary = compiled.load(config)

    def opened(self) -> Opened:
        """The generation that answers now; EngineError when none can."""
        name = self._published()
        opened = self._opened
        if opened is None or opened.published != name:
            with self._lock:
                opened = self._opened
                if opened is None or opened.published != name:
                    opened = self._follow()
        if self._failure:
            raise self._failure
        return opened

    def verified(self) -> Opened:
        """The same, after all of it was read, or read again where its files have changed."""
        opened = self.opened()
        if generations.state(opened.generation) != self._sound:
            self._verify(opened)
        return self.opened()

    def close(self) -> None:
        """Gives back the open generation."""
        with self._lock:
            if self._opened:
                self._opened.engine.close()
                self._opened = None

    def _published(self) -> str | None:
        """What CURRENT says; nothing where it cannot be read, as where it is missing."""
        try:
            return engines.current_name(self._config)
        except EngineUnavailable:
            raise
        except EngineError:
            return None

    def _follow(self) -> Opened:
        """Opens what is published now, or an earlier one; call with the lock."""
        # The former engine is not closed: another thread may be in the middle of it.
        while True:
            name = self._published()
            try:
                opened = self._open(engines.current(self._config), name)
            except EngineUnavailable:
                # Nothing is damaged, and nothing else can answer for a cluster that is away.
                raise
            except EngineError as error:
                if self._published() != name:
                    # A build published another one meanwhile, and removed this one.
                    continue
                opened = self._instead(name, error)
            self._failure = None
            self._opened = opened
            self.vocabulary = opened.words
            return opened

    def _open(
        self, generation: Generation, published: str | None, damage: str | None = None
    ) -> Opened:
        small = generation.size <= READ_FIRST
        if small or damage:
            self._read(generation)
        engine = engines.open_engine(generation.engine, generation.path, self._config)
        words = self._words(generation)
        state = _state(generation, engine, damage)
        opened = Opened(generation, engine, state, words, published, damage)
        if not (small or damage):
            # A short command does not wait for it to end.
            read = threading.Thread(target=self._verify, args=(opened,), name="verify", daemon=True)
            read.start()
        return opened

    def _words(self, generation: Generation) -> Vocabulary:
        """The vocabulary as it is now, or the last one, while somebody is in the middle of it."""
        try:
            return vocabulary.load(self._config.corpus, lambda: compiled.read(generation))
        except VocabularyError:
            return self.vocabulary

    def _instead(self, published: str | None, problem: EngineError, *but: Generation) -> Opened:
        """The last good generation, since there is a problem with the published one: an earlier
        one, or else the one that is open, whose files may be gone but not for who has them open."""
        for generation in engines.earlier(self._config):
            try:
                return self._open(generation, published, str(problem))
            except EngineError:
                continue
        held = self._opened
        if (
            held is None
            or not held.generation.files
            or held.generation in but
            or held.generation.name == published
        ):
            raise problem
        state = replace(held.state, stands_in=True)
        return replace(held, state=state, published=published, damage=str(problem))

    def _verify(self, opened: Opened) -> None:
        """Reads all of a generation, and answers from another one where it is damaged."""
        try:
            self._read(opened.generation, aside=True)
        except EngineError as error:
            with self._lock:
                if self._opened is not opened:
                    return
                try:
                    self._opened = self._instead(opened.published, error, opened.generation)
                except EngineError as failure:
                    self._failure = failure

    def _read(self, generation: Generation, *, aside: bool = False) -> None:
        state = generations.state(generation)
        engines.verify(generation, self._config, aside=aside)
        self._sound = state


def _state(generation: Generation, engine: Engine, damage: str | None) -> IndexState:
    return IndexState(
        generation.name,
        engine.report_count(),
        engine.passage_count(),
        generation.built_at.replace(microsecond=0),
        damage is not None,
    )


def _likes(engine: Engine, lexicon: Lexicon) -> Callable[[str], tuple[Report, ...]]:
    """Which reports are like one that the engine has."""

    @functools.lru_cache(maxsize=_REMEMBERED)
    def like(report_id: str) -> tuple[Report, ...]:
        report = engine.report(report_id)
        if report is None:
            return ()
        return similar.similar(report, engine.passages(report_id), engine, lexicon)

    return like
