"""Pages for everyone: the keyboard reaches everything, and nothing needs the script."""

from __future__ import annotations

from typing import Final

import pytest

from tests.browser.conftest import NARROW, WIDE, OpenPage
from tests.browser.states import OTHERS, SEARCHES, in_both
from tests.browser.visits import prepare

pytestmark = pytest.mark.browser

KEYS: Final = (
    "/",
    SEARCHES[1],
    "/report/street-lighting",
    "/map?sector=youth",
    "/about",
    OTHERS[2],
)


@pytest.mark.parametrize("path", in_both(KEYS))
def test_the_keyboard_reaches_everything_in_order_and_the_focus_is_seen(
    open_page: OpenPage, path: str
) -> None:
    page = open_page(path, viewport=NARROW, reduced_motion="reduce")
    prepare(page)
    places, wrong = [], []
    for _ in range(page.evaluate("checks.count()") + 1):
        page.keyboard.press("Tab")
        focused = page.evaluate("checks.focused()")
        if focused is None:
            break
        places.append(focused["place"])
        wrong += focused["complaints"]
    assert wrong == []
    assert places == list(range(len(places)))
    assert len(places) == page.evaluate("checks.count()")


@pytest.mark.parametrize("path", in_both(("/", SEARCHES[1], SEARCHES[3])))
def test_a_page_is_complete_without_its_script(open_page: OpenPage, path: str) -> None:
    with_all = open_page(path, viewport=WIDE).locator("main").inner_text()
    page = open_page(path, viewport=WIDE, java_script_enabled=False)
    assert sorted(page.locator("main").inner_text().split()) == sorted(with_all.split())
