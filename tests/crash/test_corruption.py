"""Damage to any file of a generation is noticed; the last good one answers and says so on every
page, in both languages; the next build mends the index."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer import generations, opening
from indexer.cli import main
from indexer.errors import EngineError
from indexer.query import Query
from tests.crash import world
from webapp import create_app

PAGES = ("/en/", "/fr/", "/en/search?q=theft", "/fr/report/lamps", "/fr/about", "/en/status")
TOLD = {
    "en": "The last index is damaged. These answers are those of",
    "fr": "Le dernier index est endommagé. Ces réponses sont celles du",
}


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


DAMAGES: tuple[Callable[[Path], None], ...] = (flipped, cut, Path.unlink)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the new corpus, and the one of the old corpus before it."""
    folder = tmp_path_factory.mktemp("base")
    world.write(folder, world.OLD)
    world.built(folder)
    world.write(folder, world.NEW)
    world.built(folder)
    return folder


@pytest.fixture(scope="module")
def both(base: Path) -> tuple[world.Answers, world.Answers]:
    """The old answers and the new ones."""
    (former,) = generations.earlier(base / "index")
    old = world.copied(base, base.with_name("old"))
    (old / "index" / generations.CURRENT).write_text(former.name)
    return world.answers(old), world.answers(base)


def files(folder: Path) -> list[str]:
    """The files of the generation that was published last, and the one that names it."""
    generation = generations.current(folder / "index")
    names = [*generation.files, generations.DESCRIPTION]
    return [*(f"{generation.name}/{name}" for name in names), generations.CURRENT]


def run(folder: Path, *command: str) -> tuple[int, str]:
    """A command's status and all that it says."""
    config = world.config_of(folder)
    places = ["--corpus", str(config.corpus), "--index", str(config.index)]
    result = CliRunner().invoke(main, [*command, *places])
    return result.exit_code, result.output


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_to_any_file_is_noticed_and_the_last_good_answers_until_a_build_mends(
    base: Path, both: tuple[world.Answers, world.Answers], tmp_path: Path, damage: object
) -> None:
    assert callable(damage)
    for name in files(base):
        folder = world.copied(base, tmp_path / "w")
        damage(folder / "index" / name)
        # Without CURRENT, the newest that is whole is the last that was published.
        told = both[1] if name == generations.CURRENT else both[0]
        with world.catalogue(folder) as opened:
            assert world.asked(opened) == told
            status = opened.status()
            assert status.index.stands_in
            assert status.damage
            assert [n.kind for n in opened.search(Query("theft")).notices] == ["stands-in"]
        report = world.built(folder)
        assert [warning.kind for warning in report.warnings] == ["index-rebuilt"]
        assert world.answers(folder) == both[1]
        assert world.leftovers(folder) == []
        # What answered meanwhile stays, for the next time.
        (former,) = generations.earlier(folder / "index")
        assert generations.damage(former) == ()


def test_the_commands_notice_and_say_what_to_do(base: Path, tmp_path: Path) -> None:
    folder = world.copied(base, tmp_path / "w")
    assert run(folder, "status")[0] == 0
    generation = generations.current(folder / "index")
    flipped(next(generation.path.glob("*.pst")))
    for command in ("status", "verify"):
        code, told = run(folder, command)
        assert code == 3
        assert ".pst not as written" in told
        assert "indexer build" in told
    assert "The newest index is damaged" in run(folder, "search", "theft")[1]
    assert run(folder, "build")[0] == 0
    for command in ("status", "verify"):
        assert run(folder, command)[0] == 0


def test_every_page_and_the_api_say_that_an_earlier_index_answers(
    base: Path, tmp_path: Path
) -> None:
    folder = world.copied(base, tmp_path / "w")
    with world.catalogue(folder) as opened:
        client = create_app(catalogue=opened).test_client()
        for page in PAGES:
            assert TOLD[page[1:3]] not in client.get(page).text
        flipped(next(generations.current(folder / "index").path.glob("*.columns")))
        # A monitor that asks for the status is how it is noticed while the site runs.
        status = client.get("/api/v1/status").json
        assert status
        assert ".columns not as written" in status["damage"]
        for page in PAGES:
            answer = client.get(page)
            assert answer.status_code == 200
            assert TOLD[page[1:3]] in answer.text
        found = client.get("/api/v1/search?q=lamps").json
        assert found
        assert found["index"]["stands_in"]
        assert [notice["kind"] for notice in found["notices"]] == ["stands-in"]
        health = client.get("/healthz").json
        assert health
        assert (health["ok"], health["stands_in"]) == (True, True)
        world.built(folder)
        assert TOLD["en"] not in client.get("/en/").text


def test_a_large_generation_is_read_aside_and_then_the_last_good_answers(
    base: Path,
    both: tuple[world.Answers, world.Answers],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(opening, "READ_FIRST", 0)
    folder = world.copied(base, tmp_path / "w")
    flipped(next(generations.current(folder / "index").path.glob("*.pst")))
    with world.catalogue(folder) as opened:
        opened.state()
        for thread in threading.enumerate():
            if thread.name == "verify":
                thread.join()
        assert world.asked(opened) == both[0]


def test_damage_to_the_good_generation_too_is_an_error_and_a_build_reads_the_documents(
    base: Path, both: tuple[world.Answers, world.Answers], tmp_path: Path
) -> None:
    folder = world.copied(base, tmp_path / "w")
    for path in (folder / "index").glob("generation-*/*.pst"):
        flipped(path)
    with pytest.raises(EngineError, match="damaged"):
        world.answers(folder)
    world.built(folder)
    assert world.answers(folder) == both[1]
    assert world.leftovers(folder) == []


def test_generations_of_a_small_index_share_no_file(base: Path) -> None:
    links = [path.stat().st_nlink for path in (base / "index").rglob("*") if path.is_file()]
    assert set(links) == {1}
