"""Reports leave the index only when the whole corpus was seen; links to those that left say so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer.cli import main
from indexer.errors import CorpusIncomplete
from tests.crash import world
from webapp import create_app

REPORT = "---\ntitle: Report {n} of {folder}\nlang: en\n---\n\nWord{n} stands in {folder}.\n"
# Enough that a folder of them is less than 30 in 100.
PLANS, STUDIES = 2, 8


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """An index of two folders of reports."""
    corpus = tmp_path / "corpus"
    for folder, count in (("plans", PLANS), ("studies", STUDIES)):
        (corpus / folder).mkdir(parents=True)
        for n in range(count):
            content = REPORT.format(n=n, folder=folder)
            (corpus / folder / f"{folder}-{n}.md").write_text(content)
    world.built(tmp_path)
    return corpus


def ids(folders: Path) -> set[str]:
    with world.catalogue(folders.parent) as opened:
        return {report.id for report in opened.reports()}


def refusing(monkeypatch: pytest.MonkeyPatch, *places: Path) -> None:
    """Folders that cannot be listed, as where rights are missing; root may list everything."""
    real, refused = os.scandir, {os.fspath(place) for place in places}

    def scandir(path: str | int) -> object:
        if path in refused:
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)


def test_reports_in_a_folder_that_cannot_be_listed_stay_and_it_is_named(folders: Path) -> None:
    before = ids(folders)
    (folders / "studies" / "studies-0.md").write_text("# New\n\nNew words.\n")
    with pytest.MonkeyPatch.context() as patch:
        refusing(patch, folders / "plans")
        report = world.built(folders.parent)
    assert [(f.path, f.error) for f in report.failures] == [("plans", "ReadError")]
    assert (report.changed, report.removed, report.reports) == (1, 0, PLANS + STUDIES)
    assert [w.kind for w in report.warnings] == ["removals-held"]
    assert ids(folders) == before
    # They are as they were, also for the build that can list the folder again.
    again = world.built(folders.parent)
    assert (again.ok, again.added, again.changed, again.removed) == (True, 0, 0, 0)


def test_nothing_is_removed_while_some_other_file_cannot_be_read(folders: Path) -> None:
    before = ids(folders)
    (folders / "studies" / "studies-0.md").unlink()
    with pytest.MonkeyPatch.context() as patch:
        refusing(patch, folders / "plans")
        assert world.built(folders.parent).removed == 0
    assert ids(folders) == before
    report = world.built(folders.parent)
    assert report.removed == 1
    assert ids(folders) == before - {"studies-studies-0"}


def test_a_report_that_moved_meanwhile_is_not_held_back(folders: Path) -> None:
    before = ids(folders)
    (folders / "studies" / "studies-0.md").rename(folders / "moved.md")
    with pytest.MonkeyPatch.context() as patch:
        refusing(patch, folders / "plans")
        report = world.built(folders.parent)
    assert [f.path for f in report.failures] == ["plans"]
    assert ids(folders) == before
    world.built(folders.parent)
    assert ids(folders) == before


def test_a_full_build_that_cannot_read_everything_changes_nothing(folders: Path) -> None:
    before = ids(folders)
    with pytest.MonkeyPatch.context() as patch:
        refusing(patch, folders / "plans")
        with pytest.raises(CorpusIncomplete, match=r"plans/plans-0\.md.*Correct their rights"):
            world.built(folders.parent, full=True)
    assert ids(folders) == before


def emptied(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def unmounted(folder: Path) -> None:
    """The place where a drive was: an empty folder, without the record of ids either."""
    shutil.rmtree(folder)
    folder.mkdir()


def halved(folder: Path) -> None:
    for path in sorted(folder.rglob("*.md"))[::2]:
        path.unlink()


@pytest.mark.parametrize("lose", [emptied, unmounted, halved])
@pytest.mark.parametrize("full", [False, True])
def test_a_corpus_that_lost_much_changes_nothing_until_somebody_says_so(
    folders: Path, lose: Callable[[Path], None], full: bool
) -> None:
    before = ids(folders)
    lose(folders)
    with pytest.raises(CorpusIncomplete, match=r"mount it and build again.*--allow-removals"):
        world.built(folders.parent, full=full)
    assert ids(folders) == before
    report = world.built(folders.parent, full=full, allow_removals=True)
    assert report.ok
    assert ids(folders) < before


def test_the_command_ends_with_one_and_names_what_is_gone(folders: Path) -> None:
    halved(folders)
    places = ["--corpus", str(folders), "--index", str(folders.parent / "index")]
    refused = CliRunner().invoke(main, ["build", *places])
    assert refused.exit_code == 1
    assert "5 of the 10 files of known reports are gone" in refused.output
    assert CliRunner().invoke(main, ["build", "--allow-removals", *places]).exit_code == 0


def test_a_folder_that_was_renamed_has_lost_nothing(folders: Path) -> None:
    before = ids(folders)
    (folders / "studies").rename(folders / "research")
    assert world.built(folders.parent).ok
    assert ids(folders) == before


def test_one_folder_of_a_corpus_is_not_built_into_the_index_of_all(folders: Path) -> None:
    before = ids(folders)
    places = ["--index", str(folders.parent / "index")]
    refused = CliRunner().invoke(main, ["build", str(folders / "studies"), *places])
    assert refused.exit_code == 1
    assert f"is a folder of {folders}" in refused.output
    assert ids(folders) == before


def test_a_link_to_a_report_that_left_says_so_and_what_to_read_instead(folders: Path) -> None:
    (folders / "plans" / "plans-1.md").unlink()
    assert world.built(folders.parent).removed == 1
    with world.catalogue(folders.parent) as opened:
        client = create_app(catalogue=opened).test_client()
        for lang, words in (("en", "was withdrawn"), ("fr", "a été retiré")):
            answer = client.get(f"/{lang}/report/plans-plans-1")
            assert answer.status_code == 410
            assert words in answer.text
            assert "/report/plans-plans-0" in answer.text
        told = client.get("/api/v1/report/plans-plans-1")
    assert told.status_code == 410
    assert told.json
    assert "plans-plans-0" in [other["id"] for other in told.json["alternatives"]]
