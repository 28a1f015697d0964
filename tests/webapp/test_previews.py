"""What other sites and browsers read of ours."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from lxml import etree

from indexer.models import Report
from tests.webapp import sample
from webapp import create_app

OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_browser_can_add_the_site_to_its_search_engines(client: FlaskClient, lang: str) -> None:
    page = BeautifulSoup(client.get(f"/{lang}/").data, "lxml")
    (link,) = page.select('link[rel="search"]')
    told = etree.fromstring(client.get(str(link["href"])).data)
    assert len(told.findtext(f"{OPENSEARCH}ShortName") or "") <= 16
    urls = {url.get("type"): url.get("template") for url in told.iter(f"{OPENSEARCH}Url")}
    address = str(urls["text/html"]).replace("{searchTerms}", "lighting")
    assert f"/{lang}/search?q=lighting" in address
    assert client.get(address).status_code == 200


def test_a_link_to_a_report_has_a_preview(client: FlaskClient) -> None:
    page = BeautifulSoup(client.get("/fr/report/street-lighting").data, "lxml")
    (link,) = page.select('link[type="application/json+oembed"]')
    told = client.get(str(link["href"])).json
    assert told is not None
    assert (told["version"], told["type"]) == ("1.0", "link")
    assert told["title"] == "Street lighting and theft"
    assert told["url"].endswith("/fr/report/street-lighting")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://evil.example/en/report/street-lighting",
        "http://localhost/en/search",
        "http://localhost/en/report/none",
        "javascript:alert(1)",
        "http://[",
    ],
)
def test_no_other_address_has_a_preview(client: FlaskClient, url: str) -> None:
    assert client.get("/oembed", query_string={"url": url}).status_code == 404


def test_a_preview_in_another_form_is_declined(client: FlaskClient) -> None:
    url = "http://localhost/en/report/street-lighting"
    answer = client.get("/oembed", query_string={"url": url, "format": "xml"})
    assert answer.status_code == 501


@pytest.mark.parametrize("address", ["/en/", "/fr/search?q=lighting", "/en/report/street-lighting"])
def test_a_shared_page_has_a_title_and_an_address(client: FlaskClient, address: str) -> None:
    page = BeautifulSoup(client.get(address).data, "lxml")
    told = {str(meta["property"]): str(meta["content"]) for meta in page.select("meta[property]")}
    (title,), (canonical,) = page.select("title"), page.select('link[rel="canonical"]')
    assert told["og:title"] == title.get_text()
    assert told["og:url"] == str(canonical["href"])


def test_search_engines_read_what_a_report_is(client: FlaskClient) -> None:
    page = BeautifulSoup(client.get("/en/report/street-lighting").data, "lxml")
    (script,) = page.select('script[type="application/ld+json"]')
    told = json.loads(script.get_text())
    assert (told["@type"], told["name"]) == ("Report", "Street lighting and theft")
    assert [author["name"] for author in told["author"]] == ["Brandon Welsh", "David Farrington"]


def test_no_text_of_a_report_ends_the_script_that_describes_it(client: FlaskClient) -> None:
    page = BeautifulSoup(client.get("/en/report/hostile").data, "lxml")
    (script,) = page.select('script[type="application/ld+json"]')
    assert json.loads(script.get_text())["name"] == "<script>alert('x')</script>"


def test_only_a_web_address_is_told_as_where_the_original_is(tmp_path: Path) -> None:
    report = Report("odd", "odd.md", "md", "Odd", "en", "x", dt.date(2026, 1, 1))
    odd = dataclasses.replace(report, source_url="javascript:alert(1)")
    client = create_app(catalogue=sample.catalogue_of(tmp_path, (odd, ()))).test_client()
    assert "javascript:" not in client.get("/en/report/odd").text
