"""Pages that a reader did not make sense of are named; good pages are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.readers import coverage, read

CORPUS = Path(__file__).parents[2] / "corpus"
ENGLISH = "Street lighting reduces theft at night, and it reduces the fear of crime. " * 12
FRENCH = "L’éclairage des rues réduit les vols la nuit, et il réduit la peur du crime. " * 12


def told(*pages: list[str]) -> list[tuple[str, int | None]]:
    return [(found.kind, found.page) for found in coverage.findings(pages, paged=True)]


def shifted(text: str, by: int) -> str:
    """The text as a PDF without a map of its characters gives it."""
    return "".join(chr(ord(letter) + by) if letter.isalpha() else letter for letter in text)


@pytest.mark.parametrize("text", [ENGLISH, FRENCH])
@pytest.mark.parametrize("by", [-3, 1, 3, 29])
def test_letters_that_stand_for_others_are_garbled(text: str, by: int) -> None:
    assert not coverage.is_garbled(text)
    assert coverage.is_garbled(shifted(text, by))


@pytest.mark.parametrize("sign", ["\ufffd", "\ue123", "\uf761", "\x03"])
def test_signs_that_stand_for_no_text_are_garbled(sign: str) -> None:
    assert coverage.is_garbled(f"{sign * 3} {sign * 5} " * 10)
    assert not coverage.is_garbled(ENGLISH + sign)


def test_bullets_of_a_symbol_font_are_not_garbled() -> None:
    assert not coverage.is_garbled("\uf0b7 Lamps. \uf0a7 Locks. " * 20)


def test_utf_8_that_was_read_as_another_encoding_is_garbled() -> None:
    assert coverage.is_garbled(FRENCH.encode().decode("cp1252"))


def test_acronyms_names_and_figures_are_not_garbled() -> None:
    assert not coverage.is_garbled("RCMP SPVM NCPC UNODC ICPC FCM MSP WHO PHAC CIHI " * 30)
    assert not coverage.is_garbled("1 234 | 56 % | 7,8 | 90 " * 100)


@pytest.mark.parametrize("path", sorted(CORPUS.rglob("*.pdf")), ids=lambda path: path.name)
def test_no_page_of_a_good_report_is_garbled_or_lost_a_table(path: Path) -> None:
    assert [found for found in read(path).warnings if found.kind != "language-switch"] == []


def test_a_garbled_page_is_named_among_good_ones() -> None:
    assert told([ENGLISH], [shifted(ENGLISH, 3)], [ENGLISH]) == [("garbled", 2)]


def test_a_caption_without_its_table_is_named() -> None:
    caption = "Table 3. Thefts by year"
    assert told([ENGLISH, caption], [ENGLISH]) == [("table-lost", 1)]
    assert told([FRENCH], ["Tableau 2 – Les vols", FRENCH]) == [("table-lost", 2)]


def test_a_table_on_the_page_of_its_caption_or_the_next_is_not_lost() -> None:
    caption, row = "Table A: Thefts by year", "2019 | 12"
    assert told([caption, row], [caption], [row]) == []
    assert told(["Table 1. A", "Table 2. B", "Table 3. C"]) == []
    assert told([f"Table 3 shows the thefts. {ENGLISH}"]) == []


def test_a_page_in_another_language_is_named() -> None:
    found = list(coverage.findings([[ENGLISH], [FRENCH], [ENGLISH]], paged=True))
    assert [(one.kind, one.page, one.values) for one in found] == [
        ("language-switch", 2, {"language": "fr"})
    ]
    assert told([FRENCH], [FRENCH], [ENGLISH]) == [("language-switch", 3)]


def test_titles_and_sources_in_another_language_do_not_make_a_page_of_it() -> None:
    source = "La prévention du crime au Québec. Sécurité publique Canada, 2015."
    assert told([ENGLISH], [source] * 20) == []
