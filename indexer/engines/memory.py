"""The reference engine: short, obvious, slow; the oracle that the others are tested against.

A generation is one file of JSON lines, a report with its passages on each.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from indexer.engines.base import Combinations, Entry, Found, Match, Matches, Request, entry
from indexer.engines.indexing import tokens
from indexer.engines.marking import marks
from indexer.engines.ranking import Row, Scores, on, rank, shown_of
from indexer.engines.scoring import impact, kept, rarity, unit
from indexer.errors import EngineError
from indexer.fields import EXACT_WEIGHT, TEXT_FIELDS, TEXT_NAMES, TextField, exact
from indexer.models import Passage, Report
from indexer.syntax import Expression, Leaf, Phrase, Prefix, Word
from indexer.text import variants

FILE: Final = "reports.jsonl"

# Passage -> its weight for a term, and the fields that have the term.
Weights = Mapping[int, tuple[float, set[str]]]
# Passage -> what the term is worth there.
Impacts = Mapping[int, float]
# Term -> passage -> field -> occurrences.
Counts = defaultdict[str, defaultdict[int, Counter[str]]]


@dataclass(frozen=True, slots=True)
class _Line:
    report: Report
    passages: tuple[Passage, ...]
    facets: dict[str, tuple[str, ...]]


class MemoryEngine:
    """Every passage's terms by field, and loops over them."""

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
        self._stems = _counted(self._tokens, {name: name for name in TEXT_NAMES})
        self._forms = _counted(self._tokens, {exact(name): name for name in TEXT_NAMES})

    def search(self, request: Request) -> Matches:
        """The reports that match, by the rule of scoring.py."""
        ranking = rank(self._rows, request, self)
        page = ranking.ranked[request.offset : request.offset + request.limit]
        return Matches(
            len(ranking.ranked),
            tuple(
                Match(ranked.row.report, ranked.score, self._found(ranked.passages, request))
                for ranked in page
            ),
            ranking.facets,
        )

    def combinations(self, request: Request, axes: Sequence[str]) -> Combinations:
        """How many of the works that match have each combination of values."""
        held = {
            (values, row.report.work)
            for row in rank(self._rows, request, self).kept
            for values in itertools.product(*(on(row, axis) for axis in axes))
        }
        return Counter(values for values, _ in held)

    def entries(self) -> Sequence[Entry]:
        """An entry for every report, ordered by id."""
        return [entry(row.report) for row in self._rows]

    def reports(self) -> Sequence[Report]:
        """Every report, ordered by id."""
        return [row.report for row in self._rows]

    def report(self, report_id: str) -> Report | None:
        """The report with this id."""
        row = self._by_id.get(report_id)
        return row.report if row else None

    def translations(self, report_id: str) -> tuple[Report, ...]:
        """The other reports of the same work, ordered by id."""
        own = self.report(report_id)
        reports = self.reports() if own else ()
        return tuple(r for r in reports if own and r.work == own.work and r.id != own.id)

    def passages(self, report_id: str) -> tuple[Passage, ...]:
        """The passages of a report in order."""
        row = self._by_id.get(report_id)
        return tuple(self._passages[number] for number in row.passages) if row else ()

    def report_count(self) -> int:
        """How many reports there are."""
        return len(self._by_id)

    def passage_count(self) -> int:
        """How many passages there are in all."""
        return len(self._passages)

    def forms(self, lang: str) -> Mapping[str, int]:
        """The folded words of the passages in a language, and in how many each stands."""
        counts: Counter[str] = Counter()
        for passage, held in zip(self._passages, self._tokens, strict=True):
            if passage.lang == lang:
                counts.update({form for name in TEXT_NAMES for form in held[exact(name)]})
        return dict(sorted(counts.items()))

    def close(self) -> None:
        """Nothing to give back."""

    def _found(self, best: Sequence[int], request: Request) -> tuple[Found, ...]:
        shown = shown_of(best, self._passages.__getitem__, request)
        return tuple(Found(passage, marks(passage, request.clauses)) for _, passage in shown)

    def score(self, leaf: Leaf) -> Scores:
        """The score of a clause in each passage that has it; a word counts as all of its terms."""
        scores: dict[int, float] = defaultdict(float)
        for share, impacts in self._parts(leaf):
            telling = self.rarity(len(impacts))
            for number, value in impacts.items():
                scores[number] += share * telling * value
        return scores

    def impacts(self, leaf: Leaf) -> Impacts:
        """What a clause is worth in each passage that has it, however rare it is: the best of a
        word's stems, and its exact form beside it."""
        *stems, last = self._parts(leaf)
        if not stems:
            return last[1]
        best: dict[int, float] = {}
        for _, impacts in stems:
            for number, value in impacts.items():
                best[number] = max(value, best.get(number, 0.0))
        share, exact = last
        return {number: value + share * exact.get(number, 0.0) for number, value in best.items()}

    def rarity(self, having: int) -> float:
        """How much something tells that so many passages have."""
        return rarity(len(self._passages), having)

    def stems(self, number: int) -> frozenset[str]:
        """The stems of a passage."""
        return frozenset(stem for name in TEXT_NAMES for stem in self._tokens[number][name])

    def having(self, stem: str) -> Scores:
        """What a stem is worth in each passage that has it."""
        return self._word_impacts(stem, Word(stem), stems=True)

    def word_rarity(self, word: Word) -> float:
        """How much the rarer of a word's stems tells."""
        having = (len(self._stems.get(stem, ())) for stem in variants(word.text))
        return max((self.rarity(count) for count in having if count), default=0.0)

    def _parts(self, leaf: Leaf) -> list[tuple[float, Impacts]]:
        """The terms that a clause counts as, each with its share; the exact form comes last."""
        match leaf:
            case Word(text):
                return [
                    *((1.0, self._word_impacts(s, leaf, stems=True)) for s in variants(text)),
                    (EXACT_WEIGHT, self._word_impacts(text, leaf, stems=False)),
                ]
            case Phrase(words):
                return [(1.0, self._impacts(self._phrase_weights(words), leaf))]
            case Expression(words):
                return [(1.0, self._impacts(self._expression_weights(words), leaf))]
            case Prefix(text):
                return [(1.0, self._impacts(self._prefix_weights(text), leaf))]

    def _word_impacts(self, term: str, leaf: Leaf, *, stems: bool) -> Impacts:
        index = self._stems if stems else self._forms
        impacts = self._impacts(self._weights(index.get(term, {})), leaf)
        return {number: kept(value) for number, value in impacts.items()}

    def _impacts(self, weights: Weights, leaf: Leaf) -> Impacts:
        """The impacts where the clause's field has it; the weight counts every field."""
        return {
            number: impact(weight)
            for number, (weight, names) in weights.items()
            if leaf.field is None or leaf.field in names
        }

    def _weights(self, counts: Mapping[int, Mapping[str, int]]) -> Weights:
        return {
            number: (sum(self._weight(number, field, held) for field in TEXT_FIELDS), set(held))
            for number, held in counts.items()
        }

    def _weight(self, number: int, field: TextField, held: Mapping[str, int]) -> float:
        return unit(field, float(len(self._tokens[number][field.name]))) * held.get(field.name, 0)

    def _phrase_weights(self, words: tuple[str, ...]) -> Weights:
        wanted = [{word} for word in words]
        return self._run_weights({exact(name): name for name in TEXT_NAMES}, wanted)

    def _expression_weights(self, words: tuple[str, ...]) -> Weights:
        wanted = [set(variants(word)) for word in words]
        return self._run_weights({name: name for name in TEXT_NAMES}, wanted)

    def _run_weights(self, names: Mapping[str, str], wanted: Sequence[set[str]]) -> Weights:
        """Counted like a term of its own; `names` maps index fields to texts."""
        counts: dict[int, Counter[str]] = {}
        for number, held in enumerate(self._tokens):
            found = Counter({name: _runs(held[key], wanted) for key, name in names.items()})
            if found.total():
                counts[number] = +found
        return self._weights(counts)

    def _prefix_weights(self, text: str) -> Weights:
        """The sum over all forms that begin so, as each is kept."""
        total: dict[int, tuple[float, set[str]]] = {}
        for form in sorted(form for form in self._forms if form.startswith(text)):
            for number, (weight, names) in self._weights(self._forms[form]).items():
                former, others = total.get(number, (0.0, set()))
                total[number] = (former + kept(weight), names | others)
        return total


def _counted(tokens: Iterable[Mapping[str, Sequence[str]]], names: Mapping[str, str]) -> Counts:
    """The occurrences of terms by passage and field; `names` maps index fields to texts."""
    counts: Counts = defaultdict(lambda: defaultdict(Counter))
    for number, held in enumerate(tokens):
        for indexed, name in names.items():
            for term in held[indexed]:
                counts[term][number][name] += 1
    return counts


def _runs(terms: Sequence[str], wanted: Sequence[set[str]]) -> int:
    """How often the wanted terms follow each other."""
    starts = range(len(terms) - len(wanted) + 1)
    return sum(all(terms[i + k] in one for k, one in enumerate(wanted)) for i in starts)


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
