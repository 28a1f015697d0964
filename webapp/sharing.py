"""The share page: a search or a report as a block for a newsletter, a link and a QR code."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from indexer import newsletter, shortlinks
from indexer.newsletter import MOST_ITEMS
from indexer.shortlinks import MAX_SLUG
from indexer.text import slug as slug_of
from webapp import blocks, qrcodes, staff, wording
from webapp.addresses import with_query
from webapp.blocks import Wanted
from webapp.catalogue import catalogue
from webapp.headers import FRAMED_POLICY, FRAMING_POLICY
from webapp.i18n import gettext as _, preferred_language

pages = Blueprint("sharing", __name__)


@pages.get("/share")
def choose_share() -> AnyResponse:
    """The same page in the browser's language."""
    path = url_for("sharing.share", lang=preferred_language())
    return redirect(with_query(path, request.query_string.decode("ascii", "replace")))


@pages.get("/<any(en, fr):lang>/share")
def share() -> Response:
    """The choices, a preview, and the block to copy in four ways."""
    return _page(blocks.wanted())


@pages.get("/<any(en, fr):lang>/share/preview")
def preview() -> Response:
    """The block alone, as a mail program shows it, for the frame of the share page."""
    made = newsletter.as_html(blocks.block(blocks.wanted()))
    response = make_response(render_template("preview.html", block=Markup(made)))
    response.headers["Content-Security-Policy"] = FRAMED_POLICY
    return response


@pages.get("/<any(en, fr):lang>/share/qr.<any(png, svg):form>")
def code(form: str) -> Response:
    """The QR code of the link as a file; 404 when the link is too long for one."""
    content = qrcodes.file(blocks.wanted().link, form)
    if content is None:
        abort(404)
    response = Response(content, content_type=qrcodes.TYPES[form])
    response.headers.set("Content-Disposition", "attachment", filename=f"qr.{form}")
    return response


@pages.post("/<any(en, fr):lang>/share/short")
def hand_out() -> AnyResponse:
    """Makes a short link to what is shared, for staff."""
    asked = blocks.wanted()
    if refused := staff.refusal():
        told = _("No link was made.")
        return _page(asked, f"{refused.message} {told}", refused.status)
    slug = slug_of(request.form.get("name", ""))[:MAX_SLUG].strip("-")
    if len(slug) < 2:
        return _page(asked, _("Give the short link a name of two letters or more."), 400)
    there = shortlinks.load(catalogue().config.corpus).history.get(slug)
    if there and there[-1].target != asked.path:
        told = _("“%(slug)s” already leads elsewhere, for good. Choose another name.", slug=slug)
        return _page(asked, told, 409)
    _make(asked, slug)
    made = with_query(url_for("sharing.share"), replace(asked, short=slug).parameters)
    return redirect(f"{made}#link", 303)


def _make(asked: Wanted, slug: str) -> None:
    corpus, words = catalogue().config.corpus, catalogue().vocabulary
    today, results = dt.date.today(), blocks.results(asked)
    shortlinks.make(corpus, words, asked.path, today=today, slug=slug, results=results)


def _page(asked: Wanted, problem: str = "", status: int = 200) -> Response:
    made = blocks.block(asked)
    page = render_template(
        "share.html",
        wanted=asked,
        subject=asked.report.title if asked.report else wording.description(asked.query),
        problem=problem,
        made={name: write(made) for name, write in newsletter.FORMATS.items()},
        forms=[
            ("html", "HTML", _("Copy the HTML")),
            ("markdown", "Markdown", _("Copy the Markdown")),
            ("text", _("Plain text"), _("Copy the plain text")),
        ],
        most_items=MOST_ITEMS,
        longest_intro=newsletter.LONGEST_INTRO,
        query_string=asked.parameters,
        code=Markup(qrcodes.inline(asked.link) or ""),
        shortens=bool(catalogue().config.share_token),
        address=lambda endpoint, **values: with_query(
            url_for(f"sharing.{endpoint}", **values), asked.parameters
        ),
    )
    response = make_response(page, status)
    response.headers["Content-Security-Policy"] = FRAMING_POLICY
    return response
