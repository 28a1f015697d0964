"""Searching in a browser: with the script, with the keyboard only, and without the script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import PHONE, WIDE, OpenPage

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def sentence(page: Page) -> str:
    return page.locator("h1").inner_text()


def wait_for_sentence(page: Page, text: str) -> None:
    page.get_by_role("heading", level=1, name=text).wait_for()


def test_a_search_from_the_home_page_shows_results(open_page: OpenPage) -> None:
    page = open_page("/en/", viewport=WIDE)
    page.get_by_label("Search the reports").fill("lamp")
    page.get_by_role("button", name="Search").click()
    wait_for_sentence(page, "1 report on “lamp”")
    page.get_by_role("link", name="p. 3").click()
    page.wait_for_url("**/en/report/street-lighting#passage-3")
    page.locator("#passage-3").wait_for()


def test_a_filter_applies_at_once_is_announced_and_keeps_the_focus(open_page: OpenPage) -> None:
    page = open_page("/en/search?q=study", viewport=WIDE)
    page.evaluate("window.stayed = true")
    page.get_by_label("Mixed").check()
    wait_for_sentence(page, "3 reports on “study”, with the rating Mixed")
    page.wait_for_url("**/en/search?q=study&rating=mixed")
    assert page.evaluate("window.stayed"), "the page was loaded again"
    assert page.title().startswith("3 reports on “study”, with the rating Mixed – ")
    assert page.get_by_role("status").inner_text() == sentence(page)
    assert page.evaluate("document.activeElement.value") == "mixed"
    assert page.locator("#language").get_attribute("href") == "/fr/search?q=study&rating=mixed"
    canonical = page.locator("link[rel=canonical]")
    assert str(canonical.get_attribute("href")).endswith("?q=study&rating=mixed")


def test_going_back_and_forward_restores_the_results_and_the_filters(open_page: OpenPage) -> None:
    page = open_page("/en/search?q=study", viewport=WIDE)
    before = sentence(page)
    page.get_by_label("Mixed").check()
    wait_for_sentence(page, "3 reports on “study”, with the rating Mixed")
    page.go_back()
    wait_for_sentence(page, before)
    assert not page.get_by_label("Mixed").is_checked()
    page.go_forward()
    wait_for_sentence(page, "3 reports on “study”, with the rating Mixed")
    assert page.get_by_label("Mixed").is_checked()


def test_going_back_to_another_search_restores_its_words(open_page: OpenPage) -> None:
    page = open_page("/en/search?q=lamp", viewport=WIDE)
    box = page.get_by_label("Search the reports")
    box.fill("gangs")
    box.press("Enter")
    wait_for_sentence(page, "1 report on “gangs”")
    page.go_back()
    wait_for_sentence(page, "1 report on “lamp”")
    assert box.input_value() == "lamp"


def test_a_chip_removes_its_filter_and_leads_to_the_results(open_page: OpenPage) -> None:
    page = open_page("/en/search?q=study&rating=mixed&sector=youth", viewport=WIDE)
    page.get_by_role("link", name="Remove the filter Rating: Mixed").click()
    wait_for_sentence(page, "12 reports on “study” for Youth")
    assert page.evaluate("document.activeElement.id") == "sentence"
    assert not page.get_by_label("Mixed").is_checked()


def test_orders_and_pages_change_the_results_in_place(open_page: OpenPage) -> None:
    page = open_page("/en/search?q=study", viewport=WIDE)
    page.evaluate("window.stayed = true")
    page.get_by_role("link", name="Oldest").click()
    wait_for_sentence(page, "13 reports on “study”, oldest first")
    assert "Mentoring study 1" in page.locator(".results h2").first.inner_text()
    page.get_by_role("link", name="Next page").click()
    page.get_by_text("Page 2 of 2").wait_for()
    assert page.evaluate("window.stayed")
    page.get_by_label("Harmful").check()
    wait_for_sentence(page, "2 reports on “study”, with the rating Harmful, oldest first")


def test_years_apply_when_they_are_complete(open_page: OpenPage) -> None:
    page = open_page("/fr/search", viewport=WIDE)
    page.get_by_label("De", exact=True).fill("2011")
    page.get_by_label("De", exact=True).press("Tab")
    wait_for_sentence(page, "3 rapports, datant de 2011 ou après")
    assert page.evaluate("document.activeElement.id") == "to"


def test_a_group_that_was_opened_stays_open(open_page: OpenPage) -> None:
    page = open_page("/en/search", viewport=WIDE)
    page.locator("#group-outcome > summary").click()
    page.get_by_label("Property crime").check()
    wait_for_sentence(page, "1 report, with the outcome Property crime")
    page.get_by_label("Property crime").uncheck()
    wait_for_sentence(page, "All 15 reports")
    assert page.locator("#group-outcome").get_attribute("open") is not None


def test_the_language_can_be_switched_after_a_filter(open_page: OpenPage) -> None:
    page = open_page("/en/search?q=study", viewport=WIDE)
    page.get_by_label("Mixed").check()
    wait_for_sentence(page, "3 reports on “study”, with the rating Mixed")
    page.get_by_role("link", name="Français").click()
    wait_for_sentence(page, "3 rapports sur «\u202fstudy\u202f», avec la cote Mitigé")
    assert page.get_by_label("Mitigé").is_checked()


def test_the_keyboard_is_enough(open_page: OpenPage) -> None:
    page = open_page("/en/search?q=study", viewport=WIDE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "promising":
            break
    page.keyboard.press("Space")
    wait_for_sentence(page, "2 reports on “study”, with the rating Promising")
    for _ in range(60):
        page.keyboard.press("Tab")
        if "report/" in str(page.evaluate("document.activeElement.href || ''")):
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.locator(".report").wait_for()


def test_without_the_script_the_form_does_the_same(open_page: OpenPage) -> None:
    page = open_page("/en/search?q=study", viewport=WIDE, java_script_enabled=False)
    page.locator("input[name=rating][value=mixed]").check()
    page.get_by_role("button", name="Apply the filters").click()
    wait_for_sentence(page, "3 reports on “study”, with the rating Mixed")
    page.get_by_role("link", name="Remove the filter Rating: Mixed").click()
    wait_for_sentence(page, "13 reports on “study”")


def test_on_a_phone_the_filters_are_a_panel_that_says_how_many_are_on(open_page: OpenPage) -> None:
    page = open_page("/en/search?q=study&rating=mixed", viewport=PHONE)
    summary = page.locator("#panel > summary")
    assert summary.inner_text().strip() == "Filters (1 on)"
    assert not page.get_by_label("Mixed").is_visible()
    summary.click()
    page.get_by_label("Promising").check()
    wait_for_sentence(page, "5 reports on “study”, with the rating Mixed or Promising")
    assert page.get_by_label("Promising").is_visible(), "the panel closed"
    assert summary.inner_text().strip() == "Filters (2 on)"


def test_on_a_phone_without_the_script_the_panel_opens(open_page: OpenPage) -> None:
    page = open_page("/fr/search?q=study", viewport=PHONE, java_script_enabled=False)
    page.locator("#panel > summary").click()
    page.locator("input[name=rating][value=mixed]").check()
    page.get_by_role("button", name="Appliquer les filtres").click()
    wait_for_sentence(page, "3 rapports sur «\u202fstudy\u202f», avec la cote Mitigé")


def test_a_search_that_cannot_be_fetched_is_loaded_as_a_page(open_page: OpenPage) -> None:
    page = open_page("/en/search?q=study", viewport=WIDE)
    page.evaluate("void (window.fetch = () => Promise.reject(new TypeError('no connection')))")
    page.get_by_label("Mixed").check()
    page.wait_for_url("**/en/search?q=study&rating=mixed")
    assert sentence(page) == "3 reports on “study”, with the rating Mixed"
