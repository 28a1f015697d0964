"""Columns fit their index or say so; the Whoosh index is complete without them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

from indexer import engines, generations, syntax
from indexer.engines import compacting, manifest, volumes, writing
from indexer.engines.base import Engine, Request
from indexer.engines.columns import ColumnsEngine
from indexer.engines.works import Works
from indexer.errors import IndexOutdated
from indexer.fields import FACET_NAMES
from indexer.prepare import facets
from tests.conformance.test_engines import CORPUS, VOCABULARY, Content, report

QUERIES = ("police", '"housing first"', "polic* -theft", "title:mentoring OR lamps", "été", "")


def build(path: Path, corpus: Sequence[Content] = CORPUS, base: Path | None = None) -> Path:
    path.mkdir()
    writer = engines.open_writer("whoosh", path, base)
    held = {entry.id for entry in engines.open_engine("whoosh", base).entries()} if base else set()
    for told, cut in corpus:
        if told.id in held:
            writer.remove(told.id)
        writer.add(told, cut, facets(told, VOCABULARY))
    writer.commit()
    return path


def answers(engine: Engine) -> list[object]:
    asked = (Request(syntax.parse(text).clauses, facets=FACET_NAMES) for text in QUERIES)
    return [engine.search(request) for request in asked]


@pytest.fixture
def built(tmp_path: Path) -> Path:
    return build(tmp_path / "1")


def columns_of(path: Path) -> Path:
    (file,) = path.glob("*.columns")
    return file


ONLY_WHOOSH = """
import sys
from whoosh import fields, index
from whoosh.qparser import QueryParser
ix = index.open_dir(sys.argv[1])
assert {type(field).__module__ for _, field in ix.schema.items()} == {"whoosh.fields"}
def ask(field, text):
    with ix.searcher() as searcher:
        found = searcher.search(QueryParser(field, ix.schema).parse(text), limit=None)
        return sorted((hit["report_id"], hit.get("number")) for hit in found)
assert ask("body", "theft") == [("lighting", 1), ("mentoring", 1)], ask("body", "theft")
assert ask("body", '"housing first"') == [("housing-first", 2), ("mentoring", 2)]
assert ask("body", "ÉTÉ OR collectiv*") == [("itinerance", 1), ("itinerance", 2)]
assert ask("title", "mentoring") == [("mentoring", None)]
assert ask("body", "theft sector:schools year:[2014 TO 2016]") == [("mentoring", 1)]
writer = ix.writer()
writer.add_document(report_id="new", body="Another program writes.", text="Another program writes.")
writer.commit()
assert ask("body", "another") == [("new", None)]
assert not [name for name in sys.modules if name.split(".")[0] in ("indexer", "numpy")]
"""


def test_a_program_that_knows_only_whoosh_searches_and_writes_the_index(built: Path) -> None:
    subprocess.run([sys.executable, "-W", "ignore", "-c", ONLY_WHOOSH, str(built)], check=True)
    with pytest.raises(IndexOutdated, match="the index has changed"):
        engines.open_engine("whoosh", built)


def other_version(path: Path) -> None:
    with mock.patch("indexer.engines.segment.VERSION", 99):
        build(path.with_name("other"))
    columns_of(path).write_bytes(columns_of(path.with_name("other")).read_bytes())


def another_index(path: Path) -> None:
    other = build(path.with_name("other"), CORPUS[:2])
    columns_of(path).write_bytes(columns_of(other).read_bytes())


def another_manifest(path: Path) -> None:
    other = build(path.with_name("other"))
    (path / manifest.FILE).write_bytes((other / manifest.FILE).read_bytes())


def cut_short(path: Path) -> None:
    content = columns_of(path).read_bytes()
    columns_of(path).write_bytes(content[: len(content) * 2 // 3])


def damaged_header(path: Path) -> None:
    content = bytearray(columns_of(path).read_bytes())
    content[100] ^= 1
    columns_of(path).write_bytes(content)


DAMAGES = {
    "missing manifest": lambda path: (path / manifest.FILE).unlink(),
    "empty manifest": lambda path: (path / manifest.FILE).write_bytes(b""),
    "another manifest": another_manifest,
    "missing": lambda path: columns_of(path).unlink(),
    "empty": lambda path: columns_of(path).write_bytes(b""),
    "noise": lambda path: columns_of(path).write_bytes(b"\xff" * 5_000),
    "cut short": cut_short,
    "longer": lambda path: columns_of(path).write_bytes(columns_of(path).read_bytes() + b"\0"),
    "damaged header": damaged_header,
    "other version": other_version,
    "another index": another_index,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_columns_that_do_not_fit_are_found_at_open(
    built: Path, damage: object, tmp_path: Path
) -> None:
    expected = answers(engines.open_engine("whoosh", built))
    assert callable(damage)
    damage(built)
    with pytest.raises(IndexOutdated, match="Run `indexer build`") as caught:
        engines.open_engine("whoosh", built)
    assert not caught.value.whole
    mended = tmp_path / "mended"
    mended.mkdir()
    engines.derive("whoosh", built, mended)
    assert answers(engines.open_engine("whoosh", mended)) == expected


def manifest_files(path: Path) -> list[str]:
    return [part.file for part in manifest.read(path).parts]


def test_several_processes_write_what_one_writes(tmp_path: Path) -> None:
    expected = answers(engines.open_engine("whoosh", build(tmp_path / "one")))
    with (
        mock.patch.multiple(writing, WORTH_WORKERS=1, BATCH=1, LARGEST=4),
        mock.patch.multiple(volumes, RUN=1),
    ):
        several = build(tmp_path / "several")
    assert len(manifest_files(several)) > 1
    assert answers(engines.open_engine("whoosh", several)) == expected
    assert not [path for path in several.iterdir() if path.is_dir()]


def test_an_abandoned_writer_ends_its_processes(tmp_path: Path) -> None:
    with mock.patch.multiple(writing, WORTH_WORKERS=1, BATCH=1):
        writer = engines.open_writer("whoosh", tmp_path)
        for told, cut in CORPUS:
            writer.add(told, cut, facets(told, VOCABULARY))
        writer.abandon()
    assert not (tmp_path / manifest.FILE).exists()


@pytest.mark.parametrize("apart", [generations.APART, 0])
def test_a_small_change_takes_what_is_there_and_writes_what_is_new(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, apart: int
) -> None:
    monkeypatch.setattr(generations, "APART", apart)
    before = columns_of(built).stat().st_ino
    changed = build(tmp_path / "2", [report("lighting", "Lighting", "New lamps.")], built)
    # A large generation is linked; a small one is copied, so that no damage is shared.
    linked = before in {file.stat().st_ino for file in changed.glob("*.columns")}
    assert linked == (apart == 0)
    first, second = (engines.open_engine("whoosh", path) for path in (built, changed))
    told = [engine.report("lighting") for engine in (first, second)]
    assert [held.title for held in told if held] == ["Street lighting", "Lighting"]


def test_segments_stay_few_however_often_something_changes(built: Path, tmp_path: Path) -> None:
    path = built
    for number in range(12):
        path = build(tmp_path / f"next-{number}", [report(f"r{number}", "New", "A lamp.")], path)
    assert len(manifest_files(path)) <= 2 * (compacting.FANOUT - 1)
    assert len(list(path.glob("*.pst"))) == len(manifest_files(path))
    found = engines.open_engine("whoosh", path).search(Request(syntax.parse("title:new").clauses))
    assert found.total == 12


@pytest.mark.parametrize(
    "text",
    [
        " ".join(f"word{n}" for n in range(5_000)),
        '"' + "the police " * 1_000 + '"',
        " OR ".join(f"w{n}*" for n in range(200)),
        " OR ".join(f"{chr(97 + n % 26)}{n}" for n in range(1_000)),
        " OR ".join("abcdefghijklmnopqrstuvwxyz" * 20),
        "po* " * 300,
        "-" + "the.police." * 1_000,
        " ".join(f'"w{n} police"' for n in range(200)),
    ],
)
def test_an_enormous_query_is_bounded_and_answered(built: Path, text: str) -> None:
    parsed = syntax.parse(text)
    assert parsed.truncated
    leaves = list(syntax.leaves(parsed.clauses))
    assert len(leaves) <= syntax.MAX_CHARACTERS // len("a OR ")
    assert all(len(leaf.words) <= 32 for leaf in leaves if isinstance(leaf, syntax.Phrase))
    engines.open_engine("whoosh", built).search(Request(parsed.clauses, facets=FACET_NAMES))


def test_a_filter_with_a_thousand_values_is_answered(built: Path) -> None:
    values = frozenset({"youth", *map(str, range(1_000))})
    request = Request(filters={"sector": values, "no-such": values})
    engine = engines.open_engine("whoosh", built)
    assert engine.search(request).total == 0
    assert engine.search(Request(filters={"sector": values})).total == 2


def test_a_phrase_may_repeat_a_word_and_stays_within_its_field(tmp_path: Path) -> None:
    corpus = [
        report("one", "Police work", "Here: a police police police state"),
        report("two", "Lamp", "Work here: lamp light"),
    ]
    engine = engines.open_engine("whoosh", build(tmp_path / "1", corpus))
    assert isinstance(engine, ColumnsEngine)
    assert [m.report.id for m in engine.search(_ask('"police police"')).page] == ["one"]
    assert engine.search(_ask('"work here"')).total == 1
    assert engine.search(_ask('"here a"')).total == 0


def _ask(text: str) -> Request:
    return Request(syntax.parse(text).clauses)


def test_a_pair_counts_once_however_many_values_and_reports_there_are() -> None:
    reports, values = 70_000, 40_000
    kept = np.ones(reports, bool)
    works = Works((), [""] * reports, kept)
    works.group[1] = 0
    pair, last = np.array([0, 1], np.int32), np.full(2, values - 1, np.int32)
    assert works.repeated(kept, last, pair, values)[-1] == 1
