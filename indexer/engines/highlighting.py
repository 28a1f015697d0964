"""Which words of a passage were asked for, from the columns: no text is cut into words again."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from indexer.engines.inverting import BODY, STEM_LANGUAGES
from indexer.engines.marking import marked
from indexer.engines.segment import Array
from indexer.engines.shards import Ints, Mask, Shard
from indexer.syntax import Clause, Phrase, Prefix, Word
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
    found = _asked_for(shard, clauses, forms, np.repeat(_languages(shard, numbers), counts))
    # A phrase does not run from one passage into the next.
    found |= _in_phrases(shard, clauses, forms, ends - counts)
    words = np.flatnonzero(found)
    rows = (places + np.repeat(begin, counts))[words]
    starts = arrays["body.start"][rows].astype(np.int64)
    spans = list(zip(starts.tolist(), (starts + arrays["body.size"][rows]).tolist(), strict=True))
    cuts = np.searchsorted(words, [0, *ends.tolist()]).tolist()
    return [tuple(spans[first:past]) for first, past in itertools.pairwise(cuts)]


def _languages(shard: Shard, passages: Ints) -> Ints:
    """The row of stems for the language of each passage."""
    row = np.array([int(name == "fr") for name in shard.segment.tables["langs"]], np.int64)
    rows: Ints = row[shard.arrays["passage.lang"][passages]]
    return rows


def _asked_for(shard: Shard, clauses: Sequence[Clause], forms: Array, languages: Ints) -> Mask:
    """Which words have the stem of a word that was asked for, or begin as it was asked."""
    stems = shard.arrays["form.stems"][languages, forms]
    found = np.zeros(len(forms), bool)
    for leaf in marked(clauses):
        if isinstance(leaf, Prefix):
            first, last = shard.beginning(leaf.text)
            found |= (forms >= first) & (forms < last)
        elif isinstance(leaf, Word):
            for stem in variants(leaf.text):
                number = shard.term("stem", stem)
                if number is not None:
                    found |= stems == number
    return found


def _in_phrases(shard: Shard, clauses: Sequence[Clause], forms: Array, begins: Ints) -> Mask:
    """Which words stand in a phrase that was asked for; a passage begins at each of `begins`."""
    found = np.zeros(len(forms), bool)
    for leaf in marked(clauses):
        if isinstance(leaf, Phrase):
            wanted = [shard.term("form", word) for word in leaf.words]
            if None not in wanted:
                for start in _runs(forms, wanted, begins):
                    found[start : start + len(wanted)] = True
    return found


def _runs(forms: Array, wanted: Sequence[int | None], begins: Ints) -> list[int]:
    """Where the forms follow each other within a passage."""
    starts = np.arange(max(0, len(forms) - len(wanted) + 1))
    for step, form in enumerate(wanted):
        starts = starts[forms[starts + step] == form]
    passage = np.searchsorted(begins, starts, side="right")
    same = passage == np.searchsorted(begins, starts + len(wanted) - 1, side="right")
    within: list[int] = starts[same].tolist()
    return within


assert len(STEM_LANGUAGES) == 2, "the language of a passage picks one of two rows of stems"
assert BODY == 3, "the words of the text are the last of a passage"
