"""Several column segments -> one, some rows at a time: memory does not grow with their size.

Reports, passages and words follow each other, so that their rows are copied; postings are joined
by ranges of terms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from indexer.engines.inverting import forms_of
from indexer.engines.segment import Array, Output, Segment
from indexer.engines.shards import Ints, Mask
from indexer.engines.taking import Source, begin, sources_of
from indexer.engines.terms import Terms, join_postings, stems_of_forms, terms_of
from indexer.fields import FACET_NAMES

_REPORT_TEXTS: Final = (
    *("report.id", "report.content", "report.entry", "report.title", "report.original"),
)
_PASSAGE_TEXTS: Final = ("passage.text", "passage.headings")
_PASSAGE_ROWS: Final = ("passage.number", "passage.page", "passage.lengths")
_BODY_ROWS: Final = ("body.start", "body.size")


def join(path: Path, segments: Sequence[tuple[Segment, Mask]]) -> str:
    """Writes a segment file with the `live` reports of segments, in order; its checksum."""
    sources = sources_of(segments)
    output = Output(path)
    forms, stems = terms_of(sources, "form"), terms_of(sources, "stem")
    join_postings(output, sources, "form", forms)
    join_postings(output, sources, "stem", stems)
    stems_of = stems_of_forms(sources, forms, stems)
    output.write("form.stems", stems_of)
    for name, column in forms_of(stems_of, len(stems.names)).items():
        output.write(name, column)
    tables = {f"facet.{name}": _join_facet(output, sources, name) for name in FACET_NAMES}
    tables["langs"] = sorted({name for s in sources for name in s.segment.tables["langs"]})
    _copy(output, sources, forms, tables["langs"])
    return output.close(tables)


def _renumbered(names: Sequence[str], values: Sequence[str]) -> Ints:
    """The place among `values` of each of the names; 0 for one that is not there."""
    number = {value: i for i, value in enumerate(values)}
    return np.array([number.get(name, 0) for name in names], np.int64)


def _join_facet(output: Output, sources: Sequence[Source], name: str) -> list[str]:
    """Writes the pairs of a facet; the values that a report still has."""
    pairs: list[tuple[Sequence[str], Array, Array]] = []
    for source in sources:
        owners = source.held[f"facet.{name}.report"]
        live = source.live_reports[owners]
        codes = source.held[f"facet.{name}.value"][live]
        pairs.append((source.segment.tables[f"facet.{name}"], codes, source.reports[owners[live]]))
    values = sorted({names[i] for names, codes, _ in pairs for i in np.unique(codes).tolist()})
    for names, codes, owners in pairs:
        renumbered = _renumbered(names, values)[codes] if len(codes) else codes
        output.write(f"facet.{name}.value", renumbered.astype(np.int32))
        output.write(f"facet.{name}.report", owners.astype(np.int32))
    return values


class _Copied:
    """Rows of one segment on their way to another; `ends` is how many there are so far of what
    other rows are cut from, by the array that says where they begin."""

    def __init__(self, output: Output, held: Mapping[str, Array], ends: dict[str, int]) -> None:
        self._output = output
        self._held = held
        self._ends = ends

    def rows(self, first: int, last: int, *names: str) -> None:
        """The same rows of some arrays."""
        for name in names:
            self._output.write(name, self._held[name][first:last])

    def span(self, name: str, first: int, last: int) -> tuple[int, int]:
        """Where some rows begin, in their new place; from where to where they reach as held."""
        at = self._held[name][first : last + 1]
        start, end = int(at[0]), int(at[-1])
        before = self._ends.setdefault(name, 0)
        self._output.write(name, at[:-1] + (before - start))
        self._ends[name] += end - start
        return start, end


def _copy(output: Output, sources: Sequence[Source], forms: Terms, langs: Sequence[str]) -> None:
    """Writes the reports, their passages, and the words of these."""
    begin(output, sources, "report.year", *_PASSAGE_ROWS, *_BODY_ROWS)
    output.write("token.form", np.zeros(0, np.min_scalar_type(len(forms.names))))
    ends: dict[str, int] = {}
    for source, numbers in zip(sources, forms.numbers, strict=True):
        codes = _renumbered(source.segment.tables["langs"], langs).astype(np.uint8)
        copied = _Copied(output, source.held, ends)
        for first, last in source.runs():
            passages = copied.span("report.first", first, last)
            words = copied.span("token.at", *passages)
            output.write("token.form", numbers[source.held["token.form"][slice(*words)]])
            copied.rows(*copied.span("body.at", *passages), *_BODY_ROWS)
            copied.rows(first, last, "report.year")
            copied.rows(*passages, *_PASSAGE_ROWS)
            output.write("report.lang", codes[source.held["report.lang"][first:last]])
            output.write("passage.lang", codes[source.held["passage.lang"][slice(*passages)]])
            for name in _REPORT_TEXTS:
                copied.rows(*copied.span(f"{name}.at", first, last), f"{name}.text")
            for name in _PASSAGE_TEXTS:
                copied.rows(*copied.span(f"{name}.at", *passages), f"{name}.text")
            source.segment.forget()
    for name, end in ends.items():
        output.write(name, np.array([end]))
