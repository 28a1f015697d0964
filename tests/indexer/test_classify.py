from __future__ import annotations

from pathlib import Path

from indexer import classify, vocabulary
from indexer.models import Label, Passage

VOCABULARY = vocabulary.load()


def passage(text: str, *headings: str, lang: str = "en") -> Passage:
    return Passage("r", 1, None, headings, text, lang)


def test_declared_sectors_win_over_any_words() -> None:
    found = classify.labels("Housing", [passage("housing")], "en", ["seniors"], VOCABULARY)
    assert found == (Label("seniors", declared=True),)


def test_a_sector_is_suggested_with_the_words_that_speak_for_it() -> None:
    text = "Homelessness fell where supportive housing was offered."
    (label, *_) = classify.suggest("Housing First", [passage(text)], "en", VOCABULARY)
    assert label.sector == "housing"
    assert not label.declared
    places = {(reason.place, reason.term) for reason in label.reasons}
    assert ("title", "housing first") in places
    assert ("body", "homelessness") in places
    assert label.score == round(sum(reason.weight for reason in label.reasons), 2)


def scores(
    title: str, *headings: str, text: str = "", own: vocabulary.Vocabulary = VOCABULARY
) -> dict[str, float]:
    """What the suggestions of an English report are worth."""
    found = classify.suggest(title, [passage(text, *headings)], "en", own)
    return {label.sector: label.score for label in found}


def test_a_word_counts_as_often_as_it_stands_also_at_the_end() -> None:
    text = "For seniors, with seniors and for older adults, by older adults"
    (label,) = classify.suggest("Of seniors", [passage(text)], "en", VOCABULARY)
    counts = {(reason.place, reason.term): reason.count for reason in label.reasons}
    assert counts[("title", "seniors")] == 1
    assert counts[("body", "seniors")] == 2
    assert counts[("body", "older adults")] == 2


def test_a_word_in_the_title_counts_more_than_in_a_heading_than_in_the_body() -> None:
    words = "seniors, older adults, older people, personal fraud, scams, neglect, dementia"
    in_body = scores("x", text=words)["seniors"]
    in_heading = scores("x", words)["seniors"]
    in_title = scores(words)["seniors"]
    assert 0 < in_body < in_heading < in_title


def test_the_summary_counts_and_says_so() -> None:
    text = "Seniors, older adults and dementia."
    (label,) = classify.suggest("x", [passage("Of tides.")], "en", VOCABULARY, text)
    assert label.sector == "seniors"
    assert {reason.place for reason in label.reasons} == {"summary"}


def test_a_sector_of_many_passages_needs_fewer_words_than_one_of_a_single_passage() -> None:
    tides = [passage("Of tides.")] * 7
    spread = [passage("Of seniors.")] * 8
    at_once = [passage("Of seniors. " * 8), *tides]
    assert classify.suggest("Older adults", spread, "en", VOCABULARY)
    assert not classify.suggest("x", at_once, "en", VOCABULARY)


def test_a_title_that_stands_as_a_heading_too_counts_once() -> None:
    assert scores("Older adults, seniors", "OLDER ADULTS, SENIORS") == scores(
        "Older adults, seniors"
    )


def test_a_long_report_needs_more_words_than_a_short_one() -> None:
    words = "shelter homelessness eviction encampment "
    short = scores("x", text=words)["housing"]
    long = scores("x", text=words + "tide " * 5000).get("housing", 0.0)
    assert long < short


def test_the_words_of_a_phrase_do_not_count_again() -> None:
    (label, *_) = classify.suggest("Elder abuse", [passage("Elder abuse")], "en", VOCABULARY)
    assert label.sector == "seniors"
    assert {reason.term for reason in label.reasons} == {"elder abuse"}


def test_a_list_of_sources_says_nothing() -> None:
    listed = passage("Gangs and guns. Youth gangs. Gun violence. Shootings.", "Sources")
    assert classify.suggest("x", [listed], "en", VOCABULARY) == ()


def test_a_passage_is_read_in_its_own_language() -> None:
    text = "Itinérance, logement, campement et refuge : itinérance encore."
    found = classify.suggest("x", [passage(text, lang="fr")], "en", VOCABULARY)
    assert [label.sector for label in found] == ["housing"]


SECTORS = """
- key: lamps
  label: {en: Lamps, fr: Lampes}
  terms: {en: [lamp, street lamp]}
- key: gates
  label: {en: Gates, fr: Portes}
  terms: {en: [gate]}
"""
WEIGHTS = "  weights: {en: {gate: 2, opening gate: 0, hinge: 5}}\n"


def own_vocabulary(folder: Path, content: str) -> vocabulary.Vocabulary:
    (folder / "sectors.yaml").write_text(content, encoding="utf-8")
    return vocabulary.load(folder)


def test_a_vocabulary_without_weights_suggests_by_its_words(tmp_path: Path) -> None:
    own = own_vocabulary(tmp_path, SECTORS)
    assert list(scores("Street lamp", text="A lamp", own=own)) == ["lamps"]


def test_the_weights_of_a_vocabulary_hold_before_the_usual_ones(tmp_path: Path) -> None:
    own = own_vocabulary(tmp_path, SECTORS + WEIGHTS)
    assert scores("Gate", own=own) == {"gates": 12.0}
    assert scores("Hinge", own=own) == {"gates": 30.0}
    assert scores("Opening gate", own=own) == {}


def test_french_reports_are_labelled_by_french_words() -> None:
    text = "Les jeunes en situation d’itinérance dorment au refuge ou dans un campement."
    found = classify.suggest("Itinérance", [passage(text, lang="fr")], "fr", VOCABULARY)
    assert found[0].sector == "housing"


def test_a_report_about_something_else_carries_no_label() -> None:
    assert classify.suggest("Tax law", [passage("Of wheat and tides.")], "en", VOCABULARY) == ()


def test_at_most_five_sectors_are_suggested() -> None:
    text = " ".join(" ".join(e.terms["en"]) for e in VOCABULARY.lists["sector"].values())
    assert len(classify.suggest("All", [passage(text)], "en", VOCABULARY)) == 5
