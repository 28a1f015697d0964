from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from indexer import sources, vocabulary
from indexer.sources import COPY_HOST, Source

CORPUS = Path(__file__).parents[2] / "corpus"
VOCABULARY = vocabulary.load(CORPUS)
GOOD = """- id: lamps
  title: Lamps and crime
  lang: en
  url: https://publisher.example/lamps.pdf
  harvest: allowed
"""


def load(tmp_path: Path, content: str | bytes) -> tuple[tuple[Source, ...], list[str]]:
    path = tmp_path / "sources.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    entries, problems = sources.load(path, VOCABULARY)
    return entries, [str(problem) for problem in problems]


def with_line(line: str) -> str:
    """The good entry, and between two more of it one with another line in it."""
    key = line.split(":")[0]
    kept = [row for row in GOOD.splitlines() if not row.strip(" -").startswith(f"{key}:")]
    middle = "\n".join([*kept, f"  {line}", ""]).replace("id: lamps", "id: middle")
    return GOOD + middle + GOOD.replace("id: lamps", "id: last")


def test_the_shipped_catalogue_is_in_order() -> None:
    entries, problems = sources.load(CORPUS / "sources.yaml", VOCABULARY)
    assert problems == []
    assert len(entries) >= 100
    languages = Counter(entry.lang for entry in entries)
    assert languages["en"] >= 40
    assert languages["fr"] >= 40
    assert sum(entry.fetchable for entry in entries) >= 40
    assert all(
        entry.publisher and entry.type and entry.sectors and entry.licence for entry in entries
    )


def test_an_entry_is_read_with_all_its_values(tmp_path: Path) -> None:
    more = """  publisher: Ville de Québec
  year: 2019
  format: pdf
  type: guide
  sectors: [youth, housing]
  licence: Open
"""
    (entry,), problems = load(tmp_path, GOOD + more)
    assert problems == []
    assert entry == Source(
        id="lamps",
        title="Lamps and crime",
        publisher="Ville de Québec",
        year=2019,
        lang="en",
        url="https://publisher.example/lamps.pdf",
        format="pdf",
        type="guide",
        sectors=("youth", "housing"),
        licence="Open",
        harvest="allowed",
    )
    assert entry.fetchable


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("url: file:///etc/passwd", "begins with https://"),
        ("url: ftp://publisher.example/a.pdf", "begins with https://"),
        ("url: javascript:alert(1)", "begins with https://"),
        ("url: https://", "begins with https://"),
        ("url: https://[::1", "is not an address"),
        ("url: https://a.example:99999/", "is not an address"),
        ("url: https://user:secret@publisher.example/", "user name"),
        ("url: https://docslib.org/doc/1", "docslib.org only copies documents"),
        ("url: https://fr.scribd.com/document/1", "only copies documents"),
        ("url: [a, b]", "is a list where a text should stand"),
        ("title: {a: b}", "is a dict where a text should stand"),
        ("title: true", "is a bool where a text should stand"),
        ('title: "a\\u0007b"', "invisible characters"),
        ("title: '  '", "is empty"),
        ("year: 20016", "“20016” is not a year"),
        ("year: soon", "“soon” is not a year"),
        ("lang: french", "“french” is not in the list"),
        ("format: pdff", "did you mean `pdf`?"),
        ("type: guides", "did you mean `guide`?"),
        ("type: [guide]", "is not a type"),
        ("sectors: [yuoth, housing]", "“yuoth” is not a sector; did you mean `youth`?"),
        ("harvest: allow", "did you mean `allowed`?"),
        ("publihser: X", "did you mean `publisher`?"),
        ("colour: red", "is not a key; use `id`, `title`"),
    ],
)
def test_a_wrong_value_is_named_with_its_line_and_entry_and_nothing_else_is_lost(
    tmp_path: Path, line: str, told: str
) -> None:
    entries, problems = load(tmp_path, with_line(line))
    assert {entry.id for entry in entries} >= {"lamps", "last"}
    assert any(told in problem for problem in problems)
    assert all(problem.startswith("sources.yaml, line ") for problem in problems)
    written_on = with_line(line).splitlines().index(f"  {line}") + 1
    key = line.split(":")[0]
    assert any(f"line {written_on}, entry 2 (middle): {key}:" in problem for problem in problems)


def test_an_address_that_cannot_be_used_is_never_fetched(tmp_path: Path) -> None:
    entries, _ = load(tmp_path, with_line("url: file:///etc/passwd"))
    middle = next(entry for entry in entries if entry.id == "middle")
    assert middle.url is None
    assert not middle.fetchable


def test_the_good_sectors_beside_an_unknown_one_stay(tmp_path: Path) -> None:
    entries, _ = load(tmp_path, with_line("sectors: [yuoth, housing]"))
    assert entries[1].sectors == ("housing",)


def test_an_unknown_harvest_word_never_allows(tmp_path: Path) -> None:
    entries, _ = load(tmp_path, with_line("harvest: yes please"))
    assert [entry.fetchable for entry in entries] == [True, False, True]


def test_an_id_given_twice_is_named_and_the_first_entry_stays(tmp_path: Path) -> None:
    entries, problems = load(tmp_path, GOOD + GOOD.replace("Lamps and", "Other"))
    assert [entry.title for entry in entries] == ["Lamps and crime"]
    (problem,) = problems
    assert problem.startswith(
        "sources.yaml, line 6, entry 2 (lamps): id: “lamps” stands here twice"
    )


@pytest.mark.parametrize("name", ["../../etc/passwd", "A B", ".hidden", "/tmp/x", "a/b"])
def test_an_id_that_is_no_file_name_costs_its_entry(tmp_path: Path, name: str) -> None:
    entries, problems = load(tmp_path, GOOD + GOOD.replace("id: lamps", f"id: {name}"))
    assert [entry.id for entry in entries] == ["lamps"]
    assert "is not an id; write `" in problems[0]


def test_an_entry_without_id_or_title_is_named(tmp_path: Path) -> None:
    entries, problems = load(tmp_path, "- lang: fr\n  harvest: ask\n" + GOOD)
    assert [entry.id for entry in entries] == ["lamps"]
    assert problems == [
        "sources.yaml, line 1, entry 1: has no `id`. Write it.",
        "sources.yaml, line 1, entry 1: has no `title`. Write it.",
    ]


def test_allowed_without_an_address_is_named(tmp_path: Path) -> None:
    entries, problems = load(tmp_path, GOOD.replace("url:", "licence:"))
    assert not entries[0].fetchable
    assert "line 5, entry 1 (lamps): harvest: is `allowed` without a `url`" in problems[0]


def test_an_entry_that_is_not_yaml_costs_only_itself(tmp_path: Path) -> None:
    broken = '- id: broken\n  title: "no end\n  lang: en\n'
    entries, problems = load(tmp_path, GOOD + broken + GOOD.replace("id: lamps", "id: last"))
    assert [entry.id for entry in entries] == ["lamps", "last"]
    (problem,) = problems
    assert problem.startswith("sources.yaml, line 9: not valid YAML")


def test_an_entry_that_is_no_mapping_is_named(tmp_path: Path) -> None:
    entries, problems = load(tmp_path, "- just text\n" + GOOD)
    assert [entry.id for entry in entries] == ["lamps"]
    assert "entry 1: holds no `key: value` lines" in problems[0]


def test_other_ways_to_write_a_list_are_read_without_lines(tmp_path: Path) -> None:
    indented = "".join(f"  {line}\n" for line in GOOD.splitlines())
    assert load(tmp_path, indented) == load(tmp_path, GOOD)
    flow = "[{id: lamps, title: X, lang: en, harvest: ask, year: 3}]"
    assert "sources.yaml, entry 1 (lamps): year" in load(tmp_path, flow)[1][0]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("sources:\n" + GOOD, "holds no list of entries"),
        ("just text", "holds no list of entries"),
        (b"- id: \xff\xfe\n", "not UTF-8"),
    ],
)
def test_a_file_that_is_no_catalogue_is_a_problem(
    tmp_path: Path, content: str | bytes, told: str
) -> None:
    entries, problems = load(tmp_path, content)
    assert entries == ()
    assert told in problems[0]


def test_a_missing_catalogue_is_a_problem(tmp_path: Path) -> None:
    entries, (problem,) = sources.load(tmp_path / "none.yaml", VOCABULARY)
    assert entries == ()
    assert "cannot be read" in str(problem)


@pytest.mark.parametrize("content", ["", "# nothing yet\n", "---\n"])
def test_an_empty_catalogue_has_no_entries_and_no_problem(tmp_path: Path, content: str) -> None:
    assert load(tmp_path, content) == ((), [])


@pytest.mark.parametrize("host", ["www.canada.ca", "documents.worldbank.org", "academia-sinica.tw"])
def test_a_publisher_is_not_taken_for_a_site_of_copies(host: str) -> None:
    assert not COPY_HOST.search(host)
