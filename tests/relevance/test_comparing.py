"""What docs/ranking.md says can be measured again, in the way that it says."""

from __future__ import annotations

import re
from unittest.mock import patch

import pytest

from indexer.evaluate import Evaluation, Scores
from tests.relevance.__main__ import DOCUMENT, written
from tests.relevance.ablation import PARTS, Part
from tests.relevance.comparing import ROUNDS, chance, held_out
from tests.relevance.systems import NAMES


def _measured(*values: float) -> Evaluation:
    scores = {f"q{n}": Scores(value, value, value) for n, value in enumerate(values)}
    return Evaluation(scores, Scores(0, 0, 0), {})


def test_equal_systems_are_apart_by_chance_and_one_that_is_always_better_is_not() -> None:
    some = _measured(*[0.5] * 20)
    assert chance(some, some) == 1
    assert chance(some, _measured(*[0.6] * 20)) == pytest.approx(1 / ROUNDS, abs=5 / ROUNDS)


def test_one_query_alone_shows_nothing() -> None:
    assert chance(_measured(0.1, *[0.5] * 20), _measured(0.9, *[0.5] * 20)) == 1


def test_three_queries_that_agree_are_so_by_chance_in_one_of_four_cases() -> None:
    assert chance(_measured(0.1, 0.2, 0.3), _measured(0.2, 0.3, 0.4)) == pytest.approx(1 / 4, 0.1)


def test_about_half_of_the_queries_are_held_out_and_always_the_same() -> None:
    ids = [f"q{number:02}" for number in range(1, 118)]
    assert sum(map(held_out, ids)) == 59
    assert [key for key in ids if held_out(key)][:3] == ["q01", "q02", "q03"]


def _rows(name: str) -> list[str]:
    table = DOCUMENT.read_text("utf-8").split(f"<!-- {name}: ")[1].split("<!-- end -->")[0]
    return re.findall(r"^\| (.+?) \|", table, re.MULTILINE)[1:]


def test_the_tables_have_a_row_for_each_system_and_each_part() -> None:
    assert _rows("systems") == list(NAMES)
    assert _rows("ablation")[1:] == [part.name for part in PARTS]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_what_is_switched_off_is_there(part: Part) -> None:
    for name, value in part.off.items():
        with patch(name, value):
            pass


def test_a_table_replaces_the_one_that_stood_in_its_place_and_nothing_else() -> None:
    text = "a\n<!-- x: written by make ranking -->\nold\n<!-- end -->\nz\n"
    assert written(text, {"x": ["| new |"]}) == text.replace("old", "| new |")
