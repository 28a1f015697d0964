"""Pages on paper: the map is one landscape page, a report leaves out what only a screen can use."""

from __future__ import annotations

import pytest
from pypdfium2 import PdfDocument

from tests.browser.conftest import WIDE, OpenPage
from tests.browser.states import in_both

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", in_both(("/map", "/map?q=study&rows=outcome&columns=sector")))
def test_a_map_is_one_landscape_page(open_page: OpenPage, path: str) -> None:
    printed = PdfDocument(open_page(path, viewport=WIDE).pdf(prefer_css_page_size=True))
    assert len(printed) == 1
    width, height = printed[0].get_size()
    assert width > height
    words = printed[0].get_textpage().get_text_bounded()
    assert "127.0.0.1" in words


def test_a_report_says_its_rating_and_where_its_original_is(open_page: OpenPage) -> None:
    printed = PdfDocument(open_page("/en/report/street-lighting", viewport=WIDE).pdf())
    words = "".join(page.get_textpage().get_text_bounded() for page in printed)
    assert "Effective" in words
    assert "https://example.org/lighting.pdf" in words
    assert "Compare" not in words
