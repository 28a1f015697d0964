"""Reports side by side: which ones stands in the address, and nothing breaks when one is gone."""

from __future__ import annotations

import csv
import io

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

PAIR = "report=street-lighting&report=suggested"


def page(client: FlaskClient, address: str) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.data, "lxml")


def titles(found: BeautifulSoup) -> list[str]:
    return [link.get_text() for link in found.select(".compare thead th > a")]


def field(found: BeautifulSoup, name: str) -> list[str]:
    """What each report says in a field."""
    for group in found.select(".compare tbody"):
        if group.select_one("th").get_text(strip=True) == name:  # type: ignore[union-attr]
            return [" ".join(cell.get_text().split()) for cell in group.select("td")]
    raise AssertionError(name)


@pytest.mark.parametrize(
    ("lang", "name", "rated"), [("en", "Rating", "Effective"), ("fr", "Cote", "Efficace")]
)
def test_reports_stand_side_by_side_field_by_field(
    client: FlaskClient, lang: str, name: str, rated: str
) -> None:
    found = page(client, f"/{lang}/compare?{PAIR}")
    assert len(titles(found)) == 2
    assert field(found, name)[0] == rated
    assert all(len(group.select("td")) == 2 for group in found.select(".compare tbody"))
    assert "CrimeSolutions" in found.get_text()


def test_what_a_report_says_on_cost_leads_to_where_it_says_it(client: FlaskClient) -> None:
    found = page(client, f"/en/compare?{PAIR}")
    assert field(found, "Cost")[0].startswith("A lamp costs little beside a burglary.")
    link = found.select_one('.compare td a[href$="#passage-3"]')
    assert link is not None
    assert link["href"] == "/en/report/street-lighting#passage-3"


def test_a_report_can_be_taken_away_and_another_pinned(client: FlaskClient) -> None:
    found = page(client, f"/en/compare?{PAIR}")
    without = page(client, str(found.select(".unpin")[0]["href"]))
    assert len(titles(without)) == 1
    offered = page(client, f"/en/compare?{PAIR}&q=mentoring").select("ol.results h2 a")
    assert len(titles(page(client, str(offered[0]["href"])))) == 3


def test_what_is_pinned_is_not_offered_again(client: FlaskClient) -> None:
    links = page(client, "/en/compare?report=street-lighting&q=lighting").select("ol.results a")
    assert "Pin: Street lighting and theft" not in [link.get_text() for link in links]


@pytest.mark.parametrize(
    ("lang", "title"),
    [("en", "Street lighting and theft"), ("fr", "L’éclairage public et le vol")],
)
def test_a_report_is_offered_in_the_language_of_the_page(
    client: FlaskClient, lang: str, title: str
) -> None:
    offered = page(client, f"/{lang}/compare?q=street+lighting").select("ol.results h2")
    assert title in offered[0].get_text()


def test_a_pin_that_leads_nowhere_is_named_and_the_others_stay(client: FlaskClient) -> None:
    found = page(client, f"/en/compare?report=none&{PAIR}")
    assert len(titles(found)) == 2
    assert "“none”" in found.select_one(".notices").get_text()  # type: ignore[union-attr]


def test_an_old_id_and_its_new_one_are_one_pin(client: FlaskClient) -> None:
    found = page(client, "/en/compare?report=old-lighting&report=street-lighting")
    assert titles(found) == ["Street lighting and theft"]


@pytest.mark.parametrize(
    ("count", "told"), [(5, "one more was left out"), (12, "8 more were left out")]
)
def test_only_four_reports_are_compared_and_the_others_are_said(
    client: FlaskClient, count: int, told: str
) -> None:
    asked = "&".join(f"report=mentoring-{number}" for number in range(1, count + 1))
    found = page(client, f"/en/compare?{asked}")
    assert len(titles(found)) == 4
    assert told in found.select_one(".notices").get_text()  # type: ignore[union-attr]
    assert not found.select("main form")


def test_a_withdrawn_report_is_marked_as_such(client: FlaskClient) -> None:
    found = page(client, "/en/compare?report=withdrawn")
    assert "Withdrawn." in found.select_one(".compare thead").get_text()  # type: ignore[union-attr]


def test_a_result_can_be_pinned_and_its_search_goes_along(client: FlaskClient) -> None:
    results = page(client, "/en/search?q=mentoring")
    (link, *_) = results.select('.steps a[href*="/compare?"]')
    compared = page(client, str(link["href"]))
    assert len(titles(compared)) == 1
    assert compared.select("ol.results h2 a")


def test_without_pins_the_page_says_how_to_begin(client: FlaskClient) -> None:
    found = page(client, "/en/compare")
    assert not found.select(".compare")
    assert "No report is pinned yet" in found.get_text()
    assert "No other report" in page(client, "/en/compare?q=xyzzy").get_text()


def test_the_comparison_opens_in_a_spreadsheet(client: FlaskClient) -> None:
    link = page(client, f"/en/compare?{PAIR}").select_one(".take a")
    assert link is not None
    rows = list(csv.reader(io.StringIO(client.get(str(link["href"])).data.decode("utf-8-sig"))))
    assert rows[0] == ["Field", "Street lighting and theft", "Gangs and guns in one city"]
    assert {len(row) for row in rows} == {3}


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_report_leads_to_its_comparison(client: FlaskClient, lang: str) -> None:
    link = page(client, f"/{lang}/report/street-lighting").select_one('a[href*="/compare?"]')
    assert link is not None
    assert titles(page(client, str(link["href"]))) == ["Street lighting and theft"]
