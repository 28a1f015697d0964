"""How an index on a cluster is laid out, from the one table of fields.

A passage is a document, scored, ranked and shown as it is. Beside them stand the works, each with
its reports nested in it and their passages nested in those, which only say what matches: so the
cluster counts reports and works exactly, under every filter. What is shown of a report is a
document too.

Our own words are sent, cut, folded and stemmed by text.py, and the cluster only takes them apart
at the spaces between them: no analyzer of Lucene has our rule, and two rules would be two answers.
What a term is worth in a passage is computed here and sent as its frequency, so that the cluster
adds up what the other engines add up.
"""

from __future__ import annotations

from typing import Any, Final

from indexer.engines.ranking import YEAR
from indexer.fields import FACET_NAMES, SCHEMA_VERSION, TEXT_NAMES, exact

Json = dict[str, Any]

# Changes whenever an index laid out by older code cannot be read or added to.
LAYOUT: Final = 2
# Worth is sent as a whole number, in parts of this; what a passage is worth in all then still fits
# in the 31 bits that Lucene has for the length of a field.
SCALE: Final = 1 << 20
REPORTS: Final = "reports"
PASSAGE: Final = "passage"
NESTED: Final = f"{REPORTS}.passages"
_MANY: Final = 10_000_000
_VALUE: Final = f"return query.boost * doc.freq / {SCALE}.0;"
_KEYWORD: Final[Json] = {"type": "keyword"}
_NUMBER: Final[Json] = {"type": "integer"}
_TEXT: Final[Json] = {"type": "text", "analyzer": "whitespace", "norms": False}
_TERMS: Final[Json] = _TEXT | {"index_options": "docs"}
_WORTH: Final[Json] = _TEXT | {"analyzer": "worth", "similarity": "worth", "index_options": "freqs"}


def passage(name: str) -> str:
    """The full name of a field of passages."""
    return f"{PASSAGE}.{name}"


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
        "mapping.nested_objects.limit": _MANY,
        "analysis": {
            "filter": {"worth": {"type": "delimited_term_freq", "delimiter": "|"}},
            "analyzer": {
                "worth": {"type": "custom", "tokenizer": "whitespace", "filter": ["worth"]}
            },
        },
        "similarity": {"worth": {"type": "scripted", "script": {"source": _VALUE}}},
    }


def mappings() -> Json:
    """The fields of a new index."""
    held = {"type": "object", "enabled": False}
    return {
        "dynamic": "strict",
        "_meta": {"schema": SCHEMA_VERSION, "layout": LAYOUT},
        # Can be computed again from what is shown.
        "_source": {"excludes": [REPORTS, PASSAGE]},
        "properties": {
            **dict.fromkeys(("kind", "key", "work"), _KEYWORD),
            "content": held,
            "facets": held,
            REPORTS: {"type": "nested", "properties": _report()},
            PASSAGE: {"properties": _passage()},
        },
    }


def _report() -> Json:
    order = {"type": "keyword", "index": False}
    return {
        "language": _KEYWORD,
        YEAR: _NUMBER,
        **{f"by_{sort}": order for sort in ("newest", "oldest", "title", "added")},
        **dict.fromkeys(FACET_NAMES, _KEYWORD),
        "passages": {"type": "nested", "properties": _words(_TERMS)},
    }


def _passage() -> Json:
    held = _NUMBER | {"index": False}
    return {
        "number": held,
        **dict.fromkeys(("report", "work"), _KEYWORD),
        YEAR: _NUMBER,
        "values": {"type": "keyword", "doc_values": False},
        **_words(_WORTH),
        "weights": _WORTH,
        **{length(name): held for name in TEXT_NAMES},
    }


def _words(terms: Json) -> Json:
    texts = {name: _TEXT for field in TEXT_NAMES for name in (field, exact(field))}
    return dict.fromkeys(("stems", "forms"), terms) | texts
