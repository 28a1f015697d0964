"""After a power loss at any moment of a build, whatever of what was not synced is lost: the old
answers or the new ones, and the next build completes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer.errors import IndexMissing
from tests.crash import world
from tests.crash.disk import Disk, Tree, written
from tests.crash.faults import Watch, watching


def states(folder: Path) -> list[Tree]:
    """Every state in which a power loss may leave the disk while a build runs in a folder, each
    once: after each step, with nothing but what was synced, with all names but not their bytes,
    and with the removals alone."""
    disk = Disk(folder)
    found: dict[int, Tree] = {}
    sync = os.fsync

    def synced(handle: int) -> None:
        sync(handle)
        disk.synced(handle)

    def after(name: str) -> None:
        if name == "create":
            for path in folder.rglob("*"):
                if path.is_file() and path.stat().st_size == 0:
                    disk.created(path)
        for tree in (disk.least(), disk.names_only(), disk.removals_only()):
            found.setdefault(hash(frozenset(tree.items())), tree)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", synced)
        with watching(Watch(after=after)):
            world.built(folder)
    return list(found.values())


@pytest.mark.parametrize("files", [world.OLD, None], ids=["an index", "no index"])
def test_a_power_loss_at_any_moment_leaves_the_old_answers_or_the_new(
    files: dict[str, str] | None, tmp_path: Path
) -> None:
    origin = tmp_path / "origin"
    old = None
    if files:
        world.write(origin, files)
        world.built(origin)
        old = world.answers(origin)
    world.write(origin, world.NEW)
    possible = states(origin)
    new = world.answers(origin)
    given: list[world.Answers | None] = []
    for tree in possible:
        folder = written(tree, tmp_path / "w")
        try:
            given.append(world.answers(folder))
        except IndexMissing:
            given.append(None)
        world.built(folder)
        assert world.answers(folder) == new
        assert world.leftovers(folder) == []
    print(f"{len(possible)} states of the disk after a power loss")
    assert [found for found in given if found not in (old, new)] == []
    assert old in given
    assert new in given
