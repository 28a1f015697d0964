"""What is there to say of how a file was read? Kinds, their words, and many pages in one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Protocol

from indexer.models import ReadWarning

MESSAGES: Final = {
    "BadEncoding": "not valid UTF-8 and read as {encoding}; save it again as UTF-8",
    "page-without-text": "no text, perhaps a scan; recognise it (OCR) if it matters",
    "no-text-by-ocr": "no text, and none that OCR could read; perhaps blank, or a picture",
    "read-by-ocr": "read by text recognition (OCR); check figures and names against the original",
    "garbled": "text that makes no English or French: a wrong encoding, or another language",
    "table-lost": "the caption of a table without the table, perhaps a picture; check the original",
    "language-switch": "in {language}, unlike most of the report",
    "pages-cut": "only the first {read} of {pages} pages were read; split the file",
    "passages-cut": "only the first {passages} passages were kept; split the file",
}
_LANGUAGES: Final = {"en": "English", "fr": "French"}


class Told(Protocol):
    """A warning about a file, perhaps about one of its pages."""

    @property
    def message(self) -> str:
        """The warning in English."""

    @property
    def page(self) -> int | None:
        """The page, from 1."""


def finding(kind: str, page: int | None = None, **values: str) -> ReadWarning:
    """A warning of one of the kinds above; a language is given by its code, a count in digits."""
    told = {name: _told(value) for name, value in values.items()}
    return ReadWarning(kind, MESSAGES[kind].format(**told), page, values)


def _told(value: str) -> str:
    return f"{int(value):,}" if value.isdecimal() else _LANGUAGES.get(value, value)


@dataclass(frozen=True, slots=True)
class Finding:
    """The warnings of one kind about one file; `pages` is empty where they name none."""

    kind: str
    message: str
    values: Mapping[str, str]
    pages: tuple[int, ...]


def merged(warnings: Iterable[ReadWarning]) -> tuple[Finding, ...]:
    """The warnings with the pages of those that say the same together, in order of first page."""
    pages: dict[tuple[str, str], list[ReadWarning]] = {}
    for warning in warnings:
        pages.setdefault((warning.kind, warning.message), []).append(warning)
    return tuple(
        Finding(same[0].kind, same[0].message, same[0].values, _pages(same))
        for same in pages.values()
    )


def lines(warnings: Iterable[Told]) -> list[str]:
    """The warnings about one file in English, one line for all pages of which the same is said."""
    pages: dict[str, list[Told]] = {}
    for warning in warnings:
        pages.setdefault(warning.message, []).append(warning)
    return [_line(message, _pages(same)) for message, same in pages.items()]


def _line(message: str, pages: tuple[int, ...]) -> str:
    if not pages:
        return message
    return f"page{'s' if len(pages) > 1 else ''} {page_ranges(pages)}: {message}"


def _pages(warnings: Iterable[Told]) -> tuple[int, ...]:
    return tuple(sorted({warning.page for warning in warnings if warning.page is not None}))


def page_ranges(pages: Iterable[int]) -> str:
    """The pages as in a citation: `3, 5–9`."""
    runs = groupby(enumerate(sorted(set(pages))), key=lambda pair: pair[1] - pair[0])
    return ", ".join(_range([page for _, page in run]) for _, run in runs)


def _range(run: list[int]) -> str:
    return f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0])
