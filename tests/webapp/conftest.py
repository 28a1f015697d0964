"""One site over the sample corpus for all tests that only read."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from indexer.catalogue import Catalogue
from tests.webapp import sample
from webapp import create_app


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The site over the sample corpus."""
    return create_app(catalogue=Catalogue(sample.built(tmp_path_factory.mktemp("site"))))


@pytest.fixture
def client(site: Flask) -> FlaskClient:
    """A browser without JavaScript."""
    return site.test_client()
