"""What people paste and documents hold, odd as it may be, gets sensible answers from end to end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from indexer.catalogue import Catalogue
from indexer.config import load
from indexer.query import Hit, Query
from tests.conftest import build_index

FILES: Mapping[str, str] = {
    "fete.md": "# Fête\n\nLes événements en plein air demandent des bénévoles et un plan.\n",
    "street.md": "# Street work\n\nHome\u00adless youth meet a street wor\u200bker every night.\n",
    "rue.md": "# Itinérance\n\nL’itinérance des jeunes inquiète le quartier tout entier.\n",
    "wellbeing.md": "# Bien-être\n\nLe bien-être des habitants se mesure chaque année.\n",
    "better.md": "# Better\n\nC’est bien de le dire, et il est bien tard.\n",
    "first.md": "# Homes\n\nHousing first gives people a home before anything else.\n",
    "apart.md": "# Apart\n\nThe first thing to build is housing.\n",
    "rtl.md": "# גשר\n\nשיטור קהילתי עובד \u200fعند الناس\u200f و police אמון.\n",
    "both.md": (
        "---\nlang: fr\n---\n# Deux langues\n\n## Ici\n\nLes patrouilles dans les parcs sont une "
        "mesure que les habitants demandent depuis des années, mais dont personne ne sait encore "
        "si elle change quelque chose pour eux.\n\n## Here\n\nThe neighbours have watched what the "
        "skateboarders do on their own ramps, and they said that it was better than what had been "
        "there before they came to live on this street.\n"
    ),
    "terms.yaml": (
        "first-aid: {en: [ramp], fr: [rampe], broader: [second-aid], sectors: [youth, housing]}\n"
        "second-aid: {en: [slope], fr: [pente], broader: [first-aid]}\n"
        "homelessness: {en: [homelessness], fr: [itinérance]}\n"
        "wellbeing: {en: [well-being], fr: [bien-être]}\n"
    ),
}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    corpus: Path = tmp_path_factory.mktemp("corpus")
    for name, content in FILES.items():
        (corpus / name).write_text(content, "utf-8")
    config = load({"corpus": corpus, "index": tmp_path_factory.mktemp("index")}, {})
    build_index(config)
    opened = Catalogue(config)
    yield opened
    opened.close()


def hits(catalogue: Catalogue, text: str, *, expand: bool = True) -> tuple[Hit, ...]:
    return catalogue.search(Query(text, expand=expand)).hits


def ids(catalogue: Catalogue, text: str, *, expand: bool = True) -> list[str]:
    return [hit.report.id for hit in hits(catalogue, text, expand=expand)]


@pytest.mark.parametrize(
    "text",
    [
        "evenement",
        "événements",
        "l'événement",
        "L’ÉVÉNEMENT",
        "EVENEMENTS",
        "d'évé\u00adnements",
        "\ufeffe\u0301ve\u0301nement\u200b",
    ],
)
def test_every_way_to_type_a_french_word_finds_and_marks_the_same(
    catalogue: Catalogue, text: str
) -> None:
    (hit,) = hits(catalogue, text)
    assert hit.report.id == "fete"
    (snippet,) = hit.snippets
    assert [snippet.text[start:end] for start, end in snippet.marks] == ["événements"]


@pytest.mark.parametrize("text", ["ITINERANCE", "itinérance", "L'ITINÉRANCE", "iti\u200bnérance"])
def test_capitals_without_accents_are_the_word(catalogue: Catalogue, text: str) -> None:
    assert ids(catalogue, text, expand=False) == ["rue"]
    assert ids(catalogue, text) == ids(catalogue, "itinérance")


@pytest.mark.parametrize("text", ["homeless", "home\u00adless", "HOME\u200bLESS", "worker"])
def test_soft_hyphens_and_zero_width_marks_in_a_document_or_a_query_part_no_word(
    catalogue: Catalogue, text: str
) -> None:
    assert ids(catalogue, text, expand=False) == ["street"]


@pytest.mark.parametrize(
    "text", ['"housing first"', "“housing first”", "«\u202fHousing first\u202f»", "„housing first”"]
)
def test_quotes_of_any_kind_ask_for_the_words_in_a_row(catalogue: Catalogue, text: str) -> None:
    assert ids(catalogue, text) == ["first"]


def test_a_word_made_of_small_words_is_found_as_that_word(catalogue: Catalogue) -> None:
    assert ids(catalogue, "bien-être") == ["wellbeing"]
    assert ids(catalogue, "well-being") == ["wellbeing"]
    assert ids(catalogue, "bien-être", expand=False)[0] == "wellbeing"


@pytest.mark.parametrize("text", ["what is it", "être ou ne pas être", "the", "il est"])
def test_a_query_of_small_words_alone_looks_for_them(catalogue: Catalogue, text: str) -> None:
    assert catalogue.search(Query(text)).total == len(ids(catalogue, text))
    assert ids(catalogue, "il est")[0] == "better"


@pytest.mark.parametrize("text", ["a", "à", "x", "é", "-", "“", "\u200b", "\u00ad", "'", "*"])
def test_one_letter_or_none_is_no_error(catalogue: Catalogue, text: str) -> None:
    found = catalogue.search(Query(text))
    assert found.total == len(found.hits)


@pytest.mark.parametrize("text", ["שיטור", "قهوة الناس", "\u200fשיטור\u200f", "\u202eשיטור\u202c"])
def test_text_that_runs_from_right_to_left_is_found_and_marked(
    catalogue: Catalogue, text: str
) -> None:
    (hit,) = hits(catalogue, text)
    assert hit.report.id == "rtl"
    (snippet,) = hit.snippets
    assert snippet.text[slice(*snippet.marks[0])] in {"שיטור", "الناس"}


def test_each_passage_of_a_report_in_two_languages_is_read_in_its_own(catalogue: Catalogue) -> None:
    assert [passage.lang for passage in catalogue.passages("both")] == ["fr", "en"]
    assert (
        ids(catalogue, "patrouille parc")[0] == ids(catalogue, "watching neighbours")[0] == "both"
    )


def test_a_query_in_two_languages_finds_what_either_half_finds(catalogue: Catalogue) -> None:
    assert set(ids(catalogue, "homeless youth et bénévoles")) >= {"street", "fete"}


def test_a_circle_of_concepts_and_one_in_two_sectors_still_answer(catalogue: Catalogue) -> None:
    assert [str(problem) for problem in catalogue.vocabulary.problems if "circle" in str(problem)]
    assert ids(catalogue, "rampe")[0] == ids(catalogue, "ramps")[0] == "both"
