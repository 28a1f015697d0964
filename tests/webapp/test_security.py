"""Text from documents and addresses stays text, and every response says how it may be used."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from indexer.models import Label, Passage, Rating, ReadWarning, Reason, Report
from tests.webapp import sample
from tests.webapp.sample import HOSTILE
from webapp import create_app

ADDRESS = "javascript:alert(1)"
GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture
def hostile(tmp_path: Path) -> FlaskClient:
    """A site over a report that is hostile in every field."""
    report = Report(
        id="hostile",
        path=HOSTILE,
        format="md",
        title=HOSTILE,
        lang="en",
        fingerprint="f",
        added=dt.date(2026, 1, 1),
        authors=(HOSTILE,),
        publisher=HOSTILE,
        type=HOSTILE,
        labels=(Label(HOSTILE, False, 1.0, (Reason(HOSTILE, HOSTILE, 1, 1.0),)),),
        rating="effective",
        rating_note=HOSTILE,
        ratings=(Rating(HOSTILE, HOSTILE, ADDRESS),),
        outcomes=(HOSTILE,),
        population=(HOSTILE,),
        setting=(HOSTILE,),
        municipality=HOSTILE,
        province=HOSTILE,
        country=HOSTILE,
        source_url=ADDRESS,
        licence=f"{HOSTILE} {ADDRESS} data:text/html,x",
        summary=HOSTILE,
        withdrawn=HOSTILE,
        pages=1,
        warnings=(ReadWarning(HOSTILE, HOSTILE, 1),),
    )
    text = f"{HOSTILE} script\n\n{HOSTILE} | b\n\n<b>c</b> | {ADDRESS}\n\n<img src=x>"
    passage = Passage("hostile", 1, 1, (HOSTILE, HOSTILE), text, "en")
    return create_app(catalogue=sample.catalogue_of(tmp_path, (report, (passage,)))).test_client()


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(
    "page", ["/", "/search", "/search?q=script", f"/search?q={HOSTILE}", "/report/hostile"]
)
def test_markup_in_a_document_or_a_search_is_shown_as_text(
    hostile: FlaskClient, lang: str, page: str
) -> None:
    response = hostile.get(f"/{lang}{page}", follow_redirects=True)
    # The hostile report is withdrawn as well, for a hostile reason.
    assert response.status_code == (410 if page == "/report/hostile" else 200)
    found = BeautifulSoup(response.text, "lxml")
    scripts = found.select("script:not([type='application/ld+json'])")
    assert not [s for s in scripts if not str(s.get("src")).startswith("/static/")]
    assert not found.select("img, b:not([aria-current]):not(.warning b), iframe")
    assert 'alert("x")' in found.text or "script" not in page


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("page", ["/search?q=script", "/report/hostile"])
def test_only_web_addresses_become_links(hostile: FlaskClient, lang: str, page: str) -> None:
    found = BeautifulSoup(hostile.get(f"/{lang}{page}").text, "lxml")
    assert all(str(a["href"]).startswith(("/", "#", "http")) for a in found.select("a[href]"))


def test_a_hostile_path_is_shown_as_text(client: FlaskClient) -> None:
    for path in ("/en/report/%3Cscript%3E", "/%3Cscript%3E", "/api/v1/report/%3Cscript%3E"):
        response = client.get(path)
        assert response.status_code == 404
        assert response.is_json or "<script>" not in response.text


@pytest.mark.parametrize(
    "address", ["/en/", "/en/search", "/fr/rien", "/api/v1/status", "/static/style.css", "/"]
)
def test_every_response_is_strict_about_its_content(client: FlaskClient, address: str) -> None:
    with client.get(address) as response:
        headers = response.headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'")
    for rule in ("base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"]
    assert "Set-Cookie" not in headers


def test_static_files_have_their_hash_in_the_address_and_are_kept(client: FlaskClient) -> None:
    page = BeautifulSoup(client.get("/en/search").text, "lxml")
    found = [str(tag.get("src") or tag.get("href")) for tag in page.select("link, script")]
    files = [address for address in found if address.startswith("/static/")]
    assert len(files) == 4
    for address in files:
        assert "?v=" in address
        with client.get(address, headers={"Accept-Encoding": "gzip"}) as response:
            assert "max-age=31536000" in response.headers["Cache-Control"]
            assert len(response.data) < 10_000


def test_a_static_file_without_its_hash_is_asked_for_again(client: FlaskClient) -> None:
    with client.get("/static/style.css") as response:
        assert "max-age" not in response.headers["Cache-Control"]


def test_a_page_that_did_not_change_is_not_sent_again(client: FlaskClient) -> None:
    tag = client.get("/en/about").headers["ETag"]
    response = client.get("/en/about", headers={"If-None-Match": tag})
    assert response.status_code == 304
    assert not response.data


@pytest.mark.parametrize("address", ["/en/search", "/static/style.css", "/api/v1/search"])
def test_text_is_compressed_for_who_can_read_it(client: FlaskClient, address: str) -> None:
    with client.get(address) as plain, client.get(address, headers=GZIP) as packed:
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == "gzip"
        assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
        assert "Accept-Encoding" in packed.headers["Vary"]


def test_a_compressed_page_that_did_not_change_is_not_sent_again(client: FlaskClient) -> None:
    tag = client.get("/en/about", headers=GZIP).headers["ETag"]
    assert client.get("/en/about", headers={**GZIP, "If-None-Match": tag}).status_code == 304
    page = gzip.decompress(client.get("/en/about", headers=GZIP).data)
    assert page == client.get("/en/about").data
