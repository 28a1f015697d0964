from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import metadata, vocabulary
from indexer.metadata import Metadata
from indexer.models import Extract, Rating, Section

VOCABULARY = vocabulary.load()
TEXT = "The programme gave young people a mentor for a year. It was in the city. They liked it."


def resolve(
    declared: dict[str, object] | None = None,
    sidecar: dict[str, object] | None = None,
    properties: dict[str, object] | None = None,
    path: str = "programmes/mentors-2014.md",
) -> Metadata:
    section = Section("Findings", 2, None, (TEXT,))
    extract = Extract("md", (section,), declared or {}, properties or {})
    return metadata.resolve(path, extract, sidecar or {}, VOCABULARY)


def test_the_strongest_source_wins_and_is_remembered() -> None:
    known = resolve(
        declared={"title": "Front", "publisher": "Front"},
        sidecar={"title": "Side"},
        properties={"title": "File", "publisher": "File", "authors": ["A. File"]},
    )
    assert known.values["title"] == "Side"
    assert known.values["publisher"] == "Front"
    assert known.values["authors"] == ("A. File",)
    sources = [known.provenance[key] for key in ("title", "publisher", "authors")]
    assert sources == ["sidecar", "front matter", "file properties"]


def test_what_nobody_says_is_guessed() -> None:
    known = resolve()
    assert known.values["id"] == "programmes-mentors-2014"
    assert known.values["title"] == "Findings"
    assert known.values["lang"] == "en"
    assert known.values["year"] == 2014
    assert known.values["summary"] == TEXT.removesuffix(" They liked it.")
    assert set(known.provenance.values()) == {"guess"}
    assert known.problems == ()


def test_a_wrong_value_is_told_and_the_next_source_speaks() -> None:
    known = resolve(sidecar={"year": 20016}, declared={"year": 2016})
    assert known.values["year"] == 2016
    (problem,) = known.problems
    assert "programmes/mentors-2014.md (sidecar): year: “20016” is not a year" in str(problem)


def test_an_unknown_sector_is_told_with_the_nearest_and_the_others_stay() -> None:
    known = resolve(sidecar={"sectors": ["yuoth", "housing"]})
    assert known.values["sectors"] == ("housing",)
    assert "did you mean `youth`?" in str(known.problems[0])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("lang", "German"),
        ("rating", "great"),
        ("type", "poem"),
        ("date", "yesterday"),
        ("date", "2024-13-01"),
        ("source_url", "javascript:alert(1)"),
        ("source_url", "file:///etc/passwd"),
        ("country", "Canada"),
        ("province", "Ontario"),
        ("title", ["a", "list"]),
        ("id", "../../etc"),
        ("ratings", [{"by": "X"}]),
        ("authors", [{"name": "X"}]),
        ("year", True),
    ],
)
def test_a_value_of_the_wrong_kind_is_left_out_and_told(key: str, value: object) -> None:
    known = resolve(sidecar={key: value})
    assert known.provenance.get(key) != "sidecar"
    assert f"(sidecar): {key}:" in str(known.problems[0])


def test_good_values_are_taken_as_they_are() -> None:
    known = resolve(
        sidecar={
            "date": dt.date(2024, 5, 6),
            "ratings": [{"by": "Blueprints", "rating": "Model", "url": "https://b.example/x"}],
            "aliases": ["old-id"],
            "lang": "fr-CA",
            "province": "ON",
            "authors": "One Author",
        }
    )
    assert known.problems == ()
    assert known.values["date"] == dt.date(2024, 5, 6)
    assert known.values["ratings"] == (Rating("Blueprints", "Model", "https://b.example/x"),)
    assert known.values["aliases"] == ("old-id",)
    assert known.values["lang"] == "fr"
    assert known.values["authors"] == ("One Author",)


def test_an_unknown_key_is_told_with_the_nearest_key() -> None:
    problems = resolve(sidecar={"sector": ["youth"], "colour": "red"}).problems
    assert "did you mean `sectors`?" in str(problems[0])
    assert "“colour” is not a key" in str(problems[1])


def test_a_problem_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf.yaml"
    path.write_text("title: A\n\nyear: 20016\nsector: [youth]\n")
    extract = Extract("pdf", (Section("", 0, None, (TEXT,)),))
    known = metadata.resolve("a.pdf", extract, metadata.read_sidecar(path), VOCABULARY)
    assert [str(problem).split(": ")[0] for problem in known.problems] == [
        "a.pdf (sidecar, line 4)",
        "a.pdf (sidecar, line 3)",
    ]


def test_front_matter_made_for_other_programs_is_only_told_of_typing_errors() -> None:
    problems = resolve(declared={"layout": "post", "titel": "X"}).problems
    assert [str(problem) for problem in problems] == [
        "programmes/mentors-2014.md (front matter): “titel” is not a key; did you mean `title`?"
    ]


def test_nonsense_in_file_properties_is_passed_over_in_silence() -> None:
    known = resolve(properties={"year": "n/a", "lang": "zz"})
    assert known.problems == ()
    assert known.values["lang"] == "en"


def test_a_retired_key_is_taken_as_its_successor_and_told() -> None:
    retired = {"sector": {"lodging": "housing", "gone": None}}
    words = replace(VOCABULARY, retired=retired)
    extract = Extract("md", (Section("", 0, None, (TEXT,)),))
    known = metadata.resolve("a.md", extract, {"sectors": ["lodging", "gone", "youth"]}, words)
    assert known.values["sectors"] == ("housing", "youth")
    assert "“lodging” was retired; write `housing`." in str(known.problems[0])


def test_a_report_cannot_have_been_verified_tomorrow() -> None:
    tomorrow = dt.date.today() + dt.timedelta(days=1)
    known = resolve(sidecar={"last_verified": tomorrow})
    assert "last_verified" not in known.values
    assert "still to come" in str(known.problems[0])
    assert resolve(sidecar={"last_verified": "2026-11-21"}).values["last_verified"] == dt.date(
        2026, 11, 21
    )


@pytest.mark.parametrize("title", ["\u200b", "\u200f\u00a0", "  "])
def test_a_title_that_nobody_can_see_is_none(title: str) -> None:
    assert resolve(sidecar={"title": title}).values["title"] == "Findings"
