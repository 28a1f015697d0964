"""A real browser on a real server, on this machine only."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import waitress  # type: ignore[import-untyped]
from flask import Flask
from werkzeug.exceptions import BadRequest

from indexer import build, vocabulary
from indexer.catalogue import Catalogue
from indexer.config import Config
from indexer.errors import IndexMissing
from tests.webapp import sample
from webapp import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

OpenPage = Callable[..., "Page"]
# A page, and what it complained about so far.
Window = tuple["Page", list[str]]


@contextmanager
def serving(app: WSGIApplication) -> Iterator[str]:
    """Where a site answers, as long as it is asked."""
    server = waitress.create_server(app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.trigger.pull_trigger(server.close)
    thread.join(timeout=10)
    server.task_dispatcher.shutdown()


@pytest.fixture(scope="session")
def sample_site(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The site over the sample corpus; below `/fail/` it fails as it is told to."""
    config = sample.built(tmp_path_factory.mktemp("site"))
    _leave(config, "once-there.md", sample.WITHDRAWN.replace("id: withdrawn", "id: once-there"))
    app = create_app(catalogue=Catalogue(config))
    app.add_url_rule("/<any(en, fr):lang>/fail/<int:status>", view_func=_fail)
    return app


@pytest.fixture(scope="session")
def address(sample_site: Flask) -> Iterator[str]:
    """Where the site over the sample corpus answers."""
    with serving(sample_site) as there:
        yield there


def _leave(config: Config, name: str, content: str) -> None:
    """A report that was in the index, and is no longer in the corpus."""
    path = config.corpus / name
    for _ in range(2):
        path.unlink() if path.exists() else path.write_text(content, encoding="utf-8")
        build.run(config, vocabulary.load(config.corpus), jobs=1)


def _fail(status: int) -> str:
    raise {400: BadRequest(), 503: IndexMissing(Path("index"))}.get(status, RuntimeError("broken"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; the tests are skipped where it or Playwright is absent."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not shutil.which(CHROMIUM):
        pytest.skip(f"Chromium is not at {CHROMIUM}")
    with playwright.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[OpenPage]:
    """Opens an address in a new window; a script error or a blocked load fails the test."""
    pages = []
    complaints: list[str] = []

    def visit(path: str, **settings: Any) -> Page:
        page = open_window(browser, address, complaints, **settings)
        pages.append(page)
        page.goto(path)
        return page

    yield visit
    for page in pages:
        page.context.close()
    assert not complaints


@pytest.fixture(scope="session")
def window(browser: Browser, address: str) -> Iterator[Window]:
    """One window for many visits, each of which loads everything as a first one does: to open one
    takes as long as half a visit."""
    complaints: list[str] = []
    page = open_window(browser, address, complaints)
    session = page.context.new_cdp_session(page)
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    yield page, complaints
    page.context.close()


def open_window(browser: Browser, address: str, complaints: list[str], **settings: Any) -> Page:
    """A new window that notes script errors and blocked loads."""
    context = browser.new_context(base_url=address, **settings)
    context.set_default_timeout(5_000)
    context.set_default_navigation_timeout(60_000)
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.extend(_complaint(said)))
    return page


def _complaint(said: ConsoleMessage) -> list[str]:
    """An error in the console, unless it only repeats the status of a page."""
    return [said.text] if said.type == "error" and "with a status of" not in said.text else []


PHONE: ViewportSize = {"width": 360, "height": 740}
NARROW: ViewportSize = {"width": 320, "height": 640}
WIDE: ViewportSize = {"width": 1280, "height": 900}
