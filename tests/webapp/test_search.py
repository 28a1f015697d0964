"""Searching: results, filters, chips, notices, pages."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings, strategies as st

from indexer.catalogue import Catalogue
from indexer.config import Config
from indexer.models import Passage, Report
from tests.webapp import sample
from webapp import create_app

CORPUS = Path(__file__).parents[2] / "corpus"


def read(client: FlaskClient, address: str) -> BeautifulSoup:
    response = client.get(address, follow_redirects=True)
    assert response.status_code == 200
    return BeautifulSoup(response.text, "lxml")


def heading(page: BeautifulSoup) -> str:
    assert page.h1
    return page.h1.text


def one(page: BeautifulSoup | Tag, selector: str) -> Tag:
    found = page.select_one(selector)
    assert found is not None, selector
    return found


def test_a_page_of_a_hundred_long_results_is_under_50_kb(tmp_path: Path) -> None:
    texts = (path.read_text(encoding="utf-8") for path in sorted(CORPUS.rglob("*-fr.md")))
    words = " ".join(texts).split()
    contents = []
    for number in range(100):
        part = words[number * 300 :]
        report = Report(
            id=f"r{number}",
            path=f"r{number}.md",
            format="md",
            title=" ".join(part[:20]),
            summary=" ".join(part[20:80]),
            lang="fr",
            fingerprint="",
            added=dt.date(2026, 1, 1),
            publisher=" ".join(part[80:86]),
        )
        passages = [
            Passage(report.id, n, n, (), f"violence {' '.join(part[86 + 70 * n :][:150])}", "fr")
            for n in (1, 2)
        ]
        contents.append((report, tuple(passages)))
    client = create_app(catalogue=sample.catalogue_of(tmp_path, *contents)).test_client()
    assert 0 < transferred(client, "/en/search?q=violence&expand=off&size=100") < 50_000


def transferred(client: FlaskClient, address: str) -> int:
    """How many bytes a first visit to a page of a hundred results takes."""
    headers = {"Accept-Encoding": "gzip"}
    page = client.get(address, headers=headers)
    assert gzip.decompress(page.data).count(b'<ul class="snippets">') == 100
    parts = ("style.css", "search.js", "suggest.js")
    files = (client.get(f"/static/{name}", headers=headers, buffered=True) for name in parts)
    return sum(len(answer.data) for answer in (page, *files))


@pytest.mark.parametrize(
    "query", ["violence", "youth", "pr%C3%A9vention", "community+safety+police"]
)
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_hundred_results_of_the_shipped_corpus_are_under_fifty_kilobytes(
    shipped: Config, lang: str, query: str
) -> None:
    client = create_app(catalogue=Catalogue(shipped)).test_client()
    assert 0 < transferred(client, f"/{lang}/search?q={query}&size=100") < 50_000


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/en/search", "All 15 reports"),
        ("/fr/search", "Les 15 rapports"),
        ("/en/search?q=mentoring", "12 reports on “mentoring”"),
        ("/fr/search?q=mentoring", "12 rapports sur «\u202fmentoring\u202f»"),
        ("/en/search?sector=urban-planning", "1 report for Urban planning and safe design"),
        ("/en/search?id=x&q=lamp&lang=en", "1 report on “lamp”, in English"),
        ("/fr/search?q=lamp&lang=en", "1 rapport sur «\u202flamp\u202f», en anglais"),
        ("/en/search?q=zzz", "No reports on “zzz”"),
        ("/fr/search?q=zzz", "Aucun rapport sur «\u202fzzz\u202f»"),
        (
            "/en/search?rating=mixed&rating=effective&from=2002&to=2009&sort=newest",
            "2 reports, with the rating Effective or Mixed, dated 2002 to 2009, newest first",
        ),
        (
            "/fr/search?rating=mixed&province=QC&to=2009",
            "Aucun rapport, avec la cote Mitigé, province ou territoire\u00a0: Québec, "
            "datant de 2009 ou avant",
        ),
        ("/en/search?q=%22street+lighting%22", "1 report on “street lighting”"),
    ],
)
def test_one_sentence_says_what_is_shown_and_is_the_title(
    client: FlaskClient, address: str, sentence: str
) -> None:
    page = read(client, address)
    assert heading(page) == sentence
    assert page.title
    assert page.title.text.startswith(sentence + " – ")


def test_a_result_shows_title_line_rating_summary_and_the_page_of_each_passage(
    client: FlaskClient,
) -> None:
    result = one(read(client, "/en/search?q=covers+thirteen"), ".results > li")
    title = one(result, "h2 a")
    assert title.text == "Street lighting and theft"
    assert title["href"] == "/en/report/street-lighting"
    assert one(result, ".quiet").text == (
        "Review of research\u00a0· Campbell Collaboration\u00a0· 2008\u00a0· Sherbrooke, Quebec"
    )
    assert one(result, ".rating.effective").text == "Effective"
    assert one(result, ".summary").text.startswith("Lamps that work")
    passage = one(result, ".snippets a")
    assert passage.text == "p. 2"
    assert passage["href"] == "/en/report/street-lighting#passage-2"
    assert [mark.text for mark in result.select("mark")] == ["covers thirteen"]
    assert [link.text for link in result.select(".sectors a")] == [
        "Urban planning and safe design",
        "Neighbourhoods and communities",
    ]


def test_a_passage_without_pages_begins_with_its_heading(client: FlaskClient) -> None:
    result = one(read(client, "/fr/search?q=rues+éclairées"), ".results > li")
    assert one(result, ".snippets a").text == "Constats"


def test_a_result_in_the_other_language_says_so_and_is_marked(client: FlaskClient) -> None:
    result = one(read(client, "/en/search?q=éclairage&expand=off"), ".results > li")
    assert one(result, "h2 a")["lang"] == "fr"
    assert one(result, ".summary")["lang"] == "fr"
    assert one(result, ".snippets span")["lang"] == "fr"
    assert one(result, ".quiet").text.endswith("in French")


def test_a_filter_says_how_many_reports_it_would_leave(client: FlaskClient) -> None:
    page = read(client, "/en/search?q=mentoring")
    box = one(page, 'input[name=sector][value="youth"]')
    assert box.parent
    assert box.parent.text.split() == ["Youth", "12"]
    assert not box.has_attr("checked")


def test_values_without_reports_stand_behind_more_but_chosen_ones_in_sight(
    client: FlaskClient,
) -> None:
    page = read(client, "/en/search?q=lamp&population=victims&sector=seniors")
    hidden = {str(box["value"]) for box in page.select("details.more input")}
    chosen = {str(box["value"]) for box in page.select("input[checked]")}
    assert chosen == {"victims", "seniors"}
    assert not chosen & hidden
    assert "newcomers-racialized" in hidden
    assert one(page, "#group-population").has_attr("open")
    assert not one(page, "#group-outcome").has_attr("open")


def test_every_filter_belongs_to_the_form_and_has_a_legend(client: FlaskClient) -> None:
    page = read(client, "/en/search")
    assert all(box["form"] == "search" for box in page.select("#filters input, #filters button"))
    assert all(fieldset.legend for fieldset in page.select("fieldset"))


def test_a_chip_removes_its_filter_and_keeps_the_rest(client: FlaskClient) -> None:
    page = read(client, "/en/search?q=mentoring&sector=youth&rating=mixed&from=2001&sort=title")
    chips = {str(chip["href"]) for chip in page.select(".chips a:not(.all)")}
    assert chips == {
        "/en/search?q=mentoring&rating=mixed&from=2001&sort=title",
        "/en/search?q=mentoring&sector=youth&from=2001&sort=title",
        "/en/search?q=mentoring&sector=youth&rating=mixed&sort=title",
    }
    assert one(page, ".chips a.all")["href"] == "/en/search?q=mentoring&sort=title"


def test_pages_lead_to_each_other(client: FlaskClient) -> None:
    first = read(client, "/en/search?q=mentoring")
    assert not first.select("a[rel=prev]")
    second = read(client, str(one(first, "a[rel=next]")["href"]))
    assert one(second, ".results")["start"] == "11"
    assert len(second.select(".results > li")) == 2
    assert one(second, "a[rel=prev]")["href"] == "/en/search?q=mentoring"
    assert not second.select("a[rel=next]")


def test_the_form_keeps_the_order_and_the_size_of_the_page(client: FlaskClient) -> None:
    page = read(client, "/en/search?q=mentoring&sort=oldest&size=5")
    hidden = {str(box["name"]): box["value"] for box in page.select("#search input[type=hidden]")}
    assert hidden == {"sort": "oldest", "size": "5"}


def test_a_search_without_words_is_not_ordered_by_relevance(client: FlaskClient) -> None:
    assert one(read(client, "/en/search"), ".orders b").text == "Newest"
    assert one(read(client, "/en/search?q=lamp"), ".orders b").text == "Most relevant"


def test_a_messy_address_names_its_canonical_one(client: FlaskClient) -> None:
    page = read(client, "/en/search?rating=&amp;sector=youth&q=+mentoring++&utm_source=x&page=1")
    canonical = one(page, "link[rel=canonical]")["href"]
    assert canonical == "http://localhost/en/search?q=mentoring&sector=youth"


def test_canonical_addresses_follow_the_configured_site(tmp_path_factory: object) -> None:
    from indexer.catalogue import Catalogue
    from tests.webapp import sample
    from webapp import create_app

    assert isinstance(tmp_path_factory, pytest.TempPathFactory)
    folder: Path = tmp_path_factory.mktemp("base")
    config = sample.built(folder, base_url="https://example.org/evidence/")
    client = create_app(catalogue=Catalogue(config)).test_client()
    page = read(client, "/en/search?q=lamp")
    assert one(page, "link[rel=canonical]")["href"] == (
        "https://example.org/evidence/en/search?q=lamp"
    )


@pytest.mark.parametrize(
    ("parameters", "english", "french"),
    [
        ("sector=nonsense", "has no value “nonsense”", "n’a pas de valeur «\u202fnonsense\u202f»"),
        ("from=19x5", "“19x5” is not a year", "«\u202f19x5\u202f» n’est pas une année"),
        ("page=0", "“0” is not the number of a page", "n’est pas un numéro de page"),
        ("page=999999", "There is no page 999,999", "Il n’y a pas de page 999\u00a0999"),
        ("sort=best", "There is no order “best”", "L’ordre «\u202fbest\u202f» n’existe pas"),
        ("size=many", "cannot hold “many”", "contenir «\u202fmany\u202f»"),
        ("q=" + "lamp+" * 1000, "only its first words", "seuls ses premiers mots"),
    ],
)
def test_what_could_not_be_understood_is_said(
    client: FlaskClient, parameters: str, english: str, french: str
) -> None:
    assert english in one(read(client, f"/en/search?{parameters}"), ".notices").text
    assert french in one(read(client, f"/fr/search?{parameters}"), ".notices").text


def test_an_unknown_value_offers_the_nearest(client: FlaskClient) -> None:
    notice = one(read(client, "/en/search?q=lamp&sector=urban-planing"), ".notices")
    assert "Did you mean Urban planning and safe design?" in notice.text
    assert one(notice, "a")["href"] == "/en/search?q=lamp&sector=urban-planning"


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "Did you mean mentoring? 3 reports"),
        ("fr", "Vouliez-vous dire mentoring\u202f? 3 rapports"),
    ],
)
def test_what_was_probably_meant_is_a_link_that_keeps_the_filters(
    client: FlaskClient, lang: str, sentence: str
) -> None:
    meant = one(read(client, f"/{lang}/search?q=mentroing&rating=mixed"), ".suggestion")
    assert meant.text == sentence
    assert one(meant, "a")["href"] == f"/{lang}/search?q=mentoring&rating=mixed"


def test_what_was_probably_meant_keeps_its_accents(client: FlaskClient) -> None:
    meant = one(read(client, "/fr/search?q=l’eclairaje+public"), ".suggestion a")
    assert meant.text == "l’éclairage public"


@pytest.mark.parametrize(
    ("parameters", "english", "french"),
    [
        (
            "q=éclairage&expand=off&lang=en",
            {"The reports in French": 1, "Without the words, with the filters only": 15},
            {"Les rapports en français": 1, "Sans les mots, avec les filtres seulement": 15},
        ),
        (
            "q=lamp&type=review&sector=youth&sector=housing&to=2020",
            {
                "Without the filter “Sector: Housing and homelessness or Youth”": 1,
                "Without any filter": 1,
            },
            {
                "Sans le filtre «\u202fSecteur\u00a0: Logement et itinérance ou Jeunes\u202f»": 1,
                "Sans aucun filtre": 1,
            },
        ),
        (
            "q=mentoring&from=2015&to=2016",
            {"Without the filter “Year: dated 2015 to 2016”": 12},
            {"Sans le filtre «\u202fAnnée\u00a0: datant de 2015 à 2016\u202f»": 12},
        ),
        (
            "q=title%3Aburglary",
            {
                "With the words anywhere in a report": 1,
                "Broader: “property crime”": 1,
                "Related: “theft”": 1,
                "Related: “vandalism”": 1,
            },
            {
                "Avec les mots n’importe où dans un rapport": 1,
                "Plus large\u00a0: «\u202fproperty crime\u202f»": 1,
                "Apparenté\u00a0: «\u202ftheft\u202f»": 1,
                "Apparenté\u00a0: «\u202fvandalism\u202f»": 1,
            },
        ),
        (
            "q=mentroing&type=review",
            {"“mentoring” without any filter": 12, "Without the words, with the filters only": 1},
            {
                "«\u202fmentoring\u202f» sans aucun filtre": 12,
                "Sans les mots, avec les filtres seulement": 1,
            },
        ),
    ],
)
def test_without_results_each_way_out_says_how_many_reports_it_leads_to(
    client: FlaskClient, parameters: str, english: dict[str, int], french: dict[str, int]
) -> None:
    for lang, expected in (("en", english), ("fr", french)):
        ways = read(client, f"/{lang}/search?{parameters}").select(".nothing li:has(.count)")
        told = {one(way, "a").text: one(way, ".count").text for way in ways}
        assert {way: int(count.split()[0]) for way, count in told.items()} == expected
        for way in ways:
            found = heading(read(client, str(one(way, "a")["href"])))
            assert found.startswith(one(way, ".count").text)


def test_without_results_the_page_says_which_filter_to_drop(client: FlaskClient) -> None:
    page = read(client, "/en/search?q=mentoring&sector=urban-planning&rating=mixed")
    ways = {link.text: str(link["href"]) for link in page.select(".nothing a")}
    assert ways["Without the filter “Sector: Urban planning and safe design”"] == (
        "/en/search?q=mentoring&rating=mixed"
    )
    assert "Try fewer or more general words" in one(page, ".nothing").text
    assert all("Mixed" not in name for name in ways), "it would still be empty"


def test_without_results_for_a_phrase_the_page_offers_its_words(client: FlaskClient) -> None:
    page = read(client, "/fr/search?q=%22burglary+lamp%22")
    ways = {link.text: link["href"] for link in page.select(".nothing a")}
    assert ways["Sans les guillemets"] == "/fr/search?q=burglary+lamp"


BAD = (
    'q="',
    "q=*",
    "q=(",
    "q=AND",
    "q=%F0%9F%9A%A8",
    "q=" + "x" * 5000,
    "q=%00",
    "q=%FF%FE",
    "q=a%00b&sector=%00",
    "%FF=%FF",
    "sector=%FF",
    "q=\ud83d",
    "q=title:",
    "q=-",
    "q=OR",
    "page=-1",
    "page=99999999999999999999",
    "size=0",
    "size=1000",
    "from=2020&to=1990",
    "from=²⁰¹⁰",
    "q[]=x",
    "q",
    "&&&==&",
    "&".join(f"sector=s{number}" for number in range(1000)),
    "&".join(f"p{number}=1" for number in range(5000)),
)


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("parameters", BAD, ids=range(len(BAD)))
def test_no_address_of_a_search_is_an_error(
    client: FlaskClient, lang: str, parameters: str
) -> None:
    raw = parameters.encode("utf-8", "surrogatepass").decode("latin-1")
    for path in (f"/{lang}/search", "/api/v1/search"):
        response = client.get(path, query_string=raw, follow_redirects=True)
        assert response.status_code == 200


NAMES = ["q", "sector", "rating", "lang", "from", "to", "sort", "page", "size", "publisher"]
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=40)), max_size=6)


@given(pairs=PAIRS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_search_answers_and_its_canonical_address_means_the_same(
    client: FlaskClient, pairs: list[tuple[str, str]]
) -> None:
    safe = [(name, value.encode("utf-8", "replace").decode()) for name, value in pairs]
    response = client.get("/en/search", query_string=safe, follow_redirects=True)
    assert response.status_code == 200
    page = BeautifulSoup(response.text, "lxml")
    canonical = urlsplit(str(one(page, "link[rel=canonical]")["href"]))
    again = read(client, f"{canonical.path}?{canonical.query}")
    assert heading(again) == heading(page)
    assert str(one(again, "link[rel=canonical]")["href"]).endswith(canonical.query)
    assert len(parse_qsl(canonical.query)) <= len(pairs)
