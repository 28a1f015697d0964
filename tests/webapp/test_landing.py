"""Whatever happened to a link on the way, it lands here, in one redirect, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from indexer.catalogue import Catalogue
from tests.indexer.test_repair import MANGLED
from tests.webapp import sample
from webapp import create_app

RETIRING = """
- {key: housing, label: {en: Housing, fr: Logement}}
- {key: youth, label: {en: Youth, fr: Jeunes}}
- retired: {lodging: homes, homes: housing, gone: null}
"""


def wsgi(content: bytes) -> str:
    """Bytes as a server hands them to the site (PEP 3333)."""
    return content.decode("latin-1")


@pytest.mark.parametrize(("mangled", "meant"), [row[1:] for row in MANGLED])
def test_a_mangled_link_lands_in_at_most_one_redirect(
    client: FlaskClient, mangled: str, meant: str
) -> None:
    path, _, query = mangled.partition("#")[0].partition("?")
    environ = {"PATH_INFO": wsgi(unquote_to_bytes(path)), "QUERY_STRING": wsgi(query.encode())}
    answer = client.get("/", environ_overrides=environ)
    if answer.status_code == 301:
        place = answer.headers["Location"]
        # A browser keeps what stood behind the # unless the new address has its own; search.js
        # reads a cut ampersand there.
        assert place == meant or "#" in mangled
        answer = client.get(place.partition("#")[0])
    assert answer.status_code == 200


def test_a_canonical_link_is_answered_without_a_redirect(client: FlaskClient) -> None:
    for meant in sorted({row[2].partition("#")[0] for row in MANGLED}):
        assert client.get(meant).status_code == 200


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_mangled_link_without_language_picks_one_in_the_same_redirect(
    client: FlaskClient, lang: str
) -> None:
    asks = {"Accept-Language": lang}
    for address, meant in (
        ("/search?q=lamp&amp;sector=youth", f"/{lang}/search?q=lamp&sector=youth"),
        ("/SEARCH?Q=lamp", f"/{lang}/search?q=lamp"),
        ("/report/old-lighting", f"/{lang}/report/street-lighting"),
        ("/REPORT/OLD-LIGHTING).", f"/{lang}/report/street-lighting"),
    ):
        answer = client.get(address, headers=asks)
        assert answer.headers["Location"] == meant
        assert client.get(meant).status_code == 200


def test_a_mangled_link_to_a_former_id_lands_on_the_report(client: FlaskClient) -> None:
    answer = client.get("/fr/report/Old-Lighting%C2%A0%C2%BB")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/fr/report/street-lighting")


HOSTILE = (
    "//evil.example/en/search?q=x&amp;sector=youth",
    "//evil.example",
    "///evil.example/%2e%2e",
    "/\\evil.example/en/search",
    "/%5C%5Cevil.example/en",
    "/%2F%2Fevil.example",
    "/en//evil.example",
    "/https://evil.example/en/search",
    "/en/search/https://evil.example?q=a&amp;b",
    "/en/report//evil.example",
    "/en/report/%2F%2Fevil.example%2Fstreet-lighting",
    "/en/search?q=x%0d%0aLocation:%20https://evil.example",
    "/en/search%0d%0aSet-Cookie:%20a=b?q=x&amp;sector=youth",
    "/s/%0d%0aevil",
    "/en",
    "//en",
    "/en/search?url=https://evil.example&next=//evil.example&q=a&amp;b",
    "/search?q=//evil.example&amp;b",
)


@pytest.fixture(scope="module", params=["", "https://example.org"])
def addressed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> FlaskClient:
    """A site with and one without an address of its own in its settings."""
    config = sample.built(tmp_path_factory.mktemp("site"), base_url=request.param)
    return create_app(catalogue=Catalogue(config)).test_client()


@pytest.mark.parametrize("address", HOSTILE)
def test_a_redirect_never_leaves_the_site(addressed: FlaskClient, address: str) -> None:
    path, _, query = address.partition("?")
    environ = {"PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": "evil.example"}
    answer = addressed.get("/", environ_overrides=environ)
    assert answer.status_code in (200, 301, 302, 404)
    place = answer.headers.get("Location", "/")
    parts = urlsplit(place)
    assert (parts.scheme, parts.netloc) == ("", "")
    assert place.startswith("/")
    assert not place.startswith(("//", "/\\"))
    assert "\r" not in str(answer.headers.get("Location")), "headers cannot be split"
    assert "Set-Cookie" not in answer.headers


@pytest.fixture
def retiring(tmp_path: Path) -> FlaskClient:
    """A site two of whose sectors were merged, and one given up."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "sectors.yaml").write_text(RETIRING, encoding="utf-8")
    return create_app(catalogue=Catalogue(sample.built(tmp_path))).test_client()


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "the value “lodging” is now part of “Housing”, which was used instead"),
        ("fr", "«\u202flodging\u202f» fait maintenant partie de «\u202fLogement\u202f»"),
    ],
)
def test_a_retired_value_is_replaced_and_the_page_says_so(
    retiring: FlaskClient, lang: str, words: str
) -> None:
    answer = retiring.get(f"/{lang}/search?q=lamp&sector=lodging")
    assert answer.status_code == 301
    place = answer.headers["Location"]
    assert place == f"/{lang}/search?q=lamp&sector=housing&retired=sector%3Alodging"
    landed = retiring.get(place)
    assert landed.status_code == 200
    page = BeautifulSoup(landed.text, "lxml")
    assert words in page.select(".notices")[0].text
    canonical = page.select("link[rel=canonical]")[0]["href"]
    assert str(canonical).endswith(f"/{lang}/search?q=lamp&sector=housing")


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "no longer has the value “gone”"), ("fr", "n’a plus la valeur «\u202fgone\u202f»")],
)
def test_a_retired_value_without_successor_is_left_out_and_the_page_says_so(
    retiring: FlaskClient, lang: str, words: str
) -> None:
    landed = retiring.get(f"/{lang}/search?sector=gone&amp;q=lamp", follow_redirects=True)
    assert [redirect.status_code for redirect in landed.history] == [301]
    assert words in BeautifulSoup(landed.text, "lxml").select(".notices")[0].text


def test_an_address_cannot_make_the_page_tell_of_what_was_never_retired(
    retiring: FlaskClient,
) -> None:
    answer = retiring.get("/en/search?q=lamp&retired=sector:buy-now")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/en/search?q=lamp")


@pytest.fixture
def linked(tmp_path: Path) -> FlaskClient:
    """A site with short links: to a search, to a former id, to what is gone, and a forged one."""
    config = sample.built(tmp_path)
    lines = [
        '- {slug: theft, target: "/fr/search?q=theft&sector=urban-planning", made: 2026-01-01}',
        '- {slug: lamps, target: "/report/old-lighting", made: 2026-01-01}',
        '- {slug: gone, target: "/en/report/withdrawn", made: 2026-01-01}',
        '- {slug: forged, target: "//evil.example", made: 2026-01-01}',
    ]
    (config.corpus / "links.yaml").write_text("\n".join(lines), encoding="utf-8")
    return create_app(catalogue=Catalogue(config)).test_client()


@pytest.mark.parametrize(
    "address",
    ["/s/theft", "/s/Theft", "/S/THEFT", "/s/theft).", "/s/theft%C2%A0%C2%BB", "/s/theft/",
     "/s/theft&amp;utm_source=x", "/s/theft?utm_campaign=x", "/s/th%C2%ADeft"],
)  # fmt: skip
def test_a_short_link_leads_to_its_search_in_one_redirect(
    linked: FlaskClient, address: str
) -> None:
    answer = linked.get(address)
    assert answer.status_code == 302
    place = "/fr/search?q=theft&sector=urban-planning"
    assert answer.headers["Location"] == place
    assert "no-cache" in answer.headers["Cache-Control"]
    assert linked.get(place).status_code == 200


def test_a_short_link_to_a_former_id_leads_straight_to_the_report(linked: FlaskClient) -> None:
    answer = linked.get("/s/lamps", headers={"Accept-Language": "fr"})
    assert answer.headers["Location"] == "/fr/report/street-lighting"


def test_a_short_link_to_what_is_gone_leads_to_the_page_that_says_so(linked: FlaskClient) -> None:
    answer = linked.get("/s/gone", follow_redirects=True)
    assert (len(answer.history), answer.status_code) == (1, 410)


@pytest.mark.parametrize("slug", ["forged", "nothing"])
def test_a_short_link_that_leads_nowhere_is_not_followed(linked: FlaskClient, slug: str) -> None:
    answer = linked.get(f"/s/{slug}", headers={"Accept-Language": "fr"})
    assert answer.status_code == 404
    page = BeautifulSoup(answer.text, "lxml")
    assert page.h1
    assert page.h1.text == f"Il n’y a pas de lien court «\u202f{slug}\u202f»."
    assert page.select_one('form[role="search"]')


def test_a_short_link_that_is_almost_known_is_named(linked: FlaskClient) -> None:
    assert "Did you mean “theft”?" in linked.get("/s/thefts").text
