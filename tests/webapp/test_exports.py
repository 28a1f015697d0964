"""Downloads of a result list, and of one report for a reference manager."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
import rispy
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from pybtex.database import parse_string

from webapp.exports import BY_SUFFIX


@pytest.mark.parametrize("suffix", sorted(BY_SUFFIX))
def test_every_format_downloads_under_a_dated_name(client: FlaskClient, suffix: str) -> None:
    answer = client.get(f"/export.{suffix}?q=mentoring")
    assert answer.status_code == 200
    name = answer.headers["Content-Disposition"]
    assert re.fullmatch(rf"attachment; filename=reports-\d{{4}}-\d\d-\d\d\.{suffix}", name)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.data


@pytest.mark.parametrize(("lang", "head"), [("en", "Title"), ("fr", "Titre")])
def test_a_download_is_in_the_language_of_the_page_it_was_asked_on(
    client: FlaskClient, lang: str, head: str
) -> None:
    page = BeautifulSoup(client.get(f"/{lang}/search?q=mentoring").data, "lxml")
    (link,) = page.select('a[href*="export.csv"]')
    rows = list(csv.reader(io.StringIO(client.get(str(link["href"])).data.decode("utf-8-sig"))))
    assert head in rows[0]
    # Twelve reports are more than the page shows.
    assert len(rows) == 13


def test_a_format_that_does_not_exist_is_not_found(client: FlaskClient) -> None:
    assert client.get("/export.exe").status_code == 404


def test_an_export_is_sent_as_it_is_read(client: FlaskClient) -> None:
    answer = client.get("/export.json", headers={"Accept-Encoding": "gzip"}, buffered=False)
    assert answer.is_streamed
    assert "Content-Encoding" not in answer.headers
    assert json.loads(answer.data)["search"]["total"] == len(json.loads(answer.data)["reports"])


def test_a_search_without_results_exports_an_empty_list(client: FlaskClient) -> None:
    assert json.loads(client.get("/export.json?q=xyzzy").data)["reports"] == []


def test_a_report_is_read_by_reference_managers(client: FlaskClient) -> None:
    page = BeautifulSoup(client.get("/en/report/street-lighting").data, "lxml")
    told = [(str(m["name"]), str(m["content"])) for m in page.select('meta[name^="citation_"]')]
    assert ("citation_title", "Street lighting and theft") in told
    assert [value for name, value in told if name == "citation_author"] == [
        "Brandon Welsh",
        "David Farrington",
    ]
    assert ("citation_publication_date", "2008") in told
    assert ("citation_pdf_url", "https://example.org/lighting.pdf") in told
    links = {str(a["type"]): str(a["href"]) for a in page.select('link[rel="alternate"][type]')}
    (entry,) = rispy.loads(client.get(links["application/x-research-info-systems"]).text)
    assert entry["title"] == "Street lighting and theft"
    entries = parse_string(client.get(links["application/x-bibtex"]).text, "bibtex").entries
    assert list(entries) == ["street-lighting"]


def test_a_report_says_how_to_cite_it_in_each_language(client: FlaskClient) -> None:
    english = client.get("/en/report/street-lighting").text
    assert "Welsh, B., &amp; Farrington, D. (2008). Street lighting and theft." in english
    assert "Welsh, B. et Farrington, D. (2008)" in client.get("/fr/report/street-lighting").text


def test_the_citation_of_an_unknown_report_is_not_found(client: FlaskClient) -> None:
    assert client.get("/en/report/none/citation.ris").status_code == 404
