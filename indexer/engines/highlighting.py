"""Which words of a passage were asked for, from the columns: no text is cut into words again."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from indexer.engines.inverting import BODY, STEM_LANGUAGES
from indexer.engines.marking import marked
from indexer.engines.segment import Array
from indexer.engines.shards import Ints, Mask, Shard
from indexer.syntax import Clause, Expression, Phrase, Prefix, Word
from indexer.text import variants

Marks = tuple[tuple[int, int], ...]


def highlight(shard: Shard, clauses: Sequence[Clause], passages: Sequence[int]) -> list[Marks]:
    """The (start, end) of the words that were asked for in each of the passages, in order."""
    if not passages:
        return []
    arrays = shard.arrays
    numbers = np.array(passages, np.int64)
    begin, end = arrays["body.at"].take([numbers, numbers + 1])
    counts = end - begin
    ends = np.cumsum(counts)
    # The body is the last field of a passage.
    last = arrays["token.at"].take(numbers + 1)
    of_words = zip((last - counts).tolist(), last.tolist(), strict=True)
    of_body = list(zip(begin.tolist(), end.tolist(), strict=True))
    forms = shard.segment.stretches("token.form", of_words)
    languages = np.repeat(shard.languages(arrays["passage.lang"].take(numbers)), counts)
    stems_of = arrays["form.stems"]
    stems = stems_of.ravel().take(languages * stems_of.shape[1] + forms)
    found = _asked_for(shard, clauses, forms, stems)
    # A phrase does not run from one passage into the next.
    _add_phrases(shard, clauses, forms, stems, ends - counts, found)
    words = np.flatnonzero(found)
    starts = shard.segment.stretches("body.start", of_body).take(words).astype(np.int64)
    past = starts + shard.segment.stretches("body.size", of_body).take(words)
    spans = list(zip(starts.tolist(), past.tolist(), strict=True))
    cuts = np.searchsorted(words, ends).tolist()
    return [tuple(spans[first:last]) for first, last in itertools.pairwise([0, *cuts])]


def _asked_for(shard: Shard, clauses: Sequence[Clause], forms: Array, stems: Array) -> Mask:
    """Which words have the stem of a word that was asked for, or begin as it was asked."""
    # One more than there are stems: a form that has none in a language has the last.
    wanted = np.zeros(len(shard.terms["stem"]) + 1, bool)
    for leaf in marked(clauses):
        if isinstance(leaf, Word):
            wanted[_stems(shard, leaf.text)] = True
    found: Mask = wanted.take(stems)
    for leaf in marked(clauses):
        if isinstance(leaf, Prefix):
            first, last = shard.beginning(leaf.text)
            found |= (forms >= first) & (forms < last)
    return found


def _stems(shard: Shard, word: str) -> list[int]:
    numbers = (shard.term("stem", stem) for stem in variants(word))
    return [number for number in numbers if number is not None]


def _add_phrases(
    shard: Shard,
    clauses: Sequence[Clause],
    forms: Array,
    stems: Array,
    begins: Ints,
    found: Mask,
) -> None:
    """Marks the words of phrases that were asked for; a passage begins at each of `begins`."""
    asked = [leaf for leaf in marked(clauses) if isinstance(leaf, (Phrase, Expression))]
    if not asked:
        return
    # Most ways to say something are not on the page.
    present = {*stems.tolist()}
    for leaf in asked:
        if isinstance(leaf, Phrase):
            numbers = (shard.term("form", word) for word in leaf.words)
            wanted = [[] if number is None else [number] for number in numbers]
            terms = forms
        else:
            stood = (present.intersection(_stems(shard, word)) for word in leaf.words)
            wanted, terms = [list(numbers) for numbers in stood], stems
        if all(wanted):
            for start in _runs(terms, wanted, begins):
                found[start : start + len(wanted)] = True


def _runs(terms: Array, wanted: Sequence[Sequence[int]], begins: Ints) -> list[int]:
    """Where the wanted terms follow each other within a passage."""
    starts = np.arange(max(0, len(terms) - len(wanted) + 1))
    for step, accepted in enumerate(wanted):
        following = terms[starts + step]
        starts = starts[np.logical_or.reduce([following == number for number in accepted])]
    passage = np.searchsorted(begins, starts, side="right")
    same = passage == np.searchsorted(begins, starts + len(wanted) - 1, side="right")
    within: list[int] = starts[same].tolist()
    return within


assert len(STEM_LANGUAGES) == 2, "the language of a passage picks one of two rows of stems"
assert BODY == 3, "the words of the text are the last of a passage"
