"""One visit to a page looks at all that every page promises to everyone.

It goes from a large screen to a narrow one, to the colours of the system and less motion, to paper,
and to twice the size of text.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import NARROW, WIDE, Window
from tests.browser.states import FAILURES

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request, ViewportSize

LARGE: ViewportSize = {"width": 1600, "height": 900}
# The width of a tablet, and of a window of 1,280 pixels enlarged to 200 %.
BETWEEN: Final = (768, 640)
# A page of Letter or A4 without its margins, in CSS pixels.
PAPER: ViewportSize = {"width": 680, "height": 900}
# Targets of 24 pixels, with the exceptions of WCAG 2.5.8, are a rule that axe leaves out by itself.
RULES: Final = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
CHECKS: Final = (Path(__file__).parent / "checks.js").read_text(encoding="utf-8")


def visit(window: Window, path: str) -> None:
    """Opens a page and fails with what it does not keep."""
    page, problems = window
    problems.clear()
    page.set_viewport_size(LARGE)
    page.emulate_media(
        media="screen", color_scheme="light", forced_colors="none", reduced_motion="no-preference"
    )
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(urlsplit(request.url).netloc)

    page.on("request", note)
    answer = page.goto(path, wait_until="load")
    assert answer is not None
    assert answer.status == FAILURES.get(path[3:], 200)
    assert list(complaints(page)) == []
    page.remove_listener("request", note)
    assert set(asked) == {urlsplit(page.url).netloc}
    assert problems == []


def complaints(page: Page) -> Iterator[str]:
    """What is wrong with a page that was just opened on a large light screen.

    Axe looks at English pages large and light, at French ones narrow and dark.
    """
    prepare(page)
    yield from looked_at(page, "moved", "weight")
    for details in page.locator("details").all():
        details.evaluate("details => details.open = true")
    narrow = "/fr/" in page.url
    for width in LARGE["width"], *BETWEEN:
        page.set_viewport_size({"width": width, "height": 900})
        yield from looked_at(page, "overflowing")
    page.set_viewport_size(NARROW if narrow else LARGE)
    page.emulate_media(color_scheme="dark" if narrow else "light")
    yield from axe_finds(page)
    page.set_viewport_size(NARROW)
    yield from looked_at(page, "overflowing")
    page.emulate_media(color_scheme="light", forced_colors="active", reduced_motion="reduce")
    yield from looked_at(page, "swallowed", "moving")
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print", forced_colors="none")
    yield from looked_at(page, "overflowing", "unprintable")
    page.emulate_media(media="screen")
    page.set_viewport_size(WIDE)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    yield from looked_at(page, "overflowing")


def prepare(page: Page) -> None:
    """Gives a page the checks, and lets it draw what it has to say about itself."""
    page.evaluate(CHECKS)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def looked_at(page: Page, *checks: str) -> Iterator[str]:
    """What some of the checks of `checks.js` complain about."""
    for check in checks:
        for complaint in page.evaluate(f"checks.{check}()"):
            yield f"{check}: {complaint}"


def axe_finds(page: Page) -> Iterator[str]:
    """The rules of accessibility that a page breaks, each with the first place."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for broken in axe.run(page, options=RULES).response["violations"]:
        first = broken["nodes"][0]
        yield f"{broken['id']}: {first['html'][:200]} {first['failureSummary']}"
