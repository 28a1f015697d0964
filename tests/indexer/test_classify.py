from __future__ import annotations

from indexer import classify, vocabulary
from indexer.models import Label, Passage

VOCABULARY = vocabulary.load()


def passage(text: str, *headings: str, lang: str = "en") -> Passage:
    return Passage("r", 1, None, headings, text, lang)


def test_declared_sectors_win_over_any_words() -> None:
    found = classify.labels("Housing", [passage("housing")], "en", ["seniors"], VOCABULARY)
    assert found == (Label("seniors", declared=True),)


def test_a_sector_is_suggested_with_the_words_that_speak_for_it() -> None:
    text = "People experiencing homelessness were offered supportive housing."
    (label, *_) = classify.suggest("Housing First", [passage(text)], "en", VOCABULARY)
    assert label.sector == "housing"
    assert not label.declared
    places = {(reason.place, reason.term) for reason in label.reasons}
    assert ("title", "housing first") in places
    assert ("body", "homelessness") in places
    assert label.score == round(sum(reason.weight for reason in label.reasons), 2)


def test_a_word_counts_as_often_as_it_stands_also_at_the_end() -> None:
    found = classify.suggest("Seniors", [passage("For seniors, with seniors")], "en", VOCABULARY)
    (label,) = found
    counts = {reason.place: reason.count for reason in label.reasons}
    assert counts == {"title": 1, "body": 2}


def test_a_word_in_the_title_counts_more_than_in_a_heading_than_in_the_body() -> None:
    def score(title: str, heading: str, text: str) -> float:
        found = classify.suggest(title, [passage(text, heading)], "en", VOCABULARY)
        labels = {label.sector: label.score for label in found}
        return labels.get("seniors", 0.0)

    in_body = score("x", "x", "seniors, older adults, scams, isolation, neglect")
    in_heading = score("x", "seniors, older adults, scams, isolation, neglect", "x")
    in_title = score("seniors, older adults, scams, isolation, neglect", "x", "x")
    assert 0 < in_body < in_heading < in_title


def test_french_reports_are_labelled_by_french_words() -> None:
    text = "Les jeunes en situation d’itinérance dorment au refuge ou dans un campement."
    found = classify.suggest("Itinérance", [passage(text, lang="fr")], "fr", VOCABULARY)
    assert found[0].sector == "housing"


def test_a_report_about_something_else_carries_no_label() -> None:
    assert classify.suggest("Tax law", [passage("Of wheat and tides.")], "en", VOCABULARY) == ()


def test_at_most_four_sectors_are_suggested() -> None:
    text = " ".join(" ".join(e.terms["en"]) for e in VOCABULARY.lists["sector"].values())
    assert len(classify.suggest("All", [passage(text)], "en", VOCABULARY)) == 4
