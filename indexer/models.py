"""The plain data that everything else passes along: what was read, and what is indexed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document under one heading and on one page.

    `heading` is empty before the first heading; `level` is 1 to 6 (0 without a heading);
    `page` counts from 1 and is None where the format has no pages. Each of `blocks` is one
    paragraph, one list item or one table row (cells joined by " | "). A list item begins with
    its marker: `• ` for any bullet, `3. ` for any number; letters and Roman numerals that the
    text itself holds, such as `a)`, `(a)` and `ii.`, stay as written.
    A section that runs over a page break is given once per page, with the same heading.
    """

    heading: str
    level: int
    page: int | None
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadWarning:
    """Something about a file that its owner should look at; everything legible was read.

    `kind` is one of findings.MESSAGES, `values` what is filled in there; `page` counts from 1.
    """

    kind: str
    message: str
    page: int | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Extract:
    """What a file says, before any judgement about it.

    `declared` holds metadata that the author wrote into the document (front matter, <meta>),
    under the contract's keys; `properties` what the file format recorded by itself (PDF
    information, DOCX core properties), under the same keys. `characters` counts the text of
    each page in order, or of the whole document where the format has no pages. `problems` says
    what is wrong with what the author declared; nothing of that was taken.
    """

    format: str
    sections: tuple[Section, ...]
    declared: Mapping[str, object] = field(default_factory=dict)
    properties: Mapping[str, object] = field(default_factory=dict)
    pages: int | None = None
    characters: tuple[int, ...] = ()
    warnings: tuple[ReadWarning, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A citable piece of a report: the unit of matching.

    `number` counts from 1 through the report; `headings` is the path from the outermost
    heading to the innermost; `lang` is `en` or `fr`.
    """

    report_id: str
    number: int
    page: int | None
    headings: tuple[str, ...]
    text: str
    lang: str

    @property
    def heading(self) -> str:
        """The innermost heading above the passage, or an empty text."""
        return self.headings[-1] if self.headings else ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One observation that speaks for a label: `term`, seen `count` times in the `place`
    (`title`, `summary`, `heading` or `body`), worth `weight` points."""

    term: str
    place: str
    count: int
    weight: float


@dataclass(frozen=True, slots=True)
class Label:
    """A sector that a report carries: declared by its metadata, or suggested for `reasons`."""

    sector: str
    declared: bool
    score: float = 0.0
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Rating:
    """What one registry said, in its own words."""

    by: str
    rating: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A document of the corpus with all that is known of it: the unit of results.

    `last_verified` is the day on which an editor last held it against its sources.
    `provenance` says for each metadata key where its value came from (`sidecar`,
    `front matter`, `meta tags`, `file properties`, `guess`). `fingerprint` changes when the file,
    its sidecar, the vocabulary or the index schema change.
    """

    id: str
    path: str
    format: str
    title: str
    lang: str
    fingerprint: str
    added: dt.date
    aliases: tuple[str, ...] = ()
    translation_of: str | None = None
    year: int | None = None
    date: dt.date | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    type: str | None = None
    labels: tuple[Label, ...] = ()
    rating: str = "not-rated"
    rating_note: str | None = None
    ratings: tuple[Rating, ...] = ()
    outcomes: tuple[str, ...] = ()
    population: tuple[str, ...] = ()
    setting: tuple[str, ...] = ()
    municipality: str | None = None
    province: str | None = None
    country: str | None = None
    source_url: str | None = None
    licence: str | None = None
    summary: str | None = None
    withdrawn: str | None = None
    last_verified: dt.date | None = None
    pages: int | None = None
    passages: int = 0
    provenance: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[ReadWarning, ...] = ()

    @property
    def work(self) -> str:
        """What a report has in common with its translations: the id of the original."""
        return self.translation_of or self.id

    @property
    def sectors(self) -> tuple[str, ...]:
        """The sectors that the report carries, declared or suggested, strongest first."""
        return tuple(label.sector for label in self.labels)
