"""README says what is so: its commands are run, its figures measured, its paths there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest

from indexer.cli import main
from indexer.config import Config
from tests import readme
from tests.bench import memory, report

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MEASURED = ROOT / "tests" / "bench" / "measured.json"


@pytest.fixture
def index(shipped: Config) -> Path:
    return shipped.index


@pytest.mark.parametrize(
    ("command", "output"), [pair for pair in readme.shown() if pair[0].startswith("indexer ")]
)
def test_a_command_in_the_readme_prints_what_the_readme_says(
    command: str, output: str, index: Path
) -> None:
    assert readme.untimed(readme.run(command, index)) == readme.untimed(output)


def test_the_first_build_of_make_serve_is_shown_as_it_is(index: Path) -> None:
    (output,) = [output for command, output in readme.shown() if command == "make serve"]
    lines = readme.untimed(output).splitlines()
    assert lines[1:3] == readme.untimed(readme.first_build(index)).splitlines()


def test_every_command_is_in_the_readme_and_no_other() -> None:
    listed = set(re.findall(r"^\| `indexer ([\w-]+)", README, re.MULTILINE))
    assert listed == set(main.list_commands(click.Context(main)))


def test_every_target_of_make_that_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)`", README)) <= targets


def test_every_path_in_the_map_exists_and_every_module_of_the_library_is_drawn() -> None:
    linked = re.findall(r"\]\(([\w/.-]+)\)", README)
    assert [path for path in linked if not (ROOT / path).exists()] == []
    assert {"indexer/readers", "indexer/engines", "webapp", "corpus", "tests"} <= set(linked)


def test_every_figure_of_the_performance_table_is_from_the_kept_measurement() -> None:
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    table = dict(re.findall(r"^\| (.+?) \| ([\d.]+) (?:s|ms|KB) \|", README, re.MULTILINE))
    figures = {
        "`make serve` in a clean clone to a first answered search": (
            "clean_clone",
            "first_answer_s",
        ),
        "of which the build": ("clean_clone", "build_s"),
        "`indexer build` without changes": ("build", "unchanged_s"),
        "a search page, median": ("page", "p50_ms"),
        "a search page, 95 of 100": ("page", "p95_ms"),
        "the largest search page": ("page", "largest_kb"),
    }
    assert {name: float(value) for name, value in table.items()} == {
        name: measured["waiting"][part][key] for name, (part, key) in figures.items()
    }
    assert f"on {measured['date']}" in README


def test_the_changelog_has_a_place_for_what_comes() -> None:
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_promise_names_tests_that_exist() -> None:
    promises = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", promises)
    assert len(named) > 20
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).is_file() or f"def {name}(" not in (ROOT / path).read_text()
    ]
    assert missing == []
    kept, _, _ = promises.partition("<!-- memory")
    rows = re.findall(r"^\| (?!promise|---)(.+) \|$", kept, re.MULTILINE)
    assert [row for row in rows if "::test_" not in row] == []


def test_the_tables_of_docs_speed_are_from_the_kept_measurement() -> None:
    text = (ROOT / "docs" / "speed.md").read_text(encoding="utf-8")
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    assert report.written(text, measured) == text


def test_the_figures_of_docs_promises_are_from_the_kept_measurement() -> None:
    text = memory.DOCUMENT.read_text(encoding="utf-8")
    measured = json.loads(memory.KEPT.read_text(encoding="utf-8"))
    assert memory.written(text, measured) == text
