"""A folder of broken and strange files: the build ends, and says what became of each."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer import engines, generations
from indexer.build import page
from indexer.build.reporting import last_report
from indexer.cli import main
from indexer.config import Config
from indexer.readers import SUFFIXES
from indexer.vocabulary import load
from tests.indexer import strange

# A few of the files take for ever, however much they are given.
SECONDS = 3


def write(corpus: Path) -> list[str]:
    """The strange files below a corpus; their names there, as Python has them."""
    names = []
    for name, content in strange.files():
        path = corpus / name
        path.parent.mkdir(exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
        names.append(name)
    return names


def special(corpus: Path) -> Iterator[str]:
    """What is no file with a content: a link to nowhere and to itself, a pipe, a folder."""
    (corpus / "nowhere.pdf").symlink_to("absent.pdf")
    (corpus / "itself.txt").symlink_to("itself.txt")
    os.mkfifo(corpus / "pipe.txt")
    yield from ("nowhere.pdf", "itself.txt", "pipe.txt")
    (corpus / "folder.pdf").mkdir()
    (corpus / "circle").symlink_to(corpus)


def indexed(config: Config) -> set[str]:
    generation = generations.current(config.index)
    with contextlib.closing(engines.open_engine(generation.engine, generation.path)) as engine:
        return {entry.path for entry in engine.entries()}


def test_500_strange_files_are_each_indexed_or_named_with_what_to_do(
    tmp_path: Path, config: Config
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    names = [*write(corpus), *special(corpus)]
    assert len(names) >= 500
    places = ["--corpus", str(corpus), "--index", str(config.index)]
    limits = ["--read-seconds", str(SECONDS), "--read-megabytes", "1024", "--jobs", "2"]
    result = CliRunner().invoke(main, ["build", "--json", *places, *limits])
    assert result.exit_code == 3, result.output
    told = json.loads(result.stdout)
    held = indexed(config)
    failed = {failure["path"] for failure in told["failures"]}
    passed_over = {
        warning["path"] for warning in told["warnings"] if warning["kind"] == "UnsupportedFormat"
    }
    legible = {os.fsencode(name).decode(errors="replace") for name in names}
    # What is wrong with a sidecar is told of its report.
    sidecars = {name for name in legible if name.removesuffix(".yaml") in legible - {name}}
    assert sorted(legible - sidecars - held - failed - passed_over) == []
    assert all(Path(name).suffix.lower() not in SUFFIXES for name in passed_over)
    assert all(failure["message"] for failure in told["failures"])
    # What a file cost was within its limit, or it says that it was not.
    late = [failure["path"] for failure in told["failures"] if failure["error"] == "TimedOut"]
    assert set(late) <= failed - held
    report = last_report(config.index)
    assert report
    assert page.page(report, load(), "fr").endswith("</html>\n")


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_what_is_no_file_never_holds_a_build_up(tmp_path: Path, config: Config, kind: str) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.md").write_text("# Lamps\n\nLamps on streets.\n")
    if kind == "pipe":
        os.mkfifo(corpus / "a.pdf")
        os.mkfifo(corpus / "a.md.yaml")
    else:
        (corpus / "a.md.yaml").mkdir()
    places = ["--corpus", str(corpus), "--index", str(config.index)]
    result = CliRunner().invoke(main, ["build", "--json", *places])
    told = json.loads(result.stdout)
    assert told["added"] == 1
    assert result.exit_code == (3 if kind == "pipe" else 0)
