"""The systems whose answers are compared: this search, the same without other words for a concept,
and plain BM25, Tantivy and SQLite FTS5 over the same passages and fields."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Protocol, cast

from indexer import prepare
from indexer.baseline import Baseline
from indexer.catalogue import Catalogue
from indexer.evaluate import Answers, found
from indexer.text import is_stopword, words
from tests.bench.corpus import Item
from tests.bench.peer import engine
from tests.bench.questions import Question

OURS: Final = "this search"
TYPED: Final = "this search, `expand=off`"
PLAIN: Final = "plain BM25"
PEERS: Final = {"Tantivy": "tantivy", "SQLite FTS5": "fts5"}
NAMES: Final = (OURS, TYPED, PLAIN, *PEERS)
# Passages that are asked for, so that a hundred reports are among them.
PASSAGES: Final = 1_000


class Ranked(Protocol):
    """A peer that is open."""

    def ranked(self, question: Question, passages: int) -> list[str]:
        """The reports of the best so many passages, best first."""


@contextmanager
def systems(catalogue: Catalogue) -> Iterator[Mapping[str, Answers]]:
    """What each system answers over the reports of a catalogue."""
    with TemporaryDirectory() as folder:
        yield {
            OURS: functools.partial(found, catalogue),
            TYPED: functools.partial(found, catalogue, expand=False),
            PLAIN: Baseline(catalogue).answers,
            **{name: _peer(key, catalogue, Path(folder) / key) for name, key in PEERS.items()},
        }


def _peer(name: str, catalogue: Catalogue, folder: Path) -> Answers:
    module = engine(name)
    folder.mkdir()
    module.build(items(catalogue), folder)
    opened = cast(Ranked, module.open_index(folder))

    def answers(text: str) -> list[str]:
        return opened.ranked(_question(text), PASSAGES)

    return answers


def items(catalogue: Catalogue) -> Iterator[Item]:
    """The reports of a catalogue as a writer takes them."""
    for report in catalogue.reports():
        facets = prepare.facets(report, catalogue.vocabulary)
        yield Item(report, catalogue.passages(report.id), facets)


def _question(text: str) -> Question:
    """The words of a query as the peers take them: without small words, as ours leaves them out."""
    found = list(dict.fromkeys(word.text for word in words(text)))
    return Question(text, tuple([w for w in found if not is_stopword(w)] or found))
