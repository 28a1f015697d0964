"""The catalogue of the running site, and what it calls things."""

from __future__ import annotations

import functools
import re
from typing import Final, cast

from flask import Flask, current_app

from indexer.catalogue import Catalogue
from indexer.text import spaced
from webapp.i18n import current_language

# A range of ages stays on one line.
_AGES: Final = re.compile(r"\d+-\d+(?: ans)?")


def catalogue() -> Catalogue:
    """The catalogue of the running site."""
    return catalogue_of(current_app)


def catalogue_of(app: Flask) -> Catalogue:
    """The catalogue of a site."""
    return cast(Catalogue, app.extensions["catalogue"])


def label(facet: str, key: str) -> str:
    """What a value of a filter is called in the language of the page."""
    lang = current_language()
    return _typeset(catalogue().vocabulary.label(facet, key, lang), lang)


@functools.lru_cache(maxsize=1 << 12)
def _typeset(name: str, lang: str) -> str:
    # The same few hundred names stand on every page.
    return _AGES.sub(_together, spaced(name, lang))


def _together(ages: re.Match[str]) -> str:
    return ages[0].replace("-", "\u2011").replace(" ", "\u00a0")


def definition(facet: str, key: str) -> str:
    """What a value of a filter means, or an empty text."""
    entry = catalogue().vocabulary.entry(facet, key)
    lang = current_language()
    return spaced(entry.definition.get(lang, ""), lang) if entry else ""
