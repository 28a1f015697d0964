"""The measurements keep working: everything once at a small size. No time is judged here."""

from __future__ import annotations

import json
import string
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from indexer.text import is_stopword, variants, words
from tests.bench import corpus, goals, plot, questions, suite, worker
from tests.bench.peer import HITS, NAMES, SNIPPETS, Answer, Searcher, engine
from tests.bench.peers import Plan, Told
from tests.bench.questions import Question

SIZE = 300
SMALL = 100
PLAN = Plan(queries=6, rounds=1, pdfs=2, pages=8, before_memory=3, waiting=False)


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    return suite.measure(SMALL, NAMES, PLAN)


def test_the_json_has_the_promised_shape(measured: dict[str, Any]) -> None:
    assert measured["passages"] == SMALL
    for name in NAMES:
        assert set(measured["search"][name]) >= {"p50_ms", "p95_ms"}
        assert measured["build"][name]["passages_per_s"] > 0
        assert measured["memory_mb"][name]["resident"] > 0
    for name in ("ours", "datasette"):
        assert set(measured["page"][name]) >= {"p50_ms", "requests_per_s"}
    assert measured["cold_start_ms"] > 0
    assert set(measured["kinds"]) == {"plain", *questions.kinds(0)}
    assert measured["pdfs"]["pdfs"] == 2
    assert measured["skipped"] == []
    json.dumps(measured)


def test_every_goal_has_its_row(measured: dict[str, Any]) -> None:
    growth = [{"passages": 1_000_000 // many, "p50_ms": 1.0} for many in (100, 1)]
    told = goals.table(measured | {"growth": growth})
    for name in (
        "tantivy",
        "fts5",
        "whoosh",
        "datasette",
        "prefix",
        "PDFs",
        "opening",
        "1,000,000",
    ):
        assert name in told


def test_the_plot_shows_every_engine(measured: dict[str, Any], tmp_path: Path) -> None:
    assert set(plot.points(measured)) == set(NAMES)
    plot.draw(measured, tmp_path / "latency.png")
    assert (tmp_path / "latency.png").read_bytes().startswith(b"\x89PNG")


def test_what_takes_too_long_is_left_out_and_said() -> None:
    plan = Plan(queries=3, rounds=1, budget=0, pdfs=0, waiting=False)
    found = suite.measure(SMALL, ("fts5",), plan, full=True)
    assert found["growth"] == []
    assert any("fts5 at 100,000 passages" in step for step in found["skipped"])


def test_a_short_run_keeps_what_a_full_one_measured_on_such_a_machine(
    measured: dict[str, Any],
) -> None:
    plan = Plan(queries=3, rounds=1, pdfs=0, waiting=False)
    larger = {"sizes": [{"passages": 5}], "growth": [{"passages": 9}], "grown": "1 May 2026"}
    kept = suite.measure(SMALL, ("fts5",), plan, before=measured | larger)
    assert kept.items() >= larger.items()
    elsewhere = measured | larger | {"cores": 0}
    found = suite.measure(SMALL, (), plan, before=elsewhere)
    assert (found["sizes"], found["growth"], found["grown"]) == ([], [], found["date"])


def test_growth_has_a_row_for_each_size_and_draws_a_line(
    measured: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(suite, "FULL", 2 * SMALL)
    monkeypatch.setattr(suite, "GROWTH", (SMALL // 2, 2 * SMALL, 3 * SMALL, 4 * SMALL))
    told = Told(PLAN.budget)
    plan = replace(PLAN, largest=3 * SMALL)
    found = measured | {"sizes": [], "growth": []}
    for part in suite.large(("ours", "tantivy", "bm25s"), plan, told, measured["build"]):
        found[part.pop("of")].append(part)
    assert [row["passages"] for row in found["growth"]] == [SMALL // 2, 2 * SMALL, 3 * SMALL]
    assert all(row["p50_ms"] > 0 for row in found["growth"])
    assert told.skipped == [f"growth to {4 * SMALL:,} passages: more than {3 * SMALL:,}"]
    lines = plot.points(found)
    assert set(lines["ours"]) == set(lines["tantivy"]) == {SMALL // 2, SMALL, 2 * SMALL, 3 * SMALL}
    assert set(lines["bm25s"]) == {SMALL, 2 * SMALL}
    plot.draw(found, tmp_path / "latency.png")


def test_the_same_corpus_every_time() -> None:
    assert list(corpus.items(20)) == list(corpus.items(20))
    assert questions.plain(20) == questions.plain(20)
    assert sum(len(item.passages) for item in corpus.items(20)) == 20


def test_a_question_is_of_two_to_eight_words_that_matter() -> None:
    assert {len(question.words) for question in questions.plain(300)} == set(range(2, 9))


@pytest.fixture(scope="module")
def searchers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Searcher]:
    """Every engine over reports of one passage, where reports and passages are the same number."""
    folder = tmp_path_factory.mktemp("indexes")
    items = list(corpus.items(SIZE, per_report=1))
    opened: dict[str, Searcher] = {}
    for name in NAMES:
        (folder / name).mkdir()
        engine(name).build(items, folder / name)
        opened[name] = engine(name).open_index(folder / name)
    return opened


def _unmistakable() -> list[Question]:
    """Words without endings and without relatives, of which every stemmer must think the same."""
    held = {
        word.text
        for row in corpus.rows(corpus.items(SIZE, per_report=1))
        for text in (row.title, row.heading, row.summary, row.body)
        for word in words(text)
    }
    alike = sorted(held)
    found = [
        word
        for place, word in enumerate(alike)
        if len(word) > 5
        and not is_stopword(word)
        and set(word) <= set(string.ascii_lowercase)
        and word[-1] in "bkmnp"
        and variants(word) == (word,)
        and not any(other[:5] == word[:5] for other in alike[max(0, place - 1) : place])
        and not any(other[:5] == word[:5] for other in alike[place + 1 : place + 2])
    ]
    assert len(found) >= 6
    return [Question(f"{a} {b}", (a, b)) for a, b in zip(found[:40:2], found[1:40:2], strict=False)]


def test_all_engines_find_as_many(searchers: dict[str, Searcher]) -> None:
    for question in _unmistakable():
        totals = {name: each.search(question).total for name, each in searchers.items()}
        assert len(set(totals.values())) == 1, (question, totals)
        assert totals["ours"] > 0


def test_all_engines_count_the_same_facets(searchers: dict[str, Searcher]) -> None:
    for question in _unmistakable():
        answers = {name: each.search(question) for name, each in searchers.items()}
        expected = _counts(answers["ours"])
        for name, answer in answers.items():
            assert _counts(answer) == expected, (name, question)


def test_all_engines_show_a_page(searchers: dict[str, Searcher]) -> None:
    question = Question("police", ("police",))
    for name, each in searchers.items():
        answer = each.search(question)
        assert len(answer.hits) == HITS, name
        assert HITS <= len(answer.snippets) <= SNIPPETS, name


def _counts(answer: Answer) -> dict[str, dict[str, int]]:
    return {
        name: {value: count for value, count in answer.facets[name].items() if count}
        for name in corpus.FACETS
    }


def test_a_process_that_fails_is_told() -> None:
    with pytest.raises(RuntimeError, match="ended early"):
        worker.build("whoosh", Path("/missing"), Path("/missing/folder"))
