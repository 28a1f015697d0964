"""Every page in every state in English; a file for each language, for two processes to share."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Window
from tests.browser.states import STATES
from tests.browser.visits import visit

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", [f"/en{path}" for path in STATES])
def test_a_page_keeps_its_promises(window: Window, path: str) -> None:
    visit(window, path)
