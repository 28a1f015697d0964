"""SQLite's FTS5, with its own ranking, snippets and Porter stemmer.

Facets: one MATCH over the index gives the number of every passage that matched, joined to a narrow
table that holds the number of the passage's combination of five values; the sums by value are made
of the combinations. On 20,000 passages a GROUP BY for each facet takes nine times as long.
The index is optimised into one segment after building, and its pages are mapped, not read.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from tests.bench.corpus import FACETS, Item, Row, rows
from tests.bench.peer import SNIPPETS, WEIGHTS, Answer, distinct
from tests.bench.questions import Question

FILE: Final = "passages.db"
_MAPPED: Final = 1 << 33
_FIELDS: Final = ", ".join(WEIGHTS)
_SCHEMA: Final = f"""
CREATE TABLE passage (
    id INTEGER PRIMARY KEY, report TEXT, {_FIELDS}, {", ".join(FACETS)}, combination INTEGER
);
CREATE TABLE combination (id INTEGER PRIMARY KEY, facets TEXT);
CREATE TABLE counted (id INTEGER PRIMARY KEY, combination INTEGER);
CREATE VIRTUAL TABLE passage_fts USING fts5(
    {_FIELDS}, content="passage", content_rowid="id",
    tokenize="porter unicode61 remove_diacritics 2"
);
INSERT INTO passage_fts (passage_fts, rank)
    VALUES ('rank', 'bm25({", ".join(str(weight) for weight in WEIGHTS.values())})');
"""
# About 40 words are as long as our snippets.
_BEST: Final = """
SELECT rowid, snippet(passage_fts, 3, '<mark>', '</mark>', '…', 40)
FROM passage_fts WHERE passage_fts MATCH ? ORDER BY rank LIMIT ?
"""
_RANKED: Final = """
SELECT report FROM passage_fts JOIN passage ON passage.id = passage_fts.rowid
WHERE passage_fts MATCH ? ORDER BY rank LIMIT ?
"""
_COUNT: Final = """
SELECT combination, count(*) FROM passage_fts JOIN counted ON counted.id = passage_fts.rowid
WHERE passage_fts MATCH ? GROUP BY combination
"""


def build(items: Iterable[Item], folder: Path) -> None:
    """A database with the passages, indexed in one transaction."""
    with closing(sqlite3.connect(folder / FILE)) as database, database:
        database.executescript(_SCHEMA)
        combinations: dict[str, int] = {}
        marks = ", ".join("?" * (3 + len(WEIGHTS) + len(FACETS)))
        database.executemany(
            f"INSERT INTO passage VALUES ({marks})",
            (_values(row, combinations) for row in rows(items)),
        )
        told = [(number, facets) for facets, number in combinations.items()]
        database.executemany("INSERT INTO combination VALUES (?, ?)", told)
        database.execute("INSERT INTO counted SELECT id, combination FROM passage")
        database.execute("INSERT INTO passage_fts (passage_fts) VALUES ('rebuild')")
        database.execute("INSERT INTO passage_fts (passage_fts) VALUES ('optimize')")


def _values(row: Row, combinations: dict[str, int]) -> tuple[object, ...]:
    facets = json.dumps({name: row.facets[name] for name in FACETS})
    texts = [getattr(row, name) for name in WEIGHTS]
    # Sectors are many for a passage: a JSON array, which is how Datasette takes them.
    values = [
        json.dumps(row.facets[name]) if name == "sector" else ", ".join(row.facets[name])
        for name in FACETS
    ]
    number = combinations.setdefault(facets, len(combinations) + 1)
    return row.number, row.report, *texts, *values, number


def any_of(words: Iterable[str]) -> str:
    """Words as FTS5 takes them, any of them enough."""
    return " OR ".join(f'"{word}"' for word in words)


class _Searcher:
    def __init__(self, folder: Path) -> None:
        address = f"file:{folder / FILE}?mode=ro&immutable=1"
        self._database = sqlite3.connect(address, uri=True)
        self._database.execute(f"PRAGMA mmap_size = {_MAPPED}")
        told = self._database.execute("SELECT id, facets FROM combination")
        self._combinations = {number: json.loads(facets) for number, facets in told}

    def search(self, question: Question) -> Answer:
        """One page of passages."""
        query = any_of(question.words)
        best = self._database.execute(_BEST, (query, SNIPPETS)).fetchall()
        counts = self._database.execute(_COUNT, (query,)).fetchall()
        return Answer(
            total=sum(count for _, count in counts),
            hits=distinct(list(self._reports([number for number, _ in best]))),
            snippets=tuple(snippet for _, snippet in best),
            facets=self._summed(counts),
        )

    def ranked(self, question: Question, passages: int) -> list[str]:
        """The reports of the best so many passages, best first."""
        if not question.words:
            return []
        found = self._database.execute(_RANKED, (any_of(question.words), passages))
        return list(dict.fromkeys(report for (report,) in found))

    def _reports(self, numbers: list[int]) -> Iterator[str]:
        for number in numbers:
            query = "SELECT report FROM passage WHERE id = ?"
            yield self._database.execute(query, (number,)).fetchone()[0]

    def _summed(self, counts: list[tuple[int, int]]) -> dict[str, dict[str, int]]:
        summed: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
        for number, count in counts:
            for name, values in self._combinations[number].items():
                for value in values:
                    summed[name][value] += count
        return {name: dict(found) for name, found in summed.items()}


def open_index(folder: Path) -> _Searcher:
    """A connection that reads only."""
    return _Searcher(folder)
