"""A file that did not change is not read again; one that may have changed always is."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer import build, corpus, digests, vocabulary
from indexer.config import Config, load
from indexer.digests import Digests
from tests.conftest import MakeCorpus, build_index

HOUR_NS = 3_600_000_000_000
TEXT = "# Lamps\n\nLamps reduce theft at night.\n"
SAME_SIZE = "# Lamps\n\nLamps reduce fraud at night.\n"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files whose content is read for a digest, as it happens."""
    names: list[str] = []
    for_real = Digests._read

    def noted(self: Digests, name: str) -> object:
        names.append(name)
        return for_real(self, name)

    monkeypatch.setattr(Digests, "_read", noted)
    return names


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An hour after the files of the test were written, so that their states are trusted."""
    now = time.time_ns() + HOUR_NS
    with monkeypatch.context() as patch:
        patch.setattr("indexer.digests.time.time_ns", lambda: now)
        yield


def names_read(read: list[str], config: Config, *, full: bool = False) -> list[str]:
    read.clear()
    build_index(config, full=full)
    return sorted(read)


@pytest.mark.usefixtures("later")
def test_what_did_not_change_is_read_once(
    make_corpus: MakeCorpus, config: Config, read: list[str]
) -> None:
    make_corpus({"a.md": TEXT, "b.md": TEXT, "b.md.yaml": "lang: en\n"})
    assert names_read(read, config) == ["a.md", "b.md", "b.md.yaml"]
    assert names_read(read, config) == []
    make_corpus({"b.md.yaml": "lang: fr\n"})
    assert names_read(read, config) == ["b.md.yaml"]


@pytest.mark.usefixtures("later")
def test_the_files_that_were_read_are_told(make_corpus: MakeCorpus, config: Config) -> None:
    make_corpus({"a.md": TEXT, "b.md": TEXT})
    build_index(config)
    path = make_corpus({"b.md": SAME_SIZE}) / "b.md"
    known = digests.remembered(config.corpus, config.index)
    corpus.scan(config.corpus, vocabulary.load(), known)
    assert known.fresh == [path]


@pytest.mark.usefixtures("later")
def test_a_full_build_and_verify_read_every_file(
    make_corpus: MakeCorpus, config: Config, read: list[str]
) -> None:
    make_corpus({"a.md": TEXT})
    build_index(config)
    assert names_read(read, config, full=True) == ["a.md"]
    read.clear()
    corpus.scan(config.corpus, vocabulary.load())
    assert read == ["a.md"]


@pytest.fixture
def slow_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock with a tick so long that no build, however slow, begins in the next one."""
    monkeypatch.setattr(digests, "_TICK_NS", 3_600_000_000_000)


@pytest.mark.usefixtures("slow_clock")
def test_a_file_that_was_written_just_before_the_build_is_read_again(
    make_corpus: MakeCorpus, config: Config, read: list[str]
) -> None:
    make_corpus({"a.md": TEXT})
    build_index(config)
    assert names_read(read, config) == ["a.md"]


@pytest.mark.usefixtures("later")
def test_a_change_that_keeps_size_and_time_is_seen(make_corpus: MakeCorpus, config: Config) -> None:
    path = make_corpus({"a.md": TEXT}) / "a.md"
    build_index(config)
    before = path.stat()
    path.write_text(SAME_SIZE)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert build_index(config).changed == 1


@pytest.mark.usefixtures("slow_clock")
def test_a_change_within_one_tick_of_the_clock_is_seen(
    make_corpus: MakeCorpus, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A clock so coarse that both versions have one state.
    monkeypatch.setattr(digests._Known, "is_of", lambda *_: True)
    make_corpus({"a.md": TEXT})
    build_index(config)
    make_corpus({"a.md": SAME_SIZE})
    assert build_index(config).changed == 1


@pytest.mark.usefixtures("later")
def test_a_copied_corpus_is_read_and_found_unchanged(
    make_corpus: MakeCorpus, config: Config, read: list[str], tmp_path: Path
) -> None:
    make_corpus({"a.md": TEXT})
    first = build_index(config)
    copy = tmp_path / "copy"
    shutil.copytree(config.corpus, copy / "corpus")
    shutil.copytree(config.index, copy / "index")
    read.clear()
    moved = load({"corpus": copy / "corpus", "index": copy / "index"}, {})
    second = build_index(moved)
    assert read == ["a.md"]
    assert (second.generation, second.unchanged) == (first.generation, 1)


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"\x93\x07\xa0\x80"])
def test_what_is_remembered_is_never_needed(
    make_corpus: MakeCorpus, config: Config, read: list[str], content: bytes
) -> None:
    make_corpus({"a.md": TEXT})
    build_index(config)
    (config.index / digests.FILE).write_bytes(content)
    assert names_read(read, config) == ["a.md"]
    assert names_read(read, config) == []


@pytest.mark.usefixtures("later")
def test_asking_whether_an_index_is_stale_or_what_a_build_would_do_writes_nothing(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({"a.md": TEXT})
    build_index(config)
    (config.index / digests.FILE).unlink()
    assert build.is_stale(config, vocabulary.load(), ())
    build.run(config, vocabulary.load(), dry_run=True)
    assert not (config.index / digests.FILE).exists()
