"""The status page: how the index is, and what to do about what is not right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from indexer import build, vocabulary
from indexer.catalogue import Catalogue
from indexer.errors import IndexerError, MetadataError, ReadError
from indexer.prepare import Failure
from tests.webapp import sample
from webapp import create_app, remedies
from webapp.i18n import LANGUAGES


def _classes(kind: type[IndexerError]) -> list[type[IndexerError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in _classes(child))]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_failures_stand_under_what_to_do_about_them(tmp_path: Path, lang: str) -> None:
    config = sample.built(tmp_path)
    (config.corpus / "scan.pdf").write_bytes(b"%PDF-1.4 nothing that is a PDF")
    (config.corpus / "wrong.md").write_text("---\nyear: soon\n---\nSome text of some report.\n")
    build.run(config, vocabulary.load(config.corpus), jobs=1)
    client = create_app(catalogue=Catalogue(config)).test_client()
    page = BeautifulSoup(client.get(f"/{lang}/status").text, "lxml")
    heads = [head.get_text(" ", strip=True) for head in page.select("h3")]
    expected = {"en": "Details that are wrong (1)", "fr": "Renseignements erronés (1)"}
    assert expected[lang] in heads
    (listed,) = [
        head for head in page.select("h3") if head.get_text().startswith(expected[lang][:9])
    ]
    remedy = listed.find_next_sibling("p")
    assert remedy is not None
    assert re.match(r"What to do:|Que faire\s:", remedy.get_text())
    assert "wrong.md" in listed.find_next_sibling("ul").get_text()  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", _classes(ReadError) + _classes(MetadataError))
def test_each_way_to_fail_has_a_remedy_of_its_own(kind: type[IndexerError]) -> None:
    app = create_app({"corpus": "none", "index": "none"})
    failure = Failure("a.pdf", "read", kind.__name__, "told")
    unknown = Failure("b.pdf", "read", "SomethingElse", "told")
    with app.test_request_context("/en/status"):
        named, other = remedies.groups([failure, failure, unknown])
    assert len(named.failures) == 2
    assert named.remedy
    assert named.name != other.name


def test_the_page_says_how_fresh_the_reports_are(tmp_path: Path) -> None:
    client = create_app(catalogue=Catalogue(sample.built(tmp_path))).test_client()
    text = " ".join(BeautifulSoup(client.get("/en/status").text, "lxml").get_text(" ").split())
    assert "Newest report added March 2, 2026" in text
    assert re.search(r"Verified by an editor 0 of \d+ reports\.", text)
    assert "Text was read from all" in text
