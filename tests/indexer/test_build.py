from __future__ import annotations

import datetime as dt
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from indexer import build, generations, prepare, vocabulary
from indexer.build import BuildReport, Plan
from indexer.catalogue import Catalogue
from indexer.config import Config
from indexer.errors import ConfigError, EngineError, IndexLocked, IndexOutdated
from indexer.prepare import Prepared, Task
from indexer.query import Query
from indexer.staging import Staging
from indexer.vocabulary import Vocabulary
from tests.conftest import MakeCorpus, build_index

GOOD = (
    "---\ntitle: Lamps\nlang: en\nsectors: [urban-planning]\n---\n\nLamps reduce theft at night.\n"
)
OTHER = "---\ntitle: Mentors\nlang: en\nsectors: [youth]\n---\n\nMentors meet young people.\n"


def counts(report: BuildReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.removed, report.unchanged


def errors(report: BuildReport) -> dict[str, str]:
    return {failure.path: failure.error for failure in report.failures}


@contextmanager
def catalogue(config: Config) -> Iterator[Catalogue]:
    opened = Catalogue(config)
    try:
        yield opened
    finally:
        opened.close()


def found(config: Config, text: str = "") -> list[str]:
    with catalogue(config) as opened:
        return [hit.report.id for hit in opened.search(Query(text)).hits]


def test_a_plan_is_the_difference_between_what_is_held_and_what_is_there() -> None:
    steps = build.plan(
        {"new": "1", "same": "1", "edited": "2"}, {"same": "1", "edited": "1", "gone": "1"}
    )
    assert steps == Plan(("new",), ("edited",), ("gone",), ("same",))
    assert not steps.nothing_to_do
    assert build.plan({"same": "1"}, {"same": "1"}).nothing_to_do


@pytest.mark.parametrize("engine", ["whoosh", "memory"])
def test_a_build_brings_the_index_up_to_date(
    make_corpus: MakeCorpus, config: Config, engine: str
) -> None:
    config = replace(config, engine=engine)
    corpus = make_corpus({"a.md": GOOD, "b.md": OTHER})
    assert counts(build_index(config)) == (2, 0, 0, 0)
    assert found(config, "theft") == ["a"]

    make_corpus({"a.md": GOOD.replace("theft", "burglary"), "c.md": "# New\n\nA new text.\n"})
    (corpus / "b.md").unlink()
    report = build_index(config)
    assert counts(report) == (1, 1, 1, 0)
    assert (report.ok, report.reports) == (True, 2)
    assert found(config, "theft") == []
    assert found(config, "burglary") == ["a"]
    assert sorted(found(config)) == ["a", "c"]


def test_a_build_without_changes_publishes_nothing(make_corpus: MakeCorpus, config: Config) -> None:
    make_corpus({"a.md": GOOD})
    first = build_index(config)
    second = build_index(config)
    assert counts(second) == (0, 0, 0, 1)
    assert second.generation == first.generation
    assert second.passages == first.passages == 1


def test_a_changed_sidecar_or_vocabulary_changes_the_report(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({"a.md": GOOD})
    build_index(config)
    make_corpus({"a.md.yaml": "sectors: [housing]\n"})
    assert counts(build_index(config)) == (0, 1, 0, 0)
    with catalogue(config) as opened:
        assert opened.report("a").sectors == ("housing",)
    make_corpus({"sectors.yaml": "- {key: housing, label: {en: Homes, fr: Logis}}\n"})
    assert counts(build_index(config)) == (0, 1, 0, 0)


def test_a_full_build_reads_everything_again(make_corpus: MakeCorpus, config: Config) -> None:
    make_corpus({"a.md": GOOD})
    build_index(config)
    assert counts(build_index(config, full=True)) == (1, 0, 0, 0)


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({"a.md": GOOD})
    report = build.run(config, vocabulary.load(), dry_run=True)
    assert counts(report) == (1, 0, 0, 0)
    assert not config.index.exists()


def test_the_date_of_adding_survives_a_change(make_corpus: MakeCorpus, config: Config) -> None:
    make_corpus({"a.md": GOOD})
    build.run(config, vocabulary.load(), today=dt.date(2020, 1, 2))
    make_corpus({"a.md": GOOD + "More.\n"})
    build_index(config)
    with catalogue(config) as opened:
        assert opened.report("a").added == dt.date(2020, 1, 2)


def test_hidden_files_readmes_and_data_files_are_no_reports(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus(
        {
            "a.md": GOOD,
            "README.md": "# Read me",
            ".hidden.md": GOOD,
            "_drafts/b.md": GOOD,
            ".git/c.md": GOOD,
            "config.yaml": "site_name: X\n",
        }
    )
    report = build_index(config)
    assert (report.reports, report.failures, report.warnings) == (1, (), ())


def test_a_readme_below_the_root_is_a_report(make_corpus: MakeCorpus, config: Config) -> None:
    make_corpus({"plans/README.md": GOOD})
    assert build_index(config).reports == 1


def bad_docx() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>" * 50)
    return buffer.getvalue()[:120]


BAD: dict[str, tuple[str | bytes, str]] = {
    "empty.md": ("", "NoText"),
    "empty.pdf": (b"", "NoText"),
    "truncated.docx": (bad_docx(), "ReadError"),
    "wrong.pdf": (b"<html><body><p>Not a PDF</p></body></html>", "UnsupportedFormat"),
    "wrong.txt": (b"%PDF-1.7\n%%EOF", "UnsupportedFormat"),
    "login.html": (
        b"<html><title>Sign in</title><form><input type=password name=p></form></html>",
        "NoText",
    ),
    "garbage.txt": (bytes(range(256)) * 20, "BadEncoding"),
    "frontmatter.md": ("---\ntitle: [\n---\n\nText.\n", "MetadataError"),
}


@pytest.mark.parametrize("engine", ["whoosh", "memory"])
def test_each_bad_file_is_named_with_its_error_and_everything_else_is_indexed(
    make_corpus: MakeCorpus, config: Config, engine: str
) -> None:
    make_corpus({name: content for name, (content, _) in BAD.items()} | {"good.md": GOOD})
    report = build_index(replace(config, engine=engine))
    assert errors(report) == {name: error for name, (_, error) in BAD.items()}
    assert not report.ok
    assert found(config, "theft") == ["good"]
    for failure in report.failures:
        assert failure.path.split("/")[-1] in failure.message
        assert "\n" not in failure.message


def test_a_report_with_bad_metadata_is_indexed_without_it_and_told(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus(
        {
            "a.md": GOOD.replace("urban-planning", "nonsense"),
            "b.md": OTHER,
            "b.md.yaml": "",
            "gone.pdf.yaml": "title: X\n",
        }
    )
    report = build_index(config)
    expected = dict.fromkeys(("a.md", "b.md"), "MetadataError")
    # An orphan in the root would be one of the corpus's own YAML files.
    assert errors(report) == expected
    assert sorted(found(config)) == ["a", "b"]


def test_a_sidecar_without_its_document_is_named(make_corpus: MakeCorpus, config: Config) -> None:
    make_corpus({"a.md": GOOD, "plans/gone.pdf.yaml": "title: X\n"})
    assert errors(build_index(config)) == {"plans/gone.pdf.yaml": "MetadataError"}


def test_a_file_in_another_format_is_a_warning(make_corpus: MakeCorpus, config: Config) -> None:
    make_corpus({"a.md": GOOD, "table.xlsx": b"PK"})
    report = build_index(config)
    assert report.ok
    assert [(w.path, w.kind) for w in report.warnings] == [("table.xlsx", "UnsupportedFormat")]


def test_two_files_with_one_id_keep_the_first_and_name_the_second(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({"a.md": GOOD, "b.md": OTHER.replace("lang: en", "id: a\nlang: en")})
    report = build_index(config)
    assert errors(report) == {"b.md": "DuplicateId"}
    assert "belongs to a.md" in report.failures[0].message
    assert found(config) == ["a"]


def test_a_file_that_breaks_keeps_its_former_version_until_it_is_mended(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({"a.md": GOOD, "b.md": OTHER})
    first = build_index(config)
    make_corpus({"a.md": ""})
    second = build_index(config)
    assert errors(second) == {"a.md": "NoText"}
    assert second.generation == first.generation
    assert counts(second) == (0, 0, 0, 2)
    assert found(config, "theft") == ["a"]
    assert [path.name for path in config.index.glob("generation-*")] == [first.generation]
    make_corpus({"a.md": GOOD.replace("theft", "burglary")})
    assert counts(build_index(config)) == (0, 1, 0, 1)


def test_a_missing_corpus_is_an_error_and_touches_nothing(config: Config) -> None:
    with pytest.raises(ConfigError, match="There is no corpus in"):
        build_index(config)
    assert not config.index.exists()


def test_columns_that_do_not_fit_are_derived_again_without_reading_documents(
    make_corpus: MakeCorpus, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_corpus({"a.md": GOOD, "b.md": OTHER})
    first = build_index(config)
    (columns,) = config.index.glob("generation-*/*.columns")
    columns.write_bytes(b"")
    with pytest.raises(EngineError, match="Run `indexer build`"):
        found(config, "theft")

    def refuse(*_: object) -> Prepared:
        raise AssertionError("a document was read")

    with monkeypatch.context() as patch:
        patch.setattr(prepare, "prepared", refuse)
        second = build_index(config)
    assert counts(second) == (0, 0, 0, 2)
    assert second.generation != first.generation
    assert found(config, "theft") == ["a"]


def test_an_index_from_a_newer_version_is_left_alone(
    make_corpus: MakeCorpus, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_corpus({"a.md": GOOD})
    with monkeypatch.context() as patch:
        patch.setattr(generations, "SCHEMA_VERSION", 99)
        newer = build_index(config).generation
    with pytest.raises(IndexOutdated, match="a newer version"):
        build_index(config)
    assert generations.current_name(config.index) == newer
    assert build_index(config, full=True).ok


def test_an_index_from_an_older_version_is_built_again(
    make_corpus: MakeCorpus, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_corpus({"a.md": GOOD})
    with monkeypatch.context() as patch:
        patch.setattr(generations, "SCHEMA_VERSION", 0)
        build_index(config)
    report = build_index(config)
    assert counts(report) == (1, 0, 0, 0)
    assert [warning.kind for warning in report.warnings] == ["index-rebuilt"]


def test_a_damaged_index_is_an_error_for_readers_and_mended_by_the_next_build(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({"a.md": GOOD})
    build_index(config)
    for file in generations.current(config.index).path.glob("*.toc"):
        file.unlink()
    with catalogue(config) as opened, pytest.raises(EngineError, match="Run `indexer build`"):
        opened.search(Query())
    assert [warning.kind for warning in build_index(config).warnings] == ["index-rebuilt"]
    assert found(config) == ["a"]


def test_another_engine_builds_its_own_index(make_corpus: MakeCorpus, config: Config) -> None:
    make_corpus({"a.md": GOOD})
    build_index(config)
    memory = replace(config, engine="memory")
    assert counts(build_index(memory)) == (1, 0, 0, 0)
    assert found(memory, "theft") == ["a"]


def test_two_builds_at_once_leave_one_and_tell_the_other(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({"a.md": GOOD})
    with generations.exclusive(config.index), pytest.raises(IndexLocked):
        build_index(config)


def test_a_build_that_is_interrupted_leaves_the_old_answers_and_no_leftovers(
    make_corpus: MakeCorpus, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_corpus({"a.md": GOOD})
    first = build_index(config)
    make_corpus({"b.md": OTHER})

    def interrupted(*_: object) -> Prepared:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(prepare, "prepared", interrupted)
        with pytest.raises(KeyboardInterrupt):
            build_index(config)
    assert found(config) == ["a"]
    assert [path.name for path in config.index.glob("generation-*")] == [first.generation]


def test_worker_processes_give_the_same_index_as_one(
    make_corpus: MakeCorpus, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "WORTH_PROCESSES", 0)
    make_corpus({f"{n}.md": GOOD.replace("Lamps", f"Lamps {n}") for n in range(6)} | {"x.md": ""})
    report = build.run(config, vocabulary.load(), jobs=2)
    assert counts(report) == (6, 0, 0, 0)
    assert errors(report) == {"x.md": "NoText"}


def _crash(words: Vocabulary, kept: Staging, task: Task) -> Prepared:
    if task.source.name == "bad.md":
        os._exit(1)
    return prepare_for_real(words, kept, task)


prepare_for_real: Callable[..., Prepared] = prepare.prepare_once


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_reader_that_crashes_costs_only_its_own_file(
    make_corpus: MakeCorpus, config: Config, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    monkeypatch.setattr(prepare, "WORTH_PROCESSES", 0)
    monkeypatch.setattr(prepare, "prepare_once", _crash)
    make_corpus({"a.md": GOOD, "bad.md": OTHER} | {f"c{n}.md": OTHER for n in range(5)})
    report = build.run(config, vocabulary.load(), jobs=jobs)
    assert errors(report) == {"bad.md": "ReadError"}
    assert counts(report) == (6, 0, 0, 0)


def test_a_withdrawn_report_is_held_and_not_found(make_corpus: MakeCorpus, config: Config) -> None:
    make_corpus({"a.md": GOOD, "a.md.yaml": "withdrawn: Replaced by the 2024 edition.\n"})
    assert build_index(config).ok
    assert found(config) == []
    with catalogue(config) as opened:
        assert opened.report("a").withdrawn == "Replaced by the 2024 edition."


def test_an_index_is_stale_when_the_corpus_changed_and_not_for_a_file_that_stays_broken(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({"a.md": GOOD, "broken.md": ""})
    build_index(config)
    with catalogue(config) as opened:
        assert not opened.status().stale
        make_corpus({"b.md": OTHER})
        assert opened.status().stale


def test_the_build_report_has_the_names_of_the_contract(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({"a.md": GOOD, "bad.md": ""})
    build_index(config)
    told = json.loads((config.index / generations.LAST_BUILD).read_bytes())["report"]
    assert set(told) == {
        *("ok", "generation", "seconds", "added", "changed", "removed", "unchanged"),
        *("reports", "passages", "resumed", "failures", "warnings", "taken"),
    }
    assert set(told["failures"][0]) == {"path", "step", "error", "message"}


def test_an_open_catalogue_follows_a_new_generation(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({"a.md": GOOD})
    build_index(config)
    with catalogue(config) as opened:
        assert opened.search(Query()).total == 1
        make_corpus({"b.md": OTHER})
        build_index(config)
        assert opened.search(Query()).total == 2
        assert opened.state().reports == 2
