"""Every page is set as its language is set, and says which parts are in the other one."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.browser.states import STATES, in_both
from tests.typography import faults


@pytest.mark.parametrize("address", in_both(STATES))
def test_a_page_is_set_as_its_language_is(client: FlaskClient, address: str) -> None:
    assert list(faults(client.get(address).text)) == []


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<p>Il dit : "oui"</p>', "a straight mark"),
        ("<p>Vraiment ?</p>", "a space that can break"),
        ("<p>Vraiment? Oui.</p>", "a mark without its space"),
        ("<p>Le mot «oui»</p>", "guillemets without their space"),
        ("<p>Adolescence (12-17\u00a0ans)</p>", "ages that can break"),
        ("<p>Adolescence (12\u201117 ans)</p>", "ages that can break"),
        ("<p>0 rapports</p>", "a plural of nought or one"),
        ("<p>It is the first of the words that we have in the text of this page.</p>", "not in fr"),
        ('<p lang="en">1 reports</p>', "a plural of one"),
    ],
)
def test_a_fault_is_found(html: str, fault: str) -> None:
    assert any(told.startswith(fault) for told in faults(f'<html lang="fr"><body>{html}'))


def test_what_is_typed_and_what_is_marked_is_no_fault() -> None:
    html = '<p>Écrivez <kbd>"x"</kbd>\u00a0: <span lang="en">it’s ‘so’: yes</span> https://a.ca/?b=1</p>'
    assert list(faults(f'<html lang="fr"><body>{html}')) == []
