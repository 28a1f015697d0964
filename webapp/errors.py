"""What a person or a script is told when something fails: one table, one page, one JSON shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Flask, Response, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import RequestRedirect

from indexer.errors import (
    ConfigError,
    EngineError,
    IndexerError,
    IndexMissing,
    IndexOutdated,
    LinkNotFound,
    QueryError,
    ReportNotFound,
    ReportWithdrawn,
    VocabularyError,
)
from indexer.models import Report
from webapp.addresses import report_url
from webapp.catalogue import catalogue
from webapp.i18n import gettext as _
from webapp.landing import landing

RETRY_AFTER: Final = 30

# The first class that an error belongs to decides; everything else of ours is 500.
STATUS: Final[dict[type[IndexerError], int]] = {
    ReportWithdrawn: 410,
    LinkNotFound: 404,
    ReportNotFound: 404,
    QueryError: 400,
    IndexMissing: 503,
    IndexOutdated: 503,
    EngineError: 503,
    ConfigError: 500,
    VocabularyError: 500,
    IndexerError: 500,
}


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as it is told: its class's name, what happened, and what to do."""

    status: int
    error: str
    title: str
    advice: str
    withdrawn: ReportWithdrawn | None = None

    @property
    def alternatives(self) -> list[Report]:
        """The reports to read instead of a withdrawn one."""
        names = self.withdrawn.alternatives if self.withdrawn else ()
        return [catalogue().report(name) for name in names]


def init_app(app: Flask) -> None:
    """Answers every error in the language and in the form of what was asked for."""
    app.register_error_handler(IndexerError, _own)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _own(error: IndexerError) -> ResponseReturnValue:
    if isinstance(error, ReportNotFound | LinkNotFound) and (landed := landing()):
        return landed
    status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
    if status >= 500:
        current_app.logger.error("%s: %s", type(error).__name__, error)
    title, advice = _words(error, status)
    withdrawn = error if isinstance(error, ReportWithdrawn) else None
    return _answer(Failure(status, type(error).__name__, title, advice, withdrawn))


def _http(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error, NotFound) and (landed := landing()):
        return landed
    if isinstance(error, RequestRedirect):
        return error
    status = error.code or 500
    title, advice = _words(error, status)
    response = _answer(Failure(status, type(error).__name__, title, advice))
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> ResponseReturnValue:
    current_app.logger.exception("Unexpected %s", type(error).__name__, exc_info=error)
    title, advice = _words(error, 500)
    return _answer(Failure(500, "InternalServerError", title, advice))


def _answer(failure: Failure) -> Response:
    if request.path.startswith("/api/") or request.path == "/healthz":
        message = f"{failure.title} {failure.advice}"
        told = {"status": failure.status, "error": failure.error, "message": message}
        response = jsonify(ok=False, **told, **_withdrawal(failure))
    else:
        response = current_app.make_response(render_template("error.html", failure=failure))
    response.status_code = failure.status
    if failure.status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _withdrawal(failure: Failure) -> dict[str, object]:
    """When and why a report was withdrawn, and what to read instead, as JSON."""
    gone = failure.withdrawn
    if gone is None:
        return {}
    instead = [
        {"id": other.id, "title": other.title, "url": report_url(other.id)}
        for other in failure.alternatives
    ]
    on = gone.on.isoformat() if gone.on else None
    return {"reason": gone.reason, "withdrawn_on": on, "alternatives": instead}


def _words(error: Exception, status: int) -> tuple[str, str]:
    if isinstance(error, ReportWithdrawn):
        return (
            _("“%(title)s” was withdrawn.", title=error.title or error.report_id),
            error.reason or _("It is no longer part of this collection."),
        )
    if isinstance(error, LinkNotFound):
        return (
            _("There is no short link “%(slug)s”.", slug=error.slug),
            _(
                "Did you mean “%(slug)s”? Otherwise, search for what the link was about.",
                slug=error.nearest,
            )
            if error.nearest
            else _("Check its spelling, or search for what the link was about."),
        )
    if isinstance(error, ReportNotFound):
        return (
            _("There is no report “%(id)s”.", id=error.report_id),
            _("It may have been renamed: search for a few words of its title."),
        )
    if isinstance(error, IndexMissing):
        return (
            _("The index has not been built yet."),
            _("Whoever runs this site: run “indexer build”. No restart is needed."),
        )
    if isinstance(error, IndexOutdated):
        return (
            _("The index was built by another version of the site."),
            _("Whoever runs this site: run “indexer build --full”. No restart is needed."),
        )
    return _words_for_status(status)


def _words_for_status(status: int) -> tuple[str, str]:
    match status:
        case 404:
            return (
                _("There is no page at this address."),
                _("Check the address, or search for what you were looking for."),
            )
        case 405:
            return (
                _("This address cannot be used in that way."),
                _("Pages and searches are read with GET."),
            )
        case 503:
            return (
                _("The index does not answer at the moment."),
                _("Try again in a minute. Whoever runs this site: see its log."),
            )
        case _ if 400 <= status < 500:
            return (
                _("The request could not be understood."),
                _("Check the address, or begin a new search."),
            )
    return (
        _("The site could not answer because of a fault of its own."),
        _("Try again in a minute. Whoever runs this site: see its log."),
    )
