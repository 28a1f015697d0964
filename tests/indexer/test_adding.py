"""A new document becomes a report, described as far as it says; what fails leaves nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from indexer import durable, generations, yamlfile
from indexer.adding.clues import clues
from indexer.cli import main
from indexer.models import Extract, Section
from tests.conftest import MakeCorpus

ROOT = Path(__file__).parent.parent.parent
LAMPS = """# Lamps on streets: an evaluation in Sudbury

Prepared by Jane Doe and John Q. Public

Published by the City of Sudbury, March 2021

Street lighting reduced burglary at night by 14 per cent in the year after the lamps were placed,
and people who live there said that they felt safer on their way home through parks and lanes.
The council had asked planners to look at public space, cameras and safety audits in the centre.
Twelve streets got new lamps in the first spring; twelve others, drawn by lot, had to wait a year.
"""
OTHER = "# Mentors\n\nMentors meet young people once a week, and their grades at school improve.\n"

Add = Callable[..., Result]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a corpus of one report and its index."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "mentors.md").write_text(OTHER)
    assert _run(folder, "build").exit_code == 0
    return folder


@pytest.fixture
def add(tmp_path: Path, built: Path) -> Add:
    """Calls `indexer add` for the corpus and index of the test's folder, which hold one report."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)

    def call(*words: str | Path, typed: str | None = None) -> Result:
        return _run(tmp_path, "add", *map(str, words), typed=typed)

    return call


def _run(folder: Path, name: str, *words: str, typed: str | None = None) -> Result:
    places = ("--corpus", str(folder / "corpus"), "--index", str(folder / "index"))
    result = CliRunner().invoke(main, [name, *words, *places], input=typed)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def lamps(tmp_path: Path) -> Path:
    return document(tmp_path, "Été 2019 (final).MD", LAMPS)


def document(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / "new" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def held(folder: Path) -> list[str]:
    """Every file of the corpus but the record of ids."""
    corpus = folder / "corpus"
    names = (path.relative_to(corpus).as_posix() for path in corpus.rglob("*") if path.is_file())
    return sorted(name for name in names if name != "identities.jsonl")


def sidecar(folder: Path) -> dict[str, Any]:
    (path,) = (folder / "corpus" / "reports").glob("*.yaml")
    return yamlfile.load_mapping(path)


def test_a_document_is_copied_described_and_found_under_the_link_that_is_printed(
    add: Add, lamps: Path, tmp_path: Path
) -> None:
    result = add(lamps, "--yes")
    assert (result.exit_code, result.stdout) == (
        0,
        "/en/report/lamps-on-streets-an-evaluation-in-sudbury\n",
    )
    copied = tmp_path / "corpus" / "reports" / "lamps-on-streets-an-evaluation-in-sudbury.md"
    assert copied.read_bytes() == lamps.read_bytes()
    found = json.loads(_run(tmp_path, "search", "burglary", "--json").stdout)
    assert [hit["id"] for hit in found["hits"]] == [copied.stem]


def test_the_sidecar_says_of_each_value_where_it_comes_from_and_how_sure_that_is(
    add: Add, lamps: Path, tmp_path: Path
) -> None:
    add(lamps, "--yes", "--title", "Lamps", "--sector", "urban-planning", "--author", "A. Lee")
    (path,) = (tmp_path / "corpus" / "reports").glob("*.yaml")
    lines = path.read_text().splitlines()
    assert lines[lines.index('title: "Lamps"') - 1] == "# given on the command line (sure)"
    assert lines[lines.index("year: 2021") - 1] == "# “march 2021” on the first pages (likely)"
    told = sidecar(tmp_path)
    assert told["id"] == "lamps"
    assert (told["authors"], told["sectors"]) == (["A. Lee"], ["urban-planning"])
    assert (told["publisher"], told["lang"]) == ("City of Sudbury", "en")


def test_suggested_sectors_come_with_the_words_that_speak_for_them(
    add: Add, lamps: Path, tmp_path: Path
) -> None:
    result = add(lamps, "--yes", "--json")
    (added,) = json.loads(result.stdout)["added"]
    sectors = added["values"]["sectors"]
    assert sectors["value"] == ["urban-planning"]
    assert "“lamps” title 1x" in sectors["source"]
    assert sectors["confidence"] == "likely"


def test_a_second_document_of_the_same_title_gets_a_name_of_its_own(
    add: Add, tmp_path: Path
) -> None:
    one = document(tmp_path, "one.md", LAMPS)
    other = document(tmp_path, "two.md", LAMPS.split("\n\n")[0] + "\n\nQuite another text.\n")
    result = add(one, other, "--yes")
    first, second = result.stdout.split()
    assert second == f"{first}-2"
    assert "may be another edition" not in result.stderr  # Neither was there before.


def test_what_stands_at_the_place_is_never_written_over(
    add: Add, lamps: Path, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    make_corpus({"reports/lamps.md.yaml": "title: An orphan\n"})
    before = held(tmp_path)
    result = add(lamps, "--yes", "--id", "lamps")
    assert result.exit_code == 1
    assert "is there already. Give the document another `id`." in result.stderr
    assert held(tmp_path) == before
    assert "An orphan" in (tmp_path / "corpus" / "reports" / "lamps.md.yaml").read_text()


@pytest.mark.parametrize("into", ["..", "../elsewhere", "_drafts", "a/.hidden"])
def test_only_a_folder_whose_files_are_read_takes_a_document(
    add: Add, lamps: Path, tmp_path: Path, into: str
) -> None:
    result = add(lamps, "--yes", "--into", into)
    assert result.exit_code == 1
    assert "AddError" in result.stderr
    assert held(tmp_path) == ["mentors.md"]


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_added(
    add: Add, lamps: Path, tmp_path: Path
) -> None:
    broken = document(tmp_path, "broken.pdf", b"%PDF-1.7\n nothing more")
    result = add(broken, lamps, tmp_path / "absent.md", "--yes")
    assert result.exit_code == 3
    assert "broken.pdf" in result.stderr
    assert "absent.md" in result.stderr
    assert len(held(tmp_path)) == 3
    alone = add(broken, "--yes", "--json")
    assert alone.exit_code == 1
    assert json.loads(alone.stdout)["failures"][0]["error"] == "ReadError"


def test_a_wrong_value_is_wrong_usage_and_nothing_is_added(
    add: Add, lamps: Path, tmp_path: Path
) -> None:
    result = add(lamps, "--yes", "--sector", "lighthing")
    assert result.exit_code == 2
    assert "“lighthing” is not in the list" in result.stderr
    assert held(tmp_path) == ["mentors.md"]


def test_the_id_of_another_report_is_not_taken(add: Add, lamps: Path, tmp_path: Path) -> None:
    result = add(lamps, "--yes", "--id", "mentors")
    assert result.exit_code == 1
    assert "The id “mentors” is another report’s." in result.stderr
    assert held(tmp_path) == ["mentors.md"]


@pytest.mark.parametrize("step", ["build", "sidecar", "document"])
def test_a_step_that_fails_leaves_nothing_behind(
    add: Add, lamps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = held(tmp_path)

    def fails(path: Path, content: bytes) -> None:
        if (path.suffix == ".yaml") == (step == "sidecar"):
            raise OSError(28, "No space left on device")
        durable.replace_file(path, content)

    if step == "build":
        with generations.exclusive(tmp_path / "index"):
            result = add(lamps, "--yes")
    else:
        monkeypatch.setattr("indexer.adding.placing.replace_file", fails)
        result = add(lamps, "--yes")
    assert result.exit_code == 1
    assert ("Another build is running" in result.stderr) == (step == "build")
    assert held(tmp_path) == before


def test_the_same_file_is_not_added_twice(add: Add, lamps: Path, tmp_path: Path) -> None:
    copy = document(tmp_path, "copy.md", LAMPS)
    assert add(lamps, copy, "--yes").exit_code == 3
    before = held(tmp_path)
    result = add(copy, "--yes")
    assert result.exit_code == 1
    assert "is the same file as the report “lamps-on-streets" in result.stderr
    assert held(tmp_path) == before


def test_nearly_the_same_text_and_another_edition_are_said_before_anything_is_added(
    add: Add, lamps: Path, tmp_path: Path
) -> None:
    add(lamps, "--yes")
    before = held(tmp_path)
    near = document(tmp_path, "near.md", LAMPS.replace("felt safer", "were happier"))
    title = LAMPS.partition("\n")[0]
    later = document(tmp_path, "later.md", f"{title}, 2nd edition\n\nQuite another text.\n")
    result = add(near, later, typed="skip\nskip\n")
    assert "says nearly the same as “lamps-on-streets-an-evaluation-in-sudbury”" in result.stderr
    assert "may be another edition of “lamps-on-streets-an-evaluation-in-sud" in result.stderr
    assert (result.exit_code, held(tmp_path)) == (0, before)


def test_a_translation_is_known_by_its_names_and_numbers(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for original in ("triple-p", "roots-of-empathy"):
        (path,) = (ROOT / "corpus").glob(f"*/{original}.md")
        (corpus / path.name).write_bytes(path.read_bytes())
    assert _run(tmp_path, "build").exit_code == 0
    (path,) = (ROOT / "corpus").glob("*/triple-p-fr.md")
    french = path.read_text()
    new = document(tmp_path, "nouveau.md", french.split("---\n", 2)[2])
    result = _run(tmp_path, "add", str(new), "--yes", "--json")
    (added,) = json.loads(result.stdout)["added"]
    assert [near["id"] for near in added["near"] if near["relation"] == "translation"] == [
        "triple-p"
    ]
    assert added["values"]["translation_of"]["value"] == "triple-p"
    assert added["url"].startswith("/fr/report/")


def test_a_report_that_left_comes_back_under_its_id(add: Add, lamps: Path, tmp_path: Path) -> None:
    add(lamps, "--yes", "--id", "old-name")
    for path in (tmp_path / "corpus" / "reports").iterdir():
        path.unlink()
    _run(tmp_path, "build")
    result = add(lamps, "--yes")
    assert "was in the corpus as “old-name”" in result.stderr
    assert result.stdout == "/en/report/old-name\n"


def test_a_person_changes_a_value_and_then_adds(add: Add, lamps: Path, tmp_path: Path) -> None:
    typed = "year=2020\nsectors=urban-planning, housing\nyeer=1\nyear=x\nid=mentors\nyes\n"
    result = add(lamps, typed=typed)
    assert result.exit_code == 0
    assert "“yeer=1” is not KEY=VALUE" in result.stderr
    assert "“x” is not a year" in result.stderr
    assert "The id “mentors” is another report’s" in result.stderr
    told = sidecar(tmp_path)
    assert (told["year"], told["sectors"]) == (2020, ["urban-planning", "housing"])
    assert result.stdout.startswith("/en/report/")


def test_a_person_edits_the_whole_sidecar(
    add: Add, lamps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/^title: .*/title: Mine/; /^summary:/d' \"$1\"\n")
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    monkeypatch.delenv("VISUAL", raising=False)
    assert add(lamps, typed="edit\nyes\n").exit_code == 0
    told = sidecar(tmp_path)
    assert told["title"] == "Mine"
    assert "summary" not in told


def test_without_an_answer_nothing_is_added(add: Add, lamps: Path, tmp_path: Path) -> None:
    assert add(lamps, typed="").exit_code == 1
    assert held(tmp_path) == ["mentors.md"]


def test_the_first_document_of_a_corpus_needs_no_index(tmp_path: Path, lamps: Path) -> None:
    (tmp_path / "corpus").mkdir()
    assert _run(tmp_path, "add", str(lamps), "--yes").exit_code == 0


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("© 2019 Public Safety Canada. All rights reserved.", "year", 2019),
        ("© 2019 Public Safety Canada. All rights reserved.", "publisher", "Public Safety Canada"),
        ("Publié par la Ville de Montréal", "publisher", "Ville de Montréal"),
        ("Décembre 2015", "year", 2015),
        ("Par Marie Tremblay et Jean-Luc Roy", "authors", ["Marie Tremblay", "Jean-Luc Roy"]),
        ("By the end of the year, theft had fallen", "authors", None),
        ("A study by Statistics Canada found more", "publisher", "Statistics Canada"),
        ("Calls rose to 2015 from 1999 or so", "year", None),
    ],
)
def test_the_first_pages_suggest_what_they_say(line: str, key: str, value: object) -> None:
    extract = Extract("pdf", (Section("", 0, 1, (line,)), Section("", 0, 9, ("© 1990 X",))))
    found = clues(extract, "A title", {"Statistics Canada"})
    assert (found[key].value if key in found else None) == value


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("A systematic review of the evaluation of lighting", "review"),
        ("Évaluation du programme", "evaluation"),
        ("Trousse d’outils pour les municipalités", "guide"),
        ("Lamps", None),
    ],
)
def test_a_title_suggests_the_type(title: str, kind: str | None) -> None:
    found = clues(Extract("pdf", ()), title, ())
    assert (found["type"].value if "type" in found else None) == kind
