"""How an index on a cluster is laid out, from the one table of fields.

A work is a document; its reports are documents nested in it, and their passages nested in those.
So the cluster groups passages into reports and reports into works, and counts them exactly. What is
shown of a report is a document of its own, which is only fetched. So is a passage, which is scored
there too: of the few works on a page the best passages are found among those that stand alone,
since a nested one can only be had by asking each work for it anew.

Our own words are sent, cut, folded and stemmed by text.py, and the cluster only takes them apart
at the spaces between them: no analyzer of Lucene has our rule, and two rules would be two answers.
What a term is worth in a passage is computed here and sent as its frequency, so that the cluster
adds up what the other engines add up.
"""

from __future__ import annotations

from typing import Any, Final

from indexer.fields import FACET_NAMES, SCHEMA_VERSION, TEXT_NAMES, exact

Json = dict[str, Any]

# Changes whenever an index laid out by older code cannot be read or added to.
LAYOUT: Final = 2
# Worth is sent as a whole number, in parts of this; what a passage is worth in all then still fits
# in the 31 bits that Lucene has for the length of a field.
SCALE: Final = 1 << 20
REPORTS: Final = "reports"
PASSAGES: Final = f"{REPORTS}.passages"
ALONE: Final = "passage"
_MANY: Final = 10_000_000


def passage(name: str) -> str:
    """The full name of a field of passages."""
    return f"{PASSAGES}.{name}"


def alone(name: str) -> str:
    """The full name of a field of a passage that stands alone."""
    return f"{ALONE}.{name}"


def report(name: str) -> str:
    """The full name of a field of reports."""
    return f"{REPORTS}.{name}"


def length(name: str) -> str:
    """The name of the field with the number of words in a text."""
    return f"{name}_length"


def settings(shards: int, replicas: int) -> Json:
    """The settings of a new index."""
    return {
        "number_of_shards": shards,
        "number_of_replicas": replicas,
        # Nothing is searched before it is whole.
        "refresh_interval": -1,
        "max_result_window": _MANY,
        "max_inner_result_window": _MANY,
        "mapping.nested_objects.limit": _MANY,
        "analysis": {
            "filter": {"worth": {"type": "delimited_term_freq", "delimiter": "|"}},
            "analyzer": {
                "worth": {"type": "custom", "tokenizer": "whitespace", "filter": ["worth"]}
            },
        },
        "similarity": {
            "worth": _scripted(f"return query.boost * doc.freq / {SCALE}.0;"),
            "occurrences": _scripted("return query.boost * doc.freq;"),
        },
    }


def _scripted(source: str) -> Json:
    return {"type": "scripted", "script": {"source": source}}


def mappings() -> Json:
    """The fields of a new index."""
    held = {"type": "object", "enabled": False}
    keyword = {"type": "keyword"}
    return {
        "dynamic": "strict",
        "_meta": {"schema": SCHEMA_VERSION, "layout": LAYOUT},
        # Can be computed again from what is shown.
        "_source": {"excludes": [REPORTS, ALONE]},
        "properties": {
            **dict.fromkeys(("kind", "key", "work"), keyword),
            "content": held,
            "facets": held,
            REPORTS: {"type": "nested", "properties": _report()},
            ALONE: {"properties": _passage() | dict.fromkeys(("report", "work"), keyword)},
        },
    }


def _report() -> Json:
    keyword = {"type": "keyword"}
    order = {"type": "keyword", "index": False}
    return {
        "id": order,
        "language": keyword,
        "year": {"type": "integer"},
        **{f"by_{sort}": order for sort in ("newest", "oldest", "title", "added")},
        **dict.fromkeys(FACET_NAMES, keyword),
        "passages": {"type": "nested", "properties": _passage()},
    }


def _passage() -> Json:
    worth = {
        "type": "text",
        "analyzer": "worth",
        "similarity": "worth",
        "index_options": "freqs",
        "norms": False,
    }
    text = {
        "type": "text",
        "analyzer": "whitespace",
        "similarity": "occurrences",
        "norms": False,
    }
    return {
        "number": {"type": "integer", "index": False},
        "values": {"type": "keyword", "doc_values": False},
        **dict.fromkeys(("stems", "forms", "weights"), worth),
        **{name: text for field in TEXT_NAMES for name in (field, exact(field))},
        **{length(name): {"type": "integer", "index": False} for name in TEXT_NAMES},
    }
