"""Streams -> the arrays of a column segment, and back: sorting and adding, without a loop.

Arrays, by the prefix of their names (`R` reports, `P` passages, `T` words, `F` forms):

    report.* (R)       id, content and entry (JSON), title (folded), original (the id of what it
                       translates), year, lang, first passage
    facet.<name>.*     value and report of each pair; the values' names are a table
    passage.* (P)      number, page, lang, text, headings (JSON), lengths (P x fields), report
    token.form (T)     the words in order; token.at (P + 1) where each passage's words begin
    body.* (P + 1, words)  at, start, size: where the words of the text stand in it
    form.name, form.stems (2 x F)   the forms, sorted, and the stem of each in each language
    stem.forms, stem.forms_at       the forms of each stem
    form.*, stem.*     postings: at (terms + 1), passages, impacts, fields (bits); forms also
                       have weights and positions, where fields lie apart by one
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from indexer import text
from indexer.engines import scoring
from indexer.engines.segment import Array, Segment, narrow, packed
from indexer.engines.streams import FIELDS, Ints, Reports, Streams
from indexer.fields import FACET_NAMES, TEXT_FIELDS, TEXT_NAMES

BODY: Final = TEXT_NAMES.index("body")
# Stems are kept for two languages; whatever is not French is stemmed as English, as in text.py.
STEM_LANGUAGES: Final = ("en", "fr")
# The fields of a passage that are in the language of the report.
REPORT_FIELDS: Final = [name in ("title", "summary") for name in TEXT_NAMES]
_NO_STEM: Final = -1
_LOW: Final = (1 << 32) - 1

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class _Words:
    """One value for each word of the streams: its form, slot (passage * fields + field), language
    and position; `units` has one weight for each slot."""

    forms: Ints
    slots: Ints
    french: NDArray[np.bool_]
    positions: Ints
    units: NDArray[np.float64]


def arrays(streams: Streams) -> tuple[dict[str, Array], dict[str, Sequence[str]]]:
    """The arrays and tables of a segment that holds these streams."""
    names, forms = _sorted(streams.forms, streams.tokens)
    words = _words(streams, forms)
    stem_names, stems_of, stems = _stems(names, words)
    columns = {
        **_report_columns(streams.reports),
        **_passage_columns(streams, forms),
        **packed([name.encode() for name in names], "form.name"),
        **packed([name.encode() for name in stem_names], "stem.name"),
        "form.stems": stems_of,
        **forms_of(stems_of, len(stem_names)),
        **_postings("form", words, words.forms, len(names), positions=True),
        **_postings("stem", words, stems, len(stem_names), positions=False),
    }
    facets = {f"facet.{name}": _values(streams.reports, name) for name in FACET_NAMES}
    for name in FACET_NAMES:
        columns |= _facet_columns(streams.reports, name, facets[f"facet.{name}"])
    langs = sorted({*streams.passages.langs, *streams.reports.langs})
    columns["passage.lang"] = _codes(streams.passages.langs, langs)
    columns["report.lang"] = _codes(streams.reports.langs, langs)
    return columns, {"langs": langs, **facets}


def unit_weights(lengths: Array) -> NDArray[np.float64]:
    """The weight of one occurrence in each field of each passage (passages x fields)."""
    wide = lengths.astype(np.float64)
    weights = [scoring.unit(field, wide[:, i]) for i, field in enumerate(TEXT_FIELDS)]
    return np.stack(weights, axis=1)


def _sorted(forms: Sequence[str], tokens: Ints) -> tuple[list[str], Ints]:
    """The forms in order (of their bytes, which is that of their characters), renumbered."""
    used = np.zeros(len(forms), bool)
    used[tokens] = True
    order = sorted(np.flatnonzero(used).tolist(), key=forms.__getitem__)
    rank = np.zeros(len(forms), np.int64)
    rank[order] = np.arange(len(order))
    return [forms[i] for i in order], rank[tokens]


def _words(streams: Streams, forms: Ints) -> _Words:
    lengths = streams.lengths
    flat = lengths.ravel()
    slots = np.repeat(np.arange(flat.size), flat)
    counts = lengths.sum(axis=1)
    begins = np.cumsum(counts) - counts
    # One free place between two fields, so that no phrase runs from one into the next.
    positions = np.arange(len(forms)) - np.repeat(begins, counts) + slots % FIELDS
    french = np.repeat(_french(streams).ravel(), flat)
    return _Words(forms, slots, french, positions, unit_weights(lengths).ravel())


def _french(streams: Streams) -> NDArray[np.bool_]:
    """Whether each field of each passage is stemmed as French (passages x fields)."""
    own = np.array([lang == "fr" for lang in streams.passages.langs], bool)
    reports = np.array([lang == "fr" for lang in streams.reports.langs], bool)
    of_report = np.repeat(reports, streams.reports.passages)
    return np.where(REPORT_FIELDS, of_report[:, None], own[:, None])


def _stems(names: Sequence[str], words: _Words) -> tuple[list[str], Array, Ints]:
    """The stems in order, the number of each form's stem by language, and of each word's."""
    used = np.zeros((len(STEM_LANGUAGES), len(names)), bool)
    used[words.french.astype(np.int64), words.forms] = True
    pairs = [(lang, form) for lang in (0, 1) for form in np.flatnonzero(used[lang]).tolist()]
    cut = [text.stem(names[form], STEM_LANGUAGES[lang]) for lang, form in pairs]
    stem_names = sorted(set(cut))
    number = {name: i for i, name in enumerate(stem_names)}
    stems_of = np.full(used.shape, _NO_STEM, np.int32)
    for (lang, form), name in zip(pairs, cut, strict=True):
        stems_of[lang, form] = number[name]
    chosen = stems_of[words.french.astype(np.int64), words.forms].astype(np.int64)
    return stem_names, stems_of, chosen


def forms_of(stems_of: Array, count: int) -> dict[str, Array]:
    """Compressed sparse rows: the forms of each of `count` stems, in whichever language."""
    held = stems_of != _NO_STEM
    _, forms = np.nonzero(held)
    # One number for a pair is sorted ten times as fast as two.
    pairs = np.sort(stems_of[held].astype(np.int64) << 32 | forms)
    pairs = pairs[_beginnings(pairs)]
    return {
        "stem.forms": (pairs & _LOW).astype(np.int32),
        "stem.forms_at": np.searchsorted(pairs >> 32, np.arange(count + 1)),
    }


def _postings(
    kind: str, words: _Words, terms: Ints, count: int, *, positions: bool
) -> dict[str, Array]:
    """Compressed sparse rows: the passages of each term with what the term is worth there."""
    # Sorting one array of numbers is several times as fast as sorting places by two keys.
    keys = np.sort(terms.astype(np.int64) << 32 | np.arange(len(terms)))
    order, term = keys & _LOW, keys >> 32
    slot = words.slots[order]
    of_field = _beginnings(term, slot)
    slot_1, term_1 = slot[of_field], term[of_field]
    occurrences = np.diff(of_field, append=len(keys))
    of_passage = _beginnings(term_1, slot_1 // FIELDS)
    weights = _sums(np.add, occurrences * words.units[slot_1], of_passage)
    bits = (1 << (slot_1 % FIELDS)).astype(np.uint8)
    held: dict[str, Array] = {
        "at": np.searchsorted(term_1[of_passage], np.arange(count + 1)),
        "passages": (slot_1[of_passage] // FIELDS).astype(np.int32),
        "impacts": scoring.impact(weights).astype(np.float32),
        "fields": _sums(np.bitwise_or, bits, of_passage),
    }
    if positions:
        held["weights"] = weights.astype(np.float32)
        held["positions"] = narrow(words.positions[order])
        held["positions_at"] = narrow(np.append(of_field[of_passage], len(keys)))
    return {f"{kind}.{name}": array for name, array in held.items()}


def _beginnings(*keys: Ints) -> Ints:
    """Where a run of equal keys begins."""
    changes = np.zeros(len(keys[0]), bool)
    changes[:1] = True
    for key in keys:
        changes[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(changes)


def _sums(function: Any, values: Array, begins: Ints) -> Array:
    reduced: Array = function.reduceat(values, begins) if len(values) else values
    return reduced


def _report_columns(reports: Reports) -> dict[str, Array]:
    return {
        **packed(reports.ids, "report.id"),
        **packed(reports.contents, "report.content"),
        **packed(reports.entries, "report.entry"),
        **packed(reports.titles, "report.title"),
        **packed(reports.originals, "report.original"),
        "report.year": np.array(reports.years, np.int32),
        "report.first": np.append(0, np.cumsum(np.array(reports.passages, np.int64))),
    }


def _passage_columns(streams: Streams, forms: Ints) -> dict[str, Array]:
    passages = streams.passages
    return {
        **packed(passages.texts, "passage.text"),
        **packed(passages.headings, "passage.headings"),
        "passage.number": np.array(passages.numbers, np.int32),
        "passage.page": np.array(passages.pages, np.int32),
        "passage.lengths": narrow(streams.lengths),
        "token.form": narrow(forms),
        "token.at": np.append(0, np.cumsum(streams.lengths.sum(axis=1))),
        "body.at": np.append(0, np.cumsum(streams.lengths[:, BODY])),
        "body.start": narrow(streams.starts),
        "body.size": narrow(streams.sizes),
    }


def _codes(values: Sequence[str], names: Sequence[str]) -> Array:
    number = {name: i for i, name in enumerate(names)}
    return np.array([number[value] for value in values], np.uint8)


def _values(reports: Reports, name: str) -> list[str]:
    return sorted({value for facets in reports.facets for value in facets[name]})


def _facet_columns(reports: Reports, name: str, values: Sequence[str]) -> dict[str, Array]:
    number = {value: i for i, value in enumerate(values)}
    pairs = [(number[v], i) for i, facets in enumerate(reports.facets) for v in facets[name]]
    codes, owners = np.array(pairs, np.int32).reshape(-1, 2).T
    return {f"facet.{name}.value": codes, f"facet.{name}.report": owners}


def facet_values(segment: Segment) -> list[Mapping[str, Sequence[str]]]:
    """The facet values of each report of a segment."""
    count = len(segment.arrays["report.year"])
    found: list[dict[str, list[str]]] = [{n: [] for n in FACET_NAMES} for _ in range(count)]
    for name in FACET_NAMES:
        values = segment.tables[f"facet.{name}"]
        codes = segment.arrays[f"facet.{name}.value"].tolist()
        owners = segment.arrays[f"facet.{name}.report"].tolist()
        for code, owner in zip(codes, owners, strict=True):
            found[owner][name].append(values[code])
    return list(found)
