"""Our own engine, asked as every page asks it: through the catalogue.

It does more than the peers: it groups passages into reports and counts reports, under eight facets
instead of five, and words that stand side by side as they were typed count more. Other words for
the same, in both languages, are asked for only where a question says so (“everything on”).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from indexer import engines, generations
from indexer.catalogue import Catalogue
from indexer.config import Config
from indexer.generations import Generation
from indexer.query import Query
from tests.bench.corpus import Item
from tests.bench.language import REAL
from tests.bench.peer import Answer
from tests.bench.questions import Question

ENGINE = "whoosh"


def build(items: Iterable[Item], folder: Path) -> None:
    """A published generation."""
    with generations.exclusive(folder):
        _publish(folder, None, (), items)


def replace(item: Item, folder: Path) -> None:
    """A new generation in which one report is another."""
    with generations.exclusive(folder):
        _publish(folder, generations.current(folder), (item.report.id,), (item,))


def _publish(
    folder: Path, base: Generation | None, gone: Iterable[str], items: Iterable[Item]
) -> None:
    path = generations.start(folder)
    writer = engines.open_writer(ENGINE, path, base.path if base else None)
    for report in gone:
        writer.remove(report)
    for item in items:
        writer.add(item.report, item.passages, item.facets)
    writer.commit()
    engines.promote(Config(corpus=REAL, index=folder, engine=ENGINE), path, base)


class _Searcher:
    def __init__(self, folder: Path) -> None:
        self._catalogue = Catalogue(Config(corpus=REAL, index=folder, engine=ENGINE))

    def search(self, question: Question) -> Answer:
        """One page of reports."""
        query = Query(text=question.text, filters=question.filters, expand=question.expand)
        found = self._catalogue.search(query)
        return Answer(
            total=found.total,
            hits=tuple(hit.report.id for hit in found.hits),
            snippets=tuple(snippet.text for hit in found.hits for snippet in hit.snippets),
            facets={f.name: {v.value: v.count for v in f.values} for f in found.facets},
        )


def open_index(folder: Path) -> _Searcher:
    """The catalogue of an index."""
    return _Searcher(folder)
