"""A build that was interrupted, however roughly, is gone on with, and nothing is read twice."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, strategies as st
from rich.console import Console

from indexer import build, staging
from indexer.build.progress import Pages
from indexer.cli import main
from indexer.cli.progress import Progress
from indexer.config import Config
from indexer.corpus import Source
from indexer.models import Report
from indexer.staging import Staging
from tests.conftest import MakeCorpus, build_index

FILES = 60
# Of FILES, the most that may be read again after an interruption: one in twenty.
AGAIN = FILES // 20

KILLED = """
import os, signal, sys
from pathlib import Path
from indexer import build, vocabulary
from indexer.config import load

class Killing:
    done = 0
    def begin(self, total): pass
    def advance(self, amount, name):
        self.done += amount > 0
        if self.done == int(sys.argv[3]):
            os.kill(os.getpid(), signal.Signals[sys.argv[4]])

config = load({"corpus": Path(sys.argv[1]), "index": Path(sys.argv[2])}, {})
build.run(config, vocabulary.load(config.corpus), progress=Killing(), jobs=2)
"""


@pytest.fixture
def many(make_corpus: MakeCorpus) -> Path:
    return make_corpus(
        {f"{n:02}.md": f"# Report {n}\n\nLamps and mentors {n}.\n" for n in range(FILES)}
    )


def interrupted(config: Config, after: int, sent: str) -> int:
    """The status of a build that got a signal after so many files."""
    command = [sys.executable, "-", str(config.corpus), str(config.index), str(after), sent]
    return subprocess.run(
        command, input=KILLED, text=True, check=False, stderr=subprocess.DEVNULL
    ).returncode


@pytest.mark.parametrize("sent", ["SIGKILL", "SIGINT"])
def test_a_build_ended_at_70_percent_reads_at_most_5_percent_again(
    many: Path, config: Config, sent: str
) -> None:
    assert many.is_dir()
    before = FILES * 7 // 10
    assert interrupted(config, before, sent) != 0
    assert not (config.index / "CURRENT").exists()
    report = build_index(config)
    assert (report.added, report.failures) == (FILES, ())
    assert report.resumed >= before - AGAIN


def test_what_was_kept_goes_when_it_was_used(many: Path, config: Config) -> None:
    interrupted(config, 10, "SIGKILL")
    assert any(staging.of(config.index).folder.iterdir())
    build_index(config)
    assert not staging.of(config.index).folder.exists()
    assert many.is_dir()


def test_a_file_that_changed_meanwhile_and_a_damaged_store_are_read_again(
    many: Path, config: Config
) -> None:
    interrupted(config, 40, "SIGKILL")
    (many / "00.md").write_text("# Changed\n\nParks by night.\n")
    kept = sorted(staging.of(config.index).folder.iterdir())
    damaged = kept[: len(kept) // 2]
    for number, path in enumerate(damaged):
        content = path.read_bytes()
        path.write_bytes(content[: number % 50] if number % 2 else content[:-1] + b"?")
    report = build_index(config)
    assert (report.added, report.failures) == (FILES, ())
    assert len(kept) - len(damaged) - 1 <= report.resumed <= len(kept) - len(damaged)


def test_full_reads_everything_again(many: Path, config: Config) -> None:
    interrupted(config, 40, "SIGKILL")
    assert build_index(config, full=True).resumed == 0
    assert many.is_dir()


def test_ctrl_c_says_how_far_it_came_and_what_goes_on(
    many: Path, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*words: object, progress: build.Progress, **options: object) -> None:
        progress.begin(60)
        progress.advance(40, "40.md")
        raise KeyboardInterrupt

    monkeypatch.setattr("indexer.cli.building.build.run", stopped)
    places = ["--corpus", str(many), "--index", str(config.index)]
    result = CliRunner().invoke(main, ["build", *places])
    assert result.exit_code == 1
    assert "Stopped after 40 of about 60 pages; the index answers as before." in result.stderr


def test_the_time_left_is_told_while_the_pages_left_are_estimated_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, color_system=None, width=100)
    monkeypatch.setattr("indexer.cli.progress.Console", lambda **_: console)
    with Progress() as progress:
        for total in (100, 120, 90):
            progress.begin(total)
            progress.advance(10, "plan.pdf")
    assert re.search(r"30/90 +pages +\d:\d\d:\d\d", shown.getvalue())


def test_a_value_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    kept = Staging(tmp_path / "staging")
    assert kept.get("a", list[int]) is None
    kept.put("a", [1, 2, 3])
    assert kept.get("a", list[int]) == [1, 2, 3]
    kept.put("b", "text")
    kept.keep_only(["a"])
    assert kept.get("b", str) is None
    assert len(list((tmp_path / "staging").iterdir())) == 1
    # A folder that takes nothing costs nothing.
    Staging(tmp_path / "absent" / "staging").put("a", 1)


def test_what_was_asked_for_last_stays_where_there_is_too_much(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    kept = Staging(folder)
    for age, name in enumerate("abc"):
        before = set(folder.glob("*"))
        kept.put(name, name * 100)
        (made,) = set(folder.iterdir()) - before
        os.utime(made, ns=(age, age))
    assert kept.get("a", str) == "a" * 100
    size = sum(path.stat().st_size for path in folder.iterdir())
    kept.shrink(size)
    assert len(list(folder.iterdir())) == 3
    kept.shrink(size - 1)
    assert [kept.get(name, str) is not None for name in "abc"] == [True, False, True]
    Staging(tmp_path / "absent").shrink(0)


def test_nothing_is_kept_on_a_disk_that_is_nearly_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "ROOM", 10**18)
    kept = Staging(tmp_path / "staging")
    kept.put("a", 1)
    assert kept.get("a", int) is None


@given(st.lists(st.tuples(st.sampled_from(["pdf", "md"]), st.integers(1, 10**7)), max_size=30))
def test_the_pages_left_never_grow_while_nothing_is_learned_and_end_at_none(
    files: list[tuple[str, int]],
) -> None:
    sources = [Source(f"{n}.{kind}", Path(), size, "", "") for n, (kind, size) in enumerate(files)]
    pages = Pages(sources)
    left = pages.total
    for source in sources:
        pages.read(source, None)
        assert pages.total - pages.done <= left
        left = pages.total - pages.done
    assert left == 0


def test_the_estimate_learns_from_what_was_read() -> None:
    one, other = (Source(f"{name}.pdf", Path(), 1_000_000, "", "") for name in "ab")
    pages = Pages([one, other])
    assert pages.total == 100
    day = dt.date(2026, 1, 1)
    pages.read(one, Report("a", "a.pdf", "pdf", "A", "en", "", day, pages=500))
    # The other half is likely to have many more pages than was thought at first.
    assert 800 < pages.total <= 1000
