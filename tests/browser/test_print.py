"""Pages on paper: the map is one landscape page, a report leaves out what only a screen can use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from pypdfium2 import PdfDocument

from indexer.catalogue import Catalogue
from indexer.config import Config
from tests.browser.conftest import WIDE, OpenPage, serving
from tests.browser.states import in_both
from webapp import create_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", in_both(("/map", "/map?q=study&rows=outcome&columns=sector")))
def test_a_map_is_one_landscape_page(open_page: OpenPage, path: str) -> None:
    printed = PdfDocument(open_page(path, viewport=WIDE).pdf(prefer_css_page_size=True))
    assert len(printed) == 1
    width, height = printed[0].get_size()
    assert width > height
    words = printed[0].get_textpage().get_text_bounded()
    assert "127.0.0.1" in words


@pytest.fixture(scope="module")
def shipped_site(shipped: Config) -> Iterator[str]:
    """Where a site over the shipped corpus answers."""
    with serving(create_app(catalogue=Catalogue(shipped))) as there:
        yield there


@pytest.mark.parametrize(
    "path",
    ["/en/map", "/fr/map?rows=population&columns=sector", "/fr/map?columns=population"],
)
def test_the_largest_maps_are_one_page_of_either_paper(
    browser: Browser, shipped_site: str, path: str
) -> None:
    page = browser.new_page(base_url=shipped_site)
    page.goto(path)
    for paper in ("Letter", "A4"):
        assert len(PdfDocument(page.pdf(format=paper, prefer_css_page_size=True))) == 1
    page.close()


def test_a_report_says_its_rating_and_where_its_original_is(open_page: OpenPage) -> None:
    printed = PdfDocument(open_page("/en/report/street-lighting", viewport=WIDE).pdf())
    words = "".join(page.get_textpage().get_text_bounded() for page in printed)
    assert "Effective" in words
    assert "https://example.org/lighting.pdf" in words
    assert "Compare" not in words
