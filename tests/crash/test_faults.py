"""A build that ends, or that the disk fails, at any point where it touches the disk: the old
answers or the new ones, nothing else; the next build completes and leaves nothing lying about."""

from __future__ import annotations

import contextlib
import gc
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.errors import EngineError, IndexMissing
from tests.conftest import FAULTS
from tests.crash import world
from tests.crash.faults import Ended, Watch, ending_at, failing_at, full_from, watching

# What a build that ended held open is closed by nobody.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

# A full disk stays full, so that what it refuses next is mostly what it refused before.
STRIDE = 5


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    yield
    gc.collect()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the old corpus, beside which the new one already stands."""
    folder = tmp_path_factory.mktemp("base")
    world.write(folder, world.OLD)
    world.built(folder)
    world.write(folder, world.NEW)
    return folder


@pytest.fixture(scope="module")
def both(base: Path) -> tuple[world.Answers, world.Answers]:
    """The old answers and the new ones."""
    old = world.answers(base)
    there = world.copied(base, base.with_name("both"))
    world.built(there)
    assert world.leftovers(there) == []
    return old, world.answers(there)


def promised() -> int:
    """At how many points docs/promises.md says that a build is ended, at least."""
    said = (Path(__file__).parents[2] / "docs" / "promises.md").read_text(encoding="utf-8")
    (number,) = re.findall(r"at each of more than (\d+) write points", said)
    return int(number)


def told(kind: str, watch: Watch, tried: int) -> str:
    counts = ", ".join(f"{count} {name}" for name, count in sorted(Counter(watch.points).items()))
    return f"{kind}: at {tried} of the {len(watch.points)} points of a build ({counts})"


def mended(folder: Path, new: world.Answers) -> None:
    """The next build completes, by itself, and leaves nothing lying about."""
    world.built(folder)
    assert world.answers(folder) == new
    assert world.leftovers(folder) == []


def ended(folder: Path, number: int) -> Watch:
    """A build that ends at a point, if there are so many."""
    with contextlib.suppress(Ended), watching(ending_at(number)) as watch:
        world.built(folder)
    return watch


def test_a_build_that_ends_at_any_point_leaves_the_old_answers_or_the_new(
    base: Path,
    both: tuple[world.Answers, world.Answers],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    given = set()
    for number in itertools.count(1):
        folder = world.copied(base, tmp_path / "w")
        watch = ended(folder, number)
        if not watch.ended:
            break
        given.add(both.index(world.answers(folder)))
        mended(folder, both[1])
    record_property(FAULTS, told("ended", watch, number - 1))
    assert len(watch.points) > promised()
    # Both happened: before the one rename that publishes, and after it.
    assert given == {0, 1}


@pytest.mark.parametrize(("fault", "stride"), [(failing_at, 1), (full_from, STRIDE)])
def test_a_disk_that_fails_at_any_point_leaves_the_old_answers_or_the_new(
    base: Path,
    both: tuple[world.Answers, world.Answers],
    tmp_path: Path,
    fault: Callable[[int], Watch],
    stride: int,
    record_property: Callable[[str, object], None],
) -> None:
    failed = passed = 0
    for number in itertools.count(1, stride):
        folder = world.copied(base, tmp_path / "w")
        refused = False
        with watching(fault(number)) as watch:
            try:
                world.built(folder)
            except EngineError as error:
                refused = "could not be written" in str(error)
        if len(watch.points) < number:
            break
        found = world.answers(folder)
        # Only what nobody needs may be refused without a word.
        assert found == both[1] or (refused and found == both[0])
        failed += refused
        passed += 1
        mended(folder, both[1])
    record_property(FAULTS, told(fault.__name__, watch, passed))
    assert failed


def test_a_first_build_that_ends_at_any_point_leaves_no_answer_or_the_new(
    both: tuple[world.Answers, world.Answers], tmp_path: Path
) -> None:
    world.write(tmp_path / "origin", world.OLD)
    for number in itertools.count(1, STRIDE):
        folder = world.copied(tmp_path / "origin", tmp_path / "w")
        if not ended(folder, number).ended:
            break
        with contextlib.suppress(IndexMissing):
            assert world.answers(folder) == both[0]
        mended(folder, both[0])
    assert number > STRIDE
