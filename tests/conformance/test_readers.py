"""The same report reads the same in every format."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.models import Extract
from indexer.readers import SUFFIXES, read

FORMATS = ("md", "html", "txt", "pdf", "docx", "odt")
PAGED = ("txt", "pdf", "docx", "odt")
REPORT = Path(__file__).parents[1] / "data" / "readers"
TITLE = "Street Lighting and Neighbourhood Safety: An Example Report"
OUTLINE = [
    ("", 0, 1),
    ("Summary", 2, 1),
    ("Méthode et données", 2, 1),
    ("What was compared", 3, 1),
    ("How the lamps were chosen", 3, 1),
    ("Findings", 2, 2),
    ("Theft", 3, 2),
    ("Violence", 3, 2),
    ("Cost", 2, 2),
    ("Recommendations", 2, 3),
    ("Limits of this report", 3, 3),
]


def extract(form: str) -> Extract:
    return read(REPORT / f"report.{form}")


def test_every_format_is_tested() -> None:
    assert {f".{form}" for form in FORMATS} == SUFFIXES - {".htm"}


@pytest.mark.parametrize("form", FORMATS)
def test_headings_and_levels_are_the_same(form: str) -> None:
    found = [(section.heading, section.level) for section in extract(form).sections]
    assert found == [(heading, level) for heading, level, _ in OUTLINE]


@pytest.mark.parametrize("form", FORMATS)
def test_blocks_are_the_same(form: str) -> None:
    expected = [section.blocks for section in extract("md").sections]
    assert [section.blocks for section in extract(form).sections] == expected


@pytest.mark.parametrize("form", PAGED)
def test_pages_are_the_same(form: str) -> None:
    found = extract(form)
    assert [(section.heading, section.level, section.page) for section in found.sections] == OUTLINE
    assert found.pages == 3
    assert found.characters == (1546, 1044, 489)


@pytest.mark.parametrize("form", sorted(set(FORMATS) - set(PAGED)))
def test_a_format_without_pages_has_none(form: str) -> None:
    found = extract(form)
    assert found.pages is None
    assert {section.page for section in found.sections} == {None}
    assert found.characters == (1546 + 1044 + 489,)


@pytest.mark.parametrize("form", FORMATS)
def test_the_title_is_a_property_and_no_section(form: str) -> None:
    found = extract(form)
    assert found.format == form
    assert found.properties["title"] == TITLE
    assert TITLE not in [section.heading for section in found.sections]


@pytest.mark.parametrize("form", ["md", "html", "pdf", "docx", "odt"])
def test_authors_are_the_same(form: str) -> None:
    found = extract(form)
    assert {**found.properties, **found.declared}["authors"] == ["Élise Tremblay", "Sam O’Neill"]


@pytest.mark.parametrize("form", FORMATS)
def test_blocks_hold_lists_tables_and_accents_as_written(form: str) -> None:
    blocks = {section.heading: section.blocks for section in extract(form).sections}
    assert blocks["Findings"][1:3] == (
        "Kind of area | Before | After | Change",
        "New lamps | 41.5 | 34.2 | −18%",
    )
    assert blocks["What was compared"][2:4] == (
        "• Neighbouring areas, in case crime moved around the corner.",
        "• Areas across a street counted.",
    )
    assert blocks["How the lamps were chosen"][1].startswith("1. Staff ranked each block")
    assert "« promenades exploratoires » menées" in blocks["Méthode et données"][0]
    assert "office" in blocks["Summary"][0]
    assert "fiscal" in blocks["Summary"][0]


@pytest.mark.parametrize("form", FORMATS)
def test_each_list_counts_by_itself_and_goes_on_after_one_inside_it(form: str) -> None:
    blocks = {section.heading: section.blocks for section in extract(form).sections}
    markers = [block.split(" ")[0] for block in blocks["How the lamps were chosen"][1:]]
    assert markers == ["1.", "2.", "1.", "2.", "3."]


@pytest.mark.parametrize("form", FORMATS)
def test_a_good_file_has_no_warnings(form: str) -> None:
    assert extract(form).warnings == ()
