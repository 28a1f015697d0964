"""How well do suggested sectors agree with a reader's? Labels -> precision, recall and F1.

`labels.yaml` in the corpus holds a tuning half, on which words and weights are chosen, and a
held-out half for the final figure. What a report declares is left out of account.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from indexer import classify, yamlfile
from indexer.catalogue import Catalogue
from indexer.errors import MetadataError, ReportNotFound
from indexer.text import LANGUAGES

LABELS_FILE: Final = "labels.yaml"
HALVES: Final = ("tuning", "held-out")
ALL: Final = "all"
GROUPS: Final = (ALL, *LANGUAGES)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A report with the sectors that a reader gave it, and those that are suggested for it."""

    id: str
    lang: str
    given: frozenset[str]
    suggested: frozenset[str]


@dataclass(frozen=True, slots=True)
class Marks:
    """How many suggestions were `right`, how many `wrong`, how many `missed`, and what follows.

    `precision` is right / (right + wrong), `recall` right / (right + missed), `f1` their harmonic
    mean; each is 0 where nothing was suggested or given.
    """

    right: int
    wrong: int
    missed: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Means:
    """Means over the sectors, each counting the same."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """The marks by sector, over all suggestions (`micro`) and as means over sectors (`macro`).

    Each by group: `all`, `en`, `fr`; a sector that nobody gave or suggested in a group is absent.
    """

    half: str
    reports: Mapping[str, int]
    sectors: Mapping[str, Mapping[str, Marks]]
    micro: Mapping[str, Marks]
    macro: Mapping[str, Means]


def load_labels(path: Path) -> dict[str, dict[str, frozenset[str]]]:
    """The sectors of each report by half; MetadataError names the entry that is wrong."""
    halves = yamlfile.load_mapping(path)
    if tuple(halves) != HALVES:
        raise MetadataError(f"{path.name}: needs the keys `tuning` and `held-out`, in this order.")
    return {half: _half(rows, f"{path.name}, {half}") for half, rows in halves.items()}


def _half(rows: object, where: str) -> dict[str, frozenset[str]]:
    labels: dict[str, frozenset[str]] = {}
    for report_id, sectors in yamlfile.as_mapping(rows, where).items():
        if not isinstance(sectors, list) or not sectors or not all(map(_is_text, sectors)):
            raise MetadataError(f"{where} ({report_id}): needs a list of sectors.")
        labels[report_id] = frozenset(sectors)
    return labels


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def suggestions(catalogue: Catalogue, labels: Mapping[str, frozenset[str]]) -> tuple[Labelled, ...]:
    """What is suggested for each labelled report; MetadataError for one that is not indexed."""
    return tuple(_labelled(catalogue, key, given) for key, given in labels.items())


def _labelled(catalogue: Catalogue, report_id: str, given: frozenset[str]) -> Labelled:
    try:
        report = catalogue.report(report_id)
    except ReportNotFound as error:
        told = f"{LABELS_FILE}: there is no report “{report_id}”. Build the index, or remove it."
        raise MetadataError(told) from error
    passages = catalogue.passages(report_id)
    found = classify.suggest(
        report.title, passages, report.lang, catalogue.vocabulary, report.summary
    )
    return Labelled(report_id, report.lang, given, frozenset(label.sector for label in found))


def measure(half: str, labelled: Sequence[Labelled]) -> Agreement:
    """The agreement of what is suggested with what was given."""
    groups = {
        group: [report for report in labelled if group in (ALL, report.lang)] for group in GROUPS
    }
    named = sorted({sector for report in labelled for sector in report.given | report.suggested})
    sectors = {
        sector: {
            group: marks
            for group, reports in groups.items()
            if (marks := _marks(reports, {sector})).right + marks.wrong + marks.missed
        }
        for sector in named
    }
    return Agreement(
        half,
        {group: len(reports) for group, reports in groups.items()},
        sectors,
        {group: _marks(reports, set(named)) for group, reports in groups.items()},
        {
            group: _means(marks[group] for marks in sectors.values() if group in marks)
            for group in GROUPS
        },
    )


def _marks(reports: Iterable[Labelled], sectors: set[str]) -> Marks:
    right = wrong = missed = 0
    for report in reports:
        right += len(report.given & report.suggested & sectors)
        wrong += len((report.suggested - report.given) & sectors)
        missed += len((report.given - report.suggested) & sectors)
    return Marks(
        right,
        wrong,
        missed,
        _share(right, right + wrong),
        _share(right, right + missed),
        _share(2 * right, 2 * right + wrong + missed),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _means(marks: Iterable[Marks]) -> Means:
    found = list(marks)
    if not found:
        return Means(0.0, 0.0, 0.0)
    return Means(
        statistics.fmean(each.precision for each in found),
        statistics.fmean(each.recall for each in found),
        statistics.fmean(each.f1 for each in found),
    )
