"""Stock Whoosh as its documentation shows it: one writer, its own stemming analyser, BM25F, its own
facets (`groupedby`) over columns, and its own highlighter."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from whoosh import fields, index, sorting
from whoosh.analysis import CharsetFilter, StemmingAnalyzer
from whoosh.qparser import MultifieldParser, OrGroup
from whoosh.support.charset import accent_map

from tests.bench.corpus import FACETS, Item, rows
from tests.bench.peer import SNIPPET_CHARACTERS, SNIPPETS, WEIGHTS, Answer, distinct
from tests.bench.questions import Question

# A passage with several sectors counts for each; all other facets have one value.
_MANY: Final = "sector"


def _schema() -> Any:
    analyzer = StemmingAnalyzer(stoplist=None) | CharsetFilter(accent_map)
    texts = {
        name: fields.TEXT(analyzer=analyzer, stored=True, field_boost=weight)
        for name, weight in WEIGHTS.items()
    }
    columns = {name: fields.ID(sortable=True) for name in FACETS if name != _MANY}
    many = {_MANY: fields.KEYWORD()}
    return fields.Schema(report=fields.ID(stored=True), **texts, **columns, **many)


def build(items: Iterable[Item], folder: Path) -> None:
    """An index written by one writer in one process."""
    writer = index.create_in(str(folder), _schema()).writer(limitmb=256)
    for row in rows(items):
        texts = {name: getattr(row, name) for name in WEIGHTS}
        values = {name: " ".join(row.facets[name]) for name in FACETS}
        writer.add_document(report=row.report, **texts, **values)
    writer.commit()


class _Searcher:
    def __init__(self, folder: Path) -> None:
        opened = index.open_dir(str(folder))
        self._searcher = opened.searcher()
        self._parser = MultifieldParser(list(WEIGHTS), opened.schema, group=OrGroup)
        self._facets = {
            name: sorting.FieldFacet(name, allow_overlap=name == _MANY, maptype=sorting.Count)
            for name in FACETS
        }

    def search(self, question: Question) -> Answer:
        """One page of passages."""
        query = self._parser.parse(" ".join(question.words))
        found = self._searcher.search(query, limit=SNIPPETS, groupedby=self._facets)
        found.fragmenter.maxchars = SNIPPET_CHARACTERS
        # Results that are grouped hold every passage that matched, whatever the limit.
        best = found[:SNIPPETS]
        return Answer(
            total=len(found),
            hits=distinct([hit["report"] for hit in best]),
            snippets=tuple(hit.highlights("body", top=1) for hit in best),
            facets={name: dict(found.groups(name)) for name in FACETS},
        )


def open_index(folder: Path) -> _Searcher:
    """An index with one searcher."""
    return _Searcher(folder)
