"""What do the first pages say of a document? Its year, authors, publisher and type.

Nobody declared any of this, so it is only suggested to a person who confirms or corrects it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from indexer.adding.suggestion import GUESS, LIKELY, Suggestion
from indexer.models import Extract
from indexer.text import fold

FIRST_PAGES: Final = 2
# Where a format has no pages, as much as stands on two.
FIRST_BLOCKS: Final = 40
LONGEST_LINE: Final = 300

_MONTHS: Final = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre"
)
_YEAR: Final = r"((?:19|20)\d\d)(?!\d)"
_DATED: Final = re.compile(
    rf"(?:©|\(c\)|copyright|published|publie\w*|released|paru\w*)\D{{0,30}}{_YEAR}"
    rf"|\b(?:{_MONTHS})\s+{_YEAR}"
)
_ALONE: Final = re.compile(rf"^{_YEAR}$")
_BY: Final = re.compile(
    r"^(?:by|par|prepared by|prepare par|written by|redige par|authors?|auteur\w*)\s*:?\s+(?=\S)"
)
_AND: Final = re.compile(r"\s*(?:,|;|&|\band\b|\bet\b)\s*")
_NAME: Final = re.compile(r"(?:[A-ZÀ-Þ][\w’'.-]*\s+){1,4}[A-ZÀ-Þ][\w’'-]+")
_IMPRINT: Final = re.compile(
    r"(?:(?:published by|publie par)\s*:?|(?:©|copyright)\s*(?:\d{4})?,?)\s*(?:the |l[ea] |les )?"
)
_TYPES: Final[Mapping[str, str]] = {
    "review": r"systematic review|meta-?analy|rapid review|evidence review|revue systematique",
    "evaluation": r"evaluation|randomi[sz]ed|\btrial\b|essai (?:controle|randomise)|impact of",
    "statistics": r"statisti|\bsurvey\b|enquete|juristat|\btrends\b|tendances",
    "guide": r"\bguide\b|toolkit|handbook|\bmanual\b|trousse|manuel|how to",
    "strategy": r"strateg|action plan|plan d.action|safety plan|plan de securite",
    "brief": r"policy brief|note de synthese|task force|groupe de travail|inquiry",
}


def clues(extract: Extract, title: str, publishers: Collection[str]) -> dict[str, Suggestion]:
    """What the first pages suggest by key; `publishers` are those of the reports that are there."""
    lines = list(_opening(extract))
    found = {
        "year": _year(lines),
        "authors": _authors(lines),
        "publisher": _known(lines, publishers) or _imprint(lines),
        "type": _type(title),
    }
    return {key: suggestion for key, suggestion in found.items() if suggestion}


def _opening(extract: Extract) -> Iterator[str]:
    """The headings and blocks of the first pages."""
    left = FIRST_BLOCKS
    for section in extract.sections:
        if section.page is not None and section.page > FIRST_PAGES:
            return
        for line in (section.heading, *section.blocks):
            if left and line:
                left -= 1
                yield line[:LONGEST_LINE]


def _year(lines: list[str]) -> Suggestion | None:
    latest = dt.date.today().year + 1
    for pattern, confidence in ((_DATED, LIKELY), (_ALONE, GUESS)):
        for line in lines:
            match = pattern.search(fold(line))
            year = int(next(filter(None, match.groups()))) if match else latest + 1
            if match and year <= latest:
                return Suggestion(year, f"“{match[0]}” on the first pages", confidence)
    return None


def _authors(lines: list[str]) -> Suggestion | None:
    for line in lines:
        match = _BY.match(fold(line))
        # Folding may change the length of what stands before; the names are what is left.
        names = [part for part in _AND.split(line[match.end() :]) if part] if match else []
        if names and all(_NAME.fullmatch(name) for name in names):
            return Suggestion(names, "the line that names them on the first pages", LIKELY)
    return None


def _known(lines: list[str], publishers: Collection[str]) -> Suggestion | None:
    """The publisher of another report that is named here; of several, the longest name."""
    opening = f" {fold(' '.join(lines))} "
    named = [name for name in publishers if re.search(rf"\b{re.escape(fold(name))}(?!\w)", opening)]
    if not named:
        return None
    longest = max(named, key=lambda name: (len(name), name))
    return Suggestion(longest, "named on the first pages, and known from other reports", LIKELY)


def _imprint(lines: list[str]) -> Suggestion | None:
    for line in lines:
        match = _IMPRINT.match(fold(line))
        name = re.split("[.,;]", line[match.end() :])[0].strip() if match else ""
        if 2 < len(name) <= 100 and name[0].isupper():
            return Suggestion(name, "the imprint on the first pages", GUESS)
    return None


def _type(title: str) -> Suggestion | None:
    for kind, pattern in _TYPES.items():
        match = re.search(pattern, fold(title))
        if match:
            return Suggestion(kind, f"“{match[0]}” in the title", LIKELY)
    return None
