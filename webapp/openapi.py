"""The description of the API for programs (OpenAPI 3.1), with the vocabulary it knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from flask import Blueprint, Response, jsonify

import indexer
from indexer.fields import FACET_FIELDS
from indexer.query import DEFAULT_SIZE, MAX_SIZE, SORTS
from webapp.addresses import site_address
from webapp.catalogue import catalogue
from webapp.context import site_name

pages = Blueprint("openapi", __name__)

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
NUMBER: Final[Schema] = {"type": "number"}
WHOLE: Final[Schema] = {"type": "integer"}
BOOLEAN: Final[Schema] = {"type": "boolean"}
MAYBE_TEXT: Final[Schema] = {"type": ["string", "null"]}
MAYBE_WHOLE: Final[Schema] = {"type": ["integer", "null"]}
TEXTS: Final[Schema] = {"type": "array", "items": TEXT}


@pages.get("/api/v1/openapi.json")
def description() -> Response:
    """What the API answers to which question."""
    return jsonify(
        openapi="3.1.0",
        info={
            "title": site_name(),
            "version": indexer.__version__,
            "description": "Crime prevention evidence, to the page, in English and French.",
        },
        servers=[{"url": site_address()}],
        paths={
            "/api/v1/search": _path("search", "Reports that a search finds", _asked(), SEARCH),
            "/api/v1/report/{id}": _path(
                "report", "One report with its passages", [_id()], REPORT, missing=True
            ),
            "/api/v1/suggest": _path(
                "suggest", "What may be meant by the beginning of a search", _typed(), SUGGEST
            ),
            "/api/v1/status": _path("status", "The health of the index", [], STATUS),
        },
        components={"schemas": {"Error": ERROR}},
    )


def _path(
    name: str, summary: str, parameters: list[Schema], answer: Schema, *, missing: bool = False
) -> Schema:
    failures = {"503": _failure("The index cannot answer now; Retry-After says when to ask again")}
    if missing:
        failures["404"] = _failure("There is no such report")
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "parameters": parameters,
            "responses": {"200": _content(summary, answer), **failures},
        }
    }


def _content(told: str, schema: Schema) -> Schema:
    return {"description": told, "content": {"application/json": {"schema": schema}}}


def _failure(told: str) -> Schema:
    return _content(told, {"$ref": "#/components/schemas/Error"})


def _id() -> Schema:
    return {"name": "id", "in": "path", "required": True, "schema": TEXT}


def _asked() -> list[Schema]:
    """The parameters of a search, with the values that each filter knows."""
    words = 'Words, "a phrase", prefix*, -not, OR, title:word'
    parameters = [_parameter("q", TEXT, words)]
    for field in FACET_FIELDS:
        keys = catalogue().vocabulary.keys(field.name) if field.controlled else ()
        item = {**TEXT, "enum": list(keys)} if keys else TEXT
        parameters.append(
            _parameter(field.name, {"type": "array", "items": item}, "Any of these values")
        )
    size = {**WHOLE, "minimum": 1, "maximum": MAX_SIZE, "default": DEFAULT_SIZE}
    return [
        *parameters,
        _parameter("from", WHOLE, "From this year on"),
        _parameter("to", WHOLE, "Up to this year"),
        _parameter("sort", {**TEXT, "enum": list(SORTS), "default": SORTS[0]}, "The order"),
        _parameter("page", {**WHOLE, "minimum": 1, "default": 1}, "Which page of the hits"),
        _parameter("size", size, "How many hits a page has"),
    ]


def _typed() -> list[Schema]:
    return [_parameter("q", TEXT, "What was typed so far")]


def _parameter(name: str, schema: Schema, told: str) -> Schema:
    return {"name": name, "in": "query", "description": told, "schema": schema}


def _object(properties: Mapping[str, Schema], optional: Iterable[str] = ()) -> Schema:
    required = [name for name in properties if name not in set(optional)]
    return {"type": "object", "properties": dict(properties), "required": required}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


OK: Final = {"type": "boolean", "const": True}
INDEX: Final = _object(
    {
        "generation": TEXT,
        "reports": WHOLE,
        "passages": WHOLE,
        "built_at": TEXT,
        "stands_in": BOOLEAN,
    },
    optional=("stands_in",),
)
PASSAGE: Final[dict[str, Schema]] = {
    "number": WHOLE,
    "page": MAYBE_WHOLE,
    "heading": TEXT,
    "text": TEXT,
    "url": TEXT,
}
MARKS: Final = _list({"type": "array", "items": WHOLE, "minItems": 2, "maxItems": 2})
BRIEF: Final[dict[str, Schema]] = {
    "id": TEXT,
    "url": TEXT,
    "title": TEXT,
    "lang": {**TEXT, "enum": ["en", "fr"]},
    "year": MAYBE_WHOLE,
    "type": MAYBE_TEXT,
    "rating": TEXT,
    "sectors": TEXTS,
    "publisher": MAYBE_TEXT,
    "summary": MAYBE_TEXT,
}
HIT: Final = _object(
    {**BRIEF, "score": NUMBER, "passages": _list(_object({**PASSAGE, "marks": MARKS}))}
)
FACET: Final = _list(_object({"value": TEXT, "label": TEXT, "count": WHOLE, "selected": BOOLEAN}))
SEARCH: Final = _object(
    {
        "ok": OK,
        "query": _object(
            {
                "text": TEXT,
                "filters": {"type": "object", "additionalProperties": TEXTS},
                "from": WHOLE,
                "to": WHOLE,
                "sort": TEXT,
                "page": WHOLE,
                "size": WHOLE,
            },
            optional=("from", "to"),
        ),
        "url": TEXT,
        "total": WHOLE,
        "took_ms": NUMBER,
        "hits": _list(HIT),
        "facets": {"type": "object", "additionalProperties": FACET},
        "suggestion": {
            "oneOf": [_object({"text": TEXT, "url": TEXT, "total": WHOLE}), {"type": "null"}]
        },
        "relax": _list(_object({"kind": TEXT, "label": TEXT, "url": TEXT, "total": WHOLE})),
        "notices": _list(_object({"kind": TEXT, "message": TEXT})),
        "index": INDEX,
    }
)
OTHER: Final = _object({"id": TEXT, "lang": TEXT, "title": TEXT, "url": TEXT})
REPORT: Final = _object(
    {
        "ok": OK,
        "url": TEXT,
        "report": _object(BRIEF),
        "passages": _list(_object({**PASSAGE, "headings": TEXTS, "lang": TEXT})),
        "translations": _list(OTHER),
        "similar": _list(OTHER),
        "index": INDEX,
    }
)
SUGGEST: Final = _object(
    {
        "ok": OK,
        "query": _object({"text": TEXT}),
        "suggestions": _list(
            _object({"kind": TEXT, "label": TEXT, "text": TEXT, "lang": TEXT, "url": TEXT})
        ),
        "message": TEXT,
    }
)
STATUS: Final = _object(
    {
        "ok": OK,
        "engine": TEXT,
        "index": INDEX,
        "stale": BOOLEAN,
        "damage": MAYBE_TEXT,
        "last_build": {"type": ["object", "null"]},
    }
)
ERROR: Final = _object(
    {"ok": {"type": "boolean", "const": False}, "status": WHOLE, "error": TEXT, "message": TEXT}
)
