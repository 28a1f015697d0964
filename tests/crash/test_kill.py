"""Real processes: killed at random moments, two at once, and a site that answers meanwhile."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from indexer import generations
from indexer.errors import IndexLocked, ReportWithdrawn
from tests.crash import world

ROUNDS = 6
BUILDS = 4


@contextmanager
def building(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """`indexer build` in a process group of its own, which is gone at the end."""
    config = world.config_of(folder)
    places = [os.fspath(config.corpus), "--index", os.fspath(config.index)]
    command = [sys.executable, "-m", "indexer", "build", *places]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, process_group=0
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def written(index: Path) -> int:
    """How much a build under way has written: the names in its generation, and the bytes."""
    (path,) = sorted(index.glob("generation-*"), key=lambda path: generations.number(path.name))[
        -1:
    ]
    sizes = []
    for file in path.rglob("*"):
        try:
            sizes.append(file.stat().st_size)
        except FileNotFoundError:
            continue
    return len(sizes) * 1_000 + sum(sizes)


def test_a_build_that_is_killed_at_random_moments_leaves_the_old_answers_or_the_new(
    tmp_path: Path,
) -> None:
    chance = random.Random(7)
    origin = tmp_path / "origin"
    world.write(origin, world.OLD)
    world.built(origin)
    old = world.answers(origin)
    world.write(origin, world.NEW)
    folder = world.copied(origin, tmp_path / "w")
    world.built(folder)
    new, most = world.answers(folder), written(folder / "index")
    for _ in range(ROUNDS):
        world.copied(origin, folder)
        before = {path.name for path in (folder / "index").glob("generation-*")}
        enough = chance.randrange(most)
        with building(folder) as process:
            while process.poll() is None:
                begun = {path.name for path in (folder / "index").glob("generation-*")} - before
                if begun and written(folder / "index") >= enough:
                    process.send_signal(signal.SIGKILL)
                    process.wait()
        assert process.returncode in (0, -signal.SIGKILL)
        assert world.answers(folder) in (old, new)
        # No lock is left, nor anything else that somebody would have to remove.
        world.built(folder)
        assert world.answers(folder) == new
        assert world.leftovers(folder) == []


def test_of_two_builds_at_once_one_is_told_which_process_has_the_index(tmp_path: Path) -> None:
    world.write(tmp_path, world.OLD)
    world.built(tmp_path)
    world.write(tmp_path, world.NEW)
    with (
        generations.exclusive(tmp_path / "index"),
        building(tmp_path) as process,
    ):
        _, told = process.communicate()
    assert process.returncode == 1
    assert f"process {os.getpid()} on" in told
    assert "Wait for it to end, or end that process; then build again." in told
    world.built(tmp_path)
    assert "police" in str(world.answers(tmp_path))


def test_the_lock_goes_with_the_process_that_had_it(tmp_path: Path) -> None:
    index = tmp_path / "index"
    holding = (
        "import sys, time\nfrom pathlib import Path\nfrom indexer import generations\n"
        f"with generations.exclusive(Path({os.fspath(index)!r})):\n"
        "    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", holding], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    with pytest.raises(IndexLocked), generations.exclusive(index):
        pass
    process.kill()
    process.communicate()
    with generations.exclusive(index):
        pass


def test_a_site_gives_old_answers_or_new_ones_while_builds_publish(tmp_path: Path) -> None:
    worlds = (world.OLD, world.NEW)
    world.write(tmp_path, world.OLD)
    world.built(tmp_path)
    expected = [world.answers(tmp_path)]
    world.write(tmp_path, world.NEW)
    world.built(tmp_path)
    expected.append(world.answers(tmp_path))
    given: list[object] = []
    ended = threading.Event()
    # As from a page: one call is from one generation, and two may be from two; a report that only
    # one world has is withdrawn in the other.
    told = {part for answer in expected for part in answer}
    withdrawn = {name.removesuffix(".md") for name in world.OLD.keys() ^ world.NEW.keys()}

    def ask() -> None:
        while not ended.is_set():
            try:
                given.extend(set(world.asked(opened)) - told)
                given.extend([True] if opened.state().stands_in else [])
            except ReportWithdrawn as gone:
                given.extend({gone.report_id} - withdrawn)
            except Exception as error:
                given.append(error)

    with world.catalogue(tmp_path) as opened:
        asking = [threading.Thread(target=ask) for _ in range(2)]
        for thread in asking:
            thread.start()
        for number in range(BUILDS):
            world.write(tmp_path, worlds[number % 2])
            world.built(tmp_path)
        ended.set()
        for thread in asking:
            thread.join()
        assert world.asked(opened) == expected[1]
    assert given == []
