"""What was probably meant: the query with the nearest words that the index holds, if it finds more.

Only words that find nothing are in doubt, and rare ones where a search finds next to nothing.
Numbers, prefixes and exclusions are never in doubt, nor is a quoted word that stands in the index.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from indexer import text
from indexer.engines.base import Engine, Request
from indexer.lexicon import Lexicon
from indexer.models import Passage, Report
from indexer.query import Nearby, Query
from indexer.syntax import AnyOf, Clause, Expression, Leaf, Phrase, Prefix, Word, leaves

# A search with fewer reports may have missed what was meant, though all its words are known.
SCARCE: Final = 3
MAX_WORDS: Final = 8
CANDIDATES: Final = 4
# A shorter word has too many neighbours.
MIN_LENGTH: Final = 4
# How many times as frequent a word must be to be meant instead of one that finds something.
FAR_MORE: Final = 10
MIN_PART: Final = 3
# How many reports show how a word is written.
SHOWING: Final = 5

Count = Callable[[Query], int]
_ADDRESS: Final = re.compile(r"\w[./@]+\w")
_IN_A_SENTENCE: Final = re.compile(r"[\w,;(]\s*$")


def suggestion(
    query: Query,
    clauses: Sequence[Clause],
    total: int,
    engine: Engine,
    lexicon: Lexicon,
    count: Count,
) -> Nearby | None:
    """The search that was probably meant, if its words find more than those that were typed.

    `total` is what the query finds, and `count` tells it of any other; nothing is asked of the
    engine without a word in doubt.
    """
    doubtful = _doubtful(clauses, lexicon, FAR_MORE if total < SCARCE else 1)
    if not doubtful:
        return None
    changes = _Speller(query, engine, lexicon, count).changes(doubtful)
    typed, meant = (count(query.asking(" ".join(words))) for words in (changes, changes.values()))
    # Other words of the query may find as many reports as before: what the new words find counts.
    if meant <= typed:
        return None
    instead = query.asking(_replaced(query.text, changes))
    found = count(instead)
    return Nearby("spelling", instead, found) if found >= max(1, total) else None


def _doubtful(clauses: Sequence[Clause], lexicon: Lexicon, usual: int) -> list[str]:
    """The words that are in fewer than `usual` passages; of a phrase, those that are in none."""
    doubtful = dict.fromkeys(
        word
        for leaf in leaves(clauses)
        for word in _words(leaf)
        if len(word) >= MIN_LENGTH
        and not any(character.isdigit() for character in word)
        and lexicon.count(word) < (1 if isinstance(leaf, Phrase) else usual)
    )
    return list(doubtful)[:MAX_WORDS]


def _words(leaf: Leaf) -> tuple[str, ...]:
    match leaf:
        case Word(word):
            return (word,)
        case Phrase(words) | Expression(words):
            return words
        case Prefix():
            return ()


class _Speller:
    """The words of one query beside those of the index."""

    def __init__(self, query: Query, engine: Engine, lexicon: Lexicon, count: Count) -> None:
        self._engine, self._lexicon = engine, lexicon
        self._expand, self._count = query.expand, count
        self._words = [word.text for word in text.words(query.text)]
        chosen = query.filters.get("lang", ())
        told = chosen[0] if len(chosen) == 1 else text.language(query.text)
        told = told or lexicon.language(self._words)
        self._langs = (told,) if told in text.LANGUAGES else text.LANGUAGES

    def changes(self, doubtful: Iterable[str]) -> dict[str, str]:
        """For each folded word for which another was meant, that word as reports write it."""
        meant = {word: self._meant(word) for word in doubtful}
        return {word: " ".join(map(self._written, forms)) for word, forms in meant.items() if forms}

    def _meant(self, word: str) -> tuple[str, ...]:
        """The word or the two words that were meant; nothing when none is far more usual."""
        # A word that is not in the index may still find something in another form.
        found = max(self._lexicon.count(word), self._count(Query(word, expand=self._expand)))
        for langs in dict.fromkeys((self._langs, text.LANGUAGES)):
            near = self._lexicon.near(word, langs, max(1, FAR_MORE * found))[:CANDIDATES]
            if near:
                best = min(near, key=lambda pair: (pair[1], -self._beside(pair[0], word)))
                return (best[0],)
        return self._parts(word) if not found else ()

    def _beside(self, form: str, instead: str) -> int:
        """How many reports have a form beside a neighbour of the word that it stands for."""
        pairs = [pair for pair in itertools.pairwise(self._words) if instead in pair]
        phrases = (Phrase(tuple(form if w == instead else w for w in pair)) for pair in pairs)
        return self._total(AnyOf(tuple(phrases))) if pairs else 0

    def _parts(self, word: str) -> tuple[str, ...]:
        """The two words that were typed as one, if they stand together somewhere."""
        cuts = range(MIN_PART, len(word) - MIN_PART + 1)
        pairs = ((word[:cut], word[cut:]) for cut in cuts)
        known = [pair for pair in pairs if all(map(self._lexicon.count, pair))][:CANDIDATES]
        together = {pair: self._total(Phrase(pair)) for pair in known}
        best = max(together, key=together.__getitem__, default=())
        return best if best and together[best] else ()

    def _total(self, clause: Clause) -> int:
        return self._engine.search(Request((clause,), sort="newest", limit=0, snippets=0)).total

    def _written(self, form: str) -> str:
        """A folded word as most reports write it: with accents, and a name with its capital."""
        filters = {"lang": frozenset(self._langs)}
        asked = Request((Phrase((form,)),), filters, limit=SHOWING, snippets=1)
        seen = Counter(
            _within_a_sentence(told, word)
            for match in self._engine.search(asked).page
            for told in _texts(match.report, [found.passage for found in match.passages])
            for word in text.words(told)
            if word.text == form
        )
        return max(seen, key=seen.__getitem__, default=form)


def _within_a_sentence(told: str, word: text.Word) -> str:
    """A word of a text as it would stand within a sentence: without the capital of a first word."""
    written = told[word.start : word.end]
    first = not _IN_A_SENTENCE.search(told, 0, word.start)
    return written.lower() if first and written.istitle() else written


def _texts(report: Report, passages: Sequence[Passage]) -> Iterator[str]:
    """The texts of a report to read words from; those of an address are written like no other."""
    for told in (report.title, report.summary or "", *(passage.text for passage in passages)):
        yield " ".join(part for part in told.split() if not _ADDRESS.search(part))
    for passage in passages:
        yield from passage.headings


def _replaced(asked: str, changes: Mapping[str, str]) -> str:
    """The query with each changed word in its place: operators, quotes and elisions stay."""
    for word in reversed(list(text.words(asked))):
        if word.text in changes:
            asked = asked[: word.start] + changes[word.text] + asked[word.end :]
    return asked
