"""The gap map: each cell counts what its search finds."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from indexer import gapmap
from indexer.catalogue import Catalogue
from indexer.config import load
from indexer.gapmap import AXES
from indexer.query import Query
from tests.conftest import build_index

REPORTS = {
    "lighting": ("urban-planning", "property-crime", "effective", 2008),
    "cameras": ("urban-planning", "property-crime", "mixed", 2019),
    "mentors": ("youth, schools", "violence, property-crime", "promising", 2012),
    "scared": ("youth", "reoffending", "harmful", 1999),
    "plan": ("governance", "", "not-rated", None),
}


REPORT = """---
id: {name}
title: The {name}
sectors: [{sectors}]
outcomes: [{outcomes}]
population: [general]
rating: {rating}
province: QC
{year}
type: review
---
Words on crime and {name}.
"""


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder = tmp_path_factory.mktemp("map")
    (folder / "corpus").mkdir()
    for name, (sectors, outcomes, rating, year) in REPORTS.items():
        told = REPORT.format(
            name=name,
            sectors=sectors,
            outcomes=outcomes,
            rating=rating,
            year=f"year: {year}" if year else "",
        )
        (folder / "corpus" / f"{name}.md").write_text(told)
    config = load({"corpus": folder / "corpus", "index": folder / "index"}, {})
    build_index(config)
    return Catalogue(config)


def test_the_usual_map_has_sectors_and_outcomes(catalogue: Catalogue) -> None:
    drawn = catalogue.gap_map(Query())
    assert drawn.axes == ("sector", "outcome")
    rows = [heading.value for heading in drawn.rows]
    columns = [heading.value for heading in drawn.columns]
    assert rows == list(catalogue.vocabulary.keys("sector"))
    cell = drawn.cells[rows.index("urban-planning")][columns.index("property-crime")]
    assert dict(cell.ratings) == {"effective": 1, "mixed": 1}
    assert drawn.most == 2


def test_an_empty_cell_stays_on_the_map(catalogue: Catalogue) -> None:
    drawn = catalogue.gap_map(Query())
    cells = [cell for row in drawn.cells for cell in row]
    assert len(cells) == len(drawn.rows) * len(drawn.columns)
    assert drawn.empty == sum(cell.total == 0 for cell in cells) > len(cells) / 2


@pytest.mark.parametrize("text", ["", "crime", "mentors OR lighting"])
@pytest.mark.parametrize("rows", AXES)
@pytest.mark.parametrize("columns", AXES)
def test_every_cell_and_heading_counts_what_its_search_finds(
    catalogue: Catalogue, text: str, rows: str, columns: str
) -> None:
    drawn = catalogue.gap_map(Query(text=text), rows, columns)
    for heading in (*drawn.rows, *drawn.columns):
        assert catalogue.search(heading.query).total == heading.total
    full = [cell for row in drawn.cells for cell in row if cell.total]
    assert full
    for cell in full:
        assert catalogue.search(cell.query).total == cell.total


def test_a_filter_leaves_only_its_own_values_on_its_axis(catalogue: Catalogue) -> None:
    asked = Query(filters={"sector": ("schools", "urban-planning")}, year_from=2010)
    drawn = catalogue.gap_map(asked, "sector", "decade")
    assert {heading.value for heading in drawn.rows} == {"schools", "urban-planning"}
    assert [heading.value for heading in drawn.columns] == ["2010"]
    assert drawn.columns[0].query.year_from == 2010
    for row in drawn.cells:
        for cell in row:
            assert catalogue.search(cell.query).total == cell.total


def test_decades_without_reports_stay_between_others(catalogue: Catalogue) -> None:
    drawn = catalogue.gap_map(Query(), "decade", "type")
    assert [heading.value for heading in drawn.rows] == ["1990", "2000", "2010"]


def test_a_search_without_results_has_a_map_of_gaps(catalogue: Catalogue) -> None:
    drawn = catalogue.gap_map(Query(text="xyzzy"))
    assert drawn.most == 0
    assert drawn.empty == len(drawn.rows) * len(drawn.columns)
    assert catalogue.gap_map(Query(text="xyzzy"), "decade", "sector").rows == ()


@given(st.sampled_from([*AXES, "", "none"]), st.sampled_from([*AXES, "", "none"]))
def test_two_axes_are_always_different(rows: str, columns: str) -> None:
    first, second = gapmap.chosen_axes(rows, columns)
    assert first != second
    assert {first, second} <= set(AXES)
    if rows in AXES:
        assert first == rows


def test_years_are_counted_in_order(catalogue: Catalogue) -> None:
    assert catalogue.years(Query()) == {1999: 1, 2008: 1, 2012: 1, 2019: 1}
