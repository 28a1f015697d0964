"""A report's page as reference managers and crawlers read it."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from indexer.models import Report
from tests.webapp import sample
from webapp import create_app

# What Google Scholar takes for a date: https://scholar.google.com/intl/en/scholar/inclusion.html
DATE = re.compile(r"\d{4}(/\d{1,2}/\d{1,2})?")


def page(client: FlaskClient, address: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(address).data, "lxml")


def highwire(found: BeautifulSoup) -> dict[str, list[str]]:
    """The tags as a reference manager collects them: by name, repeated ones in order."""
    told: dict[str, list[str]] = {}
    for tag in found.select('head meta[name^="citation_"]'):
        told.setdefault(str(tag["name"]), []).append(str(tag["content"]))
    return told


def schema(found: BeautifulSoup) -> dict[str, Any]:
    (script,) = found.select('script[type="application/ld+json"]')
    told = json.loads(script.get_text())
    assert isinstance(told, dict)
    return told


@pytest.fixture
def odd(tmp_path: Path) -> FlaskClient:
    """The site over one report whose authors are an institute and somebody with others."""
    report = Report(
        id="odd",
        path="odd.md",
        format="md",
        title='</script><b>"Lamps" & gates</b>',
        lang="fr",
        fingerprint="",
        added=dt.date(2026, 11, 21),
        date=dt.date(2024, 3, 9),
        year=2024,
        authors=("Senn et al.", "Institut national de santé publique"),
        last_verified=dt.date(2026, 11, 30),
    )
    return create_app(catalogue=sample.catalogue_of(tmp_path, (report, ()))).test_client()


def test_what_google_scholar_requires_is_there(client: FlaskClient) -> None:
    told = highwire(page(client, "/en/report/street-lighting"))
    assert told["citation_title"] == ["Street lighting and theft"]
    assert told["citation_author"] == ["Brandon Welsh", "David Farrington"]
    assert all(DATE.fullmatch(day) for day in told["citation_publication_date"])
    assert told["citation_technical_report_institution"] == ["Campbell Collaboration"]
    assert told["citation_pdf_url"][0].startswith("https://")
    assert told["citation_public_url"][0].startswith("http://localhost/")


def test_an_author_is_a_name_and_nothing_else(odd: FlaskClient) -> None:
    told = highwire(page(odd, "/fr/report/odd"))
    assert told["citation_author"] == ["Senn", "Institut national de santé publique"]
    assert told["citation_publication_date"] == ["2024/03/09"]


def test_the_words_of_schema_org_say_who_wrote_what_and_when(odd: FlaskClient) -> None:
    told = schema(page(odd, "/fr/report/odd"))
    assert (told["@context"], told["@type"]) == ("https://schema.org", "Report")
    assert told["name"] == '</script><b>"Lamps" & gates</b>'
    assert told["author"] == [
        {"@type": "Person", "name": "Senn"},
        {"@type": "Organization", "name": "Institut national de santé publique"},
    ]
    assert told["datePublished"] == "2024-03-09"
    assert told["mainEntityOfPage"]["lastReviewed"] == "2026-11-30"


@pytest.mark.parametrize("style", ["APA", "Chicago"])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_each_style_can_be_copied_without_script(
    client: FlaskClient, lang: str, style: str
) -> None:
    found = page(client, f"/{lang}/report/street-lighting")
    told = [entry.get_text(" ", strip=True) for entry in found.select(".cite p")]
    assert any(entry.startswith(f"{style} Welsh, B") for entry in told)
    assert found.select("#cite")
