"""Fifty searches of new users in ten roles: is what they need among the first five answers?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from indexer import yamlfile
from indexer.catalogue import Catalogue
from indexer.query import Query

FILE: Final = Path(__file__).parent / "fifty.yaml"
FIRST: Final = 5


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody types, and the reports of which one is what they need."""

    role: str
    text: str
    needed: frozenset[str]


def load() -> Iterator[Search]:
    """The searches in the order of the file."""
    for role, rows in yamlfile.load_mapping(FILE).items():
        for text, needed in cast("list[tuple[str, list[str]]]", rows):
            yield Search(role, text, frozenset(needed))


def place(catalogue: Catalogue, search: Search) -> int | None:
    """At which place the first report stands that is needed, in either language; None if it is not
    on the first page."""
    hits = catalogue.search(Query(search.text)).hits
    places = (n for n, hit in enumerate(hits, start=1) if hit.report.work in search.needed)
    return next(places, None)
