"""Which everyday words say the same in English and French? What a thesaurus of the field leaves to
a dictionary.

A line of the file holds the English words for one thing, a colon, and the French ones.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from indexer import yamlfile
from indexer.terms import Term

EVERYDAY_FILE: Final = "everyday.yaml"


def load(path: Path) -> dict[str, Term]:
    """What the lines of a file stand for, by key; MetadataError tells what is wrong."""
    lines = yamlfile.load_mapping(path)
    terms = (_term(english, str(french)) for english, french in lines.items())
    return {term.key: term for term in terms}


def _term(english: str, french: str) -> Term:
    # No key of a concept has a colon.
    return Term(f"everyday: {english}", {"en": _listed(english), "fr": _listed(french)})


def _listed(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(","))
