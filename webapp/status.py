"""Whether the index answers, for people and for monitors."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template

from webapp.catalogue import catalogue

pages = Blueprint("status", __name__)


@pages.get("/<any(en, fr):lang>/status")
def status() -> str:
    """The health of the index and what the last build could not take as it stood."""
    return render_template("status.html", status=catalogue().status())


@pages.get("/healthz")
def health() -> Response:
    """200 while searches can be answered; the error table answers 503 otherwise."""
    state = catalogue().state()
    return jsonify(ok=True, generation=state.generation, reports=state.reports)
