"""`indexer watch`, run as people run it: a process of its own that is interrupted in the end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer import generations, watching
from indexer.config import load
from tests.conftest import MakeCorpus

PDF = next((Path(__file__).parent.parent.parent / "corpus").glob("*/*.pdf")).read_bytes()
Next = Callable[[], dict[str, Any]]


@pytest.fixture
def watched(make_corpus: MakeCorpus, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The command at work on a corpus of one report, with what it says on stdout."""
    corpus = make_corpus({"a.md": "# Lamps\n\nLamps on streets.\n"})
    places = ["--corpus", str(corpus), "--index", str(tmp_path / "index")]
    command = [sys.executable, "-m", "indexer", "watch", "--json", "--quiet", "0.3", *places]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        try:
            yield program
        finally:
            program.kill()


def following(program: subprocess.Popen[str]) -> dict[str, Any]:
    """What the next build did."""
    assert program.stdout is not None
    told: dict[str, Any] = json.loads(program.stdout.readline())
    return told


def test_a_new_a_half_written_and_a_deleted_file_are_followed_until_the_interrupt(
    watched: subprocess.Popen[str], make_corpus: MakeCorpus
) -> None:
    assert following(watched)["added"] == 1

    corpus = make_corpus({"plan.pdf": PDF[: len(PDF) // 2]})
    half = following(watched)
    assert [failure["path"] for failure in half["failures"]] == ["plan.pdf"]
    assert half["reports"] == 1

    make_corpus({"plan.pdf": PDF})
    whole = following(watched)
    assert (whole["added"], whole["failures"]) == (1, [])

    # A truncated file does not replace the version that could be read.
    make_corpus({"plan.pdf": PDF[: len(PDF) // 2]})
    again = following(watched)
    assert (again["reports"], again["removed"]) == (2, 0)
    assert [failure["path"] for failure in again["failures"]] == ["plan.pdf"]

    (corpus / "plan.pdf").unlink()
    assert following(watched)["removed"] == 1

    watched.send_signal(signal.SIGINT)
    rest, told = watched.communicate()
    assert (watched.returncode, rest) == (0, "")
    assert told.splitlines()[-1].startswith("Stopped")


def test_it_waits_for_another_build_and_does_not_start_for_hidden_files(
    watched: subprocess.Popen[str], make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    assert following(watched)["added"] == 1
    with generations.exclusive(tmp_path / "index"):
        make_corpus({"b.md": "# Mentors\n\nMentors and young people.\n"})
        assert following(watched)["error"] == "IndexLocked"
    told = following(watched)
    while "error" in told:
        told = following(watched)
    assert told["added"] == 1
    make_corpus({"_drafts/c.md": "# A draft\n\nNot yet.\n", "c.md": "# Parks\n\nParks by day.\n"})
    assert following(watched)["added"] == 1


def test_a_file_that_lost_most_of_its_size_is_told(make_corpus: MakeCorpus, tmp_path: Path) -> None:
    corpus = make_corpus({"a.md": "# Lamps\n\n" + "Lamps on streets. " * 100})
    config = load({"corpus": corpus, "index": tmp_path / "index"}, {})
    rounds = watching.watch(config, quiet=0.1)
    assert next(rounds).shrunk == ()
    make_corpus({"a.md": "# Lamps\n\nLamps"})
    done = next(rounds)
    rounds.close()
    assert done.shrunk == ("a.md",)
    assert done.report is not None
    assert done.report.changed == 1
