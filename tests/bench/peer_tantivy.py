"""Tantivy, a search library in Rust, through tantivy-py.

Facets are counted by its own aggregations (`terms`) over fast fields, all five in one call. It
collects hits and aggregations in two passes, because its Python interface offers no other way.
Snippets come from its SnippetGenerator. One segment is as many as its default writer leaves.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import tantivy

from tests.bench.corpus import FACETS, Item, rows
from tests.bench.peer import SNIPPET_CHARACTERS, SNIPPETS, WEIGHTS, Answer, distinct
from tests.bench.questions import Question

_ANALYZER: Final = "stems"
_MOST_VALUES: Final = 100
_COUNTS: Final = {
    name: {"terms": {"field": name, "size": _MOST_VALUES, "segment_size": _MOST_VALUES}}
    for name in FACETS
}


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("report", stored=True, tokenizer_name="raw", index_option="basic")
    for name in WEIGHTS:
        builder.add_text_field(name, stored=True, tokenizer_name=_ANALYZER)
    for name in FACETS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def _analyzer() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(64))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def build(items: Iterable[Item], folder: Path) -> None:
    """An index written by its default writer: as many threads as there are cores."""
    index = tantivy.Index(_schema(), path=str(folder))
    index.register_tokenizer(_ANALYZER, _analyzer())
    writer = index.writer()
    for row in rows(items):
        values: dict[str, Any] = {name: list(row.facets[name]) for name in FACETS}
        texts = {name: getattr(row, name) for name in WEIGHTS}
        writer.add_document(tantivy.Document(report=row.report, **texts, **values))
    writer.commit()
    writer.wait_merging_threads()


class _Searcher:
    def __init__(self, folder: Path) -> None:
        self._index = tantivy.Index.open(str(folder))
        self._index.register_tokenizer(_ANALYZER, _analyzer())
        self._schema = self._index.schema
        self._searcher = self._index.searcher()
        self._fields = list(WEIGHTS)

    def search(self, question: Question) -> Answer:
        """One page of passages."""
        query = self._query(question)
        found = self._searcher.search(query, limit=SNIPPETS)
        counted = self._searcher.aggregate(query, _COUNTS)
        generator = tantivy.SnippetGenerator.create(self._searcher, query, self._schema, "body")
        generator.set_max_num_chars(SNIPPET_CHARACTERS)
        documents = [self._searcher.doc(address) for _, address in found.hits]
        return Answer(
            total=found.count,  # type: ignore[attr-defined]
            hits=distinct([document["report"][0] for document in documents]),
            snippets=tuple(
                generator.snippet_from_doc(document).to_html() for document in documents
            ),
            facets={name: _values(counted[name]) for name in FACETS},
        )

    def ranked(self, question: Question, passages: int) -> list[str]:
        """The reports of the best so many passages, best first."""
        hits = self._searcher.search(self._query(question), limit=passages).hits
        reports = (self._searcher.doc(address)["report"][0] for _, address in hits)
        return list(dict.fromkeys(reports))

    def _query(self, question: Question) -> tantivy.Query:
        text = " ".join(question.words)
        return self._index.parse_query(text, self._fields, field_boosts=WEIGHTS)


def _values(told: dict[str, Any]) -> dict[str, int]:
    return {bucket["key"]: bucket["doc_count"] for bucket in told["buckets"]}


def open_index(folder: Path) -> _Searcher:
    """An index with one searcher."""
    return _Searcher(folder)
