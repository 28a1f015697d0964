from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from indexer.cli import main
from tests.conftest import MakeCorpus
from tests.indexer.misbehaving import send, serving

GOOD = """---
title: Lamps on streets
lang: en
year: 2008
publisher: Campbell
sectors: [urban-planning]
rating: effective
---

Better lamps reduce theft at night [1]. Lighting, safety audits, cameras and parks: public space.

## Sources

1. A review. Campbell, 2008.
"""

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Calls `indexer` with the corpus and index of the test's folder."""
    monkeypatch.setenv("EVIDENCE_CORPUS", str(tmp_path / "corpus"))
    monkeypatch.setenv("EVIDENCE_INDEX", str(tmp_path / "index"))

    def call(*words: str) -> Result:
        result = CliRunner().invoke(main, words)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


@pytest.fixture
def built(run: Run, make_corpus: MakeCorpus) -> Run:
    """The same, with a small corpus indexed."""
    make_corpus(
        {
            "lamps.md": GOOD,
            "jeunes.md": "---\ntitle: Les jeunes et l’été\n---\n\nLes jeunes et la police.\n",
        }
    )
    assert run("build").exit_code == 0
    return run


def data(result: Result) -> Any:
    return json.loads(result.stdout)


def test_build_says_what_it_did_on_stdout(run: Run, make_corpus: MakeCorpus) -> None:
    make_corpus({"a.md": GOOD})
    result = run("build")
    assert result.stdout.startswith("1 added, 0 changed, 0 removed, 0 unchanged in ")
    assert "The index holds 1 reports, 2 passages." in result.stdout


def test_build_ends_with_3_and_names_each_input_with_a_problem(
    run: Run, make_corpus: MakeCorpus
) -> None:
    make_corpus({"a.md": GOOD, "empty.md": "", "b.md": GOOD, "b.md.yaml": "id: lamps\nyeer: 1\n"})
    result = run("build")
    assert result.exit_code == 3
    assert "NoText: empty.md" in result.stderr
    assert "did you mean `year`?" in result.stderr


def test_build_writes_its_report_where_it_is_told_to(
    run: Run, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    make_corpus({"a.md": GOOD})
    result = run("build", "--json", "--report", str(tmp_path / "report.json"))
    assert data(result) == json.loads((tmp_path / "report.json").read_bytes())
    assert data(result)["added"] == 1


def test_build_takes_the_corpus_as_an_argument(run: Run, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.md").write_text(GOOD)
    assert run("build", str(tmp_path / "other")).exit_code == 0
    assert data(run("search", "lamps", "--json"))["total"] == 1


def test_a_missing_corpus_ends_with_1_and_says_what_to_do(run: Run) -> None:
    result = run("build")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: There is no corpus in ")
    assert "--corpus" in result.stderr


def test_errors_in_json_are_json(run: Run) -> None:
    result = run("search", "x", "--json")
    assert result.exit_code == 1
    assert data(result)["ok"] is False
    assert data(result)["error"] == "IndexMissing"


def test_wrong_usage_ends_with_2(run: Run) -> None:
    assert run("search", "--no-such-flag").exit_code == 2
    assert run("no-such-command").exit_code == 2


def test_search_shows_the_hit_with_its_passage(built: Run) -> None:
    result = built("search", "theft", "--sector", "urban-planning")
    assert "Lamps on streets" in result.stdout
    assert "Better lamps reduce theft at night" in result.stdout
    assert "1 to 1 of 1 reports" in result.stdout


def test_search_answers_json_with_the_names_of_the_api(built: Run) -> None:
    found = data(built("search", "theft", "--json"))
    assert found["ok"] is True
    assert found["query"]["text"] == "theft"
    assert found["hits"][0]["id"] == "lamps"
    assert found["hits"][0]["passages"][0]["number"] == 1
    sectors = {value["value"]: value["count"] for value in found["facets"]["sector"]}
    assert sectors["urban-planning"] == 1
    assert sectors["seniors"] == 0


def test_search_without_a_hit_says_so_and_succeeds(built: Run) -> None:
    result = built("search", "unfindable")
    assert result.exit_code == 0
    assert "No report matches." in result.stdout


def test_an_unknown_filter_value_is_dropped_with_a_notice(built: Run) -> None:
    result = built("search", "--sector", "yuoth")
    assert "There is no sector “yuoth”" in result.stderr
    assert "Did you mean `youth`?" in result.stderr


def test_show_gives_a_report_with_the_source_of_each_value(built: Run) -> None:
    result = built("show", "lamps")
    assert "publisher      Campbell" in result.stdout
    assert "(front matter)" in result.stdout
    assert "[2] Sources" in result.stdout
    assert data(built("show", "lamps", "--json"))["passages"][1]["headings"] == ["Sources"]


def test_show_of_an_unknown_report_ends_with_1(built: Run) -> None:
    result = built("show", "no-such")
    assert result.exit_code == 1
    assert "No report has the id “no-such”" in result.stderr


def test_explain_tells_declared_from_suggested_with_reasons(built: Run) -> None:
    assert "declared (front matter)" in built("explain", "lamps").stdout
    suggested = built("explain", "jeunes").stdout
    assert "youth (Jeunes): suggested" in suggested
    assert "“jeunes” in the title, 1x" in suggested


def test_inspect_says_what_would_be_indexed_and_indexes_nothing(
    run: Run, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    corpus = make_corpus({"a.md": GOOD})
    result = run("inspect", str(corpus / "a.md"))
    assert result.exit_code == 0
    assert "Lamps on streets" in result.stdout
    assert not (tmp_path / "index").exists()
    told = data(run("inspect", str(corpus / "a.md"), "--json"))
    assert told["metadata"]["year"] == {"value": 2008, "from": "front matter"}
    assert told["suggested_sectors"][0]["sector"] == "urban-planning"


def test_inspect_keeps_the_limits_of_reading(run: Run, make_corpus: MakeCorpus) -> None:
    file = make_corpus({"nested.html": "<div>" * 1_000_000 + "Lamps"}) / "nested.html"
    result = run("inspect", str(file), "--read-seconds", "1", "--read-megabytes", "256")
    assert result.exit_code == 1
    assert "took longer" in result.stderr or "needs more" in result.stderr
    assert run("inspect", str(file), "--read-seconds", "0").exit_code == 1


def test_inspect_of_an_unreadable_file_ends_with_1(run: Run, tmp_path: Path) -> None:
    result = run("inspect", str(tmp_path / "absent.md"))
    assert result.exit_code == 1
    assert "absent.md" in result.stderr


def test_status_tells_size_age_and_failures(built: Run, make_corpus: MakeCorpus) -> None:
    result = built("status")
    assert "reports     2" in result.stdout
    assert "stale       no" in result.stdout
    make_corpus({"broken.md": ""})
    built("build")
    assert "NoText: broken.md" in built("status").stderr
    assert data(built("status", "--json"))["last_build"]["failures"][0]["error"] == "NoText"


def test_verify_of_a_good_corpus_finds_nothing(built: Run) -> None:
    result = built("verify")
    assert (result.exit_code, result.stdout) == (0, "2 reports checked, no problem.\n")


def test_verify_names_every_problem_and_changes_nothing(
    built: Run, make_corpus: MakeCorpus
) -> None:
    make_corpus(
        {
            "a.md": "---\nid: lamps\nsectors: [nonsense]\ntranslation_of: absent\n---\n\nA text.\n",
            "b.md": "---\nlang: en\ntranslation_of: lamps\n---\n\nAnother text.\n",
            "empty.md": "",
        }
    )
    result = built("verify", "--json")
    assert result.exit_code == 3
    told = {(failure["path"], failure["error"]) for failure in data(result)["failures"]}
    assert told == {
        ("a.md", "MetadataError"),
        ("lamps.md", "DuplicateId"),
        ("b.md", "MetadataError"),
        ("empty.md", "NoText"),
    }
    assert data(built("status", "--json"))["index"]["reports"] == 2


def test_verify_notices_a_damaged_index(built: Run, tmp_path: Path) -> None:
    for damaged in ("*.trm", "*.columns"):
        (file,) = (tmp_path / "index").glob(f"generation-*/{damaged}")
        content = file.read_bytes()
        file.write_bytes(content[: len(content) // 2])
        # In a process of its own: Whoosh leaves a file open that it cannot make sense of.
        ended = subprocess.run(
            [sys.executable, "-m", "indexer", "verify", "--json"], capture_output=True, check=False
        )
        assert ended.returncode == 3
        assert json.loads(ended.stdout)["failures"][-1]["step"] == "index"
        file.write_bytes(content)


def test_the_module_is_the_command_and_output_cut_short_is_no_error(
    built: Run, tmp_path: Path
) -> None:
    command = f"{sys.executable} -W error -m indexer show lamps | head -n 1"
    ended = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )
    assert ended.stdout.strip() == "Lamps on streets"
    assert ended.stderr == ""


def test_harvest_fetches_what_the_catalogue_allows_and_names_the_rest(
    run: Run, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    entry = "- {{id: {}, title: A, publisher: P, lang: en, url: '{}', harvest: allowed}}\n"
    into = str(tmp_path / "originals")
    with serving() as site:
        page = b"<html><body><p>" + b"A report on lamps. " * 60 + b"</p></body></html>"
        site.pages["/a.html"] = send(page, "text/html")
        make_corpus(
            {
                "sources.yaml": entry.format("lamps", site.url("/a.html"))
                + entry.format("odd", "ftp://example.org/x.pdf")
            }
        )
        result = run("harvest", "--into", into, "--allow-private")
    assert result.exit_code == 3
    assert "1 fetched" in result.stdout
    assert "entry 2 (odd)" in result.stderr
    assert run("build", into).exit_code == 0
    assert data(run("search", "lamps", "--json"))["total"] == 1


def test_search_says_on_stderr_what_was_probably_meant(built: Run) -> None:
    result = built("search", "lihgting")
    assert "Did you mean “lighting”? (1 report)" in result.stderr
    assert "Did you mean" not in result.stdout
    assert data(built("search", "lihgting", "--json"))["suggestion"] == {
        "text": "lighting",
        "url": "/en/search?q=lighting",
        "total": 1,
    }


def test_search_without_results_says_which_flags_to_drop(built: Run) -> None:
    words = ("search", "lamps", "--lang", "fr", "--sector", "urban-planning", "--to", "2010")
    result = built(*words)
    assert result.stdout.splitlines() == [
        "No report matches. These would find some:",
        "    1 report  with --lang en",
        "    1 report  without any filter",
    ]
    assert [nearby["kind"] for nearby in data(built(*words, "--json"))["relax"]] == [
        "language",
        "filters",
    ]
    assert "Use fewer or more general words" in built("search", "zzzz").stdout


def test_show_ends_with_the_reports_like_it(run: Run, make_corpus: MakeCorpus) -> None:
    make_corpus({"lamps.md": GOOD, "more.md": GOOD.replace("Lamps on streets", "More lamps")})
    run("build")
    assert run("show", "more").stdout.splitlines()[-2:] == [
        "Reports like this one",
        "Lamps on streets (lamps)",
    ]
    assert [like["id"] for like in data(run("show", "more", "--json"))["similar"]] == ["lamps"]


def test_a_command_imports_no_other() -> None:
    told = (
        "import sys; from indexer.cli import main; main(['link', '--help'], standalone_mode=False)"
    )
    shown = f"{told}; print(*(name for name in sys.modules if name.startswith('indexer.cli.')))"
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    imported = set(done.stdout.splitlines()[-1].split())
    assert imported == {f"indexer.cli.{name}" for name in ("command", "output", "linking")}


def test_every_name_leads_to_the_command_of_that_name() -> None:
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        assert command.name == name
