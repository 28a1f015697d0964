"""The catalogue of the running site, and what it calls things."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from indexer.catalogue import Catalogue
from webapp.i18n import current_language


def catalogue() -> Catalogue:
    """The catalogue of the running site."""
    return catalogue_of(current_app)


def catalogue_of(app: Flask) -> Catalogue:
    """The catalogue of a site."""
    return cast(Catalogue, app.extensions["catalogue"])


def label(facet: str, key: str) -> str:
    """What a value of a filter is called in the language of the page."""
    return catalogue().vocabulary.label(facet, key, current_language())


def definition(facet: str, key: str) -> str:
    """What a value of a filter means, or an empty text."""
    entry = catalogue().vocabulary.entry(facet, key)
    return entry.definition.get(current_language(), "") if entry else ""
