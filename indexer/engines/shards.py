"""The open segments of an index as one: passages and reports numbered through all of them."""

from __future__ import annotations

import bisect
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from indexer.engines import manifest
from indexer.engines.base import Entry
from indexer.engines.segment import Array, Segment, Texts, open_segment
from indexer.engines.streams import FIELDS, NO_PAGE
from indexer.models import Passage, Report

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


# Words are asked for again and again: twice by each query, and in most queries.
_REMEMBERED: Final = 20_000
_UNKNOWN: Final = -1
_STRIDE: Final = 64


class Names:
    """Sorted names: every 64th is in memory, so that one is found by reading few from disk."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._some = [texts[number] for number in range(0, len(texts), _STRIDE)]

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, number: int) -> bytes:
        return self._texts[number]

    def place(self, name: bytes) -> int:
        """The number of the first name that is not before this one."""
        block = bisect.bisect_left(self._some, name)
        first = max(0, (block - 1) * _STRIDE)
        return bisect.bisect_left(self._texts, name, first, min(block * _STRIDE, len(self)))


class Postings:
    """The passages of each stem or form of a segment: those of one are between two of `at`."""

    def __init__(self, arrays: Mapping[str, Array], kind: str) -> None:
        # A single value is read several times faster from a view than from an array.
        self.at = memoryview(arrays[f"{kind}.at"])  # type: ignore[arg-type]
        self.passages = arrays[f"{kind}.passages"]
        self.impacts = arrays[f"{kind}.impacts"]
        self.fields = arrays[f"{kind}.fields"]

    def rows(self, first: int, past: int) -> slice:
        """The rows of the terms from the first up to another."""
        return slice(self.at[first], self.at[past])


class Shard:
    """One segment, with the numbers of its first passage and report among all.

    `live` says which of its passages are still there; None when all are.
    """

    def __init__(self, segment: Segment, deleted: Sequence[int], passage: int, report: int) -> None:
        self.segment = segment
        self.arrays = segment.arrays
        self.first_passage = passage
        self.first_report = report
        self.reports = len(self.arrays["report.year"])
        self.passages = len(self.arrays["passage.number"])
        # The place in the segment where each passage begins: one for each word, and a free one
        # after each field.
        free = np.arange(0, (self.passages + 1) * FIELDS, FIELDS)
        self.begins: Ints = self.arrays["token.at"] + free
        self.live_reports = np.ones(self.reports, bool)
        self.live_reports[list(deleted)] = False
        of_report = np.diff(self.arrays["report.first"])
        self.live: Mask | None = np.repeat(self.live_reports, of_report) if deleted else None
        self.terms = {kind: Names(segment.texts(f"{kind}.name")) for kind in ("stem", "form")}
        self.postings = {kind: Postings(self.arrays, kind) for kind in ("stem", "form")}
        self._found: dict[tuple[str, str], int | None] = {}
        self.ids = segment.texts("report.id")
        self._originals = segment.texts("report.original")
        self._contents = segment.stored_texts("report.content")
        self._entries = segment.texts("report.entry")
        self._texts = segment.stored_texts("passage.text")
        self._headings = segment.texts("passage.headings")
        self._langs = segment.tables["langs"]
        # Whatever is not French is stemmed as English, as in text.py.
        self._stem_rows = np.array([int(name == "fr") for name in self._langs], np.int64)
        self._numbers, self._pages, self._lang_codes = (
            memoryview(self.arrays[f"passage.{name}"])  # type: ignore[arg-type]
            for name in ("number", "page", "lang")
        )

    def term(self, kind: str, name: str) -> int | None:
        """The number of a stem or form, if the segment has it."""
        key = kind, name
        # In one step, since another thread may clear it: None is a found absence.
        known = self._found.get(key, _UNKNOWN)
        if known != _UNKNOWN:
            return known
        names, wanted = self.terms[kind], name.encode()
        number = names.place(wanted)
        found = number if number < len(names) and names[number] == wanted else None
        if len(self._found) >= _REMEMBERED:
            self._found.clear()
        self._found[key] = found
        return found

    def beginning(self, prefix: str) -> tuple[int, int]:
        """The first and one past the last form that begins so."""
        wanted, names = prefix.encode(), self.terms["form"]
        # No byte of UTF-8 is 255, so that this is past everything that begins so.
        return names.place(wanted), names.place(wanted + b"\xff")

    def languages(self, codes: Array) -> Ints:
        """The row of stems for each code of a language."""
        rows: Ints = self._stem_rows[codes]
        return rows

    def passages_at(self, places: Ints) -> Ints:
        """The passage at each of some places."""
        return np.searchsorted(self.begins, places, side="right") - 1

    def owners(self, passages: Array) -> Ints:
        """The report of each passage, numbered within the segment."""
        return np.searchsorted(self.arrays["report.first"], passages, side="right") - 1

    def language(self, number: int) -> str:
        """The language of a report of the segment."""
        name: str = self._langs[self.arrays["report.lang"][number]]
        return name

    def translated(self) -> list[int]:
        """The reports that are translations, numbered within the segment."""
        found: list[int] = np.flatnonzero(np.diff(self.arrays["report.original.at"])).tolist()
        return found

    def original(self, number: int) -> str:
        """The id of what a report of the segment translates."""
        return self._originals[number].decode()

    def every(self) -> Mask:
        """A new mask of the passages that are still there."""
        return np.ones(self.passages, bool) if self.live is None else self.live.copy()

    def standing(self, form: str, lang: str) -> int:
        """In how many of the passages in a language a form stands."""
        number = self.term("form", form)
        if number is None or lang not in self._langs:
            return 0
        held = self.postings["form"]
        passages = held.passages[held.rows(number, number + 1)]
        asked = self.arrays["passage.lang"].take(passages) == self._langs.index(lang)
        if self.live is not None:
            asked &= self.live.take(passages)
        return int(np.count_nonzero(asked))

    def forms(self, lang: str) -> dict[str, int]:
        """In how many of the passages in a language each form stands, where it does."""
        if lang not in self._langs:
            return {}
        asked = self.arrays["passage.lang"] == self._langs.index(lang)
        if self.live is not None:
            asked &= self.live
        # A form has a passage at least, so that none of these sums is of nothing.
        begins = self.arrays["form.at"][:-1]
        counts = np.add.reduceat(asked[self.arrays["form.passages"]], begins, dtype=np.int64)
        pairs = zip(self.segment.texts("form.name"), counts.tolist(), strict=True)
        return {name.decode(): count for name, count in pairs if count}

    def report(self, number: int) -> Report:
        """The report with this number in the segment."""
        return _report.decode(self._contents[number])

    def entries(self) -> list[Entry]:
        """The entries of the reports that are still there, as they were added."""
        live = self.live_reports.tolist()
        return [_entry.decode(e) for e, held in zip(self._entries, live, strict=True) if held]

    def passage(self, number: int, report_id: str) -> Passage:
        """The passage with this number in the segment, which is of this report."""
        page = self._pages[number]
        return Passage(
            report_id,
            self._numbers[number],
            None if page == NO_PAGE else page,
            _headings.decode(self._headings[number]),
            self._texts[number].decode(),
            self._langs[self._lang_codes[number]],
        )


_entry: Final = msgspec.json.Decoder(Entry)
_report: Final = msgspec.json.Decoder(Report)
_headings: Final = msgspec.json.Decoder(tuple[str, ...])


@dataclass(frozen=True, slots=True)
class Shards:
    """All segments: `live` tells which passages and reports are still there, `first` is the first
    passage of each report (and one more), `owners` the report of each passage, `by_id` the reports
    in the order of their ids."""

    parts: tuple[Shard, ...]
    live: Mask
    live_reports: Mask
    first: Ints
    owners: Array
    years: Array
    ids: tuple[str, ...]
    by_id: Ints

    @property
    def passages(self) -> int:
        """How many passages have a number, also those that are gone."""
        return len(self.live)

    def shard_of_passage(self, passage: int) -> Shard:
        """The shard that holds a passage."""
        return self.parts[bisect.bisect(self.parts, passage, key=_first_passage) - 1]

    def shard_of_report(self, report: int) -> Shard:
        """The shard that holds a report."""
        return self.parts[bisect.bisect(self.parts, report, key=_first_report) - 1]


_first_passage: Final = operator.attrgetter("first_passage")
_first_report: Final = operator.attrgetter("first_report")


def open_shards(path: Path) -> Shards:
    """The segments that the manifest in a folder names; IndexOutdated unless all are whole."""
    parts: list[Shard] = []
    passage = report = 0
    for part in manifest.read(path).parts:
        segment = open_segment(path / part.file, part.checksum)
        parts.append(Shard(segment, part.deleted, passage, report))
        passage += parts[-1].passages
        report += parts[-1].reports
    return _joined(tuple(parts), passage)


def _joined(parts: tuple[Shard, ...], passages: int) -> Shards:
    live = np.ones(passages, bool)
    for part in parts:
        if part.live is not None:
            live[part.first_passage : part.first_passage + part.passages] = part.live
    live_reports = np.concatenate([np.zeros(0, bool), *(part.live_reports for part in parts)])
    starts: list[Any] = [part.arrays["report.first"][:-1] + part.first_passage for part in parts]
    first = np.concatenate([*starts, [passages]]).astype(np.int64)
    years = _concatenated([part.arrays["report.year"] for part in parts])
    ids = tuple(text.decode() for part in parts for text in part.ids)
    owners = np.repeat(np.arange(len(ids), dtype=np.int32), np.diff(first))
    return Shards(parts, live, live_reports, first, owners, years, ids, by_text(ids))


def by_text(texts: Sequence[str]) -> Ints:
    """The numbers of texts in the order of the texts, and of the numbers where they are equal."""
    return np.array(sorted(range(len(texts)), key=texts.__getitem__), np.int64)


def _concatenated(arrays: Sequence[Array]) -> Ints:
    return np.concatenate([np.zeros(0, np.int64), *arrays]).astype(np.int64)


def beginnings(ordered: Array) -> Ints:
    """Where runs of equal numbers begin."""
    begins = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=begins[1:])
    return np.flatnonzero(begins)


def distinct(ordered: Array) -> Ints:
    """Each of the numbers once; `np.unique` would import masked arrays, for a tenth of a second."""
    once: Ints = ordered[beginnings(ordered)]
    return once
