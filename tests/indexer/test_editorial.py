from __future__ import annotations

import pytest

from indexer import vocabulary
from indexer.config import Config, load
from indexer.verify import Verification, verify
from tests.conftest import MakeCorpus, build_index

FRONT = """---
id: {id}
title: Lamps
lang: en
added: 2026-01-01
type: practice
sectors: [urban-planning]
rating: effective
rating_note: Our reading of one review.
summary: Lamps on streets. They help.
---

"""
SOURCES = (
    "\n\n## Sources\n\n1. A review. Campbell, 2008. <https://example.org/review>\n2. Another.\n"
)


@pytest.fixture
def config(config: Config) -> Config:
    return load({"corpus": config.corpus, "index": config.index, "editorial": "true"}, {})


def checked(config: Config) -> Verification:
    build_index(config)
    return verify(config, vocabulary.load())


def brief(text: str, name: str = "a") -> str:
    return FRONT.format(id=name) + text + SOURCES


def problems(make_corpus: MakeCorpus, config: Config, text: str) -> list[str]:
    make_corpus({"a.md": brief(text)})
    found = checked(config).failures
    assert {failure.error for failure in found} <= {"EditorialError"}
    return [failure.message for failure in found]


@pytest.mark.parametrize(
    "text",
    [
        "Theft fell by 14% [1].",
        "Le vol a reculé de 14\u202f% [1, 2].",
        "It began in 1994 and had 12 sites for ages 12 to 17.",
        "Call 911 or 211 at any hour, 24/7.",
        "It cost CAD 2.1 million a year [1]. The fund ended.",
        "Year | Margin (95%)\n\n",
        "| Year | Share (95%) |\n|---|---|\n| 2010 | 14% [1] |",
    ],
)
def test_a_figure_with_its_source_and_numbers_that_are_none_pass(
    make_corpus: MakeCorpus, config: Config, text: str
) -> None:
    assert problems(make_corpus, config, text) == []


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("Theft fell by 14%. It was measured [1].", "14%"),
        ("Le vol a reculé de 14\u202f%.", "14 %"),
        ("It cost CAD 2.1 million a year.", "CAD 2"),
        ("It cost $15 for each child.", "$1"),
        ("They followed 2,255 people.", "2,255"),
        ("They followed 376 boys.", "376"),
        ("- First [1].\n- Then 376 boys.", "376"),
        ("| Year | Share |\n|---|---|\n| 2010 | 14% |", "14%"),
    ],
)
def test_a_figure_without_a_source_beside_it_is_named(
    make_corpus: MakeCorpus, config: Config, text: str, figure: str
) -> None:
    (problem,) = problems(make_corpus, config, text)
    assert problem.startswith(f"a.md: gives “{figure}” in “")


def test_a_source_number_beyond_the_list_is_named(make_corpus: MakeCorpus, config: Config) -> None:
    assert problems(make_corpus, config, "It helps [3].") == [
        "a.md: cites source [3], but lists 2. Correct the number."
    ]


def test_a_brief_without_sources_or_without_its_keys_is_named(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({"a.md": "---\nid: a\ntitle: A\nlang: en\n---\n\nA text.\n"})
    told = " ".join(failure.message for failure in checked(config).failures)
    assert "has no list under a last heading `Sources`" in told
    for key in ("added", "type", "sectors", "rating", "rating_note", "summary"):
        assert f"does not say its `{key}`" in told
    assert "`title`" not in told


def test_an_address_of_a_copy_host_is_named(make_corpus: MakeCorpus, config: Config) -> None:
    text = "Seen at <https://www.docslib.org/doc/1> and in the record of docslib."
    (problem,) = problems(make_corpus, config, text)
    assert "sends people to a copy (www.docslib.org)" in problem


def test_a_long_sentence_is_named(make_corpus: MakeCorpus, config: Config) -> None:
    (problem,) = problems(make_corpus, config, "It is " + "very " * 45 + "long [1].")
    assert "has a sentence of 48 words" in problem


def test_a_dead_internal_link_is_named_and_a_live_one_passes(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({"x/b.md": brief("Another practice with gardens in it.", "b")})
    text = "See [b](x/b.md), [c](x/c.md) and [d](../../../../etc/hostname)."
    found = problems(make_corpus, config, text)
    assert [problem.split(", which")[0] for problem in found] == [
        "a.md: links to x/c.md",
        "a.md: links to ../../../../etc/hostname",
    ]


def test_two_reports_that_share_a_sentence_are_named(
    make_corpus: MakeCorpus, config: Config
) -> None:
    sentence = "This very sentence stands in both of these reports, which should never be so."
    make_corpus({"b.md": brief(f"Before it. {sentence}", "b")})
    (problem,) = problems(make_corpus, config, f"Other words come first. {sentence}")
    assert problem.startswith("b.md: shares “this very sentence stands")
    assert "with a.md" in problem


def test_documents_that_others_publish_are_not_held_to_the_rules_of_briefs(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({"a.md": "Theft fell by 14%.\n"})
    config = load({"corpus": config.corpus, "index": config.index}, {})
    assert checked(config).ok
