"""What staff see of the searches: a page like any other, behind a form."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from indexer.catalogue import Catalogue
from indexer.config import Config
from tests.browser.conftest import open_window, serving
from tests.browser.visits import LARGE, complaints
from tests.webapp import sample
from webapp import create_app
from webapp.querycounts import FILE, SHOWN_FROM, QueryCounts

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

TOKEN = "a token that nobody guesses"


@pytest.mark.parametrize(
    ("lang", "asked", "show"), [("en", "Token", "Show"), ("fr", "Jeton", "Montrer")]
)
def test_the_searches_that_staff_see_keep_the_promises_of_every_page(
    browser: Browser, tmp_path: Path, lang: str, asked: str, show: str
) -> None:
    config = sample.built(tmp_path, share_token=TOKEN, query_counts=True)
    _ask_on_two_days(config, "lamp posts", "réverbères " * 9)
    with serving(create_app(catalogue=Catalogue(config))) as address:
        problems: list[str] = []
        page = open_window(browser, address, problems, viewport=LARGE)
        page.goto(f"/{lang}/status")
        page.get_by_label(asked).fill(TOKEN)
        page.get_by_role("button", name=show).click()
        page.locator("#searches ~ table tbody tr").nth(1).wait_for()
        page.wait_for_load_state("load")
        assert page.locator("#searches ~ table tbody tr").count() == 2
        assert list(complaints(page)) == []
        assert problems == []
        page.context.close()


def _ask_on_two_days(config: Config, *texts: str) -> None:
    """Asks as often, and on as many days, as it takes to be shown."""
    for days in (1, 0):
        day = dt.date.today() - dt.timedelta(days=days)
        counts = QueryCounts(config.index / FILE, TOKEN, lambda day=day: day)  # type: ignore[misc]
        for text in texts:
            for _ in range(SHOWN_FROM):
                counts.count(text, empty=False)
        counts.settle()
