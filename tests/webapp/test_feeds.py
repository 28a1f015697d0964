"""Feeds of any search, read as feed readers read them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from lxml import etree

from indexer.models import Passage, Report
from tests.webapp import sample
from webapp import create_app
from webapp.feeds import LATEST

ATOM = "{http://www.w3.org/2005/Atom}"


def entries(client: FlaskClient, address: str) -> list[dict[str, str]]:
    """Each entry of an Atom feed, by the names of its elements."""
    feed = etree.fromstring(client.get(address).data)
    return [
        {str(child.tag).removeprefix(ATOM): child.text or "" for child in entry}
        for entry in feed.iter(f"{ATOM}entry")
    ]


@pytest.mark.parametrize("address", ["/feed.atom", "/fr/feed.atom", "/en/feed.atom?q=lighting"])
def test_a_feed_has_all_that_the_standard_demands(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    feed = etree.fromstring(answer.data)
    # RFC 4287, 4.1.1 and 4.1.2: each once, and an author above or in each entry.
    for element in (feed, *feed.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(ATOM + name)) == 1
            dt.datetime.fromisoformat(element.findtext(f"{ATOM}updated") or "")
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    own = [link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert len(own) == 1
    ids = [entry["id"] for entry in entries(client, address)]
    assert ids
    assert len(set(ids)) == len(ids)


def test_what_was_added_last_comes_first(client: FlaskClient) -> None:
    added = [entry["published"] for entry in entries(client, "/feed.atom")]
    assert added == sorted(added, reverse=True)
    assert entries(client, "/fr/feed.atom")[0]["title"] == "L’éclairage public et le vol"


@pytest.mark.parametrize(
    ("lang", "title"),
    [("en", "Street lighting and theft"), ("fr", "L’éclairage public et le vol")],
)
def test_a_feed_holds_what_its_search_finds_in_the_language_of_the_page(
    client: FlaskClient, lang: str, title: str
) -> None:
    found = entries(client, f"/{lang}/feed.atom?sector=urban-planning")
    assert [entry["title"] for entry in found] == [title]


def test_the_order_and_the_page_of_a_link_do_not_change_its_feed(client: FlaskClient) -> None:
    assert entries(client, "/en/feed.atom?q=mentoring&sort=title&page=2&size=1") == entries(
        client, "/en/feed.atom?q=mentoring"
    )


@pytest.mark.parametrize("form", ["atom", "json"])
def test_a_feed_that_has_not_changed_is_not_sent_again(client: FlaskClient, form: str) -> None:
    first = client.get(f"/en/feed.{form}?q=lighting")
    tag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    again = client.get(f"/en/feed.{form}?q=lighting", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    since = client.get(f"/en/feed.{form}?q=lighting", headers={"If-Modified-Since": modified})
    assert since.status_code == 304
    other = client.get(f"/en/feed.{form}?q=theft", headers={"If-None-Match": tag})
    assert other.status_code == 200


def test_the_ids_stay_when_the_site_moves(tmp_path: Path) -> None:
    one = create_app({**_places(tmp_path), "base_url": "https://one.example"}).test_client()
    two = create_app({**_places(tmp_path), "base_url": "https://two.example"}).test_client()
    here, there = entries(one, "/en/feed.atom"), entries(two, "/en/feed.atom")
    assert [entry["id"] for entry in here] == [entry["id"] for entry in there]
    assert b"https://two.example/en/report/" in two.get("/en/feed.atom").data


def _places(folder: Path) -> dict[str, object]:
    if not (folder / "index").exists():
        sample.built(folder)
    return {"corpus": folder / "corpus", "index": folder / "index"}


def _passage(name: str) -> tuple[Passage, ...]:
    return (Passage(name, 1, None, (), "Some text.", "en"),)


def test_a_title_with_control_characters_leaves_the_feed_readable(tmp_path: Path) -> None:
    report = Report("odd", "odd.md", "md", "Odd\x0b<&title>", "en", "x", dt.date(2026, 1, 1))
    client = create_app(
        catalogue=sample.catalogue_of(tmp_path, (report, _passage("odd")))
    ).test_client()
    assert [entry["title"] for entry in entries(client, "/en/feed.atom")] == ["Odd <&title>"]


def test_a_feed_is_bounded(tmp_path: Path) -> None:
    day = dt.date(2026, 1, 1)
    many = [Report(f"r-{n}", f"r-{n}.md", "md", "R", "en", "x", day) for n in range(LATEST + 5)]
    contents = [(report, _passage(report.id)) for report in many]
    client = create_app(catalogue=sample.catalogue_of(tmp_path, *contents)).test_client()
    assert len(entries(client, "/en/feed.atom")) == LATEST


def test_the_json_feed_says_the_same(client: FlaskClient) -> None:
    told = json.loads(client.get("/en/feed.json?q=lighting").data)
    atom = entries(client, "/en/feed.atom?q=lighting")
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["id"] for item in told["items"]] == [entry["id"] for entry in atom]
    assert all(item["url"] and item["content_text"] for item in told["items"])


def test_an_empty_search_has_an_empty_feed(client: FlaskClient) -> None:
    assert entries(client, "/en/feed.atom?q=xyzzy") == []


@pytest.mark.parametrize(
    ("lang", "word", "report"),
    [("en", "New: ", "street-lighting"), ("fr", "Nouveautés", "eclairage")],
)
def test_a_search_page_tells_of_its_feeds(
    client: FlaskClient, lang: str, word: str, report: str
) -> None:
    page = BeautifulSoup(client.get(f"/{lang}/search?q=lighting").data, "lxml")
    links = page.select('link[rel="alternate"][type="application/atom+xml"]')
    assert [str(link["title"]).startswith(word) for link in links] == [True]
    found = client.get(str(links[0]["href"]))
    assert found.status_code == 200
    assert f"/{lang}/report/{report}" in found.text
