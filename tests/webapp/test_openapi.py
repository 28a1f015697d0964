"""The description of the API is a valid one, and says what the API answers."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate


@pytest.fixture
def described(client: FlaskClient) -> dict[str, Any]:
    told = client.get("/api/v1/openapi.json").json
    assert isinstance(told, dict)
    return told


def test_the_description_is_a_valid_one(described: dict[str, Any]) -> None:
    validate(described)


def test_every_address_of_the_api_is_described(site: Flask, described: dict[str, Any]) -> None:
    served = {
        rule.rule.replace("<report_id>", "{id}")
        for rule in site.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.endpoint != "openapi.description"
    }
    assert served == set(described["paths"])


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/api/v1/search", "/api/v1/search?q=lighting&from=2001"),
        ("/api/v1/search", "/api/v1/search?q=xyzzy&sector=nowhere"),
        ("/api/v1/search", "/api/v1/search?q=mentroing"),
        ("/api/v1/search", "/api/v1/search?q=mentoring&sector=seniors"),
        ("/api/v1/report/{id}", "/api/v1/report/street-lighting"),
        ("/api/v1/report/{id}", "/api/v1/report/mentoring-1"),
        ("/api/v1/suggest", "/api/v1/suggest?q=mentor"),
        ("/api/v1/status", "/api/v1/status"),
    ],
)
def test_an_answer_is_what_the_description_says(
    client: FlaskClient, described: dict[str, Any], path: str, address: str
) -> None:
    responses = described["paths"][path]["get"]["responses"]
    schema = responses["200"]["content"]["application/json"]["schema"]
    Draft202012Validator(schema).validate(client.get(address).json)


def test_an_error_is_what_the_description_says(
    client: FlaskClient, described: dict[str, Any]
) -> None:
    answer = client.get("/api/v1/report/none")
    assert answer.status_code == 404
    Draft202012Validator(described["components"]["schemas"]["Error"]).validate(answer.json)


def test_the_values_of_a_filter_are_those_of_the_vocabulary(described: dict[str, Any]) -> None:
    asked = described["paths"]["/api/v1/search"]["get"]["parameters"]
    ratings = next(p["schema"]["items"]["enum"] for p in asked if p["name"] == "rating")
    assert ratings[:2] == ["effective", "promising"]
