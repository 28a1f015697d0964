"""How much is there to read, in pages, and how much of it is done?

Nobody knows the pages of a file before it was read, so what is left is estimated from its size:
with the bytes that a page of the same format took so far, and at first with those it usually takes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Final, Protocol

from indexer.corpus import Source
from indexer.models import Report

# Bytes of a page by format, as in corpus/ and in reports that municipalities publish.
_USUAL: Final = {"pdf": 20_000, "docx": 8_000, "odt": 8_000, "html": 6_000, "htm": 6_000}
_PLAIN: Final = 3_000
# How many pages the usual size counts for beside the pages that were seen.
_PRIOR: Final = 20
_PASSAGES_A_PAGE: Final = 3


class Progress(Protocol):
    """Who is told how a build goes on; work is counted in pages, and at first estimated."""

    def begin(self, total: int) -> None:
        """The work is known, or known better than before."""

    def advance(self, amount: int, name: str) -> None:
        """So much of it was done; what is at work now is this file."""


class Silent:
    """Says nothing."""

    def begin(self, total: int) -> None:
        """Says nothing."""

    def advance(self, amount: int, name: str) -> None:
        """Says nothing."""


class Pages:
    """The pages of the files that a build reads."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.done = 0
        self._left: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()
        self._pages: Counter[str] = Counter()
        for source in sources:
            self._left[_format(source)] += source.size

    @property
    def total(self) -> int:
        """Those that were read and those that are likely to be left."""
        left = (size / self._page_size(kind) for kind, size in self._left.items())
        return self.done + math.ceil(sum(left))

    def read(self, source: Source, report: Report | None) -> int:
        """The pages of a file that was read, now done; one that could not be read counts as it was
        estimated, and teaches nothing."""
        kind = _format(source)
        pages = max(1, round(source.size / self._page_size(kind)))
        if report:
            pages = report.pages or max(1, round(report.passages / _PASSAGES_A_PAGE))
            self._bytes[kind] += source.size
            self._pages[kind] += pages
        self._left[kind] -= source.size
        self.done += pages
        return pages

    def _page_size(self, kind: str) -> float:
        usual = _USUAL.get(kind, _PLAIN)
        return (self._bytes[kind] + usual * _PRIOR) / (self._pages[kind] + _PRIOR)


def _format(source: Source) -> str:
    return source.name.rpartition(".")[2].lower()
