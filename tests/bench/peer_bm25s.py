"""bm25s: BM25 scores computed ahead, summed with NumPy for each query.

It has one field, so that weights are made by repeating the title four times and the heading and
summary twice. It has no facets: they are counted with `bincount` of each facet's column over all
passages with a score. It has no snippets: a regular expression of the words' stems finds the marks.
Arrays are mapped; texts are read from its corpus file by number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import bm25s
import numpy as np
from numpy.typing import NDArray

from indexer.text import fold, stem
from tests.bench.corpus import FACETS, Item, Row, rows
from tests.bench.peer import SNIPPET_CHARACTERS, SNIPPETS, WEIGHTS, Answer, distinct
from tests.bench.questions import Question

_FACETS: Final = "facets.json"
_LEAD: Final = SNIPPET_CHARACTERS // 5


def build(items: Iterable[Item], folder: Path) -> None:
    """The scores, the texts, and a column for each facet."""
    texts: list[str] = []
    bodies: list[dict[str, str]] = []
    facets: list[Mapping[str, Sequence[str]]] = []
    for row in rows(items):
        texts.append(fold_cheaply(_repeated(row)))
        bodies.append({"report": row.report, "body": row.body})
        facets.append(row.facets)
    tokens = bm25s.tokenize(texts, stopwords=None, stemmer=_stems, show_progress=False)
    scores = bm25s.BM25()
    scores.index(tokens, show_progress=False)
    scores.save(str(folder), corpus=bodies, show_progress=False)
    told = {name: _column(name, facets, folder) for name in FACETS}
    (folder / _FACETS).write_text(json.dumps(told))


def fold_cheaply(text: str) -> str:
    """The text without accents, by our own rule where there are any."""
    return text if text.isascii() else fold.__wrapped__(text)


def _repeated(row: Row) -> str:
    return "\n".join(
        getattr(row, name) for name, times in WEIGHTS.items() for _ in range(int(times))
    )


def _stems(words: Sequence[str]) -> list[str]:
    return [stem(word, "en") for word in words]


def _column(name: str, facets: list[Mapping[str, Sequence[str]]], folder: Path) -> list[str]:
    """Writes, for each passage, the numbers of its values, -1 where it has fewer; the values."""
    values: dict[str, int] = {}
    width = max(len(told[name]) for told in facets)
    column = np.full((len(facets), width), -1, np.int16)
    for place, told in enumerate(facets):
        for slot, value in enumerate(told[name]):
            column[place, slot] = values.setdefault(value, len(values))
    np.save(folder / f"facet-{name}.npy", column)
    return list(values)


class _Searcher:
    def __init__(self, folder: Path) -> None:
        load = bm25s.BM25.load
        self._scores: Any = load(str(folder), mmap=True, load_corpus=True, show_progress=False)
        self._values: dict[str, list[str]] = json.loads((folder / _FACETS).read_text())
        self._columns = {
            name: np.load(folder / f"facet-{name}.npy", mmap_mode="r") for name in FACETS
        }

    def search(self, question: Question) -> Answer:
        """One page of passages."""
        words = _stems(question.words)
        known = [word for word in words if word in self._scores.vocab_dict] or [""]
        scores = self._scores.get_scores(known)
        found = np.flatnonzero(scores > 0)
        documents = [self._scores.corpus[number] for number in _best(scores, found)]
        pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\w*", re.IGNORECASE)
        return Answer(
            total=len(found),
            hits=distinct([document["report"] for document in documents]),
            snippets=tuple(_snippet(document["body"], pattern) for document in documents),
            facets={name: self._counted(name, found) for name in FACETS},
        )

    def _counted(self, name: str, found: NDArray[np.intp]) -> dict[str, int]:
        values = self._values[name]
        counts = np.bincount(self._columns[name][found].ravel() + 1, minlength=len(values) + 1)
        return dict(zip(values, counts[1:].tolist(), strict=True))


def _best(scores: NDArray[np.float32], found: NDArray[np.intp]) -> list[int]:
    """The numbers of the best passages, best first."""
    if len(found) > SNIPPETS:
        found = found[np.argpartition(-scores[found], SNIPPETS)[:SNIPPETS]]
    best: list[int] = found[np.argsort(-scores[found])].tolist()
    return best


def _snippet(text: str, pattern: re.Pattern[str]) -> str:
    first = pattern.search(text)
    start = max(0, first.start() - _LEAD) if first else 0
    return pattern.sub(r"<mark>\g<0></mark>", text[start : start + SNIPPET_CHARACTERS])


def open_index(folder: Path) -> _Searcher:
    """The scores, mapped."""
    return _Searcher(folder)
