"""What a search or a report is called in JSON: the same on the command line and on the site.

Everything here is ready for JSON: dictionaries, lists, texts and numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from indexer.models import Passage, Report
from indexer.permalinks import report_path, search_path
from indexer.query import Facet, Hit, IndexState, Nearby, Notice, Query, Results, Snippet
from indexer.vocabulary import Vocabulary

# The state of a file is nobody's business but the index's.
_PRIVATE: Final = frozenset({"path", "fingerprint"})


@dataclass(frozen=True, slots=True)
class Voice:
    """In which language answers speak and link: `root` begins every path.

    `tell` words a notice, `offer` a search that is near to the one that was asked.
    """

    lang: str
    vocabulary: Vocabulary
    tell: Callable[[Notice], str]
    offer: Callable[[Nearby, Query], str]
    base_url: str = ""
    root: str = ""


def search(results: Results, notices: Iterable[Notice], voice: Voice) -> dict[str, Any]:
    """The answer to a search."""
    told = [*notices, *results.notices]
    return {
        "ok": True,
        "query": query(results.query),
        "url": search_address(results.query, voice),
        "total": results.total,
        "took_ms": round(results.took_ms, 1),
        "hits": [_hit(hit, voice) for hit in results.hits],
        "facets": {facet.name: _facet(facet, voice) for facet in results.facets},
        "suggestion": _suggestion(results.suggestion, voice),
        "relax": [_nearby(nearby, results.query, voice) for nearby in results.nearby],
        "notices": [{"kind": n.kind, **n.values, "message": voice.tell(n)} for n in told],
        "index": index(results.index),
    }


def report(
    told: Report,
    passages: Sequence[Passage],
    translations: Iterable[Report],
    similar: Iterable[Report],
    state: IndexState,
    voice: Voice,
) -> dict[str, Any]:
    """One report with all that is known of it, its passages, its translations and its likes."""
    return {
        "ok": True,
        "url": voice.base_url + report_address(told.id, voice),
        "report": known(told, voice),
        "passages": [
            {
                "number": passage.number,
                "page": passage.page,
                "heading": passage.heading,
                "headings": list(passage.headings),
                "text": passage.text,
                "lang": passage.lang,
                "url": report_address(told.id, voice, passage.number),
            }
            for passage in passages
        ],
        "translations": [_other(translation, voice) for translation in translations],
        "similar": [_other(like, voice) for like in similar],
        "index": index(state),
    }


def known(told: Report, voice: Voice) -> dict[str, Any]:
    """All that is known of a report."""
    public = {key: value for key, value in _plain(told).items() if key not in _PRIVATE}
    return {**public, "url": report_address(told.id, voice), "sectors": list(told.sectors)}


def search_address(asked: Query, voice: Voice) -> str:
    """The whole address of a search."""
    return voice.base_url + voice.root + search_path(asked, voice.lang)


def index(state: IndexState) -> dict[str, Any]:
    """Which index answered; `stands_in` only where that is an earlier one."""
    told = _plain(state)
    return told if state.stands_in else {k: v for k, v in told.items() if k != "stands_in"}


def query(asked: Query) -> dict[str, Any]:
    """A search as it was understood; years only where they were given."""
    years = {"from": asked.year_from, "to": asked.year_to}
    return {
        "text": asked.text,
        "filters": {name: list(values) for name, values in asked.filters.items()},
        **{name: year for name, year in years.items() if year is not None},
        **({} if asked.expand else {"expand": "off"}),
        "sort": asked.sort,
        "page": asked.page,
        "size": asked.size,
    }


def _hit(hit: Hit, voice: Voice) -> dict[str, Any]:
    found = hit.report
    return {
        "id": found.id,
        "url": report_address(found.id, voice),
        "title": found.title,
        "lang": found.lang,
        "year": found.year,
        "type": found.type,
        "rating": found.rating,
        "sectors": list(found.sectors),
        "publisher": found.publisher,
        "summary": found.summary,
        "score": round(hit.score, 4),
        "matched": [
            {"typed": other.typed, "found": other.found, "lang": other.lang}
            for other in hit.matched
        ],
        "translations": [_other(other, voice) for other in hit.translations],
        "passages": [_snippet(found.id, snippet, voice) for snippet in hit.snippets],
    }


def _snippet(report_id: str, snippet: Snippet, voice: Voice) -> dict[str, Any]:
    return {**_plain(snippet), "url": report_address(report_id, voice, snippet.number)}


def _other(report: Report, voice: Voice) -> dict[str, Any]:
    return {
        "id": report.id,
        "lang": report.lang,
        "title": report.title,
        "url": report_address(report.id, voice),
    }


def _suggestion(meant: Nearby | None, voice: Voice) -> dict[str, Any] | None:
    if meant is None:
        return None
    return {
        "text": meant.query.text,
        "url": search_address(meant.query, voice),
        "total": meant.total,
    }


def _nearby(nearby: Nearby, asked: Query, voice: Voice) -> dict[str, Any]:
    return {
        "kind": nearby.kind,
        **nearby.values,
        "label": voice.offer(nearby, asked),
        "url": search_address(nearby.query, voice),
        "total": nearby.total,
    }


def _facet(facet: Facet, voice: Voice) -> list[dict[str, Any]]:
    return [
        {
            "value": value.value,
            "label": voice.vocabulary.label(facet.name, value.value, voice.lang),
            "count": value.count,
            "selected": value.selected,
        }
        for value in facet.values
    ]


def report_address(report_id: str, voice: Voice, passage: int | None = None) -> str:
    """The path of a report, or of one of its passages, below the host."""
    return voice.root + report_path(report_id, voice.lang, passage)


def _plain(value: Report | IndexState | Snippet) -> dict[str, Any]:
    plain = msgspec.to_builtins(value)
    assert isinstance(plain, dict)
    return plain
