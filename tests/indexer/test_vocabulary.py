from __future__ import annotations

from pathlib import Path

import pytest

from indexer import vocabulary
from indexer.errors import VocabularyError
from indexer.text import LANGUAGES

RATINGS = ("effective", "promising", "mixed", "no-effect", "harmful", "not-rated")
TYPES = "evaluation review programme practice strategy guide statistics brief"


def write(tmp_path: Path, content: str) -> Path:
    (tmp_path / "sectors.yaml").write_text(content, encoding="utf-8")
    return tmp_path


def test_the_packaged_lists_hold_the_keys_of_the_contract() -> None:
    words = vocabulary.load()
    assert words.keys("rating") == RATINGS
    assert words.keys("type") == tuple(TYPES.split())
    assert words.keys("lang") == LANGUAGES
    assert len(words.keys("sector")) == 18
    assert {"ON", "QC", "NU", "CA"} <= set(words.keys("province"))


def test_every_entry_has_a_label_in_both_languages() -> None:
    words = vocabulary.load()
    for name, entries in words.lists.items():
        for key in entries:
            assert all(words.label(name, key, lang) for lang in LANGUAGES)


def test_every_sector_has_a_definition_and_words_in_both_languages() -> None:
    for entry in vocabulary.load().lists["sector"].values():
        for lang in LANGUAGES:
            assert entry.definition[lang]
            assert len(entry.terms[lang]) >= 5
            assert len(entry.weights[lang]) >= 4


def test_a_corpus_may_bring_its_own_sectors_with_parents(tmp_path: Path) -> None:
    own = write(
        tmp_path,
        "- {key: people, label: {en: People, fr: Gens}}\n"
        "- {key: youth, label: {en: Youth, fr: Jeunes}, parent: people}\n",
    )
    words = vocabulary.load(own)
    assert words.keys("sector") == ("people", "youth")
    assert words.with_ancestors("sector", ["youth"]) == ("youth", "people")
    assert words.digest != vocabulary.load().digest


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("yuoth", "youth"),
        ("Housing and homelessness", "housing"),
        ("Urban Planning", "urban-planning"),
        ("itinérance", "housing"),
        ("zzzz", None),
    ],
)
def test_the_nearest_key_is_found_by_key_label_or_word(value: str, meant: str | None) -> None:
    assert vocabulary.load().nearest("sector", value) == meant


def test_a_key_outside_the_list_is_its_own_label() -> None:
    assert vocabulary.load().label("publisher", "Campbell", "fr") == "Campbell"


A = "- {key: a, label: {en: A, fr: B}}\n"


def test_a_retired_key_has_a_successor_for_links_reports_and_suggestions(tmp_path: Path) -> None:
    words = vocabulary.load(write(tmp_path, A + "- retired: {b: c, c: a, d: null}\n"))
    assert words.keys("sector") == ("a",)
    assert [words.successor("sector", key) for key in "bcd"] == ["a", "a", None]
    assert words.is_retired("sector", "d")
    assert not words.is_retired("sector", "a")
    assert [words.nearest("sector", key) for key in "bd"] == ["a", None]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "no list"),
        ("- {label: {en: A, fr: B}}", "no `key`"),
        ("- {key: a, label: {en: A}}", "needs a text in each of `en`, `fr`"),
        ("- {key: a, label: {en: A, fr: B}, colour: red}", "does not know `colour`"),
        ("- {key: a, label: {en: A, fr: B}, terms: {de: [x]}}", "lists of words"),
        ("- {key: a, label: {en: A, fr: B}, weights: {de: {x: 1}}}", "`word: number` pairs"),
        ("- {key: a, label: {en: A, fr: B}, weights: {en: [x]}}", "`word: number` pairs"),
        ("- {key: a, label: {en: A, fr: B}, weights: {en: {x: -1}}}", "no number below 0"),
        ("- {key: a, label: {en: A, fr: B}, weights: {en: {x: .inf}}}", "`word: number` pairs"),
        ("- {key: a, label: {en: A, fr: B}, weights: {en: {911: 1}}}", "`word: number` pairs"),
        ("- {key: a, label: {en: A, fr: B}, weights: {en: {x: true}}}", "`word: number` pairs"),
        ("- {key: a, label: {en: A, fr: B}, parent: b}", "“b” does not exist"),
        (
            "- {key: a, label: {en: A, fr: B}, parent: b}\n"
            "- {key: b, label: {en: A, fr: B}, parent: a}\n",
            "in a circle (a > b > a)",
        ),
        ("- {key: a, label: {en: A, fr: B}}\n- {key: a, label: {en: C, fr: D}}", "stands twice"),
        (A + "- retired: {a: null}", "“a” is still in the list"),
        (A + "- retired: {b: c}", "“c”, the successor of b, is no key"),
        (A + "- retired: {b: c, c: b}", "in a circle (b > c > b)"),
        (A + "- retired: [b]", "one entry of `old: new`"),
        (A + "- retired: {b: a}\n- retired: {c: a}", "one entry of `old: new`"),
        ("- [", "line 1"),
    ],
)
def test_a_wrong_list_is_told_with_file_and_key(tmp_path: Path, content: str, told: str) -> None:
    own = write(tmp_path, content)
    with pytest.raises(VocabularyError) as caught:
        vocabulary.load(own)
    assert "sectors.yaml" in str(caught.value)
    assert told in str(caught.value)


def test_a_vocabulary_whose_files_have_not_changed_is_not_read_again(tmp_path: Path) -> None:
    corpus = write(tmp_path, "- {key: a, label: {en: A, fr: Â}}\n")
    known = vocabulary.load(corpus)
    assert vocabulary.load(corpus) is known
    write(tmp_path, "- {key: b, label: {en: B, fr: B}}\n")
    assert vocabulary.load(corpus).keys("sector") == ("b",)
