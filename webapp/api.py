"""The same as the pages, as JSON."""

from __future__ import annotations

import dataclasses

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from indexer import answers, permalinks
from webapp.addresses import voice
from webapp.catalogue import catalogue
from webapp.i18n import current_language

pages = Blueprint("api", __name__, url_prefix="/api/v1")


@pages.get("/search")
def search() -> Response:
    """A search, in the shape of the contract."""
    asked, misunderstood = permalinks.read(request.args.items(multi=True), catalogue().vocabulary)
    return jsonify(
        answers.search(catalogue().search(asked, current_language()), misunderstood, voice())
    )


@pages.get("/report/<report_id>")
def report(report_id: str) -> AnyResponse:
    """Everything that is known of a report, with its passages."""
    found = catalogue().report(report_id)
    if found.id != report_id:
        return redirect(url_for("api.report", report_id=found.id), 301)
    passages = catalogue().passages(found.id)
    translations = catalogue().translations(found)
    return jsonify(answers.report(found, passages, translations, catalogue().state(), voice()))


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
        last_build=dataclasses.asdict(last) if last else None,
    )
