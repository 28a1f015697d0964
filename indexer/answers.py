"""What a search or a report is called in JSON: the same on the command line and on the site."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from indexer.models import Passage, Report
from indexer.permalinks import report_path, search_path
from indexer.query import Facet, Hit, IndexState, Notice, Query, Results, Snippet
from indexer.vocabulary import Vocabulary


def search(
    results: Results,
    notices: Iterable[Notice],
    vocabulary: Vocabulary,
    lang: str,
    base_url: str = "",
) -> dict[str, Any]:
    """The answer to a search, with labels and links for a language of the interface."""
    return {
        "ok": True,
        "query": query(results.query),
        "url": base_url + search_path(results.query, lang),
        "total": results.total,
        "took_ms": round(results.took_ms, 1),
        "hits": [_hit(hit, lang) for hit in results.hits],
        "facets": {facet.name: _facet(facet, vocabulary, lang) for facet in results.facets},
        "suggestion": results.suggestion,
        "notices": [
            {"kind": notice.kind, **notice.values} for notice in (*notices, *results.notices)
        ],
        "index": index(results.index),
    }


def query(asked: Query) -> dict[str, Any]:
    """A search as it was understood; years only where they were given."""
    years = {"from": asked.year_from, "to": asked.year_to}
    return {
        "text": asked.text,
        "filters": asked.filters,
        **{name: year for name, year in years.items() if year is not None},
        "sort": asked.sort,
        "page": asked.page,
        "size": asked.size,
    }


def report(told: Report, passages: Sequence[Passage], lang: str) -> dict[str, Any]:
    """One report with all of its metadata and passages."""
    return {
        "ok": True,
        **_summary(told, lang),
        "aliases": told.aliases,
        "translation_of": told.translation_of,
        "date": told.date,
        "added": told.added,
        "authors": told.authors,
        "rating_note": told.rating_note,
        "ratings": told.ratings,
        "outcomes": told.outcomes,
        "population": told.population,
        "setting": told.setting,
        "municipality": told.municipality,
        "province": told.province,
        "country": told.country,
        "source_url": told.source_url,
        "licence": told.licence,
        "withdrawn": told.withdrawn,
        "path": told.path,
        "format": told.format,
        "pages": told.pages,
        "labels": told.labels,
        "provenance": told.provenance,
        "warnings": told.warnings,
        "passages": [
            {
                "number": passage.number,
                "page": passage.page,
                "headings": passage.headings,
                "lang": passage.lang,
                "text": passage.text,
                "url": report_path(told.id, lang, passage.number),
            }
            for passage in passages
        ],
    }


def index(state: IndexState) -> dict[str, Any]:
    """Which index answered."""
    return {
        "generation": state.generation,
        "reports": state.reports,
        "passages": state.passages,
        "built_at": state.built_at,
    }


def _summary(told: Report, lang: str) -> dict[str, Any]:
    return {
        "id": told.id,
        "url": report_path(told.id, lang),
        "title": told.title,
        "lang": told.lang,
        "year": told.year,
        "type": told.type,
        "rating": told.rating,
        "sectors": told.sectors,
        "publisher": told.publisher,
        "summary": told.summary,
    }


def _hit(hit: Hit, lang: str) -> dict[str, Any]:
    passages = [_snippet(hit.report.id, snippet, lang) for snippet in hit.snippets]
    return {**_summary(hit.report, lang), "score": round(hit.score, 4), "passages": passages}


def _snippet(report_id: str, snippet: Snippet, lang: str) -> dict[str, Any]:
    return {
        "number": snippet.number,
        "page": snippet.page,
        "heading": snippet.heading,
        "text": snippet.text,
        "marks": snippet.marks,
        "url": report_path(report_id, lang, snippet.number),
    }


def _facet(facet: Facet, vocabulary: Vocabulary, lang: str) -> list[dict[str, Any]]:
    return [
        {
            "value": value.value,
            "label": vocabulary.label(facet.name, value.value, lang),
            "count": value.count,
            "selected": value.selected,
        }
        for value in facet.values
    ]
