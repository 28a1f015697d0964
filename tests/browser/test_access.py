"""Every page for everyone: axe finds nothing, nothing scrolls sideways, targets are large."""

from __future__ import annotations

import pytest

from tests.browser.conftest import NARROW, PHONE, WIDE, OpenPage

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/search?q=study&rating=mixed&from=2001",
    "/search?q=zzz&sector=youth&province=nowhere",
    "/report/street-lighting",
    "/report/eclairage",
    "/report/suggested",
    "/map",
    "/compare?report=street-lighting&report=eclairage&q=study",
    "/map?q=study&rows=decade&columns=rating",
    "/about",
    "/status",
    "/nothing",
)
# With its script this one has buttons that copy, which would do nothing without it.
SCRIPTED = ("/share?q=study&since=2025-01-01&short=none", "/share?report=eclairage")
UNSCRIPTED = [f"/{lang}{page}" for lang in ("en", "fr") for page in PAGES]
IN_BOTH = [*UNSCRIPTED, *(f"/{lang}{page}" for lang in ("en", "fr") for page in SCRIPTED)]

TOO_SMALL = """() => [...document.querySelectorAll("a, button, input, summary")]
  .filter((target) => target.checkVisibility() && !target.matches(".skip, p a, li span a, td a"))
  .map((target) => [target.textContent.trim(), (target.closest("label") ?? target)])
  .map(([name, target]) => [name, target.getBoundingClientRect().height])
  .filter(([, height]) => height > 0 && height < 24)"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", IN_BOTH)
def test_axe_finds_nothing(open_page: OpenPage, path: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = open_page(path, viewport=WIDE, color_scheme=scheme)
    for size in (WIDE, PHONE):
        page.set_viewport_size(size)
        for details in page.locator("details").all():
            details.evaluate("details => details.open = true")
        found = axe.run(page)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", IN_BOTH)
def test_nothing_scrolls_sideways_on_a_narrow_screen(open_page: OpenPage, path: str) -> None:
    page = open_page(path, viewport=NARROW)
    for details in page.locator("details").all():
        details.evaluate("details => details.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


@pytest.mark.parametrize("path", IN_BOTH)
def test_twice_the_text_size_still_fits(open_page: OpenPage, path: str) -> None:
    page = open_page(path, viewport=WIDE)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDE["width"]


@pytest.mark.parametrize("path", IN_BOTH)
def test_targets_are_at_least_24_pixels_high(open_page: OpenPage, path: str) -> None:
    page = open_page(path, viewport=PHONE)
    assert page.evaluate(TOO_SMALL) == []


@pytest.mark.parametrize("path", UNSCRIPTED)
def test_a_page_is_complete_without_its_script(open_page: OpenPage, path: str) -> None:
    with_all = open_page(path, viewport=WIDE).locator("main").inner_text()
    page = open_page(path, viewport=WIDE, java_script_enabled=False)
    assert sorted(page.locator("main").inner_text().split()) == sorted(with_all.split())
