from __future__ import annotations

from hypothesis import given, strategies as st

from indexer.engines.marking import marks
from indexer.models import Passage
from indexer.query import Snippet
from indexer.snippets import LENGTH, snippet
from indexer.syntax import parse


def cut(text: str, query: str, lang: str = "en") -> Snippet:
    passage = Passage("r", 3, 2, ("Findings",), text, lang)
    return snippet(passage, marks(passage, parse(query).clauses))


def marked(found: Snippet) -> list[str]:
    return [found.text[start:end] for start, end in found.marks]


def test_marks_are_the_words_asked_for_in_all_their_forms() -> None:
    found = cut("Lamps help. A lamp is cheap.", "lamp")
    assert marked(found) == ["Lamps", "lamp"]
    assert (found.number, found.page, found.heading) == (3, 2, "Findings")


def test_french_words_are_marked_without_their_elision() -> None:
    assert marked(cut("Chaque été, l’événement revient.", "evenements", "fr")) == ["événement"]


def test_phrases_prefixes_and_alternatives_are_marked_and_exclusions_are_not() -> None:
    text = "Housing first, then police and policing; no tent."
    assert marked(cut(text, '"housing first"')) == ["Housing", "first"]
    assert marked(cut(text, "polic*")) == ["police", "policing"]
    assert marked(cut(text, "tents OR police")) == ["police", "policing", "tent"]
    assert marked(cut(text, "police -tent")) == ["police", "policing"]


def test_a_long_passage_is_cut_around_what_was_asked_for() -> None:
    text = "filler words here " * 40 + "then street lighting reduced theft " + "more words " * 40
    found = cut(text, "street lighting theft")
    assert marked(found) == ["street", "lighting", "theft"]
    assert found.text.startswith("…")
    assert found.text.endswith("…")
    assert len(found.text) <= LENGTH + 2


def test_without_a_match_in_the_text_the_passage_begins_at_its_beginning() -> None:
    found = cut("Word " * 200, "title:absent")
    assert found.marks == ()
    assert found.text.startswith("Word")


@given(st.text(max_size=600), st.text(max_size=20))
def test_marks_lie_inside_the_text_in_order_and_apart(text: str, query: str) -> None:
    found = cut(text, query)
    ends = [0]
    for start, end in found.marks:
        assert ends[-1] <= start < end <= len(found.text)
        ends.append(end)
    assert "\n" not in found.text
