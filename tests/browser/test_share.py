"""The share page in a browser: the preview follows, the block is copied, and it fits mail."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import WIDE, OpenPage

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

pytestmark = pytest.mark.browser

# What a clipboard holds, as whatever one pastes into reads it.
PASTED = """async () => {
  const [item] = await navigator.clipboard.read();
  const read = async (type) => (await item.getType(type)).text();
  return [item.types.toSorted(), await read("text/plain"),
    item.types.includes("text/html") ? await read("text/html") : ""];
}"""


def wait_for_preview(page: Page, text: str) -> None:
    page.frame_locator("#preview").get_by_text(text).first.wait_for()


def test_the_preview_follows_what_one_types(open_page: OpenPage) -> None:
    page = open_page("/en/share?q=study", viewport=WIDE)
    page.evaluate("window.stayed = true")
    page.get_by_label("Title").fill("What helps young people")
    wait_for_preview(page, "What helps young people")
    page.get_by_label("Summaries").check()
    page.frame_locator("#preview").get_by_text("Mentors met").first.wait_for(state="detached")
    page.get_by_label("Most reports to show").fill("2")
    page.wait_for_url("**items=2**")
    assert page.evaluate("window.stayed"), "the page was loaded again"
    assert page.get_by_label("Title").input_value() == "What helps young people"
    assert "What helps young people" in page.get_by_label("Plain text").input_value()
    assert "items=2" in str(page.locator("#language").get_attribute("href"))
    inner = page.frame_locator("#preview").locator("html")
    shown = page.locator("#preview").bounding_box()
    assert shown
    page.wait_for_function(
        "() => { const frame = document.getElementById('preview');"
        " return frame.offsetHeight >= frame.contentDocument.documentElement.scrollHeight; }"
    )
    inner.locator("h3").nth(2).wait_for(state="detached")
    inner.locator("h3").nth(1).wait_for()


@pytest.mark.parametrize(
    ("lang", "button", "done"),
    [
        ("en", "Copy formatted text", "Copied."),
        ("fr", "Copier le texte mis en forme", "C’est"),
    ],
)
def test_formatted_text_is_copied_and_said_so(
    open_page: OpenPage, lang: str, button: str, done: str
) -> None:
    rights = ["clipboard-read", "clipboard-write"]
    page = open_page(f"/{lang}/share?q=study", viewport=WIDE, permissions=rights)
    page.get_by_role("button", name=button).click()
    page.get_by_role("status").get_by_text(done).wait_for()
    expected = page.locator("#as-text").input_value()
    # The frame's own policy lets what is pasted have its styles.
    page.goto(f"/{lang}/share/preview?q=study")
    types, plain, formatted = page.evaluate(PASTED)
    assert types == ["text/html", "text/plain"]
    assert plain == expected
    assert 'style="' in formatted
    assert f"/{lang}/report/mentoring-" in formatted


def test_markdown_is_copied_as_text(open_page: OpenPage) -> None:
    rights = ["clipboard-read", "clipboard-write"]
    page = open_page("/en/share?q=study", viewport=WIDE, permissions=rights)
    page.get_by_role("button", name="Copy the Markdown").click()
    page.get_by_role("status").get_by_text("Copied.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.get_by_label("Markdown").input_value()


def test_what_cannot_be_copied_is_said(open_page: OpenPage) -> None:
    page = open_page("/en/share?q=study", viewport=WIDE)
    page.evaluate("void (navigator.clipboard.writeText = () => Promise.reject(new Error('no')))")
    page.get_by_role("button", name="Copy the HTML").click()
    page.get_by_role("status").get_by_text("copy it by hand").wait_for()


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_without_the_script_the_form_makes_the_block(open_page: OpenPage, lang: str) -> None:
    page = open_page(f"/{lang}/share?q=study", viewport=WIDE, java_script_enabled=False)
    page.locator("input[name=title]").fill("By hand")
    page.locator("input[value=ratings]").check()
    page.locator("#choices button").click()
    page.wait_for_url("**title=By+hand**")
    assert page.locator("#as-markdown").input_value().startswith("## By hand")
    wait_for_preview(page, "By hand")
    assert not page.locator("[data-copy]").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("width", [320, 600])
def test_a_newsletter_fits_its_width_and_is_drawn(
    open_page: OpenPage, width: int, lang: str, scheme: str
) -> None:
    size: ViewportSize = {"width": width, "height": 800}
    asked = f"/{lang}/share/preview?intro={'unbroken' * 30}&items=20"
    page = open_page(asked, viewport=size, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    box = page.locator("table").bounding_box()
    assert box
    assert box["width"] <= min(600, width)
    picture = pytest.importorskip("matplotlib.image").imread(io.BytesIO(page.screenshot()))
    darkest, lightest = picture[..., :3].min(), picture[..., :3].max()
    assert lightest - darkest > 0.8, "text and background are told apart"
