"""A corpus of any size, always the same for the same size: reports of seven passages of about 150
words, as our own objects and as plain rows for the peers.

A passage mixes sentences of one real document of `corpus/`, so that the words of a question stand
together, with sentences of words drawn by Zipf's law, so that the vocabulary is as long-tailed as
that of a real collection. Values of facets are drawn by Zipf's law from the real vocabularies.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from indexer import prepare, vocabulary
from indexer.fields import FACET_FIELDS
from indexer.models import Label, Passage, Report
from indexer.vocabulary import Vocabulary
from tests.bench import language
from tests.bench.language import REAL, Language

PASSAGES_A_REPORT: Final = 7
WORDS_A_PASSAGE: Final = 150
REAL_SENTENCES: Final = 0.4
FRENCH: Final = 0.3
# The facets that every engine counts.
FACETS: Final = ("sector", "type", "rating", "lang", "province")
_MOST_VALUES: Final = {"sector": 3, "outcome": 2, "population": 2}
_PUBLISHERS: Final = tuple(f"Publisher {number}" for number in range(1, 41))
_SEED: Final = 20_251


@dataclass(frozen=True, slots=True)
class Item:
    """A report as a writer takes it."""

    report: Report
    passages: tuple[Passage, ...]
    facets: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Row:
    """A passage as the peers take it, with all that is known of its report."""

    number: int
    report: str
    title: str
    heading: str
    summary: str
    body: str
    facets: Mapping[str, tuple[str, ...]]


def items(passages: int, per_report: int = PASSAGES_A_REPORT) -> Iterator[Item]:
    """Reports with so many passages in all."""
    for number, first in enumerate(range(0, passages, per_report)):
        yield item(number, min(per_report, passages - first))


def item(number: int, passages: int) -> Item:
    """One report with so many passages, always the same for the same number."""
    known, values = _vocabulary()
    drawn = _Draw(np.random.default_rng([_SEED, number]))
    report = drawn.report(number, passages, values)
    texts = tuple(drawn.passage(report.id, place) for place in range(1, passages + 1))
    return Item(report, texts, prepare.facets(report, known))


@functools.cache
def _vocabulary() -> tuple[Vocabulary, Mapping[str, Sequence[str]]]:
    known = vocabulary.load(REAL)
    return known, {
        field.name: known.keys(field.name) if field.controlled else _PUBLISHERS
        for field in FACET_FIELDS
    }


def rows(given: Iterable[Item]) -> Iterator[Row]:
    """The same as rows, numbered from 1."""
    number = 0
    for item in given:
        for passage in item.passages:
            number += 1
            yield Row(
                number=number,
                report=item.report.id,
                title=item.report.title,
                heading=" ".join(passage.headings),
                summary=item.report.summary or "",
                body=passage.text,
                facets={name: item.facets[name] for name in FACETS},
            )


def write(given: Iterable[Item], path: Path) -> None:
    """The reports in a file, one in a line, so that making them is no part of what is measured."""
    encoder = msgspec.json.Encoder()
    with path.open("wb") as file:
        for item in given:
            file.write(encoder.encode(item) + b"\n")


def read(path: Path) -> Iterator[Item]:
    """The reports in a file."""
    decoder = msgspec.json.Decoder(Item)
    with path.open("rb") as file:
        for line in file:
            yield decoder.decode(line)


class _Draw:
    """The random choices for one report."""

    def __init__(self, chance: np.random.Generator) -> None:
        self._chance = chance
        code = "fr" if chance.random() < FRENCH else "en"
        self._language: Language = language.load(code)
        documents = self._language.documents
        self._document = documents[int(chance.integers(len(documents)))]

    def report(self, number: int, passages: int, values: Mapping[str, Sequence[str]]) -> Report:
        """A report with facets."""
        chosen = {name: self._values(name, given) for name, given in values.items()}
        return Report(
            id=f"r{number:07}",
            path=f"r{number // 1000:04}/r{number:07}.md",
            format="markdown",
            title=self._window(5, 9),
            lang=self._language.code,
            fingerprint=f"{number:016x}",
            added=dt.date(2025, 1, 1) + dt.timedelta(days=number % 365),
            year=int(self._chance.integers(1995, 2026)),
            labels=tuple(Label(sector, declared=True) for sector in chosen["sector"]),
            type=chosen["type"][0],
            rating=chosen["rating"][0],
            province=chosen["province"][0],
            outcomes=chosen["outcome"],
            population=chosen["population"],
            publisher=chosen["publisher"][0],
            summary=" ".join(self._sentence() for _ in range(2)),
            pages=passages,
            passages=passages,
        )

    def passage(self, report: str, number: int) -> Passage:
        """A passage of about 150 words."""
        size = int(np.clip(self._chance.normal(WORDS_A_PASSAGE, 25), 80, 200))
        parts: list[str] = []
        words = 0
        while words < size:
            parts.append(self._sentence())
            words += parts[-1].count(" ") + 1
        heading = self._window(2, 5)
        text = " ".join(parts)
        return Passage(report, number, number, (heading,), text, self._language.code)

    def _values(self, name: str, values: Sequence[str]) -> tuple[str, ...]:
        count = int(self._chance.integers(1, _MOST_VALUES.get(name, 1) + 1))
        weights = 1 / (np.arange(len(values)) + 2)
        picked = self._chance.choice(len(values), count, replace=False, p=weights / weights.sum())
        return tuple(values[place] for place in picked.tolist())

    def _sentence(self) -> str:
        if self._chance.random() < REAL_SENTENCES:
            return self._real()
        words = self._language.draw(self._chance.random(int(self._chance.integers(8, 25))))
        return " ".join(words).capitalize() + "."

    def _real(self) -> str:
        return self._document[int(self._chance.integers(len(self._document)))]

    def _window(self, least: int, most: int) -> str:
        words = self._real().split()
        count = int(self._chance.integers(least, most + 1))
        start = int(self._chance.integers(max(1, len(words) - count)))
        return " ".join(words[start : start + count]).strip(" .,;:()").capitalize()


def as_markdown(item: Item) -> str:
    """A report as a file of a corpus, with its metadata as front matter."""
    report = item.report
    known: dict[str, Any] = {
        "id": report.id,
        "title": report.title,
        "lang": report.lang,
        "year": report.year,
        "type": report.type,
        "rating": report.rating,
        "province": report.province,
        "sectors": list(report.sectors),
        "summary": report.summary,
    }
    told = "\n".join(
        f"{name}: {msgspec.json.encode(value).decode()}" for name, value in known.items()
    )
    texts = "\n\n".join(f"## {passage.heading}\n\n{passage.text}" for passage in item.passages)
    return f"---\n{told}\n---\n\n{texts}\n"
