"""A block for a newsletter: right in every mail program, in both languages, whatever is in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import markdown
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, strategies as st

from indexer import newsletter, repair, vocabulary
from indexer.answers import Voice
from indexer.links.finding import occurrences
from indexer.models import Report
from indexer.newsletter import FORMATS, Block, Choices, Theme
from indexer.query import Query
from tests import mail

BASE = "https://evidence.example"
WORDS = vocabulary.load()
DAY = dt.date(2026, 11, 1)
LIST = "/en/search?q=street+lighting&sector=urban-planning&lang=en"
REPORT = Report(
    id="street-lighting",
    path="lighting.pdf",
    format="pdf",
    title="Street lighting & theft",
    lang="en",
    fingerprint="f",
    added=dt.date(2026, 11, 2),
    year=2008,
    publisher="Campbell Collaboration",
    type="review",
    rating="effective",
    summary="Lamps that work reduce theft, at night and by day.",
)
ARABIC = "إنارة الشوارع والسرقة"
ODD_TITLES = (
    "",
    "x" * 400,
    "one word after another " * 40,
    ARABIC,
    f"\u202e{ARABIC}",
    "<script>alert('x')</script>",
    "1. *A* [title](https://evil.example) with `marks` & <b>tags</b> ~~_x_~~ ![i](j)",
    "- a list\n\n# a heading",
    "a | table\r\n---|---",
    "\x00\x1b[31m\ud800",
)


def voice(lang: str) -> Voice:
    return Voice(lang, WORDS, str, lambda _nearby, _query: "", BASE)


def block(
    *reports: Report, lang: str = "en", choices: Choices | None = None, theme: Theme | None = None
) -> Block:
    about = theme or Theme(LIST.replace("/en/", f"/{lang}/"), 27)
    return newsletter.compose(reports, about, choices or Choices("Lighting"), voice(lang))


def text_of(html: str) -> str:
    return " ".join(BeautifulSoup(html, "html.parser").get_text(" ").split())


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("title", ODD_TITLES)
def test_a_block_passes_the_lint_whatever_a_report_says(lang: str, title: str) -> None:
    odd = replace(REPORT, title=title, summary=title, publisher=title)
    choices = Choices(title, f"{title}\n\n{title}", campaign="Autumn 2026")
    written = newsletter.as_html(block(odd, REPORT, lang=lang, choices=choices))
    assert mail.problems(written, BASE) == []


@given(st.text(max_size=600), st.text(max_size=600))
def test_a_block_of_any_text_passes_the_lint(title: str, intro: str) -> None:
    odd = replace(REPORT, title=title, summary=intro)
    written = newsletter.as_html(block(odd, choices=Choices(title, intro)))
    assert mail.problems(written, BASE) == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('<table role="presentation"><tr><td>x</td></tr></table>', "a table without a width"),
        ("<p>x</p>", "a block is one table"),
        ("<style>p{}</style>", "<style>"),
        ('<p style="position:absolute">x</p>', "property position"),
        ('<p style="float:left">x</p>', "property float"),
        ('<p style="color:#14532d">x</p>', "on #121212 cannot be read"),
        ('<p style="color:#cccccc">x</p>', "on #ffffff cannot be read"),
        ('<p style="background-color:#ffffff">x</p>', "a background under"),
        ('<a href="/en/">home</a>', "leads elsewhere"),
        ('<a href="https://evil.example/">here</a>', "leads elsewhere"),
        (f'<a href="{BASE}/">Home</a>', "only its colour"),
        ('<img src="https://evidence.example/a.png">', "without alt"),
        ('<td style="width:700px">x</td>', "700 px"),
        ("<table><tr><p>x</p></tr></table>", "something else than cells"),
        ("x" * 105_000, "Gmail clips it"),
    ],
)
def test_the_lint_sees_what_is_wrong(wrong: str, told: str) -> None:
    assert any(told in problem for problem in mail.problems(wrong, BASE))


def test_the_largest_block_is_not_clipped() -> None:
    full = "&" * 2_000
    odd = replace(REPORT, id="x" * 200, title=full, summary=full, publisher=full)
    choices = Choices(full, full, newsletter.MOST_ITEMS, campaign="c" * 99)
    large = block(*[odd] * 30, choices=choices)
    assert len(large.entries) == newsletter.MOST_ITEMS
    assert 50_000 < len(newsletter.as_html(large).encode()) <= newsletter.CLIPPED


@pytest.mark.parametrize("title", ODD_TITLES)
def test_markdown_says_what_the_html_says(title: str) -> None:
    odd = block(replace(REPORT, title=title, summary=title), choices=Choices("A & b", title))
    made = markdown.markdown(newsletter.as_markdown(odd))
    links = [str(link["href"]) for link in BeautifulSoup(made, "html.parser").select("a")]
    assert links == [entry.url for entry in odd.entries] + [odd.more[1] if odd.more else ""]
    assert not BeautifulSoup(made, "html.parser").select("script, img, ul, ol, code, table")
    said = newsletter.as_html(odd)
    assert text_of(made).replace(" ", "") == text_of(said).replace(" ", "")


@pytest.mark.parametrize("form", ["html", "markdown", "text"])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_format_holds_the_same_links_and_each_is_understood(form: str, lang: str) -> None:
    made = block(REPORT, lang=lang, choices=Choices("T", campaign="Autumn 2026"))
    content = FORMATS[form](made)
    name = {"html": "a.html", "markdown": "a.md", "text": "a.txt"}[form]
    urls = [found.url for found in occurrences(content.encode(), name)]
    assert [url.split("?utm")[0].split("&utm")[0] for url in urls] == [
        f"{BASE}/{lang}/report/street-lighting",
        BASE + LIST.replace("/en/", f"/{lang}/"),
    ]
    for url in urls:
        assert "utm_campaign=autumn-2026" in url
        link = repair.link(url.removeprefix(BASE), WORDS)
        assert link is not None
        assert "utm" not in link.path


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("Rating: Effective", "See all 1,234 reports", "Review of research")),
        ("fr", ("Cote\u00a0: Efficace", "Voir les 1\u202f234 rapports", "Revue de recherche")),
    ],
)
def test_a_block_speaks_its_language(lang: str, words: tuple[str, ...]) -> None:
    made = block(REPORT, lang=lang, theme=Theme(LIST, 1_234))
    for form in FORMATS.values():
        said = form(made).replace("\u00a0", " ")
        for word in words:
            shown = word.replace("\u00a0", " ")
            assert shown in said or shown.replace("\u202f", "\u00a0") in form(made)


def test_summaries_ratings_and_items_are_a_choice() -> None:
    bare = block(*[REPORT] * 9, choices=Choices("T", items=3, summaries=False, ratings=False))
    assert len(bare.entries) == 3
    for form in FORMATS.values():
        assert "Lamps that work" not in form(bare)
        assert "Effective" not in form(bare)
    assert len(block(*[REPORT] * 30, choices=Choices(items=99)).entries) == 20
    assert len(block(REPORT, REPORT, choices=Choices(items=-1)).entries) == 1


def test_a_report_that_was_withdrawn_is_not_in_a_newsletter() -> None:
    made = block(replace(REPORT, withdrawn="Replaced."), REPORT)
    assert len(made.entries) == 1


@pytest.mark.parametrize(
    ("lang", "told"), [("en", "Nothing new since November 1, 2026."), ("fr", "1er novembre 2026.")]
)
def test_nothing_new_is_said_with_the_day(lang: str, told: str) -> None:
    empty = block(lang=lang, theme=Theme(LIST, 5, since=DAY))
    for form in FORMATS.values():
        assert told in form(empty).replace("\n", " ")


def test_a_digest_is_called_by_its_search() -> None:
    query = Query("street lighting", {"sector": ("youth",)}, 2001)
    assert newsletter.subject(query, DAY, voice("en")) == (
        "New since November 1, 2026: “street lighting”, Youth, 2001"
    )
    assert newsletter.subject(Query(), DAY, voice("fr")) == "Nouveau depuis le 1er novembre 2026"


def test_a_title_that_runs_right_to_left_runs_its_own_way() -> None:
    made = newsletter.as_html(block(replace(REPORT, title=f"\u202e{ARABIC}")))
    title = BeautifulSoup(made, "html.parser").select_one("h3")
    assert title is not None
    assert title["dir"] == "auto"
    assert title.get_text() == ARABIC
