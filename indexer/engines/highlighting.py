"""Which words of a passage were asked for, from the columns: no text is cut into words again."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from indexer.engines.inverting import BODY
from indexer.engines.marking import marked
from indexer.engines.segment import Array
from indexer.engines.shards import Ints, Mask, Shard
from indexer.syntax import Clause, Expression, Phrase, Prefix, Word
from indexer.text import variants

Marks = tuple[tuple[int, int], ...]


def highlight(shard: Shard, clauses: Sequence[Clause], passages: Sequence[int]) -> list[Marks]:
    """The (start, end) of the words that were asked for in each of the passages, in order."""
    arrays = shard.arrays
    numbers = np.array(passages, np.int64)
    begin, end = arrays["body.at"][numbers], arrays["body.at"][numbers + 1]
    counts = end - begin
    ends = np.cumsum(counts)
    shift = np.repeat(ends - counts, counts)
    # The body is the last field of a passage.
    last = arrays["token.at"][numbers + 1]
    places = np.arange(len(shift)) - shift
    forms = arrays["token.form"][places + np.repeat(last - counts, counts)]
    languages = shard.languages(arrays["passage.lang"][numbers])
    stems = arrays["form.stems"][np.repeat(languages, counts), forms]
    found = _asked_for(shard, clauses, forms, stems)
    # A phrase does not run from one passage into the next.
    found |= _in_phrases(shard, clauses, forms, stems, ends - counts)
    words = np.flatnonzero(found)
    rows = (places + np.repeat(begin, counts))[words]
    starts = arrays["body.start"][rows].astype(np.int64)
    spans = list(zip(starts.tolist(), (starts + arrays["body.size"][rows]).tolist(), strict=True))
    cuts = np.searchsorted(words, [0, *ends.tolist()]).tolist()
    return [tuple(spans[first:past]) for first, past in itertools.pairwise(cuts)]


def _asked_for(shard: Shard, clauses: Sequence[Clause], forms: Array, stems: Array) -> Mask:
    """Which words have the stem of a word that was asked for, or begin as it was asked."""
    found = np.zeros(len(forms), bool)
    asked: list[int] = []
    for leaf in marked(clauses):
        if isinstance(leaf, Prefix):
            first, last = shard.beginning(leaf.text)
            found |= (forms >= first) & (forms < last)
        elif isinstance(leaf, Word):
            asked += _stems(shard, leaf.text)
    return found | np.isin(stems, asked)


def _stems(shard: Shard, word: str) -> list[int]:
    numbers = (shard.term("stem", stem) for stem in variants(word))
    return [number for number in numbers if number is not None]


def _in_phrases(
    shard: Shard, clauses: Sequence[Clause], forms: Array, stems: Array, begins: Ints
) -> Mask:
    """Which words stand in a phrase that was asked for; a passage begins at each of `begins`."""
    found = np.zeros(len(forms), bool)
    # Most ways to say something are not on the page.
    present = {*stems.tolist()}
    for leaf in marked(clauses):
        if isinstance(leaf, Phrase):
            numbers = (shard.term("form", word) for word in leaf.words)
            wanted = [[] if number is None else [number] for number in numbers]
            terms = forms
        elif isinstance(leaf, Expression):
            stood = (present.intersection(_stems(shard, word)) for word in leaf.words)
            wanted, terms = [list(numbers) for numbers in stood], stems
        else:
            continue
        if all(wanted):
            for start in _runs(terms, wanted, begins):
                found[start : start + len(wanted)] = True
    return found


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


assert BODY == 3, "the words of the text are the last of a passage"
