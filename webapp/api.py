"""The same as the pages, as JSON."""

from __future__ import annotations

import dataclasses
from typing import Final

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from indexer import answers, repair
from indexer.completions import Completion
from indexer.errors import ReportWithdrawn
from indexer.query import Query
from webapp import wording
from webapp.addresses import filter_url, report_url, search_url, voice
from webapp.catalogue import catalogue
from webapp.i18n import current_language

# Seconds for which a browser may answer itself; a new report may take as long to be suggested.
SUGGESTIONS_KEPT: Final = 60

pages = Blueprint("api", __name__, url_prefix="/api/v1")


@pages.get("/search")
def search() -> Response:
    """A search, in the shape of the contract."""
    asked = repair.search(request.query_string, catalogue().vocabulary)
    found = catalogue().search(asked.query, current_language())
    return jsonify(answers.search(found, asked.notices, voice()))


@pages.get("/report/<report_id>")
def report(report_id: str) -> AnyResponse:
    """Everything that is known of a report, with its passages."""
    found = catalogue().report(report_id)
    if found.id != report_id:
        return redirect(url_for("api.report", report_id=found.id), 301)
    if found.withdrawn:
        instead = tuple(other.id for other in catalogue().alternatives(found))
        raise ReportWithdrawn(found.id, found.title, found.lang, None, found.withdrawn, instead)
    passages = catalogue().passages(found.id)
    translations, similar = catalogue().translations(found), catalogue().similar(found)
    state = catalogue().state()
    return jsonify(answers.report(found, passages, translations, similar, state, voice()))


@pages.get("/suggest")
def suggest() -> Response:
    """What may be meant by the beginning of a search, with where each choice leads."""
    typed = request.args.get("q", "")
    found = catalogue().suggest(typed, current_language())
    kinds = wording.completion_kinds()
    response = jsonify(
        ok=True,
        query={"text": typed},
        suggestions=[
            {
                "kind": each.kind,
                "label": kinds[each.kind],
                "text": each.text,
                "lang": each.lang,
                "url": _address(each),
            }
            for each in found
        ],
        message=wording.suggestions(len(found)),
    )
    response.cache_control.public = True
    response.cache_control.max_age = SUGGESTIONS_KEPT
    return response


def _address(completion: Completion) -> str:
    if completion.kind == "report":
        return report_url(completion.value)
    if completion.kind == "term":
        return search_url(Query(completion.text))
    return filter_url(completion.kind, completion.value)


@pages.get("/status")
def status() -> Response:
    """The health of the index."""
    health = catalogue().status()
    last = health.last_build
    return jsonify(
        ok=True,
        engine=health.engine,
        index=answers.index(health.index),
        stale=health.stale,
        damage=health.damage,
        last_build=dataclasses.asdict(last) if last else None,
    )
