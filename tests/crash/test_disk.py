"""Disks that are full or read-only, folders that move, and clocks that go back."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer import generations
from indexer.errors import EngineError
from tests.crash import world


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk in memory with 4 MB."""
    path = tmp_path / "disk"
    path.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", os.fspath(path)]
    if not shutil.which("mount") or subprocess.run(mounting, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk, and not in every container")
    yield path
    subprocess.run(["umount", "-l", os.fspath(path)], check=True)


def test_a_full_disk_leaves_the_old_answers_and_a_build_with_room_mends(small_disk: Path) -> None:
    world.write(small_disk, world.OLD)
    world.built(small_disk)
    old = world.answers(small_disk)
    world.write(small_disk, world.NEW)
    filled = small_disk / "filled"
    free = os.statvfs(small_disk)
    refused = 0
    # Room for less and less of what a build writes.
    for left in (0, 8_192, 16_384, 32_768, 65_536):
        filled.write_bytes(b"\0" * (free.f_bavail * free.f_frsize - left))
        try:
            world.built(small_disk)
        except EngineError as error:
            assert "No space left on device" in str(error)  # noqa: PT017
            refused += 1
            assert world.answers(small_disk) == old
        filled.unlink()
        if refused == 0:
            break
    assert refused
    world.built(small_disk)
    assert "police" in str(world.answers(small_disk))
    assert world.leftovers(small_disk) == []


def test_a_read_only_index_answers_and_a_build_says_what_to_do(small_disk: Path) -> None:
    world.write(small_disk, world.OLD)
    world.built(small_disk)
    old = world.answers(small_disk)
    subprocess.run(["mount", "-o", "remount,ro", os.fspath(small_disk)], check=True)
    with pytest.raises(EngineError, match=r"Read-only file system.*correct its rights"):
        world.built(small_disk)
    assert world.answers(small_disk) == old
    subprocess.run(["mount", "-o", "remount,rw", os.fspath(small_disk)], check=True)
    world.write(small_disk, world.NEW)
    world.built(small_disk)
    assert "police" in str(world.answers(small_disk))


@pytest.mark.parametrize("how", [shutil.move, shutil.copytree])
def test_an_index_that_was_moved_or_copied_answers_and_is_built_on(
    tmp_path: Path, how: object
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    world.write(here, world.OLD)
    world.built(here)
    old = world.answers(here)
    assert callable(how)
    how(here, there)
    assert world.answers(there) == old
    world.write(there, world.NEW)
    report = world.built(there)
    assert (report.added, report.changed, report.removed, report.unchanged) == (1, 1, 1, 2)
    assert world.leftovers(there) == []


def test_a_site_whose_index_is_moved_away_goes_on_with_the_old_answers(tmp_path: Path) -> None:
    world.write(tmp_path, world.OLD)
    world.built(tmp_path)
    with world.catalogue(tmp_path) as opened:
        old = world.asked(opened)
        (tmp_path / "index").rename(tmp_path / "elsewhere")
        assert world.asked(opened) == old
        assert opened.state().stands_in
        world.write(tmp_path, world.NEW)
        world.built(tmp_path)
        assert "police" in str(world.asked(opened))
        assert not opened.state().stands_in


def test_a_clock_that_went_back_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Earlier(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Earlier:
            return cls(2001, 1, 1, tzinfo=tz)

    world.write(tmp_path, world.OLD)
    world.built(tmp_path)
    first = generations.current(tmp_path / "index")
    world.write(tmp_path, world.NEW)
    monkeypatch.setattr("indexer.generations.dt.datetime", Earlier)
    world.built(tmp_path)
    second = generations.current(tmp_path / "index")
    assert "police" in str(world.answers(tmp_path))
    assert second.built_at > first.built_at
    # The one before it is known as that, whatever the names say of the time.
    assert list(generations.earlier(tmp_path / "index")) == [first]
    world.write(tmp_path, world.OLD)
    world.built(tmp_path)
    assert list(generations.earlier(tmp_path / "index")) == [second]
