"""The systems whose answers are compared: ours with and without its parts, and the peers of
tests/bench over the same passages and fields."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol, cast

from indexer.catalogue import Catalogue
from indexer.evaluate import Answers
from indexer.text import is_stopword, words
from tests.bench.corpus import FACETS, Item
from tests.bench.peer import engine
from tests.bench.questions import Question

PEERS: Final = ("tantivy", "fts5")
# Passages that are asked for, so that a hundred reports are among them.
PASSAGES: Final = 1_000


class Ranked(Protocol):
    """A peer that is open."""

    def ranked(self, question: Question, passages: int) -> list[str]:
        """The reports of the best so many passages, best first."""


def peer(name: str, catalogue: Catalogue, folder: Path) -> Answers:
    """What a peer answers over the reports of a catalogue, indexed in an empty folder."""
    module = engine(name)
    module.build(_items(catalogue), folder)
    opened = cast(Ranked, module.open_index(folder))

    def answers(text: str) -> list[str]:
        return opened.ranked(_question(text), PASSAGES)

    return answers


def _items(catalogue: Catalogue) -> Iterator[Item]:
    nothing: dict[str, tuple[str, ...]] = dict.fromkeys(FACETS, ())
    for report in catalogue.reports():
        yield Item(report, catalogue.passages(report.id), nothing)


def _question(text: str) -> Question:
    """The words of a query as the peers take them: without small words, as ours leaves them out."""
    found = list(dict.fromkeys(word.text for word in words(text)))
    return Question(text, tuple([w for w in found if not is_stopword(w)] or found))
