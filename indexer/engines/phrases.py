"""Where words follow each other: places in a segment that lie side by side.

A phrase asks for each word in one form, an expression in all the forms that share a stem with it.
A form may share it in one language only; then it counts only where the text is in that language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from indexer.engines.inverting import REPORT_FIELDS, STEM_LANGUAGES, unit_weights
from indexer.engines.segment import Array
from indexer.engines.shards import Ints, Shard, beginnings, distinct
from indexer.engines.streams import FIELDS
from indexer.engines.terms import ragged
from indexer.text import variants

_ANY: Final = -1
EVERY_FIELD: Final = (1 << FIELDS) - 1
_NOWHERE: Final = np.zeros(0, np.int64)
_FREE: Final = np.arange(1, FIELDS + 1)
# So many times fewer places are looked up among others one by one; more are sorted into them.
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
    begins = _begins(shard, words) if all(words) else _NOWHERE
    if not len(begins):
        return np.zeros(0, np.int32), np.zeros(0)
    return _weights(shard, begins, fields)


def _begins(shard: Shard, words: Sequence[Forms]) -> Ints:
    """The places where the words begin, in order: those of the rarest word, if the others stand
    beside it."""
    begins: Ints | None = None
    for step, forms in sorted(enumerate(words), key=lambda pair: _frequency(shard, pair[1])):
        # A free place ends each passage, so that no phrase runs from one into the next.
        places = _places(shard, forms, begins) - step
        begins = places if begins is None else _in_both(begins, places)
        if not len(begins):
            break
    return _NOWHERE if begins is None else begins


def _frequency(shard: Shard, forms: Forms) -> int:
    at = shard.postings["form"].at
    return sum(at[form.number + 1] - at[form.number] for form in forms)


def _places(shard: Shard, forms: Forms, near: Ints | None) -> Ints:
    """The places of a word in any of its forms, in order; of a much more frequent one than there
    are places that it is wanted `near`, those in the same passages."""
    few = near if near is not None and len(near) * _FEW < _frequency(shard, forms) else None
    found = [_places_of(shard, form, few) for form in forms]
    return found[0] if len(found) == 1 else np.sort(np.concatenate(found))


def _places_of(shard: Shard, form: Form, near: Ints | None) -> Ints:
    held = shard.postings["form"]
    rows = held.rows(form.number, form.number + 1)
    passages = held.passages[rows]
    at = shard.arrays["form.positions_at"][rows.start : rows.stop + 1].astype(np.int64)
    counts = np.diff(at)
    if near is None:
        positions = shard.arrays["form.positions"][at[0] : at[-1]]
    else:
        kept = _among(passages, distinct(shard.passages_at(near)))
        passages, counts = passages[kept], counts[kept]
        positions = shard.arrays["form.positions"][ragged(at[kept], counts)]
    places: Ints = np.repeat(shard.begins.take(passages), counts)
    places += positions
    if form.language != _ANY and len(places):
        places = places[_languages(shard, places) == form.language]
    return places


def _among(passages: Array, wanted: Array) -> Ints:
    """The rows of the passages that are among the wanted ones; both are in order."""
    rows = np.searchsorted(passages, wanted)
    found: Ints = rows[passages.take(rows, mode="clip") == wanted]
    return found


def _in_both(few: Ints, many: Ints) -> Ints:
    """The places that are among others, both in order and each once."""
    if len(few) * _FEW < len(many):
        found: Ints = few[many.take(np.searchsorted(many, few), mode="clip") == few]
        return found
    # A stable sort merges what is in order, in a quarter of the time of looking each one up.
    merged = np.sort(np.concatenate([few, many]), kind="stable")
    both: Ints = merged[1:][merged[1:] == merged[:-1]]
    return both


def _languages(shard: Shard, places: Ints) -> Ints:
    """The row of stems for the language of the field at each place."""
    passages = shard.passages_at(places)
    field = _fields(shard.arrays["passage.lengths"][passages], places - shard.begins[passages])
    own = shard.languages(shard.arrays["passage.lang"][passages])
    of_report = shard.languages(shard.arrays["report.lang"][shard.owners(passages)])
    rows: Ints = np.where(np.array(REPORT_FIELDS)[field], of_report, own)
    return rows


def _fields(lengths: Array, positions: Ints) -> Ints:
    """The field at each position of a passage with fields of these lengths."""
    # A field ends where the next begins, one free place after its last word.
    ends = np.cumsum(lengths, axis=1, dtype=np.int64) + _FREE
    field: Ints = np.sum(positions[:, None] >= ends, axis=1)
    return field


def _weights(shard: Shard, begins: Ints, fields: int) -> tuple[Array, Array]:
    """The weights of the passages in which a phrase begins at these places."""
    owners = shard.passages_at(begins)
    lengths = shard.arrays["passage.lengths"][owners]
    field = _fields(lengths, begins - shard.begins.take(owners))
    units = unit_weights(lengths)[np.arange(len(field)), field]
    first = beginnings(owners)
    passages, weights = owners[first], np.add.reduceat(units, first)
    if fields == EVERY_FIELD:
        return passages, weights
    kept = np.logical_or.reduceat((fields >> field & 1).astype(bool), first)
    return passages[kept], weights[kept]


assert len(STEM_LANGUAGES) == 2, "a form fits in one language, or in every one"
