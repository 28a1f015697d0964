"""Where words follow each other: an intersection of passages, then of places.

A phrase asks for each word in one form, an expression in all the forms that share a stem with it.
A form may share it in one language only; then it counts only where the text is in that language.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from indexer.engines.inverting import REPORT_FIELDS, STEM_LANGUAGES, unit_weights
from indexer.engines.segment import Array
from indexer.engines.shards import Ints, Mask, Shard, beginnings
from indexer.engines.streams import FIELDS
from indexer.text import variants

_ANY: Final = -1
# So many times fewer passages are looked up in others one by one; more are marked and compared.
_FEW: Final = 16


@dataclass(frozen=True, slots=True)
class Form:
    """A form that stands for a word: in texts of one language (its row of stems), or of any."""

    number: int
    language: int = _ANY


Forms = Sequence[Form]


def one_form(shard: Shard, word: str) -> Forms:
    """The word as it is written."""
    number = shard.term("form", word)
    return () if number is None else (Form(number),)


def all_forms(shard: Shard, word: str) -> Forms:
    """Every form of the segment that has a stem in common with a word."""
    found = (shard.term("stem", stem) for stem in variants(word))
    wanted = [number for number in found if number is not None]
    at, forms = shard.arrays["stem.forms_at"], shard.arrays["stem.forms"]
    numbers = sorted({form for stem in wanted for form in forms[at[stem] : at[stem + 1]].tolist()})
    return [_form(shard, number, wanted) for number in numbers]


def _form(shard: Shard, number: int, wanted: Sequence[int]) -> Form:
    stems = shard.arrays["form.stems"][:, number].tolist()
    # A form without a stem in a language stands in no text of it.
    fitting = [stem in wanted for stem in stems]
    elsewhere = any(not fits and stem >= 0 for fits, stem in zip(fitting, stems, strict=True))
    return Form(number, fitting.index(True) if elsewhere else _ANY)


def phrase_weights(shard: Shard, words: Sequence[Forms], fields: int) -> tuple[Array, Array]:
    """The weights of words that follow each other, counted like a word of its own."""
    nothing = np.zeros(0, np.int32), np.zeros(0)
    if not all(words):
        return nothing
    together = _having_all(shard, words)
    begins = _begins(shard, words, together) if len(together) else np.zeros(0, np.int64)
    if not len(begins):
        return nothing
    return _weights(shard, together[begins // shard.span], begins % shard.span, fields)


def _having_all(shard: Shard, words: Sequence[Forms]) -> Array:
    """The passages that have every word, beginning with the rarest."""
    lists = sorted((_having_any(shard, forms) for forms in words), key=len)
    together = lists[0]
    for others in lists[1:]:
        together = together[_in(shard, together, others)]
    return together


def _having_any(shard: Shard, forms: Forms) -> Array:
    """The passages that have one of some forms."""
    if len(forms) == 1:
        return _passages_of(shard, forms[0].number)
    marked = np.zeros(shard.passages, bool)
    for form in forms:
        marked[_passages_of(shard, form.number)] = True
    return np.flatnonzero(marked)


def _passages_of(shard: Shard, form: int) -> Array:
    held = shard.postings["form"]
    return held.passages[held.rows(form, form + 1)]


def _in(shard: Shard, passages: Array, others: Array) -> Mask:
    """Which of some passages are among others; both are in order."""
    if len(passages) * _FEW < len(others):
        found: Mask = others.take(np.searchsorted(others, passages), mode="clip") == passages
        return found
    marked: Mask = np.zeros(shard.passages, bool)
    marked[others] = True
    return np.take(marked, passages)


def _frequency(shard: Shard, forms: Forms) -> int:
    at = shard.postings["form"].at
    return sum(at[form.number + 1] - at[form.number] for form in forms)


def _begins(shard: Shard, words: Sequence[Forms], together: Array) -> Ints:
    """Where the words begin: place among `together` times the span, plus the position."""
    begins: Ints | None = None
    for step, occurrences in _occurrences(shard, words, together):
        # A word at the very beginning cannot stand later in a phrase.
        keys = occurrences[occurrences % shard.span >= step] - step
        begins = keys if begins is None else _in_both(begins, keys)
        if not len(begins):
            break
    return np.zeros(0, np.int64) if begins is None else begins


def _occurrences(
    shard: Shard, words: Sequence[Forms], together: Array
) -> Iterator[tuple[int, Ints]]:
    """Where each word stands, the rarest first: its place in the phrase, and sorted keys."""
    for step, forms in sorted(enumerate(words), key=lambda pair: _frequency(shard, pair[1])):
        keys = [_keys(shard, form, together) for form in forms]
        yield step, keys[0] if len(keys) == 1 else np.sort(np.concatenate(keys))


def _keys(shard: Shard, form: Form, together: Array) -> Ints:
    """Where a form stands in these passages, as sorted keys."""
    passages = _passages_of(shard, form.number)
    if len(together) * _FEW < len(passages):
        rows = np.searchsorted(passages, together)
        places = np.flatnonzero(passages.take(rows, mode="clip") == together)
        rows = rows[places]
    else:
        rows = np.flatnonzero(_in(shard, passages, together))
        places = np.searchsorted(together, passages[rows])
    keys = _positions(shard, shard.postings["form"].at[form.number] + rows, places)
    if form.language == _ANY or not len(keys):
        return keys
    found, positions = together[keys // shard.span], keys % shard.span
    spoken: Mask = _languages(shard, found, positions) == form.language
    told: Ints = keys[spoken]
    return told


def _positions(shard: Shard, rows: Ints, places: Ints) -> Ints:
    """The positions of posting rows, as keys."""
    begin = shard.arrays["form.positions_at"][rows].astype(np.int64)
    counts = shard.arrays["form.positions_at"][rows + 1] - begin
    ends = np.cumsum(counts)
    at = np.arange(ends[-1] if len(ends) else 0) + np.repeat(begin - (ends - counts), counts)
    keys: Ints = np.repeat(places, counts) * shard.span
    keys += shard.arrays["form.positions"][at]
    return keys


def _in_both(keys: Ints, others: Ints) -> Ints:
    """The keys that are among others, both in order and each once."""
    # A stable sort merges what is in order, in a quarter of the time of looking each key up.
    merged = np.sort(np.concatenate([keys, others]), kind="stable")
    both: Ints = merged[1:][merged[1:] == merged[:-1]]
    return both


def _languages(shard: Shard, passages: Array, positions: Ints) -> Ints:
    """The row of stems for the language of the field at each position."""
    found, owner = _distinct(passages)
    field = _fields(shard.arrays["passage.lengths"][found].astype(np.int64), owner, positions)
    own = shard.languages(shard.arrays["passage.lang"][passages])
    of_report = shard.languages(shard.arrays["report.lang"][shard.owners(passages)])
    rows: Ints = np.where(np.array(REPORT_FIELDS)[field], of_report, own)
    return rows


def _distinct(ordered: Array) -> tuple[Array, Ints]:
    """Each of some numbers that stand in order once, and which of them each is."""
    begins = beginnings(ordered)
    counts = np.diff(begins, append=len(ordered))
    return ordered[begins], np.repeat(np.arange(len(begins)), counts)


def _fields(lengths: Ints, owner: Ints, positions: Ints) -> Ints:
    """The field at each position of the passage with these lengths that owns it."""
    # A field ends where the next begins, one free place after its last word.
    ends = np.cumsum(lengths + 1, axis=1)
    field: Ints = np.sum(positions[:, None] >= ends[owner], axis=1)
    return field


def _weights(shard: Shard, passages: Array, positions: Ints, fields: int) -> tuple[Array, Array]:
    """The weights of the passages in which a phrase begins at these positions."""
    found, owner = _distinct(passages)
    lengths = shard.arrays["passage.lengths"][found].astype(np.int64)
    places = owner * FIELDS + _fields(lengths, owner, positions)
    counts = np.bincount(places, minlength=len(found) * FIELDS).reshape(-1, FIELDS)
    weighted = counts * unit_weights(lengths)
    weights = np.zeros(len(found))
    for i in range(FIELDS):
        weights += weighted[:, i]
    wanted = [bool(fields >> i & 1) for i in range(FIELDS)]
    kept = counts[:, wanted].any(axis=1)
    return found[kept], weights[kept]


assert len(STEM_LANGUAGES) == 2, "a form fits in one language, or in every one"
