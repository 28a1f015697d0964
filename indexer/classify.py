"""Report -> sector labels, each with its reasons.

A declared sector always wins. Otherwise the words of the vocabulary are looked for in the title,
the summary, the headings and the body, the longest phrase first. What a word says for its sector is

    place weight x word weight x log2(1 + count / sqrt(max(1, size / usual size))),

so a repeated word counts less each time, and a long report needs more of them than a short one,
though less than in proportion, since it may treat of several sectors.
A sector is suggested when its words say enough. Less is enough where they say nearly as much as
those of the best sector, and where they stand in many passages and not in one alone.
"""

from __future__ import annotations

import functools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from indexer.models import Label, Passage, Reason
from indexer.passages import is_reference_list
from indexer.text import LANGUAGES, fold, stems
from indexer.vocabulary import Entry, Vocabulary

WORD_WEIGHT: Final = 1.0
# A term of several words is seldom there by chance.
PHRASE_WEIGHT: Final = 1.5
# These and the weights of the places: cross-validated on the tuning half of corpus/labels.yaml;
# neighbouring values do about as well.
LEAST_SCORE: Final = 18.0
# What is added for the share of the best sector's points, and for the share of the passages.
NEARNESS: Final = 10.0
SPREAD: Final = 20.0
# A passage tells of a sector from this weight of words on; a short report has few to tell by.
TELLING_WEIGHT: Final = 0.8
FEWEST_PASSAGES: Final = 5
MOST_LABELS: Final = 5


@dataclass(frozen=True, slots=True)
class _Place:
    """Where words stand, what they weigh there, and up to which size each counts in full:
    a number of headings, or of words in the body."""

    name: str
    weight: float
    usual_size: int


_TITLE: Final = _Place("title", 6.0, 1)
_SUMMARY: Final = _Place("summary", 4.0, 100)
_HEADING: Final = _Place("heading", 1.5, 8)
_BODY: Final = _Place("body", 1.0, 400)


@dataclass(frozen=True, slots=True)
class _Term:
    sector: str
    text: str
    weight: float


_Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Terms:
    """The sectors' words by their stems, and how long the longest is that begins with a stem."""

    by_stems: Mapping[_Phrase, Sequence[_Term]]
    longest: Mapping[str, int]


_Text = tuple[str, str]  # and its language


def labels(
    title: str,
    passages: Sequence[Passage],
    lang: str,
    declared: Sequence[str],
    vocabulary: Vocabulary,
    summary: str | None = None,
) -> tuple[Label, ...]:
    """The declared sectors, or else the suggested ones, best first."""
    if declared:
        return tuple(Label(sector, declared=True) for sector in declared)
    return suggest(title, passages, lang, vocabulary, summary)


def suggest(
    title: str,
    passages: Sequence[Passage],
    lang: str,
    vocabulary: Vocabulary,
    summary: str | None = None,
) -> tuple[Label, ...]:
    """The sectors whose words stand in a report in language `lang`, best first, at most five.

    Lists of sources are left out: they say what others wrote about.
    """
    terms = {each: _terms(vocabulary, each) for each in LANGUAGES}
    telling = [passage for passage in passages if not is_reference_list(passage)]
    headings = dict.fromkeys(heading for passage in telling for heading in passage.headings)
    own_headings = [(heading, lang) for heading in headings if fold(heading) != fold(title)]
    body = [_matches([(passage.text, passage.lang)], terms) for passage in telling]
    found = {
        _TITLE: (_matches([(title, lang)], terms), 1),
        _SUMMARY: (_matches([(summary or "", lang)], terms), len((summary or "").split())),
        _HEADING: (_matches(own_headings, terms), len(own_headings)),
        _BODY: (_sum(body), sum(len(each.text.split()) for each in telling)),
    }
    return _best(_reasons(found), _spread(body))


def _reasons(
    found: Mapping[_Place, tuple[Mapping[_Term, int], int]],
) -> dict[str, list[Reason]]:
    """What speaks for each sector, from the terms and the size of each place."""
    reasons: dict[str, list[Reason]] = {}
    for place, (counts, size) in found.items():
        for term, count in counts.items():
            rate = count / math.sqrt(max(1.0, size / place.usual_size))
            weight = round(place.weight * term.weight * math.log2(1 + rate), 2)
            reason = Reason(term.text, place.name, count, weight)
            reasons.setdefault(term.sector, []).append(reason)
    return reasons


def _sum(body: Iterable[Mapping[_Term, int]]) -> Counter[_Term]:
    total: Counter[_Term] = Counter()
    for counts in body:
        total.update(counts)
    return total


def _spread(body: Sequence[Mapping[_Term, int]]) -> dict[str, float]:
    """The share of the passages that tell of each sector."""
    telling: Counter[str] = Counter()
    for counts in body:
        weights: defaultdict[str, float] = defaultdict(float)
        for term, count in counts.items():
            weights[term.sector] += term.weight * count
        telling.update(sector for sector, said in weights.items() if said >= TELLING_WEIGHT)
    passages = max(len(body), FEWEST_PASSAGES)
    return {sector: count / passages for sector, count in telling.items()}


def _best(reasons: Mapping[str, list[Reason]], spread: Mapping[str, float]) -> tuple[Label, ...]:
    found = [
        Label(
            sector,
            declared=False,
            score=round(sum(reason.weight for reason in why), 2),
            reasons=tuple(sorted(why, key=lambda reason: -reason.weight)),
        )
        for sector, why in reasons.items()
    ]
    found.sort(key=lambda label: (-label.score, label.sector))
    best = found[0].score if found else 0.0
    return tuple(
        label
        for label in found
        if label.score + NEARNESS * label.score / best + SPREAD * spread.get(label.sector, 0.0)
        >= LEAST_SCORE
    )[:MOST_LABELS]


@functools.lru_cache(maxsize=8)
def _terms(vocabulary: Vocabulary, lang: str) -> _Terms:
    """The sectors' words by their stems; of two words of a sector with one stem, the first."""
    found: dict[_Phrase, list[_Term]] = {}
    for key in vocabulary.keys("sector"):
        entry = vocabulary.entry("sector", key)
        assert entry is not None
        for text, weight in _weighted(entry, lang):
            same = found.setdefault(tuple(stems(text, lang)), [])
            if all(term.sector != key for term in same):
                same.append(_Term(key, text, weight))
    found.pop((), None)
    longest: dict[str, int] = {}
    for phrase in found:
        longest[phrase[0]] = max(len(phrase), longest.get(phrase[0], 0))
    return _Terms(found, longest)


def _weighted(entry: Entry, lang: str) -> Iterator[tuple[str, float]]:
    yield from entry.weights.get(lang, {}).items()
    for text in (*entry.terms.get(lang, ()), *entry.outdated.get(lang, ())):
        yield text, PHRASE_WEIGHT if len(stems(text, lang)) > 1 else WORD_WEIGHT


def _matches(texts: Iterable[_Text], terms: Mapping[str, _Terms]) -> Counter[_Term]:
    """How often each term that weighs something stands in the texts; none inside a longer one."""
    counts: Counter[_Term] = Counter()
    for text, lang in texts:
        for found in _longest(stems(text, lang), terms[lang]):
            counts.update(term for term in found if term.weight)
    return counts


def _longest(text: Sequence[str], terms: _Terms) -> Iterator[Sequence[_Term]]:
    """The terms in a text, each the longest that begins where it does, none inside another."""
    past = 0
    for start in [place for place, stem in enumerate(text) if stem in terms.longest]:
        if start < past:
            continue
        last = min(start + terms.longest[text[start]], len(text))
        for end in range(last, start, -1):
            if found := terms.by_stems.get(tuple(text[start:end])):
                yield found
                past = end
                break
