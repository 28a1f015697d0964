"""The reference engine: short, obvious, slow; the oracle that the others are tested against.

A generation is one file of JSON lines, a report with its passages on each.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from indexer.engines.base import Match, Matches, Request
from indexer.engines.indexing import tokens
from indexer.engines.ranking import Row, Scores, rank
from indexer.errors import EngineError
from indexer.fields import EXACT_WEIGHT, TEXT_FIELDS, TextField, exact
from indexer.models import Passage, Report
from indexer.syntax import Leaf, Phrase, Prefix, Word
from indexer.text import variants

FILE: Final = "reports.jsonl"

# BM25's usual constants (Robertson and Zaragoza, 2009).
K1: Final = 1.2
B: Final = 0.75


@dataclass(frozen=True, slots=True)
class _Line:
    report: Report
    passages: tuple[Passage, ...]
    facets: dict[str, tuple[str, ...]]


class MemoryEngine:
    """Every passage's terms by field, and loops over all of them."""

    def __init__(self, lines: Iterable[_Line]) -> None:
        self._passages: list[Passage] = []
        self._tokens: list[Mapping[str, list[str]]] = []
        self._rows: list[Row] = []
        for line in sorted(lines, key=lambda line: line.report.id):
            first = len(self._passages)
            self._passages.extend(line.passages)
            self._tokens.extend(tokens(line.report, passage) for passage in line.passages)
            numbers = range(first, len(self._passages))
            self._rows.append(Row(line.report, line.facets, numbers))
        self._by_id = {row.report.id: row for row in self._rows}
        lengths: Counter[str] = Counter()
        for held in self._tokens:
            lengths.update({name: len(terms) for name, terms in held.items()})
        self._mean = {name: total / len(self._tokens) for name, total in lengths.items()}

    def search(self, request: Request) -> Matches:
        """The reports that match, by BM25F over the fields of a passage."""
        ranking = rank(self._rows, request, self._score)
        page = ranking.ranked[request.offset : request.offset + request.limit]
        return Matches(
            len(ranking.ranked),
            tuple(
                Match(r.row.report, r.score, tuple(self._passages[n] for n in r.passages))
                for r in page
            ),
            ranking.facets,
        )

    def reports(self) -> Sequence[Report]:
        """Every report, ordered by id."""
        return [row.report for row in self._rows]

    def report(self, report_id: str) -> Report | None:
        """The report with this id."""
        row = self._by_id.get(report_id)
        return row.report if row else None

    def passages(self, report_id: str) -> tuple[Passage, ...]:
        """The passages of a report in order."""
        row = self._by_id.get(report_id)
        return tuple(self._passages[number] for number in row.passages) if row else ()

    def passage_count(self) -> int:
        """How many passages there are in all."""
        return len(self._passages)

    def close(self) -> None:
        """Nothing to give back."""

    def _score(self, leaf: Leaf) -> Scores:
        """BM25F (Robertson, Zaragoza and Taylor, 2004) of a clause in each passage that has it."""
        weighted = {
            number: sum(self._weight(held, field, leaf) for field in _fields(leaf))
            for number, held in enumerate(self._tokens)
        }
        matching = {number: weight for number, weight in weighted.items() if weight > 0}
        rarity = math.log1p((len(self._tokens) - len(matching) + 0.5) / (len(matching) + 0.5))
        return {n: rarity * weight * (K1 + 1) / (K1 + weight) for n, weight in matching.items()}

    def _weight(self, held: Mapping[str, list[str]], field: TextField, leaf: Leaf) -> float:
        count = _occurrences(held[field.name], held[exact(field.name)], leaf)
        if not count:
            return 0.0
        length = len(held[field.name]) / self._mean[field.name]
        return field.weight * count / (1 - B + B * length)


def _fields(leaf: Leaf) -> Iterator[TextField]:
    return (field for field in TEXT_FIELDS if leaf.field in (None, field.name))


def _occurrences(stems: Sequence[str], forms: Sequence[str], leaf: Leaf) -> float:
    match leaf:
        case Word(text):
            wanted = variants(text)
            return sum(stem in wanted for stem in stems) + EXACT_WEIGHT * forms.count(text)
        case Phrase(words):
            size = len(words)
            return sum(tuple(forms[i : i + size]) == words for i in range(len(forms) - size + 1))
        case Prefix(text):
            return sum(form.startswith(text) for form in forms)


class MemoryWriter:
    """Lines being collected for one file."""

    def __init__(self, path: Path, lines: Iterable[_Line] = ()) -> None:
        self._path = path
        self._lines = {line.report.id: line for line in lines}

    def add(
        self, report: Report, passages: Iterable[Passage], facets: Mapping[str, Sequence[str]]
    ) -> None:
        """Adds a report with its passages."""
        values = {name: tuple(found) for name, found in facets.items()}
        self._lines[report.id] = _Line(report, tuple(passages), values)

    def remove(self, report_id: str) -> None:
        """Removes a report with its passages."""
        del self._lines[report_id]

    def commit(self) -> None:
        """Writes the file."""
        content = b"\n".join(map(msgspec.json.encode, self._lines.values()))
        (self._path / FILE).write_bytes(content)

    def abandon(self) -> None:
        """Forgets everything."""
        self._lines.clear()


def open_engine(path: Path) -> MemoryEngine:
    """The generation in a folder, loaded."""
    return MemoryEngine(_read(path))


def open_writer(path: Path, base: Path | None) -> MemoryWriter:
    """A writer for a new generation that begins as a copy of `base`, or empty."""
    return MemoryWriter(path, _read(base) if base else ())


def _read(path: Path) -> list[_Line]:
    try:
        content = (path / FILE).read_bytes()
        return [msgspec.json.decode(line, type=_Line) for line in content.splitlines()]
    except (OSError, msgspec.MsgspecError) as error:
        raise EngineError(
            f"The index in {path} cannot be read ({error}). Run `indexer build --full`."
        ) from error
