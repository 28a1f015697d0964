"""Did you mean: only words that were meant, only where they find more, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from indexer.catalogue import Catalogue
from indexer.config import load
from indexer.lexicon import Lexicon
from indexer.query import Nearby, Query
from tests.conftest import build_index

ENGINES = ("memory", "whoosh")
FILES = {
    "lighting.md": (
        "---\ntitle: Street lighting\nlang: en\nyear: 2008\nsectors: [urban-planning]\n---\n\n"
        "Better lighting of the street reduced theft. Police in Gatineau saw it, says\n"
        "ville.gatineau.example. A listing of a street lamp costs little.\n"
    ),
    "housing.md": (
        "---\ntitle: Housing first and the police\nlang: en\nyear: 2013\n"
        "sectors: [housing]\n---\n\nHousing first helps. First housing, then support. "
        "Gatineau and its police agree.\n"
    ),
    "sports.md": (
        "---\ntitle: Sports at night\nlang: en\nsectors: [youth]\n---\n\n"
        "All sports, and hot sprots.\n\n## Costs\n\nAll sports cost little.\n"
    ),
    "evenement.md": (
        "---\ntitle: Les événements d’été\nlang: fr\nsectors: [youth]\n---\n\n"
        "L’événement réunit les jeunes. Chaque événement coûte peu à la collectivité.\n"
    ),
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


def meant(catalogue: Catalogue, text: str, **filters: tuple[str, ...]) -> str | None:
    suggestion = catalogue.search(Query(text, filters)).suggestion
    return suggestion.query.text if suggestion else None


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("ligthing", "lighting"),
        ("LIGTHING", "lighting"),
        ("street ligthing", "street lighting"),
        ("polcie OR theft", "police OR theft"),
        ("title:ligthing", "title:lighting"),
        ("evenemnt", "événement"),
        ("ÉVÈNEMANT", "événement"),
        ("l’evenemnt", "l’événement"),
        ("Qu'un evenemnt", "Qu'un événement"),
        ("colectivite", "collectivité"),
        ("jeunse evenemnt", "jeunes événement"),
        ("gatinau", "Gatineau"),
        ("“housing frist”", "“housing first”"),
        ("housingfirst", "housing first"),
    ],
)
def test_a_misspelt_word_is_offered_as_the_reports_write_it(
    catalogue: Catalogue, typed: str, expected: str
) -> None:
    assert meant(catalogue, typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "street lighting",
        "lightings",
        "evenements",
        "L’ÉVÉNEMENT",
        "2009",
        "20l8",
        "ligthin*",
        "police -ligthing",
        "“first housing”",
        "“housing police”",
        "qwertyuiop",
        "lit",
        "what works",
    ],
)
def test_what_is_right_or_beyond_guessing_is_left_alone(catalogue: Catalogue, typed: str) -> None:
    assert meant(catalogue, typed) is None


def test_without_other_words_a_word_of_the_vocabulary_may_be_a_slip(catalogue: Catalogue) -> None:
    found = catalogue.search(Query("streetlighting", expand=False))
    assert found.suggestion
    assert found.suggestion.query == Query("street lighting", expand=False)


def test_a_suggestion_tells_how_many_reports_it_finds_with_the_same_filters(
    catalogue: Catalogue,
) -> None:
    found = catalogue.search(Query("polcie", {"sector": ("housing",)}, year_to=2015, page=3))
    expected = Query("police", {"sector": ("housing",)}, year_to=2015)
    assert found.suggestion == Nearby("spelling", expected, 1)


def test_other_words_that_find_as_much_do_not_hide_a_slip(catalogue: Catalogue) -> None:
    found = catalogue.search(Query("street ligthing police"))
    assert found.suggestion
    assert found.suggestion.query.text == "street lighting police"
    assert found.suggestion.total == found.total == 2


def test_a_word_that_would_find_nothing_under_the_filters_is_offered_without_them(
    catalogue: Catalogue,
) -> None:
    found = catalogue.search(Query("ligthing", {"sector": ("housing",)}))
    assert found.suggestion is None
    assert found.nearby == (
        Nearby("spelling", Query("lighting"), 1),
        Nearby("words", Query("", {"sector": ("housing",)}), 1),
    )


def test_the_language_of_the_filter_decides_which_words_are_near(catalogue: Catalogue) -> None:
    assert meant(catalogue, "evenement -x", lang=("en",)) is None
    assert meant(catalogue, "evenemnt", lang=("fr",)) == "événement"


def test_a_slip_in_the_reports_is_no_word_to_prefer(catalogue: Catalogue) -> None:
    assert meant(catalogue, "sprts") == "sports"


def test_a_search_whose_words_are_known_costs_no_further_question(catalogue: Catalogue) -> None:
    engine = catalogue._open().engine
    catalogue.search(Query("police"))
    with (
        mock.patch.object(Lexicon, "near", side_effect=AssertionError),
        mock.patch.object(engine, "search", wraps=engine.search) as search,
    ):
        assert catalogue.search(Query("police lighting of the street or jeunes")).total == 3
    assert search.call_count == 1


def test_very_many_words_are_bounded(catalogue: Catalogue) -> None:
    engine = catalogue._open().engine
    typed = " ".join(f"ligthing{letter}{other}" for letter in "abcdef" for other in "ghijkl")
    with mock.patch.object(engine, "search", wraps=engine.search) as search:
        catalogue.search(Query(typed))
    assert search.call_count < 100
