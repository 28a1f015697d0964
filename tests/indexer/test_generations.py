from __future__ import annotations

import os
from pathlib import Path
from unittest import mock

import msgspec
import pytest

from indexer import generations
from indexer.errors import EngineError, IndexLocked, IndexMissing, IndexOutdated
from indexer.generations import Generation


def publish(index: Path, content: str, good: Generation | None = None) -> Generation:
    with generations.exclusive(index):
        path = generations.start(index)
        (path / "data").write_text(content)
        return generations.promote(index, path, "memory", index / "corpus", good)


def test_nothing_built_is_index_missing_and_reading_creates_nothing(tmp_path: Path) -> None:
    index = tmp_path / "index"
    with pytest.raises(IndexMissing, match="Run `indexer build`"):
        generations.current(index)
    assert not index.exists()


def test_what_was_promoted_last_is_current_and_the_one_before_stays(tmp_path: Path) -> None:
    published = [publish(tmp_path, str(number)) for number in range(4)]
    assert generations.current(tmp_path) == published[-1]
    assert {path.name for path in tmp_path.glob("generation-*")} == {
        one.name for one in published[-2:]
    }


def test_the_order_of_generations_does_not_depend_on_the_clock(tmp_path: Path) -> None:
    first = publish(tmp_path, "1")
    later = first.path.with_name("generation-000002-19700101T000000Z-abcdef")

    def start(_index: Path) -> Path:
        later.mkdir()
        return later

    with mock.patch.object(generations, "start", start):
        second = publish(tmp_path, "2", first)
    assert second.built_at > first.built_at
    assert list(generations.earlier(tmp_path)) == [first]


def test_the_last_good_generation_stays_where_the_one_after_it_is_damaged(tmp_path: Path) -> None:
    first = publish(tmp_path, "1")
    second = publish(tmp_path, "2", first)
    (second.path / "data").write_text("X")
    good, problem = generations.last_good(tmp_path)
    assert good == first
    assert "data not as written" in str(problem)
    third = publish(tmp_path, "3", good)
    assert generations.last_good(tmp_path) == (third, None)
    assert list(generations.earlier(tmp_path)) == [first]


def test_a_generation_that_was_never_promoted_does_not_answer_and_is_pruned(tmp_path: Path) -> None:
    first = publish(tmp_path, "1")
    left = generations.start(tmp_path)
    assert generations.current(tmp_path) == first
    publish(tmp_path, "2")
    assert not left.exists()


def test_a_second_build_is_told_that_one_is_running(tmp_path: Path) -> None:
    with (
        generations.exclusive(tmp_path),
        pytest.raises(IndexLocked, match=rf"Another build is running.*process {os.getpid()} on .*"),
        generations.exclusive(tmp_path),
    ):
        pass
    with generations.exclusive(tmp_path):
        pass


@pytest.mark.parametrize(("schema", "age"), [(99, "a newer"), (0, "an older")])
def test_an_index_of_another_version_is_outdated(tmp_path: Path, schema: int, age: str) -> None:
    generation = publish(tmp_path, "1")
    path = generation.path / generations.DESCRIPTION
    told = msgspec.json.decode(path.read_bytes().splitlines()[0])
    path.write_bytes(msgspec.json.encode(told | {"schema": schema}))
    with pytest.raises(IndexOutdated, match=age) as caught:
        generations.current(tmp_path)
    assert caught.value.newer == (schema == 99)


@pytest.mark.parametrize("byte", [0, 40, -1])
def test_a_damaged_description_is_an_engine_error_that_says_what_to_do(
    tmp_path: Path, byte: int
) -> None:
    generation = publish(tmp_path, "1")
    path = generation.path / generations.DESCRIPTION
    content = bytearray(path.read_bytes())
    content[byte] ^= 1
    path.write_bytes(content)
    with pytest.raises(EngineError, match=r"damaged.*Run `indexer build`"):
        generations.current(tmp_path)


def test_every_new_file_is_synced_before_it_answers_and_no_linked_one_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    sync = os.fsync

    def noted(handle: int) -> None:
        synced.append(os.fstat(handle).st_ino)
        sync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(generations, "APART", 0)
    first = publish(tmp_path, "1")
    with generations.exclusive(tmp_path):
        path = generations.start(tmp_path)
        generations.take_files(first.path, path)
        (path / "more").write_text("2")
        synced.clear()
        generations.promote(tmp_path, path, "memory", tmp_path / "corpus", first)
    new = [(path / name).stat().st_ino for name in ("more", generations.DESCRIPTION)]
    assert set(new) < set(synced)
    assert (path / "data").stat().st_ino not in synced
    assert synced.index(path.stat().st_ino) < synced.index((tmp_path / "CURRENT").stat().st_ino)
