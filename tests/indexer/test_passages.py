from __future__ import annotations

from hypothesis import given, strategies as st

from indexer import passages
from indexer.models import Extract, Section


def cut(*sections: Section) -> list[tuple[int | None, tuple[str, ...], str]]:
    found = passages.cut(Extract("md", sections), "r", "en")
    assert [passage.number for passage in found] == list(range(1, len(found) + 1))
    return [(passage.page, passage.headings, passage.text) for passage in found]


def words(count: int, word: str = "word") -> str:
    return " ".join([word] * count)


def test_a_passage_never_crosses_a_page_or_a_section() -> None:
    found = cut(
        Section("A", 2, 1, ("one",)),
        Section("A", 2, 2, ("two",)),
        Section("B", 2, 2, ("three",)),
    )
    assert found == [(1, ("A",), "one"), (2, ("A",), "two"), (2, ("B",), "three")]


def test_a_passage_knows_its_heading_path() -> None:
    found = cut(
        Section("", 0, None, ("intro",)),
        Section("A", 2, None, ("a",)),
        Section("A1", 3, None, ("a1",)),
        Section("B", 2, None, ("b",)),
    )
    assert [headings for _, headings, _ in found] == [(), ("A",), ("A", "A1"), ("B",)]


def test_paragraphs_are_joined_to_about_150_words() -> None:
    found = cut(Section("A", 2, None, tuple(words(50) for _ in range(12))))
    sizes = [len(text.split()) for _, _, text in found]
    assert sizes == [150, 150, 150, 150]


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    sentence = "This sentence has exactly seven words here. "
    found = cut(Section("A", 2, None, ((sentence * 60).strip(),)))
    assert all(text.endswith(".") for _, _, text in found)
    assert all(100 <= len(text.split()) <= 200 for _, _, text in found)


def test_text_without_sentences_is_cut_all_the_same() -> None:
    found = cut(Section("A", 2, None, (words(5_000),)))
    assert max(len(text.split()) for _, _, text in found) <= 300


def test_a_passage_in_the_other_language_says_so() -> None:
    french = "Les jeunes de la ville et leurs familles ont reçu une aide pour le logement. " * 3
    found = passages.cut(
        Extract("md", (Section("", 0, None, ("Short.",)), Section("B", 2, None, (french,)))),
        "r",
        "en",
    )
    assert [passage.lang for passage in found] == ["en", "fr"]


@given(st.lists(st.integers(1, 400), min_size=1, max_size=12))
def test_no_word_is_lost_repeated_or_moved(sizes: list[int]) -> None:
    blocks = tuple(
        " ".join(f"w{block}x{n}" for n in range(size)) for block, size in enumerate(sizes)
    )
    found = cut(Section("A", 2, None, blocks))
    assert " ".join(text for _, _, text in found).split() == " ".join(blocks).split()
