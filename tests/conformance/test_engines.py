"""What every engine promises, checked on each of them; `memory` is the oracle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import engines, syntax, vocabulary
from indexer.engines.base import Engine, Favour, Feedback, Request
from indexer.engines.ranking import ORDERS
from indexer.fields import FACET_NAMES
from indexer.models import Label, Passage, Report
from indexer.prepare import facets
from indexer.thesaurus import leaf_of

ENGINES = ("memory", "whoosh")
VOCABULARY = vocabulary.load()

Content = tuple[Report, tuple[Passage, ...]]


def report(report_id: str, title: str, *texts: str, **values: object) -> Content:
    """A report whose passages are `texts`, each under the heading before a colon if it has one."""
    lang = str(values.get("lang", "en"))
    cut = []
    for number, text in enumerate(texts, start=1):
        heading, _, body = text.rpartition(": ")
        headings = (heading,) if heading else ()
        cut.append(Passage(report_id, number, number, headings, body, lang))
    sectors = values.pop("sectors", ())
    assert isinstance(sectors, tuple)
    told = {
        "path": f"{report_id}.md",
        "format": "md",
        "lang": lang,
        "fingerprint": "f",
        "added": dt.date(2026, 1, 1),
        "labels": tuple(Label(sector, declared=True) for sector in sectors),
        "passages": len(cut),
    }
    return Report(id=report_id, title=title, **told | values), tuple(cut)  # type: ignore[arg-type]


CORPUS = (
    report(
        "lighting",
        "Street lighting",
        "Better lamps on streets reduced theft at night.",
        "Costs: A lamp costs little. Police reported fewer calls.",
        sectors=("urban-planning",),
        year=2008,
        type="review",
        rating="effective",
        province="ON",
        publisher="Campbell",
    ),
    report(
        "mentoring",
        "Mentoring for young people",
        "Adults meet teenagers each week. Theft fell a little.",
        "Housing first is not part of it, but first housing is.",
        sectors=("youth", "schools"),
        year=2015,
        type="programme",
        rating="promising",
        publisher="Public Safety Canada",
    ),
    report(
        "housing-first",
        "Housing First and police contact",
        "People get a home first. Contact with police changed little.",
        "In housing, first the home, then support. The police the police the police.",
        sectors=("housing",),
        year=2013,
        type="programme",
        rating="mixed",
        province="ON",
        publisher="PLOS",
    ),
    report(
        "itinerance",
        "Jeunes en situation d’itinérance",
        "L’événement réunit les jeunes et la police de proximité chaque été.",
        "Les collectivités y gagnent.",
        lang="fr",
        sectors=("youth", "housing"),
        year=2015,
        type="strategy",
        province="QC",
        publisher="Ville de Gatineau",
    ),
    report("untold", "Nothing is known of this one", "It has no year and no sector."),
)

Open = Callable[[Sequence[Content]], Engine]


@pytest.fixture(params=ENGINES)
def open_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Writes a corpus with one engine and opens it."""
    opened: list[Engine] = []

    def make(corpus: Sequence[Content]) -> Engine:
        path = tmp_path / "generation"
        path.mkdir()
        writer = engines.open_writer(request.param, path)
        for held, cut in corpus:
            writer.add(held, cut, facets(held, VOCABULARY))
        writer.commit()
        opened.append(engines.open_engine(request.param, path))
        return opened[-1]

    yield make
    for engine in opened:
        engine.close()


@pytest.fixture
def engine(open_engine: Open) -> Engine:
    """The corpus of this file, open."""
    return open_engine(CORPUS)


def ask(engine: Engine, text: str, **options: object) -> list[str]:
    """The ids that a query text finds, in order."""
    request = Request(clauses=syntax.parse(text).clauses, **options)  # type: ignore[arg-type]
    return [match.report.id for match in engine.search(request).page]


def find(engine: Engine, *clauses: syntax.Clause, **options: object) -> list[str]:
    """The ids that clauses find, in order."""
    request = Request(clauses=clauses, **options)  # type: ignore[arg-type]
    return [match.report.id for match in engine.search(request).page]


def concept(typed: str, *others: str) -> syntax.Synonyms:
    """Typed words and other words for the same, which count a little less."""
    ways = ((typed, 1.0), *((other, 0.7) for other in others))
    return syntax.Synonyms(
        tuple(map(syntax.Word, typed.split())),
        tuple(syntax.Alternative(leaf_of(way.split()), weight) for way, weight in ways),
    )


def test_an_expression_finds_its_words_side_by_side_in_all_their_forms(engine: Engine) -> None:
    assert find(engine, syntax.Expression(("contacts", "with", "polices"))) == ["housing-first"]
    assert find(engine, syntax.Expression(("collectivite", "y", "gagne"))) == []
    assert find(engine, syntax.Expression(("collectivite", "y", "gagnent"))) == ["itinerance"]
    assert find(engine, syntax.Expression(("with", "contact"))) == []


def test_a_concept_is_found_in_any_of_its_ways_that_which_was_typed_first(engine: Engine) -> None:
    assert find(engine, concept("teenagers", "jeunes", "young people")) == [
        "mentoring",
        "itinerance",
    ]
    assert find(engine, concept("kids", "jeunes")) == ["itinerance"]
    assert find(engine, concept("adolescents")) == []


def test_several_other_words_do_not_add_up(engine: Engine) -> None:
    one = engine.search(Request((concept("kids", "teenagers"),))).page[0]
    two = engine.search(Request((concept("kids", "teenagers", "adults"),))).page[0]
    assert one.report.id == two.report.id == "mentoring"
    assert two.score <= one.score


def test_a_concept_counts_for_as_many_words_as_were_typed_for_it(engine: Engine) -> None:
    found = find(engine, concept("street people", "home"), syntax.Word("night"))
    assert found == ["lighting", "housing-first", "mentoring"]


def test_a_boost_orders_what_is_found_and_finds_nothing(engine: Engine) -> None:
    police = syntax.Word("police")
    assert find(engine, police, limit=1) == ["housing-first"]
    boost = syntax.Boost(syntax.Expression(("fewer", "call")), 5.0)
    assert find(engine, police, boost, limit=1) == ["lighting"]
    assert set(find(engine, police, boost)) == set(find(engine, police))


def test_a_favoured_value_orders_what_is_found_and_finds_nothing(engine: Engine) -> None:
    police = syntax.parse("police").clauses
    plain = [match.report.id for match in engine.search(Request(police)).page]
    assert plain[0] == "housing-first"
    favour = Favour("sector", frozenset({"housing", "urban-planning"}), 0.4)
    lighting = Favour("type", frozenset({"review"}), 4.0)
    raised = engine.search(Request(police, favours=(favour, lighting))).page
    assert raised[0].report.id == "lighting"
    assert {match.report.id for match in raised} == set(plain)


LIKE = (
    report("prowlers", "Prowlers", "Prowlers come at night where no lamps shine.", year=2001),
    report("gardens", "Gardens", "Prowlers visit gardens and sheds.", year=2001),
    report("alleys", "Alleys", "Prowlers visit where no lamps shine.", year=2001),
)


def test_what_the_first_answers_have_in_common_ranks_others_higher(open_engine: Open) -> None:
    engine = open_engine(LIKE)
    prowlers = syntax.parse("prowlers").clauses

    def order(feedback: Feedback | None) -> list[str]:
        found = engine.search(Request(prowlers, feedback=feedback)).page
        return [match.report.id for match in found]

    assert order(None) == ["prowlers", "gardens", "alleys"]
    assert order(Feedback(reports=1, terms=5, weight=1.0)) == ["prowlers", "alleys", "gardens"]
    assert order(Feedback(reports=1, terms=0, weight=1.0)) == order(None)


def test_feedback_changes_no_filter_no_count_and_no_other_order(engine: Engine) -> None:
    feedback = Feedback(reports=2, terms=10, weight=0.8)
    for sort in ("relevance", "newest", "title"):
        plain = Request(syntax.parse("police").clauses, facets=FACET_NAMES, sort=sort)
        one, other = engine.search(plain), engine.search(replace(plain, feedback=feedback))
        assert (one.total, one.facets) == (other.total, other.facets)
        shown = [match.report.id for match in other.page]
        assert sort == "relevance" or shown == [match.report.id for match in one.page]


def test_other_words_are_marked_where_they_stand(engine: Engine) -> None:
    request = Request((concept("kids", "contact with police"),), limit=1)
    (match,) = engine.search(request).page
    found = match.passages[0]
    marked = [found.passage.text[start:end] for start, end in found.marks]
    assert marked == ["Contact", "with", "police"]


TRANSLATED = (
    *CORPUS,
    report(
        "lampes",
        "Lampes de rue",
        "De meilleures lampes ont réduit les vols.",
        lang="fr",
        translation_of="lighting",
        sectors=("urban-planning",),
        year=2009,
        province="QC",
    ),
)


def test_a_report_and_its_translation_are_one_result(open_engine: Open) -> None:
    engine = open_engine(TRANSLATED)
    asked = syntax.parse("lamps lampes").clauses
    matches = engine.search(Request(asked, facets=FACET_NAMES))
    assert matches.total == len(matches.page) == 1
    assert matches.facets["sector"] == {"urban-planning": 1}
    assert matches.facets["lang"] == {"en": 1, "fr": 1}
    assert matches.facets["province"] == {"ON": 1, "QC": 1}
    assert [report.id for report in engine.translations("lighting")] == ["lampes"]
    assert [report.id for report in engine.translations("lampes")] == ["lighting"]
    assert engine.translations("mentoring") == engine.translations("absent") == ()


@pytest.mark.parametrize("sort", ORDERS)
def test_a_work_is_shown_in_the_language_asked_for(open_engine: Open, sort: str) -> None:
    engine = open_engine(TRANSLATED)
    asked = syntax.parse("lamps lampes").clauses
    for lang, shown in (("en", "lighting"), ("fr", "lampes")):
        (match,) = engine.search(Request(asked, lang=lang, sort=sort)).page
        assert match.report.id == shown
        assert match.passages[0].passage.report_id == shown


def test_a_work_is_worth_its_best_version_whichever_is_shown(open_engine: Open) -> None:
    engine = open_engine(TRANSLATED)
    asked = syntax.parse("lamps").clauses
    (english,) = engine.search(Request(asked, lang="en")).page
    french = engine.search(Request(syntax.parse("lampes lamps").clauses, lang="fr")).page[0]
    assert english.report.id == "lighting"
    both = engine.search(Request(syntax.parse("lampes lamps").clauses)).page[0]
    assert french.score == both.score


def test_a_filter_keeps_the_version_that_it_fits(open_engine: Open) -> None:
    engine = open_engine(TRANSLATED)
    asked = syntax.parse("lamps lampes").clauses
    kept = Request(asked, {"province": frozenset({"QC"})}, lang="en", facets=FACET_NAMES)
    matches = engine.search(kept)
    assert [match.report.id for match in matches.page] == ["lampes"]
    assert (matches.total, matches.facets["lang"]) == (1, {"fr": 1})
    # The count of another value is what choosing it as well would leave.
    assert matches.facets["province"] == {"ON": 1, "QC": 1}


def test_a_word_finds_reports_in_every_text_field(engine: Engine) -> None:
    assert set(ask(engine, "theft")) == {"lighting", "mentoring"}
    assert ask(engine, "costs") == ["lighting"]
    assert ask(engine, "jeunes") == ["itinerance"]


@pytest.mark.parametrize("form", ["événements", "evenement", "L'ÉVÉNEMENT", "l’evenements"])
def test_all_forms_and_spellings_of_a_french_word_agree(engine: Engine, form: str) -> None:
    assert ask(engine, form) == ["itinerance"]


def test_all_forms_of_an_english_word_agree(engine: Engine) -> None:
    assert ask(engine, "lamp") == ask(engine, "lamps") == ["lighting"]
    assert ask(engine, "teenager") == ["mentoring"]


def test_words_need_not_all_be_present_but_more_of_them_rank_higher(engine: Engine) -> None:
    assert ask(engine, "home police theft")[0] == "housing-first"
    assert set(ask(engine, "home police theft")) == {
        "housing-first",
        "itinerance",
        "lighting",
        "mentoring",
    }


def test_a_title_counts_more_than_the_body(open_engine: Open) -> None:
    engine = open_engine(
        [
            report("in-body", "Something else", "Only here do situation tables occur at all."),
            report("in-title", "Situation tables", "The body speaks of other matters entirely."),
        ]
    )
    assert ask(engine, "situation tables") == ["in-title", "in-body"]


def test_an_exact_form_ranks_above_a_related_one(open_engine: Open) -> None:
    engine = open_engine(
        [
            report("related", "One", "Here they were policed without end by many."),
            report("exact", "Two", "Here they speak of policing and of many things."),
        ]
    )
    assert ask(engine, "policing") == ["exact", "related"]


def test_a_phrase_must_follow_exactly_and_must_be_there(engine: Engine) -> None:
    assert set(ask(engine, '"housing first"')) == {"housing-first", "mentoring"}
    assert set(ask(engine, '"housing first" lamps')) == {"housing-first", "mentoring"}
    assert ask(engine, '"first housing"') == ["mentoring"]


def test_a_phrase_does_not_run_from_one_passage_into_the_next(engine: Engine) -> None:
    assert ask(engine, '"night a lamp"') == []


def test_a_prefix_finds_all_words_that_begin_so(engine: Engine) -> None:
    assert ask(engine, "collectiv*") == ["itinerance"]
    assert ask(engine, "teen*") == ["mentoring"]
    assert ask(engine, "polic*")[0] == "housing-first"


def test_an_exclusion_leaves_out_the_passages_that_have_it(engine: Engine) -> None:
    assert ask(engine, "theft -teenagers") == ["lighting"]
    found = ask(engine, 'police -"the police the police"')
    assert set(found) == {"itinerance", "housing-first", "lighting"}
    assert "lighting" not in ask(engine, "-lighting")


def test_or_joins_alternatives_to_one_concept(engine: Engine) -> None:
    assert set(ask(engine, "lamps OR teenagers")) == {"lighting", "mentoring"}
    assert set(ask(engine, 'lamps OR "first housing"')) == {"lighting", "mentoring"}


def test_a_field_restricts_its_word_and_must_be_there(engine: Engine) -> None:
    assert ask(engine, "title:police") == ["housing-first"]
    assert ask(engine, "theft title:mentoring") == ["mentoring"]


def test_no_text_finds_everything_newest_first_and_unknown_years_last(engine: Engine) -> None:
    found = ["itinerance", "mentoring", "housing-first", "lighting", "untold"]
    assert ask(engine, "") == found


def test_values_of_one_filter_are_any_and_filters_are_all(engine: Engine) -> None:
    one = {"sector": frozenset({"youth"})}
    assert set(ask(engine, "", filters=one)) == {"mentoring", "itinerance"}
    any_of = {"sector": frozenset({"youth", "urban-planning"})}
    assert set(ask(engine, "", filters=any_of)) == {"mentoring", "itinerance", "lighting"}
    all_of = any_of | {"province": frozenset({"ON", "QC"})}
    assert set(ask(engine, "", filters=all_of)) == {"itinerance", "lighting"}


def test_years_include_their_ends_and_leave_out_unknown_ones(engine: Engine) -> None:
    assert ask(engine, "", year_from=2008, year_to=2013) == ["housing-first", "lighting"]
    assert ask(engine, "", year_from=2015) == ["itinerance", "mentoring"]
    assert ask(engine, "", year_to=2008) == ["lighting"]


def test_a_facet_ignores_its_own_filter_and_counts_reports_once(engine: Engine) -> None:
    filters = {"sector": frozenset({"youth"}), "lang": frozenset({"en"})}
    found = engine.search(Request(filters=filters, facets=FACET_NAMES))
    assert found.total == 1
    assert found.facets["sector"] == {"youth": 1, "schools": 1, "housing": 1, "urban-planning": 1}
    assert found.facets["lang"] == {"en": 1, "fr": 1}
    assert found.facets["rating"] == {"promising": 1}


def test_facets_count_only_what_the_text_and_the_years_keep(engine: Engine) -> None:
    request = Request(syntax.parse("theft").clauses, facets=("type",), year_from=2010)
    assert engine.search(request).facets == {"type": {"programme": 1}}


def test_a_report_counts_once_for_each_combination_of_its_values(engine: Engine) -> None:
    found = engine.combinations(Request(syntax.parse("theft").clauses), ("sector", "lang"))
    single = engine.search(Request(syntax.parse("theft").clauses, facets=("sector",)))
    assert {sector for sector, _ in found} == set(single.facets["sector"])
    for (sector, lang), count in found.items():
        filters = {"sector": frozenset({sector}), "lang": frozenset({lang})}
        asked = Request(syntax.parse("theft").clauses, filters)
        assert engine.search(asked).total == count


def test_a_report_without_a_year_is_on_no_axis_of_years(engine: Engine) -> None:
    years = engine.combinations(Request(), ("year",))
    dated = [report.year for report in engine.reports() if report.year]
    assert sum(years.values()) == len(dated)
    assert {year for (year,) in years} == set(map(str, dated))


def test_several_sectors_of_a_report_each_count_it(engine: Engine) -> None:
    counts = engine.search(Request(facets=("sector",))).facets["sector"]
    assert counts == {"youth": 2, "housing": 2, "schools": 1, "urban-planning": 1}


def test_pages_share_out_the_hits_without_gap_or_repeat(engine: Engine) -> None:
    pages = [ask(engine, "", offset=offset, limit=2) for offset in (0, 2, 4, 6)]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert [report_id for page in pages for report_id in page] == ask(engine, "")
    assert engine.search(Request(limit=2)).total == 5


@pytest.mark.parametrize("query", ["theft", ""])
@pytest.mark.parametrize("lang", [None, "fr"])
def test_a_page_far_beyond_the_last_is_empty_and_still_counts(
    engine: Engine, query: str, lang: str | None
) -> None:
    clauses = syntax.parse(query).clauses
    beyond = engine.search(Request(clauses, offset=99_999_900, limit=100, lang=lang))
    assert beyond.page == ()
    assert beyond.total == len(ask(engine, query)) > 0


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("newest", ["mentoring", "lighting"]),
        ("oldest", ["lighting", "mentoring"]),
        ("title", ["mentoring", "lighting"]),
    ],
)
def test_hits_come_in_the_order_asked_for(engine: Engine, sort: str, expected: list[str]) -> None:
    assert ask(engine, "theft", sort=sort) == expected


def test_what_was_added_last_comes_first_then_the_latest_year_then_the_id(
    open_engine: Open,
) -> None:
    def added(report_id: str, day: int, year: int | None, **values: object) -> Content:
        return report(report_id, "T", "Lamps.", added=dt.date(2026, 1, day), year=year, **values)

    engine = open_engine(
        [
            added("early", 1, 2020),
            added("undated", 2, None),
            added("b", 2, 2010),
            added("a", 2, 2010),
            added("z", 2, 2011),
            added("last", 3, None),
            added("derniere", 4, None, lang="fr", translation_of="early"),
        ]
    )
    expected = ["derniere", "last", "z", "a", "b", "undated"]
    assert ask(engine, "", sort="added") == expected
    english = ["last", "z", "a", "b", "undated", "early"]
    assert ask(engine, "lamps", sort="added", lang="en") == english


def test_the_best_passages_come_first_and_no_more_than_asked_for(engine: Engine) -> None:
    request = Request(syntax.parse("support").clauses, snippets=1)
    (match,) = engine.search(request).page
    assert [found.passage.number for found in match.passages] == [2]
    assert match.score > 0


@pytest.mark.parametrize(
    ("query", "shown"), [("lamps", [3, 1]), ("lamps lights", [1, 3]), ("jones", [2, 4])]
)
def test_a_list_of_sources_is_shown_only_where_nothing_else_matched(
    open_engine: Open, query: str, shown: list[int]
) -> None:
    texts = ("Lamps and lights in the street.", "Sources: Jones, Lamps. Lamps, lamps.", "Lamps.")
    lists = ["Sources: Jones, Lamps and lights."] * 4
    engine = open_engine([report("lamps", "Streets", *texts, *lists)])
    (match,) = engine.search(Request(syntax.parse(query).clauses, snippets=2)).page
    assert [found.passage.number for found in match.passages] == shown


def test_reports_and_passages_come_back_as_they_were_written(engine: Engine) -> None:
    assert list(engine.reports()) == sorted((held for held, _ in CORPUS), key=lambda r: r.id)
    for held, cut in CORPUS:
        assert engine.report(held.id) == held
        assert engine.passages(held.id) == cut
    assert engine.report_count() == len(CORPUS)
    assert engine.passage_count() == sum(len(cut) for _, cut in CORPUS)


def test_forms_are_counted_by_passage_in_the_language_of_the_passage(engine: Engine) -> None:
    english, french = engine.forms("en"), engine.forms("fr")
    assert (english["police"], english["lamp"], english["lamps"]) == (3, 1, 1)
    assert (french["police"], french["evenement"]) == (1, 1)
    assert "evenement" not in english
    assert english["lighting"] == 2, "a title stands in each of its report's passages"
    assert list(english) == sorted(english)
    assert engine.forms("de") == {}


def test_an_unknown_report_is_none_and_has_no_passages(engine: Engine) -> None:
    assert engine.report("no-such") is None
    assert engine.passages("no-such") == ()


def test_an_empty_index_answers_nothing_found(open_engine: Open) -> None:
    engine = open_engine([])
    assert engine.search(Request(syntax.parse("x").clauses, facets=FACET_NAMES)).total == 0
    assert engine.search(Request(facets=("sector",))).facets == {"sector": {}}
    assert list(engine.reports()) == []
    assert engine.forms("en") == {}


def test_a_report_without_passages_is_held_but_never_found(open_engine: Open) -> None:
    engine = open_engine([report("empty", "Withdrawn")])
    assert engine.report("empty") is not None
    assert ask(engine, "withdrawn") == []
    assert ask(engine, "") == []


@pytest.mark.parametrize("name", ENGINES)
def test_a_new_generation_builds_on_a_former_one_and_leaves_it_alone(
    name: str, tmp_path: Path
) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    writer = engines.open_writer(name, first)
    for held, cut in CORPUS[:3]:
        writer.add(held, cut, facets(held, VOCABULARY))
    writer.commit()
    writer = engines.open_writer(name, second, first)
    writer.remove("lighting")
    writer.remove("mentoring")
    changed = report("mentoring", "Mentoring, again", "A new text about gardens.")
    for held, cut in (changed, CORPUS[3]):
        writer.add(held, cut, facets(held, VOCABULARY))
    writer.commit()
    before, after = engines.open_engine(name, first), engines.open_engine(name, second)
    try:
        assert {r.id for r in before.reports()} == {"lighting", "mentoring", "housing-first"}
        assert {r.id for r in after.reports()} == {"mentoring", "housing-first", "itinerance"}
        assert set(ask(before, "theft")) == {"lighting", "mentoring"}
        assert ask(after, "theft") == []
        assert ask(after, "gardens") == ["mentoring"]
    finally:
        before.close()
        after.close()


@pytest.mark.parametrize("name", ENGINES)
def test_an_abandoned_writer_leaves_nothing_to_open(name: str, tmp_path: Path) -> None:
    writer = engines.open_writer(name, tmp_path)
    held, cut = CORPUS[0]
    writer.add(held, cut, facets(held, VOCABULARY))
    writer.abandon()
    written = {path.name for path in tmp_path.iterdir()}
    assert "reports.jsonl" not in written
    assert not any(name.endswith((".columns", "columns.json")) for name in written)
