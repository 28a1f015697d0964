"""Who may do what only staff may: whoever knows the site's `share_token`.

It is typed into a form each time, and never stands in an address or a cookie, so no other site can
send it in somebody's name.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from flask import Flask, current_app, request

from webapp.attempts import Attempts
from webapp.catalogue import catalogue
from webapp.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody was not let in, and the status of the answer."""

    message: str
    status: int


def init_app(app: Flask) -> None:
    """Counts the tokens that were tried in vain."""
    app.extensions["attempts"] = Attempts()


def refusal() -> Refusal | None:
    """Why the request is not one of staff, or None for staff, by the `token` in its form."""
    attempts: Attempts = current_app.extensions["attempts"]
    visitor = request.remote_addr or ""
    if attempts.exhausted(visitor):
        return Refusal(_("Too many attempts. Wait a quarter of an hour."), 429)
    known, told = catalogue().config.share_token, request.form.get("token", "")
    if known and hmac.compare_digest(known.encode(), told.encode()):
        return None
    attempts.failed(visitor)
    return Refusal(_("That is not the token of this site."), 403)
