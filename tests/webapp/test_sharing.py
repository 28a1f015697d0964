"""The share page: a list or a report as a block, without JavaScript, and short links for staff."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree

from indexer import shortlinks
from indexer.catalogue import Catalogue
from tests import mail
from tests.webapp import sample
from webapp import create_app, qrcodes
from webapp.attempts import MOST, WITHIN, Attempts

TOKEN = "a token that nobody guesses"
BASE = "https://evidence.example"
LANGUAGES = ("en", "fr")


def page(client: FlaskClient, address: str, status: int = 200) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == status
    return BeautifulSoup(answer.text, "lxml")


def the(found: BeautifulSoup, selector: str) -> Tag:
    tag = found.select_one(selector)
    assert tag is not None, selector
    return tag


def written(found: BeautifulSoup, form: str) -> str:
    # A browser leaves out one line break after the tag; the block begins with none.
    return the(found, f"#as-{form}").get_text()


@pytest.fixture
def staffed(tmp_path: Path) -> Flask:
    """A site with a token, whose links may be written."""
    config = sample.built(tmp_path, base_url=BASE, share_token=TOKEN)
    return create_app(catalogue=Catalogue(config))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "asked", ["q=study", "sector=youth&items=20", "report=street-lighting", "since=2026-02-01", ""]
)
def test_a_block_of_the_page_passes_the_lint(staffed: Flask, lang: str, asked: str) -> None:
    found = page(staffed.test_client(), f"/{lang}/share?{asked}")
    assert mail.problems(written(found, "html"), BASE) == []
    assert f"{BASE}/{lang}/report/" in written(found, "markdown")
    assert f"{BASE}/{lang}/report/" in written(found, "text")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_frame_shows_what_is_copied_under_a_policy_of_its_own(
    client: FlaskClient, lang: str
) -> None:
    asked = f"/{lang}/share?q=study&intro=One%0A%0Atwo&without=ratings"
    found = page(client, asked)
    answer = client.get(str(the(found, "iframe")["src"]))
    assert str(the(BeautifulSoup(answer.text, "lxml"), "table")) == str(
        the(BeautifulSoup(written(found, "html"), "lxml"), "table")
    )
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    assert "script" not in policy
    outer = client.get(asked).headers["Content-Security-Policy"]
    assert "frame-src 'self'" in outer
    assert "unsafe" not in outer
    assert "allow-scripts" not in str(the(found, "iframe")["sandbox"])


def test_the_choices_are_in_the_block_and_stay_in_the_form(client: FlaskClient) -> None:
    chosen = {
        "q": "study",
        "sector": "youth",
        "title": "Titre <b>",
        "intro": "Hello",
        "items": "2",
        "without": "summaries",
        "campaign": "Autumn",
    }
    found = page(client, f"/en/share?{urlencode(chosen)}")
    text = written(found, "text")
    assert text.startswith("Titre <b>\n=========\n\nHello\n")
    assert text.count("/en/report/") == 2
    assert "Mentors met" not in text
    assert "utm_campaign=autumn" in text
    form = the(found, "#choices")
    kept = {str(i["name"]): str(i["value"]) for i in form.select("input:not([type=checkbox])")}
    assert kept == {
        "q": "study",
        "sector": "youth",
        "title": "Titre <b>",
        "items": "2",
        "since": "",
        "campaign": "Autumn",
    }
    assert [str(box["value"]) for box in form.select("[checked]")] == ["summaries"]
    other = urlsplit(str(the(found, "#language")["href"]))
    assert {name: values[0] for name, values in parse_qs(other.query).items()} == chosen


@pytest.mark.parametrize(
    ("lang", "title", "more"),
    [
        ("en", "New since February 1, 2026: Reports on “lighting”", "See this list"),
        ("fr", "Nouveautés depuis le 1er février 2026\u00a0: Rapports", "Voir"),
    ],
)
def test_what_is_new_since_a_day(client: FlaskClient, lang: str, title: str, more: str) -> None:
    text = written(page(client, f"/{lang}/share?q=lighting&since=2026-02-01"), "text")
    assert text.startswith(title)
    assert more in text


@pytest.mark.parametrize("asked", ["sector=urban-planning", "since=2026-03-01"])
@pytest.mark.parametrize(
    ("lang", "shown", "other"),
    [("en", "street-lighting", "eclairage"), ("fr", "eclairage", "street-lighting")],
)
def test_of_a_report_and_its_translation_the_one_in_the_language_of_the_block_is_shown(
    client: FlaskClient, lang: str, shown: str, other: str, asked: str
) -> None:
    text = written(page(client, f"/{lang}/share?{asked}"), "text")
    assert f"/{lang}/report/{shown}\n" in text
    assert f"/report/{other}" not in text


def test_an_address_in_the_introduction_is_not_taken_for_the_search(client: FlaskClient) -> None:
    intro = "See https://example.org/en/search?q=lamp&sector=housing&amp;rating=mixed"
    found = page(client, f"/en/share?{urlencode({'q': 'study', 'intro': intro})}")
    assert the(found, "h1").get_text() == "Share: Reports on “study”"
    assert the(found, "textarea[name=intro]").get_text().strip() == intro


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "asked", ["since=soon", "report=nothing", "report=withdrawn", "short=none", "sector=nowhere"]
)
def test_what_cannot_be_understood_is_told(client: FlaskClient, lang: str, asked: str) -> None:
    assert page(client, f"/{lang}/share?{asked}").select(".notices li")


@pytest.mark.parametrize(
    "asked",
    [f"q={'x' * 900}", "items=-3", "items=99999999999999", "title=%00%ff", "intro=" + "a+" * 4000],
)
def test_odd_choices_are_no_error(client: FlaskClient, asked: str) -> None:
    for path in ("share", "share/preview"):
        assert client.get(f"/en/{path}?{asked}").status_code == 200


def test_markup_in_a_choice_or_in_a_report_stays_text(client: FlaskClient) -> None:
    chosen = urlencode({"q": "tags", "title": sample.HOSTILE, "intro": sample.HOSTILE})
    for path in ("share", "share/preview"):
        found = page(client, f"/en/{path}?{chosen}")
        assert not found.select("script:not([src])")
        assert "<script>" in found.get_text()


def test_the_page_without_a_language_picks_one(client: FlaskClient) -> None:
    answer = client.get("/share?q=lamps&items=3", headers={"Accept-Language": "fr"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/fr/share?q=lamps&items=3")


def test_lists_and_reports_lead_to_it(client: FlaskClient) -> None:
    for address in ("/en/search?q=study&page=2", "/fr/report/street-lighting"):
        link = the(page(client, address), 'a[href*="/share"]')
        found = page(client, str(link["href"]))
        assert "/report/" in written(found, "text")


def test_the_code_is_drawn_on_the_page_and_given_as_a_file(client: FlaskClient) -> None:
    found = page(client, "/en/share?q=study")
    assert found.select(".qr svg path")
    assert the(found, ".address").get_text() == "http://localhost/en/search?q=study"
    png, svg = [client.get(str(link["href"])) for link in found.select('a[href*="/share/qr."]')]
    assert png.data.startswith(b"\x89PNG")
    assert str(etree.fromstring(svg.data).tag).endswith("svg")
    assert "filename=qr.svg" in svg.headers["Content-Disposition"]


def test_a_link_that_is_too_long_for_a_code_has_none(client: FlaskClient) -> None:
    assert qrcodes.inline("x" * 2_900)
    assert qrcodes.inline("x" * 3_000) is None
    long = "&".join(f"publisher={'x' * 90}{number}" for number in range(40))
    found = page(client, f"/en/share?{long}")
    assert not found.select(".qr")
    assert client.get(f"/en/share/qr.png?{long}").status_code == 404


def test_without_a_token_nobody_makes_a_short_link(client: FlaskClient) -> None:
    assert not page(client, "/en/share?q=study").select("form[method=post]")
    for token in ("", "x"):
        answer = client.post("/en/share/short?q=study", data={"name": "study", "token": token})
        assert answer.status_code == 403


@pytest.mark.parametrize("lang", LANGUAGES)
def test_staff_make_a_short_link_and_the_block_uses_it(staffed: Flask, lang: str) -> None:
    client = staffed.test_client()
    form = the(page(client, f"/{lang}/share?q=study&items=2"), "form[method=post]")
    answer = client.post(str(form["action"]), data={"name": "Été  Study!", "token": TOKEN})
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/{lang}/share?q=study&items=2&short=ete-study#link"
    found = page(client, answer.headers["Location"])
    assert the(found, ".address").get_text() == f"{BASE}/s/ete-study"
    assert f"{BASE}/s/ete-study\n" in written(found, "text")
    assert client.get("/s/ete-study").headers["Location"] == f"/{lang}/search?q=study"
    kept = staffed.extensions["catalogue"].config.corpus
    assert shortlinks.load(kept).current("ete-study").results == 13
    again = client.post(str(form["action"]), data={"name": "ete-study", "token": TOKEN})
    assert again.status_code == 303
    elsewhere = {"name": "ete-study", "token": TOKEN}
    assert client.post(f"/{lang}/share/short?q=lamp", data=elsewhere).status_code == 409
    assert page(client, f"/{lang}/share?q=lamp&short=ete-study").select(".notices")


def test_a_report_can_have_a_short_link(staffed: Flask) -> None:
    client = staffed.test_client()
    asked = "/en/share/short?report=street-lighting"
    assert client.post(asked, data={"name": "lamps", "token": TOKEN}).status_code == 303
    assert client.get("/s/lamps").headers["Location"] == "/en/report/street-lighting"


@pytest.mark.parametrize("name", ["", "x", "!!!"])
def test_a_short_link_needs_a_name(staffed: Flask, name: str) -> None:
    asked = {"name": name, "token": TOKEN}
    assert staffed.test_client().post("/fr/share/short?q=a", data=asked).status_code == 400


def test_a_wrong_token_makes_nothing_and_can_be_tried_a_few_times(staffed: Flask) -> None:
    client = staffed.test_client()
    for _ in range(MOST):
        wrong = client.post("/en/share/short?q=study", data={"name": "study", "token": "é"})
        assert wrong.status_code == 403
        assert BeautifulSoup(wrong.text, "lxml").select("[role=alert]")
    late = client.post("/en/share/short?q=study", data={"name": "study", "token": TOKEN})
    assert late.status_code == 429
    assert not (staffed.extensions["catalogue"].config.corpus / shortlinks.FILE).exists()


def test_attempts_are_forgotten_after_a_while_and_for_each_visitor_apart() -> None:
    now = [0.0]
    attempts = Attempts(lambda: now[0])
    for _ in range(MOST):
        assert not attempts.exhausted("one")
        attempts.failed("one")
    assert attempts.exhausted("one")
    assert not attempts.exhausted("other")
    now[0] = WITHIN + 1
    assert not attempts.exhausted("one")


def test_the_token_is_never_shown(staffed: Flask) -> None:
    assert TOKEN not in repr(staffed.extensions["catalogue"].config)
    assert TOKEN not in staffed.test_client().get("/en/share?q=study").text
