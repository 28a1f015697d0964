"""What may be meant by the beginning of a search: topics, sectors and titles that go on so.

Words of both languages are looked for; what is in the language of the page comes first. Every
typed word must begin a word, whatever its accents and case.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from indexer.models import Report
from indexer.terms import Term
from indexer.text import LANGUAGES, words
from indexer.vocabulary import Entry, Vocabulary

MOST: Final = 8
# How many of each kind, in the order in which they are shown; the others leave room for reports.
KINDS: Final = {"term": 3, "sector": 2, "report": MOST}
MIN_TYPED: Final = 2
MAX_TYPED: Final = 100
MAX_WORDS: Final = 8
# How many entries are looked at for one beginning, so that a short one costs no more than others.
MAX_LOOKED_AT: Final = 2_000
_LAST: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Completion:
    """Something that can be chosen, `text` in a language: `value` is the key or id of its `kind`,
    which is `term` (a topic to search for), `sector` or `report`."""

    kind: str
    value: str
    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """The words under which a completion is found; `rank` is lower for better ones."""

    completion: Completion
    words: tuple[str, ...]
    rank: int


class Completions:
    """All that can be completed, for pages in one language."""

    def __init__(self, reports: Iterable[Report], vocabulary: Vocabulary, lang: str) -> None:
        terms = _terms(vocabulary.terms.values(), lang)
        self._entries = [*terms, *_sectors(vocabulary, lang), *_reports(reports, lang)]
        pairs = sorted({(w, n) for n, entry in enumerate(self._entries) for w in entry.words})
        self._words = [word for word, _ in pairs]
        self._numbers = [number for _, number in pairs]

    def of(self, typed: str) -> tuple[Completion, ...]:
        """At most eight completions of what was typed, a few topics and sectors first; none of a
        single letter."""
        asked = [word.text for word in islice(words(typed[:MAX_TYPED]), MAX_WORDS)]
        if max(map(len, asked), default=0) < MIN_TYPED:
            return ()
        found = sorted(self._matching(asked), key=lambda entry: _order(entry, asked))
        chosen: dict[tuple[str, str], Completion] = {}
        for entry in found:
            completion = entry.completion
            chosen.setdefault((completion.kind, completion.value), completion)
        of_kinds = [
            completion
            for kind, most in KINDS.items()
            for completion in islice((c for c in chosen.values() if c.kind == kind), most)
        ]
        return tuple(of_kinds[:MOST])

    def _matching(self, asked: list[str]) -> Iterator[_Entry]:
        """The entries of which each typed word begins a word, looked up by the longest one."""
        longest = max(asked, key=len)
        first = bisect.bisect_left(self._words, longest)
        last = bisect.bisect_right(self._words, longest + _LAST, first)
        numbers = dict.fromkeys(self._numbers[first : min(last, first + MAX_LOOKED_AT)])
        for entry in map(self._entries.__getitem__, numbers):
            if all(any(word.startswith(part) for word in entry.words) for part in asked):
                yield entry


def _order(entry: _Entry, asked: list[str]) -> tuple[int, bool, int, str]:
    """Better ranks first, then what begins as typed, then shorter ones."""
    begins = " ".join(entry.words).startswith(" ".join(asked))
    return entry.rank, not begins, len(entry.words), entry.completion.text


def _terms(terms: Iterable[Term], lang: str) -> Iterator[_Entry]:
    """Topics under each of their words; an outdated word leads to the usual one."""
    for term in terms:
        for language, names in term.labels.items():
            for name in names:
                completion = Completion("term", term.key, name, language)
                yield _Entry(completion, _folded(name), int(language != lang))
            usual = Completion("term", term.key, term.label(language), language)
            for name in term.outdated.get(language, ()):
                yield _Entry(usual, _folded(name), 2 + (language != lang))


def _sectors(vocabulary: Vocabulary, lang: str) -> Iterator[_Entry]:
    for key in vocabulary.keys("sector"):
        entry = vocabulary.entry("sector", key)
        if entry:
            completion = Completion("sector", key, entry.label[lang], lang)
            for rank, name in _names(entry, lang):
                yield _Entry(completion, _folded(name), rank)


def _names(entry: Entry, lang: str) -> Iterator[tuple[int, str]]:
    """The label of a sector and the words for it, also those that are never shown."""
    for language in (lang, *(other for other in LANGUAGES if other != lang)):
        yield int(language != lang), entry.label[language]
        for terms in (entry.terms, entry.outdated):
            yield from ((2 + (language != lang), term) for term in terms.get(language, ()))


def _reports(reports: Iterable[Report], lang: str) -> Iterator[_Entry]:
    for report in reports:
        if not report.withdrawn:
            completion = Completion("report", report.id, report.title, report.lang)
            yield _Entry(completion, _folded(report.title), int(report.lang != lang))


def _folded(told: str) -> tuple[str, ...]:
    return tuple(word.text for word in words(told))
