"""What every engine of the comparison does: it builds an index from reports in a folder, opens it,
and answers questions.

Equal work: words are lower-cased, without accents and stemmed; title, heading, summary and body are
searched with the weights 4, 2, 2 and 1; any word is enough. An answer has ten hits, twenty snippets
(two for a hit) and the counts of five facets over all that matched. The peers find passages, and
are not asked to group them into reports, which ours does: they make a snippet for each of the best
twenty passages, and count passages. The small words (`the`, `des`) count for no engine: ours leaves
them out itself, and the peers are given the others.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, cast

from indexer.fields import TEXT_FIELDS
from tests.bench.corpus import Item
from tests.bench.questions import Question

HITS: Final = 10
SNIPPETS: Final = 20
WEIGHTS: Final = {field.name: field.weight for field in TEXT_FIELDS}
SNIPPET_CHARACTERS: Final = 280

NAMES: Final = ("ours", "tantivy", "fts5", "bm25s", "whoosh")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found: how many in all, the first ten hits by id, their snippets, and the counts."""

    total: int
    hits: tuple[str, ...]
    snippets: tuple[str, ...]
    facets: Mapping[str, Mapping[str, int]]


class Searcher(Protocol):
    """An index that is open."""

    def search(self, question: Question) -> Answer:
        """The answer to a question."""


class Engine(Protocol):
    """A module of this package that builds and opens the indexes of one engine."""

    def build(self, items: Iterable[Item], folder: Path) -> None:
        """Writes an index into a folder that is empty."""

    def open_index(self, folder: Path) -> Searcher:
        """Opens what `build` wrote."""


def engine(name: str) -> Engine:
    """An engine by its name, imported when it is asked for."""
    module = "ours" if name == "ours" else f"peer_{name}"
    return cast(Engine, importlib.import_module(f"tests.bench.{module}"))


def distinct(reports: Sequence[str]) -> tuple[str, ...]:
    """The first ten different reports."""
    return tuple(dict.fromkeys(reports))[:HITS]
