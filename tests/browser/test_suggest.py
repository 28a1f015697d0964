"""Suggestions while one types: by keyboard, by pointer, by ear, and without the script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import NARROW, PHONE, WIDE, OpenPage

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route

pytestmark = pytest.mark.browser


def box(page: Page) -> Locator:
    return page.locator("#q")


def wait_for_options(page: Page, count: int) -> None:
    page.locator(f"[role=listbox]:has(> :nth-child({count}):last-child)").wait_for()


def active(page: Page) -> str:
    """The text of the option that a screen reader is told of, or nothing."""
    return str(
        page.evaluate(
            """() => document.getElementById(document.getElementById("q")
              .getAttribute("aria-activedescendant"))?.firstChild.textContent ?? "" """
        )
    )


def closed(page: Page) -> bool:
    hidden = page.locator("#suggestions").is_hidden()
    return hidden and box(page).get_attribute("aria-expanded") == "false"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("path", "message"), [("/en/", "8 suggestions"), ("/fr/search?q=x", "8 suggestions")]
)
def test_an_open_list_passes_axe_and_its_count_is_announced(
    open_page: OpenPage, path: str, message: str, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = open_page(path, viewport=WIDE, color_scheme=scheme)
    box(page).fill("mentor")
    wait_for_options(page, 8)
    assert page.locator("#suggested").inner_text() == message
    assert box(page).get_attribute("aria-expanded") == "true"
    box(page).press("ArrowDown")
    for size in (WIDE, PHONE):
        page.set_viewport_size(size)
        found = axe.run(page)
        assert found.violations_count == 0, found.generate_report()


def test_arrows_go_round_through_the_box_and_home_and_end_to_the_ends(open_page: OpenPage) -> None:
    page = open_page("/en/", viewport=WIDE)
    box(page).fill("mentor")
    wait_for_options(page, 8)
    seen = []
    for key in ("ArrowDown", "ArrowDown", "End", "ArrowDown", "ArrowUp", "Home", "ArrowUp"):
        box(page).press(key)
        seen.append(active(page))
    first, second, last = "mentoring", "Youth", "Mentoring study 3"
    assert seen == [first, second, last, "", last, first, ""]
    assert box(page).input_value() == "mentor"


def test_enter_opens_the_report_that_is_chosen(open_page: OpenPage) -> None:
    page = open_page("/en/", viewport=WIDE)
    box(page).fill("street lighting a")
    wait_for_options(page, 1)
    box(page).press("ArrowDown")
    box(page).press("Enter")
    page.wait_for_url("**/en/report/street-lighting")


def test_a_topic_that_is_chosen_is_searched_for_under_the_same_filters(open_page: OpenPage) -> None:
    page = open_page("/fr/search?q=lamp&rating=mixed", viewport=WIDE)
    box(page).fill("mentor")
    page.get_by_role("option", name="mentorat Sujet").click()
    page.wait_for_url("**/fr/search?q=mentorat&rating=mixed")
    assert closed(page)
    assert box(page).input_value() == "mentorat"


def test_a_sector_that_is_pressed_is_filtered_by(open_page: OpenPage) -> None:
    page = open_page("/fr/search?q=lamp", viewport=PHONE)
    box(page).fill("jeun")
    page.get_by_role("option", name="Jeunes Secteur").click()
    page.wait_for_url("**/fr/search?sector=youth")


def test_enter_without_a_choice_searches_for_what_was_typed(open_page: OpenPage) -> None:
    page = open_page("/en/search", viewport=WIDE)
    box(page).fill("mentor")
    wait_for_options(page, 8)
    box(page).press("Enter")
    page.get_by_role("heading", level=1, name="12 reports on “mentor”").wait_for()
    assert closed(page)


def test_escape_closes_the_list_and_keeps_the_words(open_page: OpenPage) -> None:
    page = open_page("/en/", viewport=WIDE)
    box(page).fill("mentor")
    wait_for_options(page, 8)
    box(page).press("Escape")
    assert closed(page)
    assert box(page).input_value() == "mentor"
    box(page).press("ArrowDown")
    wait_for_options(page, 8)


def test_leaving_the_box_closes_the_list(open_page: OpenPage) -> None:
    page = open_page("/en/", viewport=WIDE)
    box(page).fill("mentor")
    wait_for_options(page, 8)
    box(page).press("Tab")
    assert closed(page)


def test_a_late_answer_to_earlier_words_is_not_shown(open_page: OpenPage) -> None:
    page = open_page("/en/", viewport=WIDE)
    held: list[Route] = []
    page.route(lambda address: address.endswith("q=mentor"), lambda route: held.append(route))
    with page.expect_request(lambda request: request.url.endswith("q=mentor")):
        box(page).fill("mentor")
    box(page).fill("street lighting a")
    wait_for_options(page, 1)
    for route in held:
        route.fulfill(json={"suggestions": [], "message": "0 suggestions"})
    assert page.get_by_role("option").inner_text().startswith("Street lighting")


def test_titles_are_shown_as_text_in_their_language(open_page: OpenPage) -> None:
    page = open_page("/en/", viewport=WIDE)
    box(page).fill("script alert")
    wait_for_options(page, 1)
    assert page.get_by_role("option").inner_text().startswith("<script>alert")
    box(page).fill("éclai")
    option = page.get_by_role("option", name="L’éclairage public")
    option.wait_for()
    assert option.locator("span").first.get_attribute("lang") == "fr"


def test_when_suggestions_cannot_be_fetched_the_box_still_searches(open_page: OpenPage) -> None:
    page = open_page("/en/", viewport=WIDE)
    page.evaluate("void (window.fetch = () => Promise.reject(new TypeError('no connection')))")
    box(page).fill("lamp")
    box(page).press("ArrowDown")
    box(page).press("Enter")
    page.get_by_role("heading", level=1, name="1 report on “lamp”").wait_for()


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_without_the_script_the_box_is_a_plain_search(open_page: OpenPage, lang: str) -> None:
    page = open_page(f"/{lang}/", viewport=WIDE, java_script_enabled=False)
    assert box(page).get_attribute("role") is None
    page.get_by_role("searchbox").fill("lamp")
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url(f"**/{lang}/search?q=lamp")


def test_an_open_list_fits_a_narrow_screen(open_page: OpenPage) -> None:
    page = open_page("/fr/", viewport=NARROW)
    box(page).fill("mentor")
    wait_for_options(page, 8)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    heights = page.evaluate(
        "[...document.querySelectorAll('[role=option]')].map((o) => o.offsetHeight)"
    )
    assert min(heights) >= 24


@pytest.mark.parametrize("path", ["/en/", "/en/search?q=study"])
def test_nothing_covers_or_cuts_off_an_open_list(open_page: OpenPage, path: str) -> None:
    page = open_page(path, viewport=WIDE)
    box(page).fill("mentor")
    wait_for_options(page, 8)
    on_top = page.evaluate(
        """() => [...document.querySelectorAll("[role=option]")].map((option) => {
          const { x, y, width, height } = option.getBoundingClientRect();
          return option.contains(document.elementFromPoint(x + width / 2, y + height / 2));
        })"""
    )
    assert on_top == [True] * 8
