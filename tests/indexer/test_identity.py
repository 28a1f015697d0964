"""A report keeps its id through whatever happens to its file, and no two ever share one."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import build, identity, verify as verification, vocabulary
from indexer.build.progress import Silent
from indexer.catalogue import Catalogue
from indexer.config import Config
from indexer.errors import IdentityError
from indexer.identity import Identities, Identity, Withdrawal, alike, id_from_path, sketch
from tests.conftest import MakeCorpus, build_index

LAMPS = """# Lamps

Better lamps reduce theft at night, and the streets that had them were used by more people. The
study compared twelve streets with twelve others in the same town, before and after, for two years.
"""
MENTORS = """# Mentors

Mentors meet young people each week for a year. Those who stayed with one mentor went to school more
often than those who changed, and fewer of them were known to the police five years later.
"""
DAY = dt.date(2026, 1, 2)


@pytest.fixture
def config(config: Config) -> Config:
    """The settings of the tests, with the engine that builds fastest."""
    return replace(config, engine="memory")


def ids(config: Config) -> dict[str, str]:
    """What is where: the name of each file with the id of its report."""
    with closing(Catalogue(config)) as opened:
        return {report.path: report.id for report in opened.reports()}


def record(config: Config) -> Identities:
    return identity.load(config.corpus, config.index)


def test_the_first_id_is_the_path() -> None:
    assert id_from_path("a/Été 2.pdf") == "a-ete-2"
    assert id_from_path("…/?.pdf").startswith("report-")


def test_a_file_that_is_renamed_or_moved_keeps_its_id(
    make_corpus: MakeCorpus, config: Config
) -> None:
    corpus = make_corpus({"lamps.md": LAMPS, "mentors.md": MENTORS})
    build_index(config)
    (corpus / "practices").mkdir()
    (corpus / "lamps.md").rename(corpus / "practices" / "street-lighting.md")
    assert build_index(config).ok
    assert ids(config) == {"practices/street-lighting.md": "lamps", "mentors.md": "mentors"}


def test_a_full_rebuild_on_another_machine_gives_the_same_ids(
    make_corpus: MakeCorpus, config: Config, tmp_path: Path
) -> None:
    corpus = make_corpus({"lamps.md": LAMPS})
    build_index(config)
    (corpus / "lamps.md").rename(corpus / "light.md")
    build_index(config)
    shutil.copytree(corpus, tmp_path / "elsewhere")
    there = replace(config, corpus=tmp_path / "elsewhere", index=tmp_path / "other-index")
    build_index(there, full=True)
    assert ids(there) == {"light.md": "lamps"}


def test_a_report_keeps_its_date_of_adding_where_its_id_is_kept(
    make_corpus: MakeCorpus, config: Config
) -> None:
    corpus = make_corpus({"lamps.md": LAMPS})
    build.run(config, vocabulary.load(), today=DAY, jobs=1)
    (corpus / "lamps.md").rename(corpus / "light.md")
    build_index(config, full=True)
    with closing(Catalogue(config)) as opened:
        assert opened.report("lamps").added == DAY


def test_another_format_of_the_same_text_keeps_the_id(
    make_corpus: MakeCorpus, config: Config
) -> None:
    corpus = make_corpus({"lamps.md": LAMPS})
    build_index(config)
    (corpus / "lamps.md").unlink()
    body = LAMPS.replace("# Lamps\n\n", "<h1>Lamps</h1><p>")
    make_corpus({"html/street-lighting.html": f"<html><body>{body}</p></body></html>"})
    build_index(config)
    assert ids(config) == {"html/street-lighting.html": "lamps"}


def test_a_new_version_from_the_same_source_keeps_the_id(
    make_corpus: MakeCorpus, config: Config
) -> None:
    head = "---\ntitle: Lamps\nsource_url: https://example.org/lamps\n---\n"
    corpus = make_corpus({"lamps.md": head + LAMPS})
    build_index(config)
    (corpus / "lamps.md").unlink()
    make_corpus({"new/lighting.md": head + "Written anew, in quite other words.\n"})
    build_index(config)
    assert ids(config) == {"new/lighting.md": "lamps"}


def test_an_edited_file_keeps_its_id_however_much_was_edited(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({"lamps.md": LAMPS})
    build_index(config)
    make_corpus({"lamps.md": "# Lamps\n\nNothing of the former text.\n"})
    build_index(config)
    assert ids(config) == {"lamps.md": "lamps"}


def test_two_files_that_exchange_their_names_exchange_their_ids(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({"a.md": LAMPS, "b.md": MENTORS})
    build_index(config)
    make_corpus({"a.md": MENTORS, "b.md": LAMPS})
    assert build_index(config).ok
    assert ids(config) == {"a.md": "b", "b.md": "a"}


def test_a_new_edition_under_the_old_name_leaves_the_id_with_the_old_one(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({"plan.md": LAMPS})
    build_index(config)
    make_corpus({"plan.md": MENTORS, "archive/plan-2020.md": LAMPS})
    assert build_index(config).ok
    assert ids(config) == {"archive/plan-2020.md": "plan", "plan.md": "plan-2"}


def test_a_copy_that_is_kept_beside_an_edited_file_is_a_new_report(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({"lamps.md": LAMPS})
    build_index(config)
    make_corpus({"lamps.md": LAMPS + "One more sentence.\n", "copy.md": LAMPS})
    build_index(config)
    assert ids(config) == {"lamps.md": "lamps", "copy.md": "copy"}


def test_an_id_is_never_given_twice(make_corpus: MakeCorpus, config: Config) -> None:
    corpus = make_corpus({"lamps.md": LAMPS})
    build_index(config)
    (corpus / "lamps.md").unlink()
    build_index(config, allow_removals=True)
    make_corpus({"lamps.md": MENTORS})
    build_index(config)
    assert ids(config) == {"lamps.md": "lamps-2"}


def test_a_report_that_comes_back_is_itself_again(make_corpus: MakeCorpus, config: Config) -> None:
    corpus = make_corpus({"lamps.md": LAMPS, "mentors.md": MENTORS})
    build_index(config)
    (corpus / "lamps.md").unlink()
    build_index(config)
    assert record(config).by_id["lamps"].gone
    make_corpus({"back.md": LAMPS})
    build_index(config)
    assert ids(config)["back.md"] == "lamps"
    assert record(config).by_id["lamps"].gone is None


def test_an_explicit_id_wins_and_the_recorded_one_becomes_a_former_name(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({"lamps.md": LAMPS})
    build_index(config)
    make_corpus({"lamps.md.yaml": "id: street-lighting\n"})
    build_index(config)
    assert ids(config) == {"lamps.md": "street-lighting"}
    with closing(Catalogue(config)) as opened:
        assert opened.report("lamps").id == "street-lighting"
    assert record(config).by_id["street-lighting"].aliases == ("lamps",)


def test_two_files_that_exchange_their_explicit_ids_both_keep_one(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({"a.md": LAMPS, "a.md.yaml": "id: x\n", "b.md": MENTORS, "b.md.yaml": "id: y\n"})
    build_index(config)
    make_corpus({"a.md.yaml": "id: y\n", "b.md.yaml": "id: x\n"})
    assert build_index(config).ok
    assert ids(config) == {"a.md": "y", "b.md": "x"}
    assert [line.aliases for line in record(config)] == [(), ()]


def test_a_file_that_claims_the_id_of_another_is_named_and_takes_nothing(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({"lamps.md": LAMPS})
    build_index(config)
    make_corpus({"a.md": MENTORS, "a.md.yaml": "id: lamps\n", "lamps.md": LAMPS + "More.\n"})
    report = build_index(config)
    assert [failure.error for failure in report.failures] == ["DuplicateId"]
    assert ids(config) == {"lamps.md": "lamps"}
    assert record(config).by_id["lamps"].path == "lamps.md"


def test_a_file_that_cannot_be_read_today_has_not_left(
    make_corpus: MakeCorpus, config: Config
) -> None:
    corpus = make_corpus({"lamps.md": LAMPS, "mentors.md": MENTORS})
    build_index(config)
    make_corpus({"lamps.md": "", "mentors.md": MENTORS + "More.\n"})
    build_index(config)
    assert record(config).by_id["lamps"].gone is None
    (corpus / "lamps.md").write_text(LAMPS)
    build_index(config, full=True)
    assert ids(config)["lamps.md"] == "lamps"


def test_a_record_that_another_machine_wrote_renames_what_the_index_holds(
    make_corpus: MakeCorpus, config: Config
) -> None:
    corpus = make_corpus({"lamps.md": LAMPS})
    build_index(config)
    known = record(config).by_id["lamps"]
    theirs = Identity("lighting", known.path, known.content, known.text, aliases=("lamps",))
    identity.save(Identities({"lighting": theirs}), corpus, config.index)
    build_index(config)
    assert ids(config) == {"lamps.md": "lighting"}


def test_a_build_without_changes_leaves_the_record_alone(
    make_corpus: MakeCorpus, config: Config
) -> None:
    corpus = make_corpus({"lamps.md": LAMPS})
    build_index(config)
    before = (corpus / identity.FILE).stat()
    build_index(config)
    build_index(config, full=True)
    after = (corpus / identity.FILE).stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


@pytest.fixture
def fixed(monkeypatch: pytest.MonkeyPatch, config: Config) -> None:
    """A corpus that takes no file, as on a read-only disk; root may write everywhere else."""

    def refuse(path: Path, renewed: Callable[[], bytes]) -> None:
        raise PermissionError(30, "Read-only file system")

    monkeypatch.setattr("indexer.identity.record.renew_file", refuse)


@pytest.mark.usefixtures("fixed")
def test_a_corpus_that_cannot_be_written_is_built_with_a_warning_and_ids_are_kept(
    make_corpus: MakeCorpus, config: Config
) -> None:
    corpus = make_corpus({"lamps.md": LAMPS})
    report = build_index(config)
    assert report.ok
    assert [warning.kind for warning in report.warnings] == ["ids-not-recorded"]
    assert "Read-only" in report.warnings[0].message
    (corpus / "lamps.md").rename(corpus / "light.md")
    build_index(config)
    assert ids(config) == {"light.md": "lamps"}
    assert not (corpus / identity.FILE).exists()


def test_a_copy_beside_the_index_ends_when_the_record_in_the_corpus_changes(
    make_corpus: MakeCorpus, config: Config, fixed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = make_corpus({"lamps.md": LAMPS})
    build_index(config)
    assert (config.index / identity.FILE).exists()
    monkeypatch.undo()
    line = '{"id":"lighting","path":"lamps.md","content":"' + "0" * 32 + '"}\n'
    (corpus / identity.FILE).write_text(line)
    build_index(config)
    assert ids(config) == {"lamps.md": "lighting"}
    assert not (config.index / identity.FILE).exists()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("<<<<<<< HEAD", "unfinished merge"),
        ("=======", "unfinished merge"),
        (">>>>>>> branch", "unfinished merge"),
        ("{", "not the line of a report"),
        ('{"id": "x"}', "`path`"),
        ('{"id": "x", "path": "x.md", "colour": "red"}', "`colour`"),
    ],
)
def test_a_record_that_cannot_be_read_is_an_error_that_names_the_line_and_loses_nothing(
    make_corpus: MakeCorpus, config: Config, line: str, told: str
) -> None:
    corpus = make_corpus({"lamps.md": LAMPS, "mentors.md": MENTORS})
    build_index(config)
    kept = (corpus / identity.FILE).read_text().splitlines()
    broken = "\n".join([kept[0], line, kept[1]]) + "\n"
    (corpus / identity.FILE).write_text(broken)
    (corpus / "lamps.md").unlink()
    with pytest.raises(IdentityError, match=r"identities\.jsonl, line 2") as caught:
        build_index(config)
    assert told in str(caught.value)
    assert (corpus / identity.FILE).read_text() == broken
    assert set(ids(config).values()) == {"lamps", "mentors"}
    failures = verification.verify(config, vocabulary.load(corpus)).failures
    assert "IdentityError" in {failure.error for failure in failures}


def git(folder: Path, *arguments: str) -> None:
    identity_of = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *identity_of, *arguments], cwd=folder, check=True, capture_output=True)


def test_git_merges_what_two_branches_recorded(make_corpus: MakeCorpus, config: Config) -> None:
    attributes = Path(__file__).parents[2] / "corpus" / ".gitattributes"
    corpus = make_corpus({"m.md": LAMPS, ".gitattributes": attributes.read_bytes()})
    build_index(config)
    git(corpus, "init")
    git(corpus, "add", "-A")
    git(corpus, "commit", "-m", "first")
    git(corpus, "checkout", "-b", "other")
    make_corpus({"a.md": MENTORS, "m.md": LAMPS + "Theirs.\n"})
    build_index(config)
    git(corpus, "add", "-A")
    git(corpus, "commit", "-m", "theirs")
    git(corpus, "checkout", "main")
    (corpus / "m.md").rename(corpus / "b.md")
    build_index(config)
    git(corpus, "add", "-A")
    git(corpus, "commit", "-m", "ours")
    git(corpus, "merge", "other")
    assert build_index(config, full=True).ok
    assert ids(config) == {"a.md": "a", "b.md": "m"}


class Meanwhile(Silent):
    """Does something else once a build knows what there is to do, and has not done it."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work: Callable[[], object] | None = work

    def begin(self, total: int) -> None:
        work, self._work = self._work, None
        if work:
            work()


def test_two_indexes_of_one_corpus_that_are_built_at_once_both_record_their_ids(
    make_corpus: MakeCorpus, config: Config
) -> None:
    other = replace(config, index=config.index.with_name("other"))
    corpus = make_corpus({"lamps.md": LAMPS, "gates.md": "# Gates\n\nGates close the lanes.\n"})
    build_index(config)
    build_index(other)

    def elsewhere() -> None:
        (corpus / "gates.md").unlink()
        make_corpus({"mentors.md": MENTORS})
        build_index(other)

    make_corpus({"parks.md": "# Parks\n\nParks are safe when they are used.\n"})
    build.run(config, vocabulary.load(), jobs=1, progress=Meanwhile(elsewhere))
    told = {known.id: bool(known.gone) for known in record(config)}
    assert told == {"gates": True, "lamps": False, "mentors": False, "parks": False}
    # Neither forgets what the other called a report, whatever its file is called now.
    (corpus / "mentors.md").rename(corpus / "people.md")
    (corpus / "parks.md").rename(corpus / "squares.md")
    for each in (config, other):
        assert build_index(each).ok
        assert ids(each) == {"lamps.md": "lamps", "people.md": "mentors", "squares.md": "parks"}


def test_what_two_builds_both_say_of_one_report_is_merged(tmp_path: Path) -> None:
    """One noticed that it had left, the other that it had moved: it is there."""
    first = Identity("a", "a.md")
    assert identity.save(Identities({"a": first}), tmp_path, tmp_path / "index") is None
    ours, theirs = (identity.load(tmp_path, tmp_path / "index") for _ in range(2))
    moved = Identities({"a": Identity("a", "b.md", aliases=("x",))}, theirs.origin)
    left = Identities({"a": Identity("a", "a.md", gone=Withdrawal(DAY))}, ours.origin)
    for each in (moved, left):
        assert identity.save(each, tmp_path, tmp_path / "index") is None
    assert list(identity.load(tmp_path, tmp_path / "index")) == [moved.by_id["a"]]


def test_two_lines_of_one_id_are_what_two_branches_knew(tmp_path: Path) -> None:
    lines = [
        '{"id":"a","path":"a.md","aliases":["x"],"gone":{"on":"2026-01-01"}}',
        '{"id":"a","path":"b.md","aliases":["y"]}',
    ]
    (tmp_path / identity.FILE).write_text("\n".join(lines))
    known = identity.load(tmp_path, tmp_path / "none").by_id["a"]
    assert (known.path, known.aliases, known.gone) == ("b.md", ("x", "y"), None)


def test_a_reason_that_a_person_wrote_stays(make_corpus: MakeCorpus, config: Config) -> None:
    corpus = make_corpus({"lamps.md": LAMPS, "mentors.md": MENTORS})
    build_index(config)
    (corpus / "lamps.md").unlink()
    build_index(config)
    line = record(config).by_id["lamps"]
    assert line.gone is not None
    reasoned = Withdrawal(line.gone.on, "Replaced by the review of 2026.", ("mentors",))
    lines = (corpus / identity.FILE).read_text()
    plain = f'"gone":{{"on":"{line.gone.on}"}}'
    assert plain in lines
    told = plain.replace("}", f',"reason":"{reasoned.reason}","see":["mentors"]}}')
    (corpus / identity.FILE).write_text(lines.replace(plain, told))
    make_corpus({"other.md": "# Other\n\nA third text.\n"})
    build_index(config)
    assert record(config).by_id["lamps"].gone == reasoned


def test_sketches_tell_edits_from_other_texts() -> None:
    words = LAMPS.split()
    edited = " ".join([*words[:20], "indeed", *words[20:]])
    assert alike(sketch([LAMPS]), sketch([edited]))
    assert alike(sketch([LAMPS]), sketch([LAMPS.upper().replace("\n", "\n\n")]))
    assert not alike(sketch([LAMPS]), sketch([MENTORS]))
    assert not alike(sketch([]), sketch([]))
    assert not alike(sketch(["lamps"]), sketch(["theft"]))
    assert alike(sketch(["lamps"]), sketch(["Lamps"]))
