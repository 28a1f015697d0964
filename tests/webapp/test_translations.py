"""English and French are equals: every text is translated, compiled, and typographically right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo

from webapp import translations

TEMPLATES = Path(translations.SOURCES) / "templates"


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        yield from (str(item) for item in value)


def _translations(catalog: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    return {tuple(_texts(m.id)): tuple(_texts(m.string)) for m in catalog if m.id}


def _french() -> Iterator[str]:
    for message in translations.written():
        if message.id:
            yield from _texts(message.string)
    page = (TEMPLATES / "about.fr.html").read_text(encoding="utf-8")
    page = re.sub(r"<kbd>.*?</kbd>", " ", page)
    yield re.sub(r"<[^>]+>|\{\{.*?\}\}|\{%.*?%\}", " ", page)


def _english() -> Iterator[str]:
    for message in translations.extracted():
        if message.id:
            yield from _texts(message.id)


def test_every_text_is_translated() -> None:
    assert translations.untranslated(translations.updated()) == []


def test_nothing_is_translated_that_is_not_said_and_nothing_said_is_missing() -> None:
    assert set(_translations(translations.written())) == set(
        _translations(translations.extracted())
    )


def test_the_compiled_catalog_is_what_people_wrote() -> None:
    with translations.COMPILED.open("rb") as file:
        compiled = _translations(read_mo(file))
    assert compiled == _translations(translations.written())


def test_updating_changes_nothing_that_is_up_to_date() -> None:
    assert translations.as_po(translations.updated()) == translations.WRITTEN.read_bytes()


def test_a_translation_keeps_every_value() -> None:
    value = re.compile(r"%\(\w+\)s")
    for said, translated in _translations(translations.written()).items():
        for text, translation in zip(said, translated, strict=True):
            assert set(value.findall(text)) == set(value.findall(translation)), translation


@pytest.mark.parametrize("text", list(_french()))
def test_french_has_its_marks_and_spaces(text: str) -> None:
    assert not re.search(r"[\"'“”]", re.sub(r'="[^"]*"', "", text)), "a straight or English mark"
    assert not re.search(r" [:;?!»]|« ", text), "a space that can break"
    assert not re.search(r"\w[:;?!](?!\w|//)", text), "a mark without its space"
    assert not re.search(r"«(?!\u202f)|(?<!\u202f)»", text)


@pytest.mark.parametrize("text", list(_english()))
def test_english_has_its_marks(text: str) -> None:
    assert not re.search(r"[\"']", text)
