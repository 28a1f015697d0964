from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer.agreement import Labelled, Means, load_labels, measure, suggestions
from indexer.catalogue import Catalogue
from indexer.cli import main
from indexer.config import Config
from indexer.errors import MetadataError
from tests.conftest import MakeCorpus, build_index

LABELS = "tuning:\n  gangs: [gangs]\nheld-out:\n  gangs: [gangs]\n  jeunes: [youth, schools]\n"


@pytest.fixture
def catalogue(make_corpus: MakeCorpus, config: Config) -> Iterator[Catalogue]:
    make_corpus(
        {
            "gangs.md": "---\nsectors: [seniors]\n---\n# Youth gangs\n\nGangs and guns.\n",
            "jeunes.md": "# Jeunes\n\nLes jeunes et les adolescents, pour la jeunesse.\n",
            "labels.yaml": LABELS,
        }
    )
    build_index(config)
    opened = Catalogue(config)
    yield opened
    opened.close()


def labelled(name: str, lang: str, given: str, suggested: str) -> Labelled:
    return Labelled(name, lang, frozenset(given.split()), frozenset(suggested.split()))


def test_the_marks_are_those_of_their_definitions() -> None:
    measured = measure(
        "tuning",
        [
            labelled("a", "en", "youth gangs", "gangs policing"),
            labelled("b", "en", "gangs", "gangs"),
            labelled("c", "fr", "youth", ""),
        ],
    )
    micro = measured.micro["all"]
    assert (micro.right, micro.wrong, micro.missed) == (2, 1, 2)
    assert micro.precision == pytest.approx(2 / 3)
    assert micro.recall == pytest.approx(1 / 2)
    assert micro.f1 == pytest.approx(4 / 7)
    assert measured.sectors["gangs"]["all"].f1 == 1
    assert measured.sectors["youth"]["all"].precision == 0
    assert measured.macro["all"] == Means(1 / 3, 1 / 3, 1 / 3)
    assert measured.reports == {"all": 3, "en": 2, "fr": 1}


def test_a_sector_without_a_label_in_a_language_is_left_out_of_it() -> None:
    measured = measure("tuning", [labelled("a", "en", "gangs", "gangs")])
    assert set(measured.sectors["gangs"]) == {"all", "en"}
    assert measured.macro["fr"] == Means(0, 0, 0)


def test_what_a_report_declares_is_left_out_of_account(catalogue: Catalogue) -> None:
    (found,) = suggestions(catalogue, {"gangs": frozenset({"gangs"})})
    assert "gangs" in found.suggested
    assert "seniors" not in found.suggested


def test_a_label_for_a_report_that_is_not_there_is_named(catalogue: Catalogue) -> None:
    with pytest.raises(MetadataError, match="no report “lost”"):
        suggestions(catalogue, {"lost": frozenset({"gangs"})})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("tuning: {a: [gangs]}", "needs the keys `tuning` and `held-out`"),
        ("tuning: {a: gangs}\nheld-out: {b: [gangs]}", r"tuning \(a\): needs a list of sectors"),
        ("tuning: {a: []}\nheld-out: {b: [gangs]}", r"tuning \(a\): needs a list of sectors"),
        ("tuning: {a: [gangs]}\nheld-out: [b]", "held-out: holds a list"),
        ("tuning: {a: [gangs]}\nheld-out:", "held-out: is empty"),
    ],
)
def test_wrong_labels_are_named(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "labels.yaml"
    path.write_text(content)
    with pytest.raises(MetadataError, match=told):
        load_labels(path)


def run(config: Config, *arguments: str) -> str:
    places = ["--corpus", str(config.corpus), "--index", str(config.index)]
    result = CliRunner().invoke(main, ["evaluate", "--labels", *arguments, *places])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_prints_a_table_per_sector_and_language(
    catalogue: Catalogue, config: Config
) -> None:
    table = run(config, "--half", "held-out").splitlines()
    assert table[0].split() == ["reports,", "held-out", "all", "(2)", "en", "(1)", "fr", "(1)"]
    rows = {line[:26].strip(): line[26:].split() for line in table[2:]}
    assert rows["gangs"][:4] == ["1.00", "1.00", "1.00", "1"]
    assert rows["schools"][:4] == ["0.00", "0.00", "0.00", "1"]
    assert rows["all, each label the same"][3] == "3"


def test_the_command_measures_the_tuning_half_unless_told(
    catalogue: Catalogue, config: Config
) -> None:
    measured = json.loads(run(config, "--json"))
    assert measured["half"] == "tuning"
    assert measured["micro"]["all"]["recall"] == 1
