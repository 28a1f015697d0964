"""A page that arrives in pieces, as on a slow line: what was painted stays where it is."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from werkzeug.test import run_wsgi_app

from tests.browser.conftest import WIDE, serving
from tests.browser.visits import looked_at, prepare

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask import Flask
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

PIECES = 8


class Slowly:
    """A site whose pages come in pieces of whole lines: the next when the last was painted."""

    def __init__(self, site: Flask) -> None:
        self.site = site.wsgi_app
        self.painted = threading.Semaphore(0)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answers as the site does; what is not a page comes at once."""
        environ.pop("HTTP_ACCEPT_ENCODING", None)
        answer, status, headers = run_wsgi_app(self.site, environ, buffered=True)
        start(status, headers.to_wsgi_list())
        page = headers["Content-Type"].startswith("text/html")
        return self._pieces(b"".join(answer)) if page else answer

    def _pieces(self, page: bytes) -> Iterator[bytes]:
        begin = page.index(b"<main")
        size = (len(page) - begin) // PIECES
        cuts = [page.index(b"\n", begin + size * n) + 1 for n in range(PIECES)]
        for start, stop in pairwise([0, *cuts, len(page)]):
            yield page[start:stop]
            self.painted.acquire(timeout=10)


@pytest.fixture(scope="module")
def slowly(sample_site: Flask) -> Iterator[tuple[Slowly, str]]:
    """A site that is slow, and where it answers."""
    site = Slowly(sample_site)
    with serving(site) as address:
        yield site, address


@pytest.mark.parametrize(
    "path",
    [
        "/en/",
        "/fr/map",
        "/en/map?rows=outcome&columns=rating",
        "/en/search?q=study",
        "/fr/report/street-lighting",
        "/en/compare?report=street-lighting&report=eclairage",
    ],
)
def test_what_was_painted_stays_where_it_is(
    browser: Browser, slowly: tuple[Slowly, str], path: str
) -> None:
    site, address = slowly
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    page.goto(address + path, wait_until="commit")
    for _ in range(PIECES + 1):
        paint(page)
        site.painted.release()
    page.wait_for_load_state("load")
    prepare(page)
    moved = list(looked_at(page, "moved"))
    context.close()
    assert moved == []


def paint(page: Page) -> None:
    """Waits until the browser has drawn what it has of a page."""
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
