"""Reports like this one: about the same, in the same language first, each pair once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.catalogue import Catalogue
from indexer.config import load
from indexer.similar import MOST
from tests.conftest import build_index

ENGINES = ("memory", "whoosh")


def brief(title: str, text: str, lang: str = "en", **more: str) -> str:
    told = "".join(f"{key}: {value}\n" for key, value in more.items())
    return f"---\ntitle: {title}\nlang: {lang}\n{told}---\n\n{text}\n"


LAMPS = "Lamps on streets. Lighting lowers theft. Good lighting and lamps help a town."
LAMPES = "Des lampes dans les rues. L’éclairage réduit le vol. Éclairage et lampes aident."
FILES = {
    "lighting.md": brief("Street lighting and lamps", LAMPS, sectors="[urban-planning]"),
    "eclairage.md": brief(
        "L’éclairage et les lampes",
        LAMPES,
        "fr",
        sectors="[urban-planning]",
        translation_of="lighting",
    ),
    "alleys.md": brief(
        "Lamps in alleys", "Lamps and gates. Lighting of alleys.", sectors="[urban-planning]"
    ),
    "ruelles.md": brief(
        "Des lampes dans les ruelles",
        "Des lampes. L’éclairage des ruelles.",
        "fr",
        sectors="[urban-planning]",
        translation_of="alleys",
    ),
    "seniors.md": brief("Lamps for seniors", "They help at home.", sectors="[seniors]"),
    "gangs.md": brief("Gangs", "Gangs and guns in a town.", sectors="[youth]"),
    "parcs.md": brief("Éclairage des parcs", "L’éclairage des parcs.", "fr"),
    **{
        f"lamps-{number}.md": brief(f"Lamps, part {number}", "Lamps again, and theft.")
        for number in range(6)
    },
}


@pytest.fixture(scope="module", params=ENGINES)
def catalogue(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Catalogue]:
    folder: Path = tmp_path_factory.mktemp(request.param)
    for name, content in FILES.items():
        (folder / name).write_text(content, encoding="utf-8")
    config = load({"corpus": folder, "index": folder / ".index", "engine": request.param}, {})
    build_index(config)
    opened = Catalogue(config)
    yield opened
    opened.close()


def likes(catalogue: Catalogue, report_id: str) -> list[str]:
    return [report.id for report in catalogue.similar(catalogue.report(report_id))]


def test_the_report_that_shares_most_words_and_sectors_comes_first(catalogue: Catalogue) -> None:
    assert likes(catalogue, "lighting")[0] == "alleys"
    assert "gangs" not in likes(catalogue, "lighting")


def test_neither_the_report_nor_its_translation_is_like_itself(catalogue: Catalogue) -> None:
    for report in catalogue.reports():
        found = likes(catalogue, report.id)
        assert not {report.id, *(t.id for t in catalogue.translations(report))} & {*found}


def test_of_a_pair_the_one_in_the_language_of_the_report_is_shown(catalogue: Catalogue) -> None:
    assert "ruelles" not in likes(catalogue, "lighting")
    assert likes(catalogue, "eclairage")[0] == "ruelles"
    assert "alleys" not in likes(catalogue, "eclairage")


def test_there_are_five_at_most_and_always_the_same(catalogue: Catalogue) -> None:
    assert len(likes(catalogue, "lighting")) == MOST
    assert likes(catalogue, "lighting") == likes(catalogue, "lighting")


def test_a_report_that_repeats_no_word_of_its_title_has_no_likes(catalogue: Catalogue) -> None:
    assert likes(catalogue, "seniors") == []
