"""The JSON of the contract."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient


def test_a_search_answers_in_the_shape_of_the_contract(client: FlaskClient) -> None:
    found = client.get("/api/v1/search?q=thirteen+studies&sector=urban-planning").json
    assert found
    assert list(found) == [
        "ok",
        "query",
        "url",
        "total",
        "took_ms",
        "hits",
        "facets",
        "suggestion",
        "relax",
        "notices",
        "index",
    ]
    assert found["ok"] is True
    assert found["query"] == {
        "text": "thirteen studies",
        "filters": {"sector": ["urban-planning"]},
        "sort": "relevance",
        "page": 1,
        "size": 10,
    }
    assert found["url"] == "http://localhost/en/search?q=thirteen+studies&sector=urban-planning"
    assert found["total"] == 1
    assert found["suggestion"] is None
    assert found["relax"] == []
    assert found["notices"] == []
    assert set(found["index"]) == {"generation", "reports", "passages", "built_at"}
    assert found["index"]["built_at"].endswith("Z")


def test_a_hit_tells_where_each_passage_is(client: FlaskClient) -> None:
    found = client.get("/api/v1/search?q=thirteen").json
    assert found
    hit = found["hits"][0]
    assert hit["score"] > 0
    del hit["score"]
    text = "Findings  The review covers thirteen studies. See https://example.org/studies?a=1&b=2."
    start = text.index("thirteen")
    assert hit == {
        "id": "street-lighting",
        "url": "/en/report/street-lighting",
        "title": "Street lighting and theft",
        "lang": "en",
        "year": 2008,
        "type": "review",
        "rating": "effective",
        "sectors": ["urban-planning", "neighbourhoods"],
        "publisher": "Campbell Collaboration",
        "summary": "Lamps that work reduce theft, at night and by day.",
        "matched": [],
        "translations": [
            {
                "id": "eclairage",
                "lang": "fr",
                "title": "L’éclairage public et le vol",
                "url": "/en/report/eclairage",
            }
        ],
        "passages": [
            {
                "number": 2,
                "page": 2,
                "heading": "",
                "text": text,
                "marks": [[start, start + len("thirteen")]],
                "url": "/en/report/street-lighting#passage-2",
            }
        ],
    }


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_suggestion_comes_with_its_text_its_address_and_what_it_finds(
    client: FlaskClient, lang: str
) -> None:
    address = "/api/v1/search?q=mentroing&rating=mixed"
    found = client.get(address, headers={"Accept-Language": lang}).json
    assert found
    assert found["suggestion"] == {
        "text": "mentoring",
        "url": f"http://localhost/{lang}/search?q=mentoring&rating=mixed",
        "total": 3,
    }


@pytest.mark.parametrize(
    ("lang", "label"),
    [
        ("en", "Without the filter “Sector: Urban planning and safe design”"),
        (
            "fr",
            "Sans le filtre «\u202fSecteur\u00a0: Aménagement urbain sécuritaire\u202f»",
        ),
    ],
)
def test_a_search_without_results_tells_what_nearby_ones_find(
    client: FlaskClient, lang: str, label: str
) -> None:
    address = "/api/v1/search?q=mentoring&sector=urban-planning&rating=mixed"
    found = client.get(address, headers={"Accept-Language": lang}).json
    assert found
    assert found["relax"][0] == {
        "kind": "filter",
        "filter": "sector",
        "label": label,
        "url": f"http://localhost/{lang}/search?q=mentoring&rating=mixed",
        "total": 3,
    }
    assert [nearby["kind"] for nearby in found["relax"]] == ["filter", "filters"]


def test_facets_carry_labels_and_say_what_is_selected(client: FlaskClient) -> None:
    found = client.get("/api/v1/search?sector=youth").json
    assert found
    youth = found["facets"]["sector"][0]
    assert youth == {"value": "youth", "label": "Youth", "count": 12, "selected": True}


def test_labels_follow_the_language_that_is_asked_for(client: FlaskClient) -> None:
    response = client.get("/api/v1/search", headers={"Accept-Language": "fr-CA"})
    assert response.json
    assert response.json["facets"]["sector"][0]["label"] == "Jeunes"
    assert response.json["url"] == "http://localhost/fr/search"
    assert "Accept-Language" in response.headers["Vary"]


def test_years_of_a_search_are_told_only_when_given(client: FlaskClient) -> None:
    found = client.get("/api/v1/search?from=2001&to=2005").json
    assert found
    assert found["query"]["from"] == 2001
    assert found["query"]["to"] == 2005


def test_notices_have_a_kind_for_machines_and_a_message_for_people(client: FlaskClient) -> None:
    found = client.get("/api/v1/search?sector=yuoth").json
    assert found
    (notice,) = found["notices"]
    assert notice["kind"] == "unknown-value"
    assert notice["nearest"] == "youth"
    assert notice["message"] == "The filter “Sector” has no value “yuoth”, so it was left out."


def test_a_report_comes_with_its_passages_and_translations(client: FlaskClient) -> None:
    found = client.get("/api/v1/report/street-lighting").json
    assert found
    assert found["report"]["ratings"][1] == {
        "by": "College of Policing",
        "rating": "Overall decrease",
        "url": None,
    }
    assert found["report"]["added"] == "2026-03-01"
    assert [passage["page"] for passage in found["passages"]] == [1, 2, 3]
    assert [other["id"] for other in found["translations"]] == ["eclairage"]
    assert [other["id"] for other in found["similar"]] == ["suggested"]
    assert "path" not in found["report"]


def test_a_report_comes_with_those_like_it(client: FlaskClient) -> None:
    found = client.get("/api/v1/report/mentoring-1").json
    assert found
    assert len(found["similar"]) == 5
    assert set(found["similar"][0]) == {"id", "lang", "title", "url"}
    assert "mentoring-1" not in [like["id"] for like in found["similar"]]


@pytest.mark.parametrize(
    ("lang", "topic", "sector", "report"),
    [
        ("en", ("Topic", "mentoring"), ("Sector", "Youth"), "Report"),
        ("fr", ("Sujet", "mentorat"), ("Secteur", "Jeunes"), "Rapport"),
    ],
)
def test_suggestions_say_what_they_are_and_where_they_lead(
    client: FlaskClient, lang: str, topic: tuple[str, str], sector: tuple[str, str], report: str
) -> None:
    response = client.get("/api/v1/suggest?q=mentor", headers={"Accept-Language": lang})
    found = response.json
    assert found
    assert found["query"] == {"text": "mentor"}
    assert found["suggestions"][0] == {
        "kind": "term",
        "label": topic[0],
        "text": topic[1],
        "lang": lang,
        "url": f"/{lang}/search?q={topic[1]}",
    }
    assert found["suggestions"][1] == {
        "kind": "sector",
        "label": sector[0],
        "text": sector[1],
        "lang": lang,
        "url": f"/{lang}/search?sector=youth",
    }
    assert found["suggestions"][2] == {
        "kind": "report",
        "label": report,
        "text": "Mentoring study 1",
        "lang": "en",
        "url": f"/{lang}/report/mentoring-1",
    }
    assert found["message"] == "8 suggestions"
    assert response.headers["Cache-Control"] == "public, max-age=60"
    assert "Accept-Language" in response.headers["Vary"]


@pytest.mark.parametrize(
    ("query", "lang", "message"),
    [
        ("?q=street+lighting+a", "en", "1 suggestion"),
        ("?q=zzzz", "en", "0 suggestions"),
        ("?q=zzzz", "fr", "0 suggestion"),
        ("", "en", "0 suggestions"),
        ("?q=%00%FF" + "x" * 5000, "en", "0 suggestions"),
        ("?q=%3Cscript%3Ealert", "en", "1 suggestion"),
    ],
)
def test_any_beginning_is_answered_with_how_many_suggestions(
    client: FlaskClient, query: str, lang: str, message: str
) -> None:
    response = client.get(f"/api/v1/suggest{query}", headers={"Accept-Language": lang})
    assert response.status_code == 200
    assert response.json
    assert response.json["message"] == message


def test_a_former_id_leads_to_the_report(client: FlaskClient) -> None:
    response = client.get("/api/v1/report/old-lighting")
    assert response.status_code == 301
    assert response.headers["Location"] == "/api/v1/report/street-lighting"


def test_status_tells_of_the_last_build(client: FlaskClient) -> None:
    found = client.get("/api/v1/status").json
    assert found
    assert found["stale"] is False
    assert found["engine"] == "memory"
    assert found["last_build"]["failures"][0]["error"] == "NoText"


@pytest.mark.parametrize(
    ("address", "method", "status", "error"),
    [
        ("/api/v1/report/none", "GET", 404, "ReportNotFound"),
        ("/api/v1/none", "GET", 404, "NotFound"),
        ("/api/v1/search", "POST", 405, "MethodNotAllowed"),
    ],
)
def test_errors_have_the_shape_of_the_contract(
    client: FlaskClient, address: str, method: str, status: int, error: str
) -> None:
    response = client.open(address, method=method)
    assert response.status_code == status
    told = response.json
    assert told
    assert told.pop("message")
    assert told == {"ok": False, "status": status, "error": error}
