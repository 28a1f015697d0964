"""Report -> sector labels, each with its reasons.

A declared sector always wins. Otherwise the vocabulary's words are looked for in the title, the
headings and the body; a word counts more where fewer words stand, and a repeated word counts less
each time (1 + ln count).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from indexer.models import Label, Passage, Reason
from indexer.text import stem, words
from indexer.vocabulary import Vocabulary

PLACE_WEIGHTS: Final = {"title": 6.0, "heading": 3.0, "body": 1.0}
# A term of several words is seldom there by chance.
COMPOUND_FACTOR: Final = 1.5
LEAST_SCORE: Final = 5.0
SHARE_OF_BEST: Final = 0.4
MOST_LABELS: Final = 4


@dataclass(frozen=True, slots=True)
class _Term:
    sector: str
    text: str
    factor: float


def labels(
    title: str,
    passages: Sequence[Passage],
    lang: str,
    declared: Sequence[str],
    vocabulary: Vocabulary,
) -> tuple[Label, ...]:
    """The declared sectors, or else the suggested ones, best first."""
    if declared:
        return tuple(Label(sector, declared=True) for sector in declared)
    return suggest(title, passages, lang, vocabulary)


def suggest(
    title: str, passages: Sequence[Passage], lang: str, vocabulary: Vocabulary
) -> tuple[Label, ...]:
    """The sectors whose words stand in a report in language `lang`, best first, at most four."""
    terms = _terms(vocabulary, lang)
    places = {
        "title": [title],
        "heading": dict.fromkeys(heading for passage in passages for heading in passage.headings),
        "body": [passage.text for passage in passages],
    }
    reasons: dict[str, list[Reason]] = {}
    for place, texts in places.items():
        for term, count in _matches(texts, terms, lang).items():
            weight = PLACE_WEIGHTS[place] * term.factor * (1 + math.log(count))
            reason = Reason(term.text, place, count, round(weight, 2))
            reasons.setdefault(term.sector, []).append(reason)
    return _best(reasons)


def _best(reasons: Mapping[str, list[Reason]]) -> tuple[Label, ...]:
    suggested = [
        Label(
            sector,
            declared=False,
            score=round(sum(reason.weight for reason in found), 2),
            reasons=tuple(sorted(found, key=lambda reason: -reason.weight)),
        )
        for sector, found in reasons.items()
    ]
    suggested.sort(key=lambda label: (-label.score, label.sector))
    least = max(LEAST_SCORE, SHARE_OF_BEST * suggested[0].score) if suggested else 0.0
    return tuple(label for label in suggested if label.score >= least)[:MOST_LABELS]


def _terms(vocabulary: Vocabulary, lang: str) -> dict[tuple[str, ...], list[_Term]]:
    """The sectors' words by their stems."""
    found: dict[tuple[str, ...], list[_Term]] = {}
    for key in vocabulary.keys("sector"):
        entry = vocabulary.entry("sector", key)
        assert entry is not None
        for text in (*entry.terms.get(lang, ()), *entry.outdated.get(lang, ())):
            stems = tuple(stem(word.text, lang) for word in words(text))
            same = found.setdefault(stems, [])
            if stems and all(term.sector != key for term in same):
                same.append(_Term(key, text, COMPOUND_FACTOR if len(stems) > 1 else 1.0))
    return found


def _matches(
    texts: Iterable[str], terms: Mapping[tuple[str, ...], list[_Term]], lang: str
) -> Counter[_Term]:
    longest = max(map(len, terms), default=0)
    counts: Counter[_Term] = Counter()
    for text in texts:
        stems = [stem(word.text, lang) for word in words(text)]
        for start in range(len(stems)):
            for size in range(1, min(longest, len(stems) - start) + 1):
                counts.update(terms.get(tuple(stems[start : start + size]), ()))
    return counts
