"""The French interface: which texts there are, and what people wrote for them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCES: Final = Path(__file__).parents[1]
WRITTEN: Final = SOURCES / "translations" / "fr" / "LC_MESSAGES" / "messages.po"
COMPILED: Final = WRITTEN.with_suffix(".mo")
_METHODS: Final = [
    ("**.py", "python"),
    ("templates/**.html", "jinja2"),
    ("templates/**.xml", "jinja2"),
]


def extracted() -> Catalog:
    """The texts that the code and the templates say, without translations."""
    catalog = Catalog(charset="utf-8")
    for name, line, text, _, context in extract_from_dir(SOURCES, _METHODS):
        catalog.add(text, locations=[(name, line)], context=context)
    return catalog


def written() -> Catalog:
    """The translations as people wrote them."""
    with WRITTEN.open("rb") as file:
        return read_po(file, locale="fr")


def updated() -> Catalog:
    """What people wrote, with new texts added and texts that nothing says any more removed."""
    catalog = written()
    created = catalog.creation_date
    catalog.update(extracted(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.creation_date = created
    return catalog


def untranslated(catalog: Catalog) -> list[str]:
    """The texts that still need a translation, or whose translation is only a guess."""
    return [
        str(message.id)
        for message in catalog
        if message.id and (message.fuzzy or not all(_forms(message.string)))
    ]


def _forms(string: object) -> tuple[object, ...]:
    return string if isinstance(string, tuple | list) else (string,)  # type: ignore[return-value]


def as_po(catalog: Catalog) -> bytes:
    """The catalog as people read it."""
    file = io.BytesIO()
    write_po(file, catalog, width=100, no_location=True)
    return file.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """The catalog as the site reads it."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()
