"""Text into HTML."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from indexer.query import Snippet
from webapp import rendering


def snippet(text: str, *marks: tuple[int, int]) -> Snippet:
    return Snippet(1, None, "", text, marks)


def test_marks_become_elements_and_neighbours_become_one() -> None:
    html = rendering.marked(snippet("a <b> street lighting", (6, 12), (13, 21)), "en")
    assert html == "a &lt;b&gt; <mark>street lighting</mark>"


def test_marks_outside_the_text_are_left_out() -> None:
    assert rendering.marked(snippet("abc", (2, 9), (-1, 2)), "en") == "abc"


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "//example.org", "https://", "", None, "http://[x"],
)
def test_what_is_no_web_address_is_no_link(address: str | None) -> None:
    assert rendering.web_address(address) is None


def test_only_a_pdf_opens_at_a_page() -> None:
    assert rendering.page_address("https://a.ca/x.PDF?y=1#z", 3) == "https://a.ca/x.PDF?y=1#page=3"
    assert rendering.page_address("https://a.ca/x.html", 3) is None
    assert rendering.page_address("https://a.ca/x.pdf", None) is None
    assert rendering.page_address("ftp://a.ca/x.pdf", 3) is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see https://a.ca/x.", "https://a.ca/x"),
        ("(https://a.ca/x)", "https://a.ca/x"),
        ("https://a.ca/x_(y), then", "https://a.ca/x_(y)"),
        ("<https://a.ca/?a=1&b=2>", "https://a.ca/?a=1&amp;b=2"),
        ("« https://a.ca »", "https://a.ca"),
    ],
)
def test_an_address_ends_before_the_punctuation_of_its_sentence(text: str, address: str) -> None:
    assert f'<a href="{address}" rel="noopener nofollow">' in rendering.linked(text)


def test_list_items_are_lists_with_their_own_numbers() -> None:
    text = "We found:\n\n• a <b>\n\n• https://a.ca\n\n3. c\n\n4. d\n\n1. e\n\n2. f\n\na) g"
    assert rendering.blocks(text, "en") == (
        "<p>We found:</p>\n"
        "<ul>\n<li>a &lt;b&gt;</li>\n"
        '<li><a href="https://a.ca" rel="noopener nofollow">https://a.ca</a></li>\n</ul>\n'
        '<ol start="3">\n<li>c</li>\n<li>d</li>\n<li value="1">e</li>\n<li>f</li>\n</ol>\n'
        "<p>a) g</p>\n"
    )


def test_a_row_that_begins_with_a_number_is_a_row() -> None:
    assert "<td>1. Light</td><td>5</td>" in rendering.blocks("Aim | Cost\n\n1. Light | 5", "en")


def test_citations_lead_to_the_sources_that_are_listed(site: Flask) -> None:
    text = "It fell [1, 3–12]; see [the list], [2] and https://a.ca/[1]."
    with site.test_request_context("/en/"):
        html = BeautifulSoup(rendering.linked(text, {1: 8, 2: 8, 12: 9}), "lxml")
    assert html.text == text
    found = [(a.text, a["href"]) for a in html.select("a[title=Sources]")]
    assert found == [("1", "#passage-8"), ("12", "#passage-9"), ("2", "#passage-8")]
    assert "[<" not in rendering.linked(text)


def test_every_rating_has_its_own_shape() -> None:
    ratings = ["effective", "promising", "mixed", "no-effect", "harmful", "not-rated"]
    assert len({rendering.rating_symbol(rating) for rating in ratings}) == len(ratings)
    assert rendering.rating_symbol("unheard-of") == rendering.rating_symbol("not-rated")
