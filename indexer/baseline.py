"""Plain BM25 over the same fields: what the ranking is measured against.

The words of a query that are no small words, each as its stem in either language; a passage is
worth the sum over them, and a report its best passage. Nothing else counts: no exact forms, no
share of the words, no neighbours, no other words for a concept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from indexer import syntax
from indexer.catalogue import Catalogue
from indexer.engines.indexing import tokens
from indexer.engines.scoring import impact, rarity, unit
from indexer.fields import TEXT_FIELDS
from indexer.syntax import Word
from indexer.text import variants


class Baseline:
    """Every passage's stems, with what each is worth there."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._owners: list[str] = []
        self._weights: dict[str, dict[int, float]] = defaultdict(dict)
        for report in catalogue.reports():
            for passage in catalogue.passages(report.id):
                self._add(tokens(report, passage))
                self._owners.append(report.id)

    def _add(self, held: Mapping[str, Sequence[str]]) -> None:
        number = len(self._owners)
        for field in TEXT_FIELDS:
            worth = unit(field, float(len(held[field.name])))
            for stem, count in Counter(held[field.name]).items():
                former = self._weights[stem].get(number, 0.0)
                self._weights[stem][number] = former + worth * count

    def answers(self, text: str) -> tuple[str, ...]:
        """The ids of the reports for a query text, best first."""
        scores: dict[int, float] = defaultdict(float)
        for clause in syntax.parse(text).clauses:
            for stem in variants(clause.text) if isinstance(clause, Word) else ():
                held = self._weights.get(stem, {})
                telling = rarity(len(self._owners), len(held))
                for number, weight in held.items():
                    scores[number] += telling * impact(weight)
        best = sorted(scores, key=lambda number: (-scores[number], number))
        return tuple(dict.fromkeys(self._owners[number] for number in best))
