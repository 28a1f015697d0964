"""Markdown, HTML and plain text: structure, metadata, encodings and what is refused."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from indexer.errors import BadEncoding, NoText
from indexer.models import Extract
from indexer.readers import read
from indexer.readers.blocks import clean


def given(tmp_path: Path, name: str, content: str | bytes) -> Extract:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path)


def blocks(extract: Extract) -> list[str]:
    return [block for section in extract.sections for block in section.blocks]


def outline(extract: Extract) -> list[tuple[str, int]]:
    return [(section.heading, section.level) for section in extract.sections]


# -- Text ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("the o\ufb03ce \ufb01le", "the office file"),
        ("pre\u00advention", "prevention"),
        ("a\u200bb\ufeffc\u202ad", "abcd"),
        ("«\u00a0mot\u202f»", "« mot »"),
        ("e\u0301te\u0301", "été"),
        ("bell\x07 and \x00null", "bell and null"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("  a\n\tb\u2003c ", "a b c"),
        ("H₂O and 10²", "H₂O and 10²"),
    ],
)
def test_text_is_cleaned_without_changing_what_it_says(raw: str, expected: str) -> None:
    assert clean(raw) == expected


# -- Markdown ------------------------------------------------------------------------------------


def test_front_matter_is_declared(tmp_path: Path) -> None:
    found = given(tmp_path, "a.md", "---\ntitle: Un titre\ndate: 2020-01-02\n---\nDu texte.\n")
    assert found.declared == {"title": "Un titre", "date": dt.date(2020, 1, 2)}
    assert blocks(found) == ["Du texte."]


def test_front_matter_may_be_missing_or_empty(tmp_path: Path) -> None:
    assert given(tmp_path, "a.md", "Text.").declared == {}
    assert given(tmp_path, "b.md", "---\n---\nText.").declared == {}


def test_a_byte_order_mark_and_windows_line_ends_do_not_hide_front_matter(tmp_path: Path) -> None:
    found = given(tmp_path, "a.md", "\ufeff---\r\ntitle: T\r\n---\r\nText.\r\n")
    assert found.declared == {"title": "T"}


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("---\ntitle: a\nyear: [1, 2\n---\nText.", r"a\.md \(front matter\), line [34]: "),
        ("---\ntitle: a: b\n---\nText.", r"line 2: "),
        ("---\n- one\n- two\n---\nText.", "holds a list"),
        ("---\njust words\n---\nText.", "holds a str"),
        ("---\ndate: 2020-13-45\n---\nText.", "month must be"),
        ("---\ntitle: a\n\nText.", "no closing --- line"),
    ],
)
def test_wrong_front_matter_is_told_and_the_text_is_read_all_the_same(
    tmp_path: Path, front: str, message: str
) -> None:
    found = given(tmp_path, "a.md", front)
    (problem,) = found.problems
    assert re.search(message, problem)
    assert found.declared == {}
    assert blocks(found)[-1] == "Text."


def test_a_rule_at_the_top_is_no_front_matter(tmp_path: Path) -> None:
    assert blocks(given(tmp_path, "a.md", "---\n\nText.")) == ["Text."]


def test_scripts_styles_and_comments_in_markdown_are_inert(tmp_path: Path) -> None:
    found = given(
        tmp_path,
        "a.md",
        "Before.\n\n<script>alert('x')</script>\n\n<style>p {color: red}</style>\n\n"
        "<!-- a comment -->\n\nAn <em onclick='x()'>inline</em> tag.\n\n<!-- page -->\n\nAfter.",
    )
    assert blocks(found) == ["Before.", "An inline tag.", "After."]
    assert found.pages is None


def test_several_first_level_headings_are_sections(tmp_path: Path) -> None:
    found = given(tmp_path, "a.md", "# One\n\nText.\n\n## Part\n\nText.\n\n# Two\n\nText.")
    assert outline(found) == [("One", 2), ("Part", 3), ("Two", 2)]
    assert "title" not in found.properties


def test_a_heading_without_text_below_it_is_still_given(tmp_path: Path) -> None:
    found = given(tmp_path, "a.md", "# T\n\n## Methods\n\n### Sample\n\nText.")
    assert [(section.heading, section.blocks) for section in found.sections] == [
        ("Methods", ()),
        ("Sample", ("Text.",)),
    ]


def test_a_title_alone_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(NoText):
        given(tmp_path, "a.md", "# Only a title\n")


def test_code_is_one_block(tmp_path: Path) -> None:
    assert blocks(given(tmp_path, "a.md", "    x = 1\n    y = 2\n")) == ["x = 1 y = 2"]


# -- HTML ----------------------------------------------------------------------------------------


def test_navigation_hidden_parts_and_scripts_are_left_out(tmp_path: Path) -> None:
    found = given(
        tmp_path,
        "a.html",
        "<title>T</title><body><header>Site</header><nav><p>Menu</p></nav>"
        "<div role=navigation>Crumbs</div><div hidden>Hidden</div>"
        "<p style='display: none'>Hidden</p><p aria-hidden=true>Hidden</p>"
        "<p>Text.</p>stray<script>x</script><noscript>n</noscript><template>t</template>"
        "<form><p>Search</p></form><aside>See also</aside><footer>Foot</footer>",
    )
    assert blocks(found) == ["Text.", "stray"]


@pytest.mark.parametrize("main", ["main", "article", "div role=main"])
def test_the_main_content_is_preferred(tmp_path: Path, main: str) -> None:
    page = f"<body><div>Banner</div><{main}><header><h1>T</h1></header><p>Text.</p>"
    found = given(tmp_path, "a.html", page)
    assert blocks(found)[0] == "Text."
    assert found.properties["title"] == "T"


def test_a_form_around_the_whole_page_is_no_form(tmp_path: Path) -> None:
    found = given(tmp_path, "a.html", "<body><form><h1>T</h1><p>Text.</p></form>")
    assert blocks(found) == ["Text."]


def test_blocks_of_all_kinds_come_in_order(tmp_path: Path) -> None:
    found = given(
        tmp_path,
        "a.html",
        "<h1>T</h1><p>A <b>bold</b><br>word</p><ul><li>one<ul><li>inner</li></ul></li><li>two</ul>"
        "<table><caption>Cap</caption><tr><th>x<th>y<tr><td>1<td>2</table>"
        "<blockquote><p>Said.</p></blockquote><dl><dt>term<dd>meaning</dl><pre>a\n  b</pre>"
        "<figure><figcaption>Fig.</figcaption></figure>",
    )
    assert blocks(found) == [
        "A bold word",
        "• one",
        "• inner",
        "• two",
        "Cap",
        "x | y",
        "1 | 2",
        "Said.",
        "term",
        "meaning",
        "a b",
        "Fig.",
    ]


def test_lists_count_as_they_are_displayed(tmp_path: Path) -> None:
    found = given(
        tmp_path,
        "a.html",
        "<ol start=3><li>three<ol><li>inner<li>again</ol>and on<li><p>four</p><p>more</p>"
        "<li value=9>nine<li>ten</ol><ol><li>one<ul><li>bullet</ul></ol>",
    )
    assert blocks(found) == [
        *("3. three", "1. inner", "2. again", "and on", "4. four", "more", "9. nine", "10. ten"),
        *("1. one", "• bullet"),
    ]


def test_a_marker_that_the_text_repeats_is_given_once(tmp_path: Path) -> None:
    page = "<ul><li>– one<li>2) two<li>a) three</ul><ol><li>1. four<li>a) five</ol>"
    found = given(tmp_path, "a.html", page)
    assert blocks(found) == ["• one", "2. two", "a) three", "1. four", "2. a) five"]


def test_lists_in_cells_keep_their_markers(tmp_path: Path) -> None:
    page = "<table><tr><td>Aims<td><ul><li>one<li>two</ul><tr><td>- none<td>x</table>"
    assert blocks(given(tmp_path, "a.html", page)) == ["Aims | • one • two", "- none | x"]


def test_a_list_in_markdown_begins_where_it_says(tmp_path: Path) -> None:
    found = given(tmp_path, "a.md", "4. four\n5. five\n\nText.\n\n- one\n    1. inner\n")
    assert blocks(found) == ["4. four", "5. five", "Text.", "• one", "1. inner"]


def test_a_table_that_lays_out_a_page_is_read_through(tmp_path: Path) -> None:
    page = "<table><tr><td><h2>Left</h2><p>a</p><td><h2>Right</h2><p>b</p></table>"
    assert outline(given(tmp_path, "a.html", page)) == [("Left", 2), ("Right", 2)]


def test_meta_tags_are_declared_under_the_contract_keys(tmp_path: Path) -> None:
    found = given(
        tmp_path,
        "a.html",
        '<html lang="fr-CA"><head><title>T | Site</title>'
        '<meta name="DC.Title" content="Le titre"><meta name="dcterms.creator" content="A">'
        '<meta name="dcterms.creator" content="B"><meta name="DCTERMS.issued" content="2019-05-06">'
        '<meta name="dc.publisher" content="P"><meta name="DC.language" content="fra">'
        '<meta name="dc.description" content="S"><meta name="description" content="D">'
        '<meta name="author" content="C"></head><p>Texte.</p>',
    )
    assert found.declared == {
        "title": "Le titre",
        "authors": ["A", "B"],
        "year": 2019,
        "date": dt.date(2019, 5, 6),
        "publisher": "P",
        "lang": "fr",
        "summary": "S",
    }
    assert found.properties == {
        "title": "T | Site",
        "lang": "fr",
        "authors": ["C"],
        "summary": "D",
    }


def test_citation_tags_are_declared(tmp_path: Path) -> None:
    found = given(
        tmp_path,
        "a.html",
        '<meta name="citation_title" content="T"><meta name="citation_author" content="A">'
        '<meta name="citation_publication_date" content="2011/13/40"><p>Text.',
    )
    assert found.declared == {"title": "T", "authors": ["A"], "year": 2011}


def test_the_first_of_several_first_level_headings_is_the_title_if_it_is_named_so(
    tmp_path: Path,
) -> None:
    found = given(tmp_path, "a.html", "<title>T</title><h1>T</h1><p>a<h1>One</h1><p>b")
    assert outline(found) == [("", 0), ("One", 2)]


@pytest.mark.parametrize(
    "page",
    [
        "<title>Library</title><p>Welcome.</p><form><input type=password></form>",
        "<title>Sign in - Library</title><p>Enter your card number.</p>",
        "<title>Bibliothèque</title><h1>Connexion</h1><p>Numéro de carte</p>",
        "<p>You must log in to continue.</p>",
        "<ul><li>Sign in</li></ul>",
    ],
)
def test_a_login_page_is_refused(tmp_path: Path, page: str) -> None:
    with pytest.raises(NoText, match="looks like a login page"):
        given(tmp_path, "a.html", page)


@pytest.mark.parametrize(
    "page",
    [
        "<p>La connexion avec la communauté compte, disent les intervenants du quartier.</p>",
        "<h1>Report</h1>" + "<p>Words about crime prevention.</p>" * 40 + "<input type=password>",
    ],
)
def test_a_page_that_mentions_connections_or_is_long_is_read(tmp_path: Path, page: str) -> None:
    assert blocks(given(tmp_path, "a.html", page))


def test_the_declared_encoding_is_used(tmp_path: Path) -> None:
    page = '<meta charset="iso-8859-1"><p>prévention</p>'.encode("latin-1")
    assert blocks(given(tmp_path, "a.html", page)) == ["prévention"]


def test_an_undeclared_encoding_is_guessed_with_a_warning(tmp_path: Path) -> None:
    found = given(tmp_path, "a.html", f"<p>{FRENCH}</p>".encode("cp1252"))
    assert blocks(found) == [FRENCH.strip()]
    assert [warning.kind for warning in found.warnings] == ["BadEncoding"]


def test_bytes_that_the_encoding_cannot_hold_are_a_warning(tmp_path: Path) -> None:
    page = f'<meta charset="utf-8"><p>{FRENCH}'.encode() + b"\xff\x81 fin</p>"
    found = given(tmp_path, "a.html", page)
    assert blocks(found)[0].startswith("La prévention")
    assert [warning.kind for warning in found.warnings] == ["BadEncoding"]


def test_nesting_deeper_than_the_stack_is_read(tmp_path: Path) -> None:
    page = "<div>" * 50_000 + "deep" + "</div>" * 50_000
    assert "deep" in " ".join(blocks(given(tmp_path, "a.html", page)))


def test_xhtml_with_an_xml_declaration_is_read(tmp_path: Path) -> None:
    page = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>a</p></body>'
    assert blocks(given(tmp_path, "a.html", page)) == ["a"]


# -- Plain text ----------------------------------------------------------------------------------

FRENCH = "La prévention de la criminalité à Montréal : les jeunes, l’école et le quartier. " * 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_without_a_warning(tmp_path: Path, encoding: str) -> None:
    found = given(tmp_path, "a.txt", FRENCH.encode(encoding))
    assert blocks(found) == [FRENCH.strip()]
    assert found.warnings == ()


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "utf-16-le"])
def test_older_encodings_are_guessed_with_a_warning(tmp_path: Path, encoding: str) -> None:
    found = given(tmp_path, "a.txt", FRENCH.encode(encoding))
    assert blocks(found) == [FRENCH.strip()]
    assert [warning.kind for warning in found.warnings] == ["BadEncoding"]
    assert "read as" in found.warnings[0].message


def test_a_few_invalid_bytes_do_not_spoil_the_rest(tmp_path: Path) -> None:
    found = given(tmp_path, "a.txt", FRENCH.encode() + b" \xff fin.")
    assert "prévention" in blocks(found)[0]
    assert [warning.kind for warning in found.warnings] == ["BadEncoding"]


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_binary_data_is_a_bad_encoding(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadEncoding, match="binary data"):
        given(tmp_path, name, bytes(range(256)) * 20)


def test_capitals_standing_alone_are_headings(tmp_path: Path) -> None:
    found = given(tmp_path, "a.txt", "INTRODUCTION\n\nSome text.\n\nMÉTHODE ET DONNÉES\n\nMore.")
    assert outline(found) == [("INTRODUCTION", 2), ("MÉTHODE ET DONNÉES", 2)]


def test_capitals_below_underlined_headings_are_subheadings(tmp_path: Path) -> None:
    found = given(tmp_path, "a.txt", "Title\n=====\n\nPart\n----\nText.\n\nDETAIL\n\nMore.")
    assert found.properties["title"] == "Title"
    assert outline(found) == [("Part", 2), ("DETAIL", 3)]


def test_hard_wraps_are_joined_and_list_items_are_blocks(tmp_path: Path) -> None:
    found = given(tmp_path, "a.txt", "One\nparagraph.\n\n- one\n  item\n* two\n• three\n1. four\n")
    assert blocks(found) == ["One paragraph.", "• one item", "• two", "• three", "1. four"]


def test_markers_in_plain_text_have_one_form_and_letters_stay(tmp_path: Path) -> None:
    found = given(tmp_path, "a.txt", "▪ one\n– two\n\n3) three\n(4) four\na) five\nii. six\n")
    assert blocks(found) == ["• one", "• two", "3. three", "4. four", "a) five", "ii. six"]


def test_a_number_that_follows_none_is_one_of_the_sentence(tmp_path: Path) -> None:
    found = given(tmp_path, "a.txt", "1. Journal of Something, 12,\n376. Publisher.\n2. Next.\n")
    assert blocks(found) == ["1. Journal of Something, 12, 376. Publisher.", "2. Next."]


def test_a_form_feed_is_a_page_break_only_if_there_is_one(tmp_path: Path) -> None:
    assert given(tmp_path, "a.txt", "One.\n\fTwo.\n").pages == 2
    assert given(tmp_path, "b.txt", "One.\n\nTwo.\n").pages is None
    assert given(tmp_path, "c.txt", "One.\n\nTwo.\n\f").pages is None
