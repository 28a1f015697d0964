"""What every page promises, whatever it shows."""

from __future__ import annotations

import itertools
import re

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

PAGES = (
    "/",
    "/search",
    "/search?q=theft&sector=urban-planning&rating=effective&from=2000",
    "/search?q=nothing-like-this&sector=youth",
    "/report/street-lighting",
    "/report/eclairage",
    "/report/suggested",
    "/report/withdrawn",
    "/map?q=theft&rows=population",
    "/compare?report=street-lighting&report=eclairage",
    "/about",
    "/status",
)
IN_BOTH = [f"/{lang}{page}" for lang in ("en", "fr") for page in PAGES]
LIMIT = 40_000


def read(client: FlaskClient, address: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(address, follow_redirects=True).text, "lxml")


@pytest.mark.parametrize("address", IN_BOTH)
def test_a_page_answers_in_its_language_with_one_heading_and_a_title(
    client: FlaskClient, address: str
) -> None:
    response = client.get(address)
    page = BeautifulSoup(response.text, "lxml")
    assert response.status_code == (410 if address.endswith("/withdrawn") else 200)
    assert page.html is not None
    assert page.html["lang"] == f"{address[1:3]}-CA"
    assert len(page.find_all("h1")) == 1
    assert page.title
    assert page.title.text.strip()


@pytest.mark.parametrize("address", IN_BOTH)
def test_a_page_is_light(client: FlaskClient, address: str) -> None:
    assert len(client.get(address).data) < LIMIT


@pytest.mark.parametrize("address", IN_BOTH)
def test_headings_do_not_skip_a_level(client: FlaskClient, address: str) -> None:
    levels = [int(h.name[1]) for h in read(client, address).find_all(re.compile("^h[1-6]$"))]
    steps = [after - before for before, after in itertools.pairwise(levels)]
    assert all(step <= 1 for step in steps), levels


@pytest.mark.parametrize("address", IN_BOTH)
def test_ids_are_unique_and_anchors_lead_somewhere(client: FlaskClient, address: str) -> None:
    page = read(client, address)
    ids = [str(tag["id"]) for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))
    anchors = {str(link["href"])[1:] for link in page.select('a[href^="#"]')}
    assert anchors <= set(ids)
    named = {str(tag["aria-labelledby"]) for tag in page.select("[aria-labelledby]")}
    assert named <= set(ids)


@pytest.mark.parametrize("address", IN_BOTH)
def test_every_link_inside_the_site_leads_to_a_page(client: FlaskClient, address: str) -> None:
    links = {str(link["href"]) for link in read(client, address).select('a[href^="/"]')}
    assert links
    for link in links:
        gone = link.endswith("/report/withdrawn")
        assert client.get(link).status_code == (410 if gone else 200), link


@pytest.mark.parametrize("address", IN_BOTH)
def test_nothing_comes_from_another_host(client: FlaskClient, address: str) -> None:
    page = read(client, address)
    loaded = [
        tag.get("src") or tag.get("href") for tag in page.select("link, script[src], img, iframe")
    ]
    assert all(str(source).startswith(("/static/", "http://localhost/")) for source in loaded)


@pytest.mark.parametrize("address", IN_BOTH)
def test_no_style_or_script_stands_in_the_page(client: FlaskClient, address: str) -> None:
    page = read(client, address)
    scripts = "script:not([src], [type='application/ld+json'])"
    assert not page.select(f"style, [style], {scripts}, [onclick], [onload]")


@pytest.mark.parametrize("page", PAGES)
def test_the_language_link_leads_to_the_same_page_in_the_other_language(
    client: FlaskClient, page: str
) -> None:
    link = read(client, f"/en{page}").select_one("#language")
    assert link
    assert str(link["href"]).startswith("/fr/")
    assert link["lang"] == "fr"
    back = read(client, str(link["href"])).select_one("#language")
    assert back
    assert client.get(str(back["href"])).text == client.get(f"/en{page}").text


def test_each_language_names_itself_and_the_other_as_alternates(client: FlaskClient) -> None:
    page = read(client, "/en/search?q=theft&page=1&sector=")
    alternates = {str(a["hreflang"]): a["href"] for a in page.select("link[hreflang]")}
    assert alternates == {
        "en": "http://localhost/en/search?q=theft",
        "fr": "http://localhost/fr/search?q=theft",
    }


@pytest.mark.parametrize(
    ("asked", "found"),
    [("fr-CA,fr;q=0.9,en;q=0.8", "fr"), ("en", "en"), ("de", "en"), ("", "en"), ("fr", "fr")],
)
@pytest.mark.parametrize("path", ["/", "/search?q=v%C3%A9lo&sector=youth", "/report/eclairage"])
def test_an_address_without_language_follows_the_browser(
    client: FlaskClient, asked: str, found: str, path: str
) -> None:
    response = client.get(path, headers={"Accept-Language": asked})
    assert response.status_code == 302
    assert response.headers["Location"] == f"/{found}{path}"
    assert response.headers["Vary"] == "Accept-Language"


def test_the_home_page_shows_sectors_ratings_and_what_is_new(client: FlaskClient) -> None:
    page = read(client, "/fr/")
    assert "Jeunes\N{NO-BREAK SPACE}12" in page.text
    assert "Efficace" in page.text
    for lang, newest in (
        ("fr", "L’éclairage public et le vol"),
        ("en", "Street lighting and theft"),
    ):
        recent = [heading.text for heading in read(client, f"/{lang}/").select(".recent h3")]
        assert recent[0] == newest


def test_the_site_has_a_name_in_each_language(client: FlaskClient) -> None:
    assert "Evidence for Safer Cities" in read(client, "/en/").text
    assert "Données probantes pour des villes plus sûres" in read(client, "/fr/").text


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_about_explains_every_rating_and_every_sector(client: FlaskClient, lang: str) -> None:
    page = read(client, f"/{lang}/about")
    assert len(page.select("dt .rating svg")) == 6
    assert len(page.select('dt a[href*="sector="]')) == 18
    assert all(definition.text.strip() for definition in page.select("dd"))


def test_about_has_the_same_sections_in_both_languages(client: FlaskClient) -> None:
    english, french = (read(client, f"/{lang}/about") for lang in ("en", "fr"))
    sections = [heading["id"] for heading in english.find_all("h2")]
    assert sections == [heading["id"] for heading in french.find_all("h2")]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_status_names_the_file_that_could_not_be_read(client: FlaskClient, lang: str) -> None:
    assert "empty.md: holds no text to index" in read(client, f"/{lang}/status").text


TITLES = {"fr": "L’éclairage public et le vol", "en": "Street lighting and theft"}


@pytest.mark.parametrize(
    "path",
    [
        "/search?q=lampes",
        "/search?q=lamps",
        "/report/eclairage",
        "/report/street-lighting",
        "/compare?report=eclairage&report=street-lighting&q=mentoring",
        "/share?report=eclairage",
        "/share?report=street-lighting",
    ],
)
def test_a_title_in_the_other_language_says_so(client: FlaskClient, path: str) -> None:
    told = 0
    for lang, other in (("en", "fr"), ("fr", "en")):
        body = BeautifulSoup(client.get(f"/{lang}{path}").data, "lxml").select_one("main")
        assert body is not None
        for text in body.find_all(string=re.compile(re.escape(TITLES[other]))):
            if text.find_parent("textarea"):
                continue
            said = text.find_parent(lang=True)
            assert str(said["lang"]).startswith(other), f"{lang}{path}: {text}"
            told += 1
    assert told


def test_home_counts_as_a_list_does_and_says_so(client: FlaskClient) -> None:
    home = BeautifulSoup(client.get("/en/").data, "lxml").select_one(".lead")
    total = client.get("/api/v1/search").get_json()["total"]
    assert home is not None
    assert home.get_text().startswith(f"{total} reports in English or French")
    assert "One stands in both languages and counts once." in home.get_text()


def test_robots_may_read_reports_but_not_every_search(client: FlaskClient) -> None:
    rules = client.get("/robots.txt").text
    assert "Disallow: /en/search" in rules
    assert "Sitemap: http://localhost/sitemap.xml" in rules


def test_the_sitemap_lists_every_report_in_both_languages(client: FlaskClient) -> None:
    found = BeautifulSoup(client.get("/sitemap.xml").text, "lxml-xml")
    places = [place.text for place in found.find_all("loc")]
    assert "http://localhost/en/report/street-lighting" in places
    assert "http://localhost/fr/report/street-lighting" in places
    assert len(places) == len(set(places)) == 2 * (2 + 16)
    assert len(found.find_all("url")[0].find_all("link")) == 2
