from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer import generations, opening
from indexer.catalogue import Catalogue
from indexer.config import Config
from indexer.errors import EngineError, IndexMissing, ReportNotFound
from indexer.query import Query
from tests.conftest import MakeCorpus, build_index

FILES = {
    "lamps.md": (
        "---\nid: lamps\naliases: [old-lamps]\ntitle: Lamps\nlang: en\nyear: 2008\n"
        "added: 2026-01-02\nsectors: [urban-planning]\npublisher: Campbell\n---\n\n"
        "Lamps on streets.\n\n## Findings\n\nLamps reduce theft.\n\n"
        "## Sources\n\n1. Lamps lamps lamps and theft. Campbell, 2008.\n"
    ),
    "lampes.md": (
        "---\nid: lamps-fr\ntitle: Lampes\nlang: fr\nyear: 2008\nadded: 2026-01-03\n"
        "translation_of: lamps\nsectors: [urban-planning]\npublisher: Campbell\n---\n\n"
        "Les lampes réduisent le vol.\n"
    ),
    "mentors.md": (
        "---\nid: mentors\ntitle: Mentors\nlang: en\nadded: 2026-01-01\nsectors: [youth]\n---\n\n"
        "Mentors meet young people.\n"
    ),
}


@pytest.fixture
def catalogue(make_corpus: MakeCorpus, config: Config) -> Iterator[Catalogue]:
    make_corpus(FILES)
    build_index(config)
    opened = Catalogue(config)
    yield opened
    opened.close()


def test_every_controlled_value_is_counted_also_with_zero(catalogue: Catalogue) -> None:
    facets = {facet.name: facet for facet in catalogue.search(Query("lamps")).facets}
    sectors = {value.value: value.count for value in facets["sector"].values}
    assert len(sectors) == 18
    assert (sectors["urban-planning"], sectors["youth"]) == (1, 0)


def test_an_open_facet_shows_what_is_there_and_what_is_selected(catalogue: Catalogue) -> None:
    query = Query(filters={"publisher": ("Nobody",)})
    facets = {facet.name: facet for facet in catalogue.search(query).facets}
    shown = [(value.value, value.count, value.selected) for value in facets["publisher"].values]
    assert shown == [("Campbell", 1, False), ("Nobody", 0, True)]


def test_a_list_of_sources_is_no_snippet_when_there_is_another(catalogue: Catalogue) -> None:
    (hit,) = catalogue.search(Query("lamps", {"lang": ("en",)})).hits
    assert [snippet.heading for snippet in hit.snippets] == ["", "Findings"]
    (hit,) = catalogue.search(Query('"campbell 2008"')).hits
    assert [snippet.heading for snippet in hit.snippets] == ["Sources"]


def test_a_single_snippet_is_the_best_one_and_not_the_first(catalogue: Catalogue) -> None:
    (hit,) = catalogue.search(Query("lamps theft", {"lang": ("en",)}), snippets=1).hits
    assert [snippet.heading for snippet in hit.snippets] == ["Findings"]


def test_without_words_there_are_no_snippets(catalogue: Catalogue) -> None:
    assert all(hit.snippets == () for hit in catalogue.search(Query()).hits)


@pytest.mark.parametrize(
    "query",
    [
        Query(),
        Query("lamps"),
        Query("lamps theft -street"),
        Query("young people", expand=False),
        Query("lamps", {"sector": ("youth",)}),
        Query("lamps", {"lang": ("fr",)}, year_from=2000),
        Query("zzz"),
    ],
)
def test_a_count_is_the_total_of_a_search(catalogue: Catalogue, query: Query) -> None:
    assert catalogue.count(query) == catalogue.search(query).total


def test_a_page_beyond_the_last_is_the_last_with_a_notice(catalogue: Catalogue) -> None:
    found = catalogue.search(Query(page=99, size=1))
    assert (found.query.page, found.total, len(found.hits)) == (2, 2, 1)
    assert [notice.kind for notice in found.notices] == ["beyond-last-page"]


def test_a_report_answers_to_its_former_ids(catalogue: Catalogue) -> None:
    assert catalogue.report("old-lamps").id == "lamps"
    assert catalogue.passages("old-lamps") == catalogue.passages("lamps")
    with pytest.raises(ReportNotFound, match="“absent”"):
        catalogue.report("absent")


def test_a_report_knows_its_translations_both_ways(catalogue: Catalogue) -> None:
    english, french = catalogue.report("lamps"), catalogue.report("lamps-fr")
    assert catalogue.translations(english) == (french,)
    assert catalogue.translations(french) == (english,)
    assert catalogue.translations(catalogue.report("mentors")) == ()


def test_what_was_added_last_comes_first_in_the_language_asked_for(catalogue: Catalogue) -> None:
    english, french = (catalogue.newest(Query().adding("lang", lang), 2) for lang in ("en", "fr"))
    assert [report.id for report in english] == ["lamps", "mentors"]
    assert [report.id for report in french] == ["lamps-fr"]


def test_what_was_added_since_a_day_leaves_out_what_was_there_before(catalogue: Catalogue) -> None:
    newest = catalogue.newest(Query(), 10)
    since = newest[0].added
    told = catalogue.newest(Query(), 10, since)
    assert told == tuple(report for report in newest if report.added >= since)
    assert len(told) < len(newest)


def test_without_an_index_every_question_is_index_missing(config: Config) -> None:
    catalogue = Catalogue(config)
    for ask in (lambda: catalogue.search(Query()), catalogue.state, catalogue.status):
        with pytest.raises(IndexMissing):
            ask()


@pytest.mark.parametrize("read_first", [opening.READ_FIRST, 0])
def test_where_a_byte_has_changed_and_no_other_generation_is_there_nothing_is_answered(
    make_corpus: MakeCorpus, config: Config, monkeypatch: pytest.MonkeyPatch, read_first: int
) -> None:
    monkeypatch.setattr(opening, "READ_FIRST", read_first)
    make_corpus(FILES)
    build_index(config)
    (columns,) = config.index.glob("generation-*/*.columns")
    content = bytearray(columns.read_bytes())
    content[-1] ^= 1
    columns.write_bytes(content)
    catalogue = Catalogue(config)
    with pytest.raises(EngineError, match=r"damaged.*Run `indexer build`"):
        _ask_before_and_after_all_was_read(catalogue)
    with pytest.raises(EngineError, match="damaged"):
        catalogue.report("lamps")


def test_a_large_index_is_read_aside_a_file_at_a_time(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "READ_FIRST", 0)
    at_once: list[int] = []
    crowded, lock, holds = threading.Event(), threading.Lock(), generations._holds
    reading = 0

    def watched(path: Path, held: generations.Held) -> bool:
        nonlocal reading
        with lock:
            reading += 1
            at_once.append(reading)
        # Gives others a moment to read beside it.
        crowded.wait(0.05)
        found = holds(path, held)
        with lock:
            reading -= 1
        return found

    monkeypatch.setattr(generations, "_holds", watched)
    _ask_before_and_after_all_was_read(Catalogue(catalogue.config))
    assert len(at_once) > 1
    assert max(at_once) == 1


def _ask_before_and_after_all_was_read(catalogue: Catalogue) -> None:
    catalogue.search(Query("lamps"))
    for thread in threading.enumerate():
        if thread.name == "verify":
            thread.join()
    catalogue.search(Query("lamps"))
