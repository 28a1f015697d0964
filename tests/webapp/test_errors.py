"""What people are told when something fails."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from indexer import errors as failures
from indexer.catalogue import Catalogue
from indexer.config import load
from tests.webapp import sample
from webapp import create_app
from webapp.errors import STATUS


@pytest.fixture
def empty(tmp_path: Path) -> FlaskClient:
    """A site whose index has not been built."""
    config = load({"corpus": tmp_path / "corpus", "index": tmp_path / "index"}, {})
    return create_app(catalogue=Catalogue(config)).test_client()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/en/nothing", "There is no page at this address."),
        ("/fr/rien", "Il n’y a pas de page à cette adresse."),
        ("/en/report/none", "There is no report “none”."),
        ("/fr/report/rien", "Il n’y a pas de rapport «\u202frien\u202f»."),
        ("/fr/report/a%00b%FF", "Il n’y a pas de rapport"),
    ],
)
def test_a_missing_page_says_so_and_offers_a_search(
    client: FlaskClient, address: str, words: str
) -> None:
    response = client.get(address)
    page = BeautifulSoup(response.text, "lxml")
    assert response.status_code == 404
    assert page.h1
    assert words in page.h1.text
    assert page.select_one('form[role="search"]')
    assert page.select_one('meta[name="robots"][content="noindex"]')


def test_an_error_outside_both_languages_speaks_that_of_the_browser(client: FlaskClient) -> None:
    response = client.get("/rien", headers={"Accept-Language": "fr"})
    assert "Il n’y a pas de page" in response.text


def test_a_page_that_is_only_read_says_with_what(client: FlaskClient) -> None:
    response = client.post("/en/search")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


@pytest.mark.parametrize("address", ["/en/", "/fr/search?q=x", "/en/report/x", "/en/status"])
def test_without_an_index_every_search_answers_503_and_what_to_do(
    empty: FlaskClient, address: str
) -> None:
    response = empty.get(address)
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert "indexer build" in response.text


def test_without_an_index_the_site_still_explains_itself(empty: FlaskClient) -> None:
    assert empty.get("/en/about").status_code == 200
    assert empty.get("/robots.txt").status_code == 200


def test_health_says_whether_searches_are_answered(client: FlaskClient, empty: FlaskClient) -> None:
    healthy = client.get("/healthz")
    assert healthy.status_code == 200
    assert healthy.json
    assert healthy.json["ok"] is True
    ill = empty.get("/healthz")
    assert ill.status_code == 503
    assert ill.json
    assert ill.json["error"] == "IndexMissing"


def test_a_message_to_the_public_names_no_folder(empty: FlaskClient, tmp_path: Path) -> None:
    for address in ("/en/search", "/api/v1/search", "/healthz"):
        assert str(tmp_path) not in empty.get(address).text


def test_the_log_names_the_failure(
    empty: FlaskClient, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with caplog.at_level(logging.ERROR):
        empty.get("/en/search")
    assert f"IndexMissing: There is no index in {tmp_path}" in caplog.text


def test_a_site_sees_an_index_that_is_built_while_it_runs(tmp_path: Path) -> None:
    config = load({"corpus": tmp_path / "corpus", "index": tmp_path / "index"}, {})
    client = create_app(catalogue=Catalogue(config)).test_client()
    assert client.get("/en/search").status_code == 503
    sample.built(tmp_path)
    assert client.get("/en/search").status_code == 200


def test_a_damaged_index_answers_503(tmp_path: Path) -> None:
    config = sample.built(tmp_path)
    for path in config.index.glob("generation-*/*"):
        path.write_bytes(b"damaged")
    client = create_app(catalogue=Catalogue(config)).test_client()
    response = client.get("/api/v1/search")
    assert response.status_code == 503
    assert response.json
    assert response.json["error"] == "EngineError"


def test_a_fault_of_our_own_says_nothing_of_the_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    site = create_app(catalogue=Catalogue(sample.built(tmp_path)))
    monkeypatch.setattr(Catalogue, "search", fail)
    for address in ("/fr/search", "/api/v1/search"):
        response = site.test_client().get(address)
        assert response.status_code == 500
        assert "secret" not in response.text
    assert "secret detail" in caplog.text


def test_every_error_of_the_library_has_a_status() -> None:
    ours = [
        kind
        for kind in vars(failures).values()
        if isinstance(kind, type) and issubclass(kind, failures.IndexerError)
    ]
    assert failures.IndexerError in STATUS
    assert all(any(issubclass(kind, known) for known in STATUS) for kind in ours)


def test_a_class_comes_before_the_classes_that_it_is_part_of() -> None:
    kinds = list(STATUS)
    for place, kind in enumerate(kinds):
        assert not any(issubclass(later, kind) for later in kinds[place + 1 :])
