"""What every response says about itself: security, caching, language."""

from __future__ import annotations

import gzip
from typing import Final

from flask import Flask, Response, request

from webapp.i18n import language_of_path

CONTENT_SECURITY_POLICY: Final = "; ".join(
    [
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
# For a page that frames another one of this site.
FRAMING_POLICY: Final = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
# For a page that is framed, and shows what a mail program will: inline styles and no script.
FRAMED_POLICY: Final = "; ".join(
    [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    ]
)
_ALWAYS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
_TEXT: Final = ("text/", "application/json", "application/xml", "image/svg+xml")
A_YEAR: Final = 365 * 24 * 60 * 60


def init_app(app: Flask) -> None:
    """Adds the headers to every response of the site."""
    app.after_request(_complete)


def _complete(response: Response) -> Response:
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static" and language_of_path(request.path) is None:
        response.vary.add("Accept-Language")
    if request.endpoint == "static":
        _keep_static(response)
    elif "Cache-Control" not in response.headers:
        response.cache_control.no_cache = True
        _spare_unchanged(response)
    # What is written as it is read has no length, and would have to be held whole.
    measured = not response.is_streamed or response.content_length is not None
    text = (response.mimetype or "").startswith(_TEXT)
    if response.status_code == 200 and text and measured:
        _compress(response)
    return response


def _keep_static(response: Response) -> None:
    """Lets browsers keep for good what has its content's hash in its address."""
    if request.args.get("v") and response.status_code == 200:
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"


def _compress(response: Response) -> None:
    """Sends text in a quarter of its size to whoever can read that."""
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] > 0:
        response.direct_passthrough = False
        response.set_data(gzip.compress(response.get_data(), compresslevel=6, mtime=0))
        response.content_encoding = "gzip"


def _spare_unchanged(response: Response) -> None:
    """Answers 304 when the browser already has this very page."""
    if response.status_code == 200 and request.method in ("GET", "HEAD"):
        response.add_etag(weak=True)
        response.make_conditional(request)
