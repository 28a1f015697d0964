from __future__ import annotations

from pathlib import Path

import pytest

from indexer import build, terms, vocabulary
from indexer.config import Config
from indexer.terms import MAX_LENGTH, MAX_TERMS, MAX_WORDS, Term
from indexer.text import LANGUAGES
from indexer.verify import verify
from tests.conftest import MakeCorpus

HOMELESSNESS = "homelessness: {en: [homelessness], fr: [itinérance]}\n"


def read(tmp_path: Path, content: str) -> tuple[dict[str, Term], list[str]]:
    """The concepts in a text and what was told of it, with one known sector, `housing`."""
    path = tmp_path / "terms.yaml"
    path.write_text(content, encoding="utf-8")
    found, problems = terms.load(path, ("housing",))
    return found, [str(problem) for problem in problems]


def test_a_concept_has_words_in_both_languages_and_its_place_among_others(tmp_path: Path) -> None:
    found, problems = read(
        tmp_path,
        HOMELESSNESS + "street-youth:\n"
        "  en: [street-involved youth, homeless youth]\n"
        "  fr: [jeunes en situation de rue, jeunes itinérants]\n"
        "  outdated: {en: [street kids], fr: [jeunes de la rue]}\n"
        "  ambiguous: {en: [runaways]}\n"
        "  broader: [homelessness]\n"
        "  sectors: [housing]\n",
    )
    assert problems == []
    assert found["street-youth"] == Term(
        "street-youth",
        labels={
            "en": ("street-involved youth", "homeless youth"),
            "fr": ("jeunes en situation de rue", "jeunes itinérants"),
        },
        outdated={"en": ("street kids",), "fr": ("jeunes de la rue",)},
        ambiguous={"en": ("runaways",)},
        broader=("homelessness",),
        sectors=("housing",),
    )
    assert found["street-youth"].label("fr") == "jeunes en situation de rue"
    assert found["homelessness"].narrower == ("street-youth",)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("{en: [a gang]}", "`fr` needs at least one word"),
        ("{en: [gang], fr: []}", "`fr` needs at least one word"),
        ("{en: gang, fr: [bande]}", "`en` needs at least one word"),
        ("[gang]", "holds no lists. Write its words under `en`, `fr`"),
        ("{en: [gang], fr: [bande], outdatd: {}}", "does not know `outdatd`; did you mean `outda"),
        ("{en: [gang], fr: [bande], outdated: [x]}", "`outdated` needs lists of words under `en`"),
        ("{en: [gang], fr: [bande], outdated: {de: [x]}}", "`outdated` needs lists of words under"),
        ("{en: [gang], fr: [bande], outdated: {en: []}}", "`outdated, en` needs at least one word"),
        ("{en: [gang, 911], fr: [bande]}", "`en`: “911” is no text; put it in quotes"),
        ("{en: [gang, the], fr: [bande]}", "“the” holds no word that a search looks for"),
        ("{en: [gang, '!'], fr: [bande]}", "“!” holds no word"),
        ('{en: ["ga\\u00adng"], fr: [bande]}', "holds invisible characters"),
        (f"{{en: [gang, {'x' * (MAX_LENGTH + 1)}], fr: [bande]}}", "is longer than 80 characters"),
        (f"{{en: {[f'a{n}' for n in range(MAX_WORDS + 1)]}, fr: [b]}}", "more than 30 words"),
        ("{en: [gang, Gáng], fr: [bande]}", "“Gáng” stands here twice"),
        ("{en: [gang], fr: [bande], outdated: {en: [gang]}}", "“gang” stands here twice"),
        ("{en: [gang], fr: [bande], broader: [crimes]}", "“crimes” does not exist; did you mean"),
        ("{en: [gang], fr: [bande], broader: []}", "`broader` needs at least one key"),
        ("{en: [gang], fr: [bande], sectors: [houses]}", "`sectors`: “houses” does not exist"),
    ],
)
def test_a_problem_is_told_with_its_line_and_costs_no_other_concept(
    tmp_path: Path, row: str, told: str
) -> None:
    found, problems = read(tmp_path, f"crime: {{en: [crime], fr: [crime]}}\ngang: {row}\n")
    assert len(problems) == 1
    assert problems[0].startswith("terms.yaml, line 2 (gang): ")
    assert told in problems[0]
    assert found["crime"].label("fr") == "crime"


def test_a_key_is_lower_case_words_with_hyphens(tmp_path: Path) -> None:
    _, problems = read(tmp_path, "Street Gangs: {en: [gang], fr: [bande]}")
    assert problems == ["terms.yaml, line 1 (Street Gangs): is not a key; write `street-gangs`."]


def test_what_is_sound_in_a_concept_is_kept(tmp_path: Path) -> None:
    row = "gang: {en: [gang, 911], fr: [bande], broader: [crime], outdated: [x]}\n"
    found, problems = read(tmp_path, row)
    assert len(problems) == 3
    assert found["gang"] == Term("gang", {"en": ("gang",), "fr": ("bande",)})


def test_a_concept_may_belong_to_two_sectors(tmp_path: Path) -> None:
    path = tmp_path / "terms.yaml"
    path.write_text("gang: {en: [gang], fr: [bande], sectors: [youth, gangs]}", encoding="utf-8")
    found, problems = terms.load(path, ("gangs", "youth"))
    assert problems == []
    assert found["gang"].sectors == ("youth", "gangs")


def test_one_word_in_both_languages_of_a_concept_is_fine(tmp_path: Path) -> None:
    assert read(tmp_path, "gang: {en: [gang], fr: [gang]}")[1] == []


@pytest.mark.parametrize("second", ["{en: [Bail], fr: [b]}", "{en: [lease], fr: [bail]}"])
def test_a_word_of_two_concepts_is_a_problem_in_any_language(tmp_path: Path, second: str) -> None:
    _, problems = read(tmp_path, f"release: {{en: [bail], fr: [caution]}}\nlease: {second}\n")
    assert len(problems) == 1
    assert "terms.yaml, line 2 (lease): " in problems[0]
    assert "is a word of `release` too" in problems[0]
    assert "`ambiguous` in both" in problems[0]


def test_a_word_may_mean_two_things_when_both_concepts_say_so(tmp_path: Path) -> None:
    found, problems = read(
        tmp_path,
        "release: {en: [judicial release], fr: [caution], ambiguous: {en: [bail]}}\n"
        "lease: {en: [lease], fr: [bail résidentiel], ambiguous: {fr: [bail]}}\n",
    )
    assert problems == []
    assert found["release"].ambiguous == {"en": ("bail",)}


def test_a_word_cannot_be_certain_in_one_concept_and_ambiguous_in_another(tmp_path: Path) -> None:
    _, problems = read(
        tmp_path,
        "release: {en: [bail], fr: [caution]}\n"
        "lease: {en: [lease], fr: [location], ambiguous: {fr: [bail]}}\n",
    )
    assert len(problems) == 1
    assert "“bail” is a word of `release` too" in problems[0]


def test_a_circle_of_broader_concepts_is_named_and_broken(tmp_path: Path) -> None:
    found, problems = read(
        tmp_path,
        "a1: {en: [a1], fr: [a1], broader: [b1]}\n"
        "b1: {en: [b1], fr: [b1], broader: [c1, crime]}\n"
        "c1: {en: [c1], fr: [c1], broader: [a1]}\n"
        "self: {en: [self], fr: [soi-même], broader: [self]}\n"
        "crime: {en: [crime], fr: [crime]}\n",
    )
    assert len(problems) == 2
    circles = [problem.split("(")[-1] for problem in problems]
    assert {circle.split(")")[0] for circle in circles} & {
        "a1 > b1 > c1 > a1",
        "b1 > c1 > a1 > b1",
        "c1 > a1 > b1 > c1",
    }
    assert "self > self). Break it." in " ".join(circles)
    assert found["crime"].narrower == ("b1",)
    assert sum(len(found[key].broader) for key in ("a1", "b1", "c1")) == 3


def test_a_long_chain_of_broader_concepts_is_read(tmp_path: Path) -> None:
    chain = (f"w{n}: {{en: [w{n}], fr: [w{n}], broader: [w{n + 1}]}}\n" for n in range(1_500))
    found, problems = read(tmp_path, "".join(chain) + "w1500: {en: [end], fr: [fin]}\n")
    assert problems == []
    assert found["w1500"].narrower == ("w1499",)


def test_small_words_may_make_a_word_together(tmp_path: Path) -> None:
    found, problems = read(tmp_path, "well-being: {en: [well-being], fr: [bien-être]}")
    assert problems == []
    assert found["well-being"].label("fr") == "bien-être"


def test_there_is_a_limit_on_concepts(tmp_path: Path) -> None:
    rows = (f"w{n}: {{en: [w{n}], fr: [w{n}]}}\n" for n in range(MAX_TERMS + 1))
    found, problems = read(tmp_path, "".join(rows))
    assert len(found) == MAX_TERMS
    assert problems == ["terms.yaml: holds more than 2,000 concepts; the rest is left out."]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is empty"),
        ("- gang", "holds a list"),
        ("gang: [", "line 1: not valid YAML"),
        ("a: {}\na: {}", "line 2"),
    ],
)
def test_a_file_that_holds_no_concepts_is_one_problem(
    tmp_path: Path, content: str, told: str
) -> None:
    found, problems = read(tmp_path, content)
    assert found == {}
    assert len(problems) == 1
    assert "terms.yaml" in problems[0]
    assert told in problems[0]


def test_a_corpus_may_bring_its_own_concepts(make_corpus: MakeCorpus) -> None:
    corpus = make_corpus({"terms.yaml": HOMELESSNESS})
    words = vocabulary.load(corpus)
    assert list(words.terms) == ["homelessness"]
    assert words.problems == ()


def test_another_word_for_a_concept_needs_no_build(make_corpus: MakeCorpus, config: Config) -> None:
    make_corpus({"a.md": "# Report\n\nText enough to be indexed."})
    build.run(config, vocabulary.load(config.corpus), jobs=1)
    make_corpus({"terms.yaml": HOMELESSNESS})
    assert build.run(config, vocabulary.load(config.corpus), jobs=1).unchanged == 1


def test_the_packaged_concepts_serve_a_corpus_with_other_sectors(make_corpus: MakeCorpus) -> None:
    corpus = make_corpus({"sectors.yaml": "- {key: people, label: {en: People, fr: Gens}}\n"})
    words = vocabulary.load(corpus)
    assert words.terms.keys() == vocabulary.load().terms.keys()
    assert words.problems == ()
    assert not any(term.sectors for term in words.terms.values())


def test_verify_names_what_is_wrong_with_the_concepts(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({"a.md": "# Report\n\nText enough to be indexed.", "terms.yaml": "gang: {en: []}"})
    words = vocabulary.load(config.corpus)
    build.run(config, words, jobs=1)
    failures = verify(config, words).failures
    assert [(failed.path, failed.step, failed.error) for failed in failures] == [
        ("terms.yaml", "vocabulary", "VocabularyError")
    ] * 2
    assert "line 1 (gang): `fr` needs at least one word" in failures[1].message


def test_the_packaged_concepts_have_no_problem() -> None:
    packaged = Path(terms.__file__).parent / "data" / "terms.yaml"
    found, problems = terms.load(packaged, vocabulary.load().keys("sector"))
    assert problems == []
    assert all(term.label(lang) for term in found.values() for lang in LANGUAGES)


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("homelessness", "itinérance"),
        ("street-involved youth", "jeunes en situation de rue"),
        ("break and enter", "cambriolage"),
        ("intimate partner violence", "violence conjugale"),
        ("overdose", "surdose"),
    ],
)
def test_the_packaged_concepts_join_what_the_two_languages_call_a_thing(
    english: str, french: str
) -> None:
    concepts = vocabulary.load().terms.values()
    named = [term.key for term in concepts if english in term.labels["en"]]
    assert len(named) == 1
    assert named == [term.key for term in concepts if french in term.labels["fr"]]


def test_what_people_still_type_is_kept_apart_from_what_things_are_called() -> None:
    indigenous = vocabulary.load().terms["indigenous-peoples"]
    assert "Aboriginal" in indigenous.outdated["en"]
    assert indigenous.label("fr") == "Autochtones"
