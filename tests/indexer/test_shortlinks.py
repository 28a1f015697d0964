"""Short links are kept in the corpus, are never given away, and remember where they led."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer import shortlinks, vocabulary
from indexer.cli import main
from indexer.errors import LinkError, LinkNotFound
from indexer.shortlinks import Made
from tests.conftest import MakeCorpus

VOCABULARY = vocabulary.load()
DAY = dt.date(2026, 3, 1)
LATER = dt.date(2027, 3, 1)
TARGET = "/en/search?q=street+lighting&sector=urban-planning"


def make(corpus: Path, target: str, slug: str | None, **options: object) -> Made:
    given = {"today": DAY, "slug": slug, "results": 7} | options
    return shortlinks.make(corpus, VOCABULARY, target, **given)  # type: ignore[arg-type]


def test_a_link_is_kept_as_one_line_that_says_all_of_it(tmp_path: Path) -> None:
    mangled = "/EN/search?sector=urban-planning&amp;q=street%2Blighting"
    assert make(tmp_path, mangled, "lighting") == Made(TARGET, DAY, "lighting", 7)
    line = f'- {{slug: "lighting", target: "{TARGET}", made: 2026-03-01, results: 7}}'
    assert (tmp_path / shortlinks.FILE).read_text().splitlines()[-1] == line
    assert shortlinks.load(tmp_path).current("lighting").target == TARGET


def test_asking_twice_for_the_same_link_keeps_one(tmp_path: Path) -> None:
    first = make(tmp_path, TARGET, "lighting")
    assert make(tmp_path, TARGET, "lighting", today=LATER) == first
    assert len(shortlinks.load(tmp_path).history["lighting"]) == 1


def test_a_slug_is_never_given_to_another_search(tmp_path: Path) -> None:
    make(tmp_path, TARGET, "lighting")
    before = (tmp_path / shortlinks.FILE).read_bytes()
    with pytest.raises(LinkError, match="leads to /en/search"):
        make(tmp_path, "/en/search?q=lamps", "lighting")
    assert (tmp_path / shortlinks.FILE).read_bytes() == before


def test_a_link_that_is_pointed_elsewhere_remembers_where_it_led(tmp_path: Path) -> None:
    make(tmp_path, TARGET, "lighting")
    make(tmp_path, "/fr/report/lamps", "lighting", today=LATER, results=None, retarget=True)
    registry = shortlinks.load(tmp_path)
    assert registry.current("lighting").target == "/fr/report/lamps"
    assert [link.target for link in registry.history["lighting"]] == [TARGET, "/fr/report/lamps"]
    assert registry.history["lighting"][1].was == TARGET


def test_a_long_link_is_remembered_with_its_results(tmp_path: Path) -> None:
    make(tmp_path, TARGET, None)
    make(tmp_path, TARGET, None, results=9)
    registry = shortlinks.load(tmp_path)
    assert (registry.by_target[TARGET].results, dict(registry.history)) == (7, {})


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/en/search",
        "/\\evil.example",
        "/nothing",
        "/s/other",
        "/en/search?sector=nonsense",
        "/en/search?q=" + "x" * 3000,
    ],
)
def test_only_an_address_of_this_site_can_be_a_target(tmp_path: Path, target: str) -> None:
    with pytest.raises(LinkError):
        make(tmp_path, target, "lighting")
    assert not (tmp_path / shortlinks.FILE).exists()


@pytest.mark.parametrize("slug", ["", "a", "Lighting", "two words", "../x", "é", "-a-", "a" * 80])
def test_a_slug_is_lower_case_words_with_hyphens(tmp_path: Path, slug: str) -> None:
    with pytest.raises(LinkError, match="cannot be the name"):
        make(tmp_path, TARGET, slug)


def test_an_unknown_slug_names_the_nearest(tmp_path: Path) -> None:
    make(tmp_path, TARGET, "lighting")
    with pytest.raises(LinkNotFound) as caught:
        shortlinks.load(tmp_path).current("lightning")
    assert caught.value.nearest == "lighting"


def test_two_who_write_at_once_both_keep_their_links(tmp_path: Path) -> None:
    slugs = [f"link-{number}" for number in range(20)]
    with concurrent.futures.ProcessPoolExecutor(4) as pool:
        list(pool.map(make, [tmp_path] * 20, [TARGET] * 20, slugs))
    assert set(shortlinks.load(tmp_path).history) == set(slugs)


def write(corpus: Path, *lines: str) -> shortlinks.Registry:
    (corpus / shortlinks.FILE).write_text("\n".join(lines) + "\n")
    return shortlinks.load(corpus)


def test_a_wrong_entry_costs_only_itself_and_is_named(tmp_path: Path) -> None:
    good = '- {slug: good, target: "/en/search", made: 2026-01-01}'
    registry = write(
        tmp_path,
        "- {slug: x}",
        good,
        '- {target: "/en/", made: soon}',
        "- 3",
        '- {slug: y, target: "https://evil.example", made: 2026-01-01}',
    )
    assert set(registry.history) == {"good"}
    assert [str(problem).split(":")[0] for problem in registry.problems] == [
        f"links.yaml, entry {number}" for number in (1, 3, 4, 5)
    ]
    with pytest.raises(LinkError, match="entry 1"):
        make(tmp_path, TARGET, "lighting")


def test_a_slug_that_two_branches_gave_stays_with_the_first(tmp_path: Path) -> None:
    registry = write(
        tmp_path,
        '- {slug: x, target: "/en/search?q=a", made: 2026-01-01}',
        '- {slug: x, target: "/en/search?q=b", made: 2026-02-01}',
    )
    assert registry.current("x").target == "/en/search?q=a"
    assert "was given to two links" in str(registry.problems[0])


def test_an_unfinished_merge_is_an_error_that_names_the_line(tmp_path: Path) -> None:
    line = '- {slug: x, target: "/en/search", made: 2026-01-01}'
    with pytest.raises(LinkError, match=r"links\.yaml, line [23]"):
        write(tmp_path, line, "<<<<<<< HEAD", line, "=======", ">>>>>>> theirs")


@pytest.mark.parametrize(
    ("address", "tagged"),
    [
        ("/s/x", "/s/x?utm_source=newsletter&utm_medium=email&utm_campaign=mars-2026"),
        (
            "/en/report/x?a=1#page-2",
            "/en/report/x?a=1&utm_source=newsletter&utm_medium=email&utm_campaign=mars-2026#page-2",
        ),
    ],
)
def test_a_campaign_tag_is_added_before_the_fragment(address: str, tagged: str) -> None:
    assert shortlinks.tagged(address, "Mars 2026") == tagged
    assert shortlinks.tagged(address, " ") == address


@pytest.fixture
def folder(make_corpus: MakeCorpus, tmp_path: Path) -> list[str]:
    """The options of every command over a small built corpus with an address of its own."""
    corpus = make_corpus(
        {
            "lamps.md": "# Lamps\n\nLamps reduce theft.\n",
            "config.yaml": "base_url: https://example.org\nengine: memory\n",
        }
    )
    options = ["--corpus", str(corpus), "--index", str(tmp_path / "index")]
    assert CliRunner().invoke(main, ["build", *options]).exit_code == 0
    return options


def run(*words: str) -> str:
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def test_the_command_prints_the_link_of_a_search_in_a_language(folder: list[str]) -> None:
    assert run("link", "street lamps", "--sector", "youth", *folder) == (
        "https://example.org/en/search?q=street+lamps&sector=youth"
    )
    assert run("link", "--in", "fr", "--report", "lamps", *folder) == (
        "https://example.org/fr/report/lamps"
    )
    assert not (Path(folder[1]) / shortlinks.FILE).exists()


def test_the_command_hands_out_a_short_link_with_what_it_finds(folder: list[str]) -> None:
    told = json.loads(run("link", "theft", "--short", "theft", "--json", *folder))
    assert told == {
        "ok": True,
        "url": "https://example.org/s/theft",
        "target": "https://example.org/en/search?q=theft",
        "results": 1,
    }
    kept = shortlinks.load(Path(folder[1])).current("theft")
    assert (kept.target, kept.results) == ("/en/search?q=theft", 1)
    refused = CliRunner().invoke(main, ["link", "lamps", "--short", "theft", *folder])
    assert refused.exit_code == 1
    assert "Choose another name" in refused.stderr
    moved = run("link", "lamps", "--short", "theft", "--retarget", "--campaign", "May", *folder)
    assert moved.startswith("https://example.org/s/theft?utm_source=newsletter")
