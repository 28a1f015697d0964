"""What is sent to a cluster of a report: the document that finds it, and those that show it."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from indexer.engines.indexing import tokens
from indexer.engines.opensearch.mapping import PASSAGE, SCALE, Json, length
from indexer.engines.ranking import YEAR
from indexer.engines.scoring import impact, unit
from indexer.fields import FACET_NAMES, TEXT_FIELDS, TEXT_NAMES, exact
from indexer.models import Passage, Report
from indexer.text import fold

Tokens = Mapping[str, Sequence[str]]

_LAST: Final = "~"
# What a key may be long; beyond it reports with the same beginning are ordered by their ids.
_KEY: Final = 1_000


@dataclass(frozen=True, slots=True)
class Content:
    """A report with its passages, the terms of each, and the facet values to count it under."""

    report: Report
    passages: tuple[Passage, ...]
    facets: Mapping[str, Sequence[str]]
    tokens: tuple[Tokens, ...]


def content(
    report: Report, passages: Iterable[Passage], facets: Mapping[str, Sequence[str]]
) -> Content:
    """A report with the terms of its passages."""
    cut = tuple(passages)
    return Content(report, cut, facets, tuple(tokens(report, passage) for passage in cut))


def work_id(work: str) -> str:
    """The name of the document that counts a work."""
    return f"work:{work}"


def report_id(report: str) -> str:
    """The name of the document that shows a report."""
    return f"report:{report}"


def passage_id(report: str, number: int) -> str:
    """The name of the document that finds a passage and shows it."""
    return f"passage:{number}:{report}"


def work(contents: Sequence[Content]) -> Json:
    """The document that counts a work: its reports with what matches in their passages."""
    return {"kind": "work", "reports": [_report(content) for content in contents]}


def shown(content: Content) -> Iterable[tuple[str, Json]]:
    """The documents that show a report, and find and show its passages, by name."""
    report = content.report
    yield (
        report_id(report.id),
        {
            "kind": "report",
            "key": report.id,
            "work": report.work,
            "content": {
                "report": msgspec.to_builtins(report),
                "numbers": [passage.number for passage in content.passages],
            },
            "facets": {name: [*values] for name, values in content.facets.items()},
        },
    )
    values = [f"{name}={value}" for name, given in content.facets.items() for value in given]
    of = {"report": report.id, "work": report.work, YEAR: report.year, "values": values}
    for passage, held in zip(content.passages, content.tokens, strict=True):
        found = {"number": passage.number} | of | _texts(held) | _weighed(held)
        told = {"kind": "passage", "content": msgspec.to_builtins(passage), PASSAGE: found}
        yield passage_id(report.id, passage.number), told


def _report(content: Content) -> Json:
    report = content.report
    return {
        "language": report.lang,
        YEAR: report.year,
        **_orders(report),
        **{name: [*content.facets.get(name, ())] for name in FACET_NAMES},
        "passages": [_texts(held) | _terms(held) for held in content.tokens],
    }


def _orders(report: Report) -> Json:
    """A key for each order: those of reports are in the order of ranking.py."""
    year = report.year
    keys = {
        "newest": _LAST if year is None else f"{9999 - year:05}",
        "oldest": _LAST if year is None else f"{year:05}",
        "title": fold(report.title)[:_KEY],
        "added": f"{dt.date.max.toordinal() - report.added.toordinal():07}{9999 - (year or 0):05}",
    }
    return {f"by_{name}": f"{key}\0{report.id}" for name, key in keys.items()}


def _texts(held: Tokens) -> Json:
    return {name: " ".join(held[name]) for field in TEXT_NAMES for name in (field, exact(field))}


def _terms(held: Tokens) -> Json:
    every = {"stems": TEXT_NAMES, "forms": map(exact, TEXT_NAMES)}
    return {
        kind: " ".join(dict.fromkeys(term for name in names for term in held[name]))
        for kind, names in every.items()
    }


def _weighed(held: Tokens) -> Json:
    stems, forms = (_weights(held, named) for named in (str, exact))
    return {
        "stems": _worth({term: impact(weight) for term, weight in stems.items()}),
        "forms": _worth({term: impact(weight) for term, weight in forms.items()}),
        "weights": _worth(forms),
        **{length(name): len(held[name]) for name in TEXT_NAMES},
    }


def _weights(held: Tokens, named: Callable[[str], str]) -> Mapping[str, float]:
    """The weight of each term in a passage, through all fields."""
    weights: dict[str, float] = defaultdict(float)
    for field in TEXT_FIELDS:
        each = unit(field, float(len(held[field.name])))
        for term, count in Counter(held[named(field.name)]).items():
            weights[term] += each * count
    return weights


def _worth(values: Mapping[str, float]) -> str:
    """Terms with what each is worth, as the cluster takes them apart."""
    return " ".join(f"{term}|{max(1, round(value * SCALE))}" for term, value in values.items())
