"""One report, as it is read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient

from indexer import build, identity, vocabulary
from indexer.catalogue import Catalogue
from indexer.findings import finding
from indexer.models import Passage, Rating, ReadWarning, Report
from tests.webapp import sample
from webapp import create_app


def read(client: FlaskClient, address: str) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == 200
    return BeautifulSoup(response.text, "lxml")


def one(page: BeautifulSoup | Tag, selector: str) -> Tag:
    found = page.select_one(selector)
    assert found is not None, selector
    return found


def facts(page: BeautifulSoup) -> dict[str, str]:
    rows = page.select(".facts dl > div")
    return {one(row, "dt").text: " ".join(one(row, "dd").text.split()) for row in rows}


def _report(name: str, **values: Any) -> Report:
    known = {"title": f"Report {name}", "lang": "en", "fingerprint": "", "format": "md"}
    day = dt.date(2026, 11, 21)
    return Report(id=name, path=f"{name}.md", added=day, **{**known, **values})


def _site(folder: Path, report: Report) -> FlaskClient:
    """The site over one report."""
    passage = Passage(report.id, 1, None, (), "Gates close the lanes.", "en")
    return create_app(catalogue=sample.catalogue_of(folder, (report, (passage,)))).test_client()


def test_the_rating_stands_with_its_note_and_the_words_of_the_sources(client: FlaskClient) -> None:
    verdict = one(read(client, "/en/report/street-lighting"), ".verdict")
    assert one(verdict, ".rating").text == "Effective"
    assert "Thirteen studies agree." in verdict.text
    first, second = (" ".join(said.text.split()) for said in verdict.select(".registries li"))
    assert first == "CrimeSolutions “Effective” on our scale: Effective"
    assert second == "College of Policing “Overall decrease”"
    assert one(verdict, ".registries a")["href"] == "https://crimesolutions.example/1"
    assert "do not agree" not in verdict.text


def test_registries_that_disagree_stand_side_by_side(tmp_path: Path) -> None:
    said = (Rating("Blueprints", "Promising"), Rating("CrimeSolutions", "Effective"))
    found = _report("both", rating="promising", ratings=said)
    client = _site(tmp_path, found)
    verdict = one(read(client, "/fr/report/both"), ".verdict")
    assert "Les registres ne s’accordent pas." in verdict.text
    ours = [one(item, ".rating").text for item in verdict.select(".registries li")]
    assert ours == ["Prometteur", "Efficace"]
    result = one(read(client, "/fr/search"), ".results > li")
    assert "les registres ne s’accordent pas" in result.text


@pytest.mark.parametrize(
    ("rating", "word", "meaning"),
    [
        ("harmful", "Harmful", "can make things worse"),
        ("no-effect", "No effect", "find no gain"),
        ("effective", "Effective", "show the intended benefit"),
    ],
)
def test_harm_is_said_as_plainly_as_benefit(
    tmp_path: Path, rating: str, word: str, meaning: str
) -> None:
    found = _report("one", rating=rating, rating_note="Nine trials agree.")
    client = _site(tmp_path, found)
    verdict = one(read(client, "/en/report/one"), ".verdict")
    assert one(verdict, ".rating").text == word
    assert meaning in verdict.text
    assert "Nine trials agree." in verdict.text


def test_what_to_weigh_is_quoted_with_a_link_to_where_it_stands(client: FlaskClient) -> None:
    page = read(client, "/en/report/street-lighting")
    rows = facts(page)
    assert rows["Cost"] == "A lamp costs little beside a burglary. p. 3"
    assert rows["What it takes"] == "No passage on this was found."
    assert page.select('.facts a[href="#passage-3"]')
    assert page.select("#passage-3")


def test_a_report_says_when_it_was_last_verified(tmp_path: Path) -> None:
    checked = _report("checked", last_verified=dt.date(2026, 11, 30))
    client = _site(tmp_path, checked)
    assert facts(read(client, "/en/report/checked"))["Last verified"] == "November 30, 2026"


def test_a_report_that_was_not_verified_says_so(client: FlaskClient) -> None:
    known = facts(read(client, "/en/report/street-lighting"))
    assert known["Last verified"] == "No check since then is recorded."


@pytest.mark.parametrize("title", ["Longue " * 57 + "fin", "تقرير عن الوقاية من الجريمة", "?"])
def test_any_title_is_shown_whole_on_every_page(tmp_path: Path, title: str) -> None:
    found = _report("odd", title=title)
    client = _site(tmp_path, found)
    pages = {"/en/report/odd": "h1", "/fr/search": ".results h2", "/en/compare?report=odd": "th a"}
    for address, place in pages.items():
        shown = read(client, address).select_one(f'{place}[dir="auto"], {place} [dir="auto"]')
        assert shown is not None, address
        assert shown.text == title


def test_a_rating_without_note_says_what_it_means(client: FlaskClient) -> None:
    verdict = one(read(client, "/fr/report/suggested"), ".verdict")
    assert "Aucune cote ni étude comparative" in verdict.text


def test_the_facts_are_told_in_the_language_of_the_page(client: FlaskClient) -> None:
    english = facts(read(client, "/en/report/street-lighting"))
    assert english["For whom"] == "General public / neighbourhoods"
    assert english["Place"] == "Sherbrooke, Quebec"
    assert english["Added to the index"] == "March 1, 2026"
    french = facts(read(client, "/fr/report/street-lighting"))
    assert french["Pour qui"] == "Population générale / quartiers"
    assert french["Lieu"] == "Sherbrooke, Québec"
    assert french["Ajout à l’index"] == "1er mars 2026"


def test_a_declared_sector_says_so_and_a_suggested_one_says_why(client: FlaskClient) -> None:
    assert "Chosen by an editor." in facts(read(client, "/en/report/street-lighting"))["Sectors"]
    why = facts(read(client, "/en/report/suggested"))["Sectors"]
    assert "suggested: why?" in why
    assert "“gangs” × 1, in the title" in why


def test_every_passage_and_every_page_has_an_anchor(client: FlaskClient) -> None:
    page = read(client, "/en/report/street-lighting")
    for number in (1, 2, 3):
        passage = one(page, f"#passage-{number}")
        assert one(passage, f"#page-{number}").text.startswith(f"Page {number}")
    assert "thirteen studies" in one(page, "#passage-2").text


def test_each_page_leads_to_the_same_page_of_a_pdf(client: FlaskClient) -> None:
    page = read(client, "/en/report/street-lighting")
    assert one(page, "#page-2 a")["href"] == "https://example.org/lighting.pdf#page=2"


def test_the_contents_name_pages_where_there_are_no_headings(client: FlaskClient) -> None:
    contents = one(read(client, "/en/report/street-lighting"), ".contents")
    assert [str(link["href"]) for link in contents.select("a")] == ["#page-1", "#page-2", "#page-3"]


def test_web_addresses_in_the_text_are_links(client: FlaskClient) -> None:
    link = one(read(client, "/en/report/street-lighting"), ".text p:not(.page) a")
    assert link["href"] == "https://example.org/studies?a=1&b=2"
    assert link["rel"] == ["noopener", "nofollow"]


def test_rows_of_a_table_are_a_table(client: FlaskClient) -> None:
    table = one(read(client, "/fr/report/eclairage"), ".text table")
    assert [head.text for head in table.select("thead th")] == ["Rue", "Avant", "Après"]
    assert [cell.text for cell in table.select("tbody tr:first-child td")] == [
        "Principale",
        "12",
        "7",
    ]


def test_a_translation_leads_to_the_other_language(client: FlaskClient) -> None:
    link = one(read(client, "/en/report/street-lighting"), '.actions a[hreflang="fr"]')
    assert link["href"] == "/fr/report/eclairage"
    assert link.text == "Also in French"
    back = one(read(client, "/fr/report/eclairage"), '.actions a[hreflang="en"]')
    assert back.text == "Aussi en anglais"


def test_a_report_in_the_other_language_is_marked(client: FlaskClient) -> None:
    page = read(client, "/en/report/eclairage")
    assert one(page, "h1")["lang"] == "fr"
    assert one(page, ".lead")["lang"] == "fr"
    assert one(page, "#passage-1 > div")["lang"] == "fr"
    assert not read(client, "/fr/report/eclairage").select("main [lang]")


def test_a_withdrawn_report_says_why(client: FlaskClient) -> None:
    answer = client.get("/fr/report/withdrawn")
    assert answer.status_code == 410
    page = BeautifulSoup(answer.text, "lxml")
    assert one(page, ".warning").text == "Retiré. Replaced by the plan of 2026."
    told = client.get("/api/v1/report/withdrawn")
    assert told.status_code == 410
    assert told.json
    assert (told.json["error"], told.json["reason"]) == (
        "ReportWithdrawn",
        "Replaced by the plan of 2026.",
    )


@pytest.fixture
def shrunken(tmp_path: Path) -> FlaskClient:
    """A site whose corpus lost a report after it had been published."""
    config = sample.built(tmp_path)
    (config.corpus / "mentoring-3.md").unlink()
    build.run(config, vocabulary.load(config.corpus), jobs=1, today=dt.date(2026, 11, 2))
    return create_app(catalogue=Catalogue(config)).test_client()


@pytest.mark.parametrize(
    ("lang", "title", "day", "instead"),
    [
        ("en", "“Mentoring study 3” was withdrawn.", "November 2, 2026", "read instead"),
        ("fr", "«\u202fMentoring study 3\u202f» a été retiré.", "2 novembre 2026", "à la place"),
    ],
)
def test_a_report_that_left_the_corpus_is_gone_and_others_like_it_are_named(
    shrunken: FlaskClient, lang: str, title: str, day: str, instead: str
) -> None:
    answer = shrunken.get(f"/{lang}/report/mentoring-3")
    assert answer.status_code == 410
    page = BeautifulSoup(answer.text, "lxml")
    assert one(page, "h1").text == title
    assert [part["lang"] for part in page.select("h1 span")] == {"en": [], "fr": ["en"]}[lang]
    assert day in page.text
    assert instead in page.text
    links = [str(link["href"]) for link in page.select(".instead a")]
    assert len(links) == 3
    for link in links:
        assert shrunken.get(link).status_code == 200
    assert shrunken.get("/report/mentoring-3").status_code == 410
    assert shrunken.get(f"/{lang}/report/mentoring-99").status_code == 404


def test_a_report_that_left_the_corpus_is_gone_for_programs_too(shrunken: FlaskClient) -> None:
    told = shrunken.get("/api/v1/report/mentoring-3")
    assert told.status_code == 410
    assert told.json
    assert (told.json["error"], told.json["withdrawn_on"]) == ("ReportWithdrawn", "2026-11-02")
    assert len(told.json["alternatives"]) == 3


def test_a_reason_and_a_successor_that_a_person_recorded_are_told(
    shrunken: FlaskClient, tmp_path: Path
) -> None:
    record = tmp_path / "corpus" / identity.FILE
    plain = '"gone":{"on":"2026-11-02"}'
    told = '"gone":{"on":"2026-11-02","reason":"Repeated.","see":["street-lighting","no-such"]}'
    record.write_text(record.read_text().replace(plain, told))
    page = BeautifulSoup(shrunken.get("/en/report/mentoring-3").text, "lxml")
    assert one(page, ".lead").text == "Repeated."
    assert one(page, ".instead a")["href"] == "/en/report/street-lighting"


def test_a_former_id_leads_to_the_report_for_good(client: FlaskClient) -> None:
    response = client.get("/fr/report/old-lighting")
    assert response.status_code == 301
    assert response.headers["Location"] == "/fr/report/street-lighting"


@pytest.fixture
def long_report(tmp_path: Path) -> FlaskClient:
    """A report with nested headings over several pages, of which some could not be read."""
    report = Report(
        id="long",
        path="long.pdf",
        format="pdf",
        title="A long report",
        lang="en",
        fingerprint="f",
        added=dt.date(2026, 1, 1),
        pages=4,
        warnings=(
            *(finding("page-without-text", page) for page in (4, 6, 7)),
            finding("garbled", 9),
            finding("language-switch", 3, language="fr"),
            finding("pages-cut", read="5000", pages="7012"),
            ReadWarning("of-another-version", "was <read> otherwise", page=2),
        ),
    )
    rows = "Place | Calls\n\nNorth | 5"
    places = [
        (1, ("A long report",), "It begins."),
        (1, ("A long report", "Method"), "How."),
        (2, ("A long report", "Method", "Sample"), f"Who.\n\n{rows}"),
        (2, ("A long report", "Method", "Sample"), "South | 7"),
        (3, ("A long report", "Results"), "What [2, 9].\n\n1. First [1]."),
        (3, ("A long report", "Results"), "2. Second.\n\n• Third."),
        (4, ("Sources",), "1. One [2]. https://a.ca"),
        (4, ("Sources",), "2. Two."),
    ]
    passages = tuple(
        Passage("long", number, page, headings, text, "en")
        for number, (page, headings, text) in enumerate(places, start=1)
    )
    return create_app(catalogue=sample.catalogue_of(tmp_path, (report, passages))).test_client()


@pytest.mark.parametrize(
    ("lang", "unread", "languages"),
    [
        (
            "en",
            [
                "Pages 4, 6–7 hold no text; they may be scans.",
                "The text of page 9 makes no words of English or French.",
                "Only the first 5,000 of 7,012 pages were read.",
                "p. 2: was <read> otherwise",
            ],
            "Page 3 is in French, unlike most of the report.",
        ),
        (
            "fr",
            [
                "Les pages 4, 6–7 ne contiennent pas de texte\u202f; "
                "il s’agit peut-être d’images numérisées.",
                "Le texte de la page 9 ne forme pas de mots en français ou en anglais.",
                "Seules les 5\u00a0000 premières pages sur 7\u00a0012 ont été lues.",
                "p.\u00a02\u00a0: was <read> otherwise",
            ],
            "La page 3 est en français, contrairement à la plus grande partie du rapport.",
        ),
    ],
)
def test_a_report_says_which_pages_were_not_read(
    long_report: FlaskClient, lang: str, unread: list[str], languages: str
) -> None:
    page = read(long_report, f"/{lang}/report/long")
    assert [line.text for line in page.select("section.warning li")] == unread
    assert facts(page)[{"en": "Languages", "fr": "Langues"}[lang]] == languages


def test_each_heading_and_each_page_is_said_once(long_report: FlaskClient) -> None:
    page = read(long_report, "/en/report/long")
    found = [(h.name, h.text) for h in page.select(".text h3, .text h4")]
    assert found == [("h3", "Method"), ("h4", "Sample"), ("h3", "Results"), ("h3", "Sources")]
    assert [str(tag["id"]) for tag in page.select(".page")] == [f"page-{n}" for n in range(1, 5)]


def test_the_contents_name_the_headings_with_their_pages(long_report: FlaskClient) -> None:
    lines = [line.text for line in read(long_report, "/en/report/long").select(".contents li")]
    assert lines == ["Method p. 1", "Sample p. 2", "Results p. 3", "Sources p. 4"]


def test_a_list_that_goes_on_in_the_next_passage_counts_on(long_report: FlaskClient) -> None:
    lists = read(long_report, "/en/report/long").select(".text ol, .text ul")
    found = [(tag.name, tag.get("start"), tag.text.strip()) for tag in lists]
    assert found == [
        *(("ol", None, "First [1]."), ("ol", "2", "Second."), ("ul", None, "Third.")),
        *(("ol", None, "One [2]. https://a.ca"), ("ol", "2", "Two.")),
    ]


def test_citations_lead_to_the_sources_but_not_from_them(long_report: FlaskClient) -> None:
    links = read(long_report, "/fr/report/long").select('.text a[href^="#"]')
    found = [(link.text, link["href"], link["title"]) for link in links]
    assert found == [("2", "#passage-8", "Sources"), ("1", "#passage-7", "Sources")]


def test_a_table_that_goes_on_in_the_next_passage_has_one_header(long_report: FlaskClient) -> None:
    tables = read(long_report, "/en/report/long").select(".text table")
    assert [len(table.select("th")) for table in tables] == [2, 0]


@pytest.mark.parametrize(
    ("lang", "title"), [("en", "Reports like this one"), ("fr", "Rapports semblables")]
)
def test_reports_like_it_stand_at_the_end_with_how_they_are_found(
    client: FlaskClient, lang: str, title: str
) -> None:
    section = one(read(client, f"/{lang}/report/mentoring-3"), ".similar")
    assert one(section, "h2").text == title
    links = section.select("li a")
    assert len(links) == 5
    assert all(str(link["href"]).startswith(f"/{lang}/report/mentoring-") for link in links)
    about, anchor = str(one(section, ".hint a")["href"]).split("#")
    assert one(read(client, about), f"#{anchor}").text


def test_without_reports_like_it_nothing_is_said_of_them(client: FlaskClient) -> None:
    gone = client.get("/en/report/withdrawn")
    assert gone.status_code == 410
    assert not BeautifulSoup(gone.data, "lxml").select(".similar")
