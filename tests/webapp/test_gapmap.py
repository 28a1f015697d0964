"""The gap map: a table of discs that lead to what they count, and pictures of it."""

from __future__ import annotations

import csv
import io
import re

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from lxml import etree

from webapp.discs import LARGEST, disc

LANGUAGES = ("en", "fr")


def page(client: FlaskClient, address: str) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.data, "lxml")


def the(tag: BeautifulSoup | Tag, selector: str) -> Tag:
    (found,) = tag.select(selector)
    return found


def total(tag: Tag) -> int:
    """The number that a text begins with."""
    found = re.match(r"\s*(\d+)", tag.get_text())
    assert found, tag
    return int(found[1])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_cell_leads_to_a_search_that_finds_as_many(client: FlaskClient, lang: str) -> None:
    links = page(client, f"/{lang}/map?q=theft+OR+mentors").select("table.map td a")
    assert links
    for link in links:
        found = page(client, str(link["href"]))
        assert total(the(found, "#sentence")) == total(the(link, "b"))


@pytest.mark.parametrize(
    ("lang", "empty", "said"),
    [
        ("en", "no report", "1 report (Effective 1)"),
        ("fr", "aucun rapport", "1 rapport (Efficace 1)"),
    ],
)
def test_a_cell_is_said_in_words_and_an_empty_one_too(
    client: FlaskClient, lang: str, empty: str, said: str
) -> None:
    found = page(client, f"/{lang}/map?q=lighting&lang=en")
    assert {cell.get_text(strip=True) for cell in found.select("td.gap")} == {empty}
    assert said in [span.get_text() for span in found.select("table.map td a .unseen")]


def test_the_axes_can_be_chosen(client: FlaskClient) -> None:
    found = page(client, "/en/map?rows=decade&columns=rating")
    rows = [head.get_text(" ", strip=True) for head in found.select("table.map tbody th")]
    assert rows[0].startswith("2000 to 2009")
    chosen = [str(option["value"]) for option in found.select("option[selected]")]
    assert chosen == ["decade", "rating"]
    canonical = the(found, 'link[rel="canonical"]')
    assert str(canonical["href"]).endswith("/en/map?rows=decade&columns=rating")


@pytest.mark.parametrize("asked", ["rows=none&columns=", "rows=sector&columns=sector", "rows=%00"])
def test_axes_that_do_not_exist_leave_a_map(client: FlaskClient, asked: str) -> None:
    assert page(client, f"/en/map?{asked}").select("table.map")


def test_a_map_of_nothing_is_a_map_of_gaps(client: FlaskClient) -> None:
    found = page(client, "/fr/map?q=xyzzy")
    assert found.select("td.gap")
    assert not found.select("table.map td a")
    assert "rien à dessiner" in page(client, "/fr/map?q=xyzzy&rows=decade").get_text()


def test_the_map_keeps_the_search_when_the_axes_change(client: FlaskClient) -> None:
    form = the(page(client, "/en/map?q=lamps&sector=urban-planning&from=2001"), "form#search")
    kept = {(str(i["name"]), str(i["value"])) for i in form.select("input")}
    assert kept == {("q", "lamps"), ("sector", "urban-planning"), ("from", "2001")}


def test_the_years_and_places_of_a_search_lead_to_what_they_count(client: FlaskClient) -> None:
    found = page(client, "/en/map?q=lighting")
    bars = [(the(row, "th a"), the(row, "td")) for row in found.select(".bars tbody tr")]
    full = [(link, count) for link, count in bars if total(count)]
    assert len(full) == 2
    for link, count in full:
        assert total(the(page(client, str(link["href"])), "#sentence")) == total(count)


def test_the_table_for_other_programs_has_every_cell(client: FlaskClient) -> None:
    cells = page(client, "/en/map").select("table.map tbody td")
    answer = client.get("/en/map.csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0][:3] == ["Sector", "Outcome", "Reports"]
    assert len(rows) - 1 == len(cells)
    assert any(row[2] == "0" for row in rows[1:])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_map_is_a_picture_for_slides(client: FlaskClient, lang: str) -> None:
    png = client.get(f"/{lang}/map.png?q=lighting")
    assert png.content_type == "image/png"
    assert png.data.startswith(b"\x89PNG")
    svg = client.get(f"/{lang}/map.svg?q=lighting")
    words = " ".join(map(str, etree.fromstring(svg.data).itertext()))
    assert {"en": "Effective", "fr": "Efficace"}[lang] in words


@pytest.mark.parametrize("asked", ["q=xyzzy&rows=decade", "q=%24%5Cfrac%7B%24+" + "x" * 400])
def test_a_picture_of_nothing_and_of_an_odd_search_is_drawn(
    client: FlaskClient, asked: str
) -> None:
    assert client.get(f"/en/map.png?{asked}").status_code == 200


def test_the_map_without_a_language_picks_one(client: FlaskClient) -> None:
    answer = client.get("/map?q=lamps", headers={"Accept-Language": "fr"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/fr/map?q=lamps"


def test_a_disc_grows_with_its_reports_and_is_cut_by_rating() -> None:
    assert disc({}, 9) is None
    one, full = disc({"effective": 1}, 16), disc({"effective": 4, "mixed": 12}, 16)
    assert one is not None
    assert full is not None
    assert one.radius == pytest.approx(LARGEST / 4, abs=0.1)
    assert full.radius == LARGEST
    assert [piece.rating for piece in full.slices] == ["effective", "mixed"]
    assert [piece.path for piece in one.slices] == [""]
