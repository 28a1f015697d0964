"""The gap map: a table of discs that lead to what they count, and pictures of it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree

from indexer.models import Label, Passage, Report
from indexer.query import Query
from tests.webapp import sample
from webapp import bars, create_app
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


@pytest.mark.parametrize(
    ("address", "gaps"),
    [
        ("/en/map?q=lighting&lang=en", "194 of 198 cells are gaps"),
        ("/fr/map?q=xyzzy", "Toutes les cases sont des lacunes\u00a0: aucun rapport"),
        ("/en/map?sector=urban-planning&outcome=fear-of-crime", "No cell is empty."),
    ],
)
def test_a_map_says_how_many_gaps_it_has(client: FlaskClient, address: str, gaps: str) -> None:
    assert gaps in the(page(client, address), ".note").get_text()


def test_a_filter_of_a_map_is_taken_off_on_the_map(client: FlaskClient) -> None:
    found = page(client, "/en/map?q=study&sector=youth&rows=type")
    chip = the(found, ".chips a")
    assert str(chip["href"]) == "/en/map?q=study&rows=type&columns=outcome"
    assert "Youth" in chip.get_text()


def test_reports_without_a_rating_can_be_left_out(client: FlaskClient) -> None:
    found = page(client, "/en/map?columns=type")
    rated = page(client, str(the(found, '.take a[href*="rating="]')["href"]))
    assert found.select("table.map .not-rated")
    assert not rated.select("table.map .not-rated")
    assert not rated.select('.take a[href^="/en/map?rating="]')


@pytest.mark.parametrize(
    ("years", "labels"),
    [
        ([2001, 2003], ["2001", "2002", "2003"]),
        ([1997, 2026], ["1997–1999", *[f"{y}–{y + 4}" for y in range(2000, 2025, 5)], "2025–2026"]),
        ([1900, 1999], [f"{y}–{y + 9}" for y in range(1900, 2000, 10)]),
        ([1, 2026], [f"{max(1, y)}–{min(2026, y + 99)}" for y in range(0, 2026, 100)]),
    ],
)
def test_periods_are_equally_long_and_cover_every_year(
    site: Flask, years: list[int], labels: list[str]
) -> None:
    with site.test_request_context("/en/map"):
        drawn = bars.years(Query(), dict.fromkeys(years, 2))
    assert [bar.label for bar in drawn] == labels
    assert sum(bar.count for bar in drawn) == 2 * len(years)


def test_a_map_of_one_cell_with_ten_thousand_reports_is_drawn(tmp_path: Path) -> None:
    first = Report(
        id="r",
        path="r.md",
        format="md",
        title="R",
        lang="en",
        fingerprint="x",
        added=dt.date(2026, 1, 1),
        labels=(Label("youth", declared=True),),
        outcomes=("violence",),
    )
    named = ((f"r-{n}", sample.RATINGS[n % 5]) for n in range(10_000))
    many = (replace(first, id=name, rating=rating) for name, rating in named)
    texts = ((report, (Passage(report.id, 1, None, (), "Some.", "en"),)) for report in many)
    whole = sample.catalogue_of(tmp_path, *texts)
    client = create_app(catalogue=whole).test_client()
    found = page(client, "/en/map?sector=youth&outcome=violence")
    assert the(found, "table.map td b").get_text() == "10,000"
    assert "10,000 reports" in the(found, "h1").get_text()


def test_the_map_keeps_the_search_when_the_axes_change(client: FlaskClient) -> None:
    form = the(page(client, "/en/map?q=lamps&sector=urban-planning&from=2001"), "form#search")
    kept = {(str(i["name"]), str(i["value"])) for i in form.select("input")}
    assert kept == {("q", "lamps"), ("sector", "urban-planning"), ("from", "2001")}


def test_the_years_and_places_of_a_search_lead_to_what_they_count(client: FlaskClient) -> None:
    found = page(client, "/en/map?q=lighting")
    bars = [(the(row, "th a"), the(row, "td")) for row in found.select(".bars tbody tr")]
    full = [(link, count) for link, count in bars if total(count)]
    assert full
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
    across, down = {"en": ("Outcome", "Sector"), "fr": ("Résultat visé", "Secteur")}[lang]
    assert f"{across} →" in words
    assert f"{down} ↓" in words


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
    one, full = disc({"effective": 4}, 16), disc({"effective": 4, "mixed": 12}, 16)
    assert one is not None
    assert full is not None
    assert one.radius == pytest.approx(LARGEST / 2, abs=0.1)
    assert full.radius == LARGEST
    assert [piece.rating for piece in full.slices] == ["effective", "mixed"]
    assert [piece.path for piece in one.slices] == [""]
