"""Which reports are like this one? Those that answer a search for its most telling words, first
those that have these words in their own title and summary, and that are about the same sectors.

A word tells more the more prominent it is, the more often it is repeated and the fewer passages
of all reports have it (tf-idf; Spärck Jones 1972). The words of a report are in its language, and
so are most reports that share them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from indexer import text
from indexer.engines.base import Engine, Request
from indexer.lexicon import Lexicon
from indexer.models import Passage, Report
from indexer.syntax import Word

MOST: Final = 5
CANDIDATES: Final = 30
WORDS: Final = 12
MIN_LENGTH: Final = 3
# How much a word of the title and of the summary weighs beside one of a heading.
TITLE_WEIGHT: Final = 3
SUMMARY_WEIGHT: Final = 2


def similar(
    report: Report, passages: Sequence[Passage], engine: Engine, lexicon: Lexicon
) -> tuple[Report, ...]:
    """At most five other reports, the most similar first; of a translated pair only one."""
    worth = telling(report, passages, engine.passage_count(), lexicon)
    if not worth:
        return ()
    request = Request(tuple(map(Word, worth)), limit=CANDIDATES, snippets=0, lang=report.lang)
    found = (match.report for match in engine.search(request).page)
    others = [other for other in found if other.work != report.work]
    by_stem = {text.stem(word, report.lang): value for word, value in worth.items()}
    best = max(worth.values())
    return tuple(
        sorted(
            others,
            key=lambda other: (
                -_words_shared(other, by_stem) - best * _sectors_shared(report, other)
            ),
        )[:MOST]
    )


def telling(
    report: Report, passages: Sequence[Passage], total: int, lexicon: Lexicon
) -> Mapping[str, float]:
    """The folded words that tell most of a report with what they are worth, best first."""
    weights = _weights(report, passages)
    repeated = Counter(word for passage in passages for word in _words(passage.text))
    worth: dict[str, float] = {}
    for word, weight in weights.items():
        standing = lexicon.count(word)
        # What the text does not repeat is a turn of phrase; what no other report has is no help.
        if repeated[word] and len(passages) < standing:
            worth[word] = (
                math.log1p(weight) * math.log1p(repeated[word]) * math.log(total / standing)
            )
    by_stem: dict[str, str] = {}
    for word in sorted(worth, key=lambda word: (-worth[word], word)):
        by_stem.setdefault(text.stem(word, report.lang), word)
    return {word: worth[word] for word in list(by_stem.values())[:WORDS]}


def _weights(report: Report, passages: Sequence[Passage]) -> Counter[str]:
    """The words that a report is presented with, by how prominent they are."""
    headings = {heading for passage in passages for heading in passage.headings}
    weights = Counter(word for heading in headings for word in _words(heading))
    weights.update(_words(report.summary or "") * SUMMARY_WEIGHT)
    weights.update(_words(report.title) * TITLE_WEIGHT)
    return weights


def _words(told: str) -> list[str]:
    return [
        word.text
        for word in text.words(told)
        if len(word.text) >= MIN_LENGTH
        and not word.text.isdigit()
        and not text.is_stopword(word.text)
    ]


def _words_shared(report: Report, worth: Mapping[str, float]) -> float:
    """What the words of a title and summary are worth, by their stems."""
    held = {*text.stems(report.title, report.lang), *text.stems(report.summary or "", report.lang)}
    return sum(value for stem, value in worth.items() if stem in held)


def _sectors_shared(one: Report, other: Report) -> float:
    """The share of the sectors of two reports that both have, from 0 to 1."""
    both, either = {*one.sectors} & {*other.sectors}, {*one.sectors} | {*other.sectors}
    return len(both) / max(1, len(either))
