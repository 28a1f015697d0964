"""Which words of a passage were asked for, from the columns: no text is cut into words again."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

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
    found = _asked_for(shard, clauses, forms, np.repeat(_languages(shard, numbers), counts))
    # A phrase does not run from one passage into the next.
    _add_phrases(shard, clauses, forms, ends - counts, found)
    words = np.flatnonzero(found)
    starts = shard.segment.stretches("body.start", of_body).take(words).astype(np.int64)
    past = starts + shard.segment.stretches("body.size", of_body).take(words)
    spans = list(zip(starts.tolist(), past.tolist(), strict=True))
    cuts = np.searchsorted(words, ends).tolist()
    return [tuple(spans[first:last]) for first, last in itertools.pairwise([0, *cuts])]


def _languages(shard: Shard, passages: Ints) -> Ints:
    """The row of stems for the language of each passage."""
    row = np.array([int(name == "fr") for name in shard.segment.tables["langs"]], np.int64)
    rows: Ints = row.take(shard.arrays["passage.lang"].take(passages))
    return rows


def _asked_for(shard: Shard, clauses: Sequence[Clause], forms: Array, languages: Ints) -> Mask:
    """Which words have the stem of a word that was asked for, or begin as it was asked."""
    stems_of = shard.arrays["form.stems"]
    # One more than there are stems: a form that has none in a language has the last.
    wanted = np.zeros(len(shard.terms["stem"]) + 1, bool)
    numbers = (shard.term("stem", stem) for stem in _stems(clauses))
    wanted[[number for number in numbers if number is not None]] = True
    found: Mask = wanted.take(stems_of.ravel().take(languages * stems_of.shape[1] + forms))
    for leaf in marked(clauses):
        if isinstance(leaf, Prefix):
            first, last = shard.beginning(leaf.text)
            found |= (forms >= first) & (forms < last)
    return found


def _stems(clauses: Sequence[Clause]) -> Iterator[str]:
    """The stems of the words that were asked for."""
    for leaf in marked(clauses):
        if isinstance(leaf, Word):
            yield from variants(leaf.text)


def _add_phrases(
    shard: Shard, clauses: Sequence[Clause], forms: Array, begins: Ints, found: Mask
) -> None:
    """Marks the words of phrases that were asked for; a passage begins at each of `begins`."""
    for leaf in marked(clauses):
        if isinstance(leaf, Phrase):
            wanted = [shard.term("form", word) for word in leaf.words]
            if None not in wanted:
                for start in _runs(forms, wanted, begins):
                    found[start : start + len(wanted)] = True


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
