"""How good are the answers? Judged queries -> nDCG@10, MRR and recall@100, by ir-measures.

Judgements come from `corpus/judgements.yaml`, or from a file of queries (`id TAB text`) and one of
relevance in TREC's form (`query-id 0 report-id grade`). Grades: 0 not relevant, 1 touches on it,
2 answers part of it, 3 is what was looked for.
"""

from __future__ import annotations

import functools
import itertools
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from indexer import yamlfile
from indexer.catalogue import Catalogue
from indexer.errors import EngineUnavailable, MetadataError
from indexer.query import MAX_SIZE, Query
from indexer.text import LANGUAGES, language

JUDGEMENTS_FILE: Final = "judgements.yaml"
MEASURES: Final = ("nDCG@10", "RR", "R@100")
_GRADES: Final = range(4)

# The ids of reports for a query text, best first.
Answers = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A query with the grade (0 to 3) of each report that was judged for it.

    `tags` say what it tries: `synonym` needs another word than was typed, `cross` another language.
    """

    id: str
    text: str
    lang: str
    grades: Mapping[str, int]
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scores:
    """The measures of one query, or their means over several: each from 0 to 1."""

    ndcg_10: float
    mrr: float
    recall_100: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The measures per query, over all, by language and by tag."""

    queries: Mapping[str, Scores]
    overall: Scores
    groups: Mapping[str, Scores]


def evaluate(
    catalogue: Catalogue, judged: Sequence[Judged], answers: Answers | None = None
) -> Evaluation:
    """Asks every query and measures the answers, by default those of the catalogue.

    A report and its translations are one answer, as they are one result of a search.
    EngineUnavailable without ir-measures.
    """
    try:
        import ir_measures
    except ImportError as error:
        raise EngineUnavailable(
            "Measuring needs the library ir-measures. Run `pip install 'evidence-index[evaluate]'`."
        ) from error
    works = {report.id: report.work for report in catalogue.reports()}
    asked = answers or functools.partial(found, catalogue)
    run = [
        ir_measures.ScoredDoc(query.id, work, -float(rank))
        for query in judged
        for rank, work in enumerate(_works(asked(query.text), works))
    ]
    qrels = [
        ir_measures.Qrel(query.id, work, grade)
        for query in judged
        for work, grade in _graded(query.grades, works).items()
    ]
    measures = [ir_measures.parse_measure(name) for name in MEASURES]
    values = {query.id: dict.fromkeys(MEASURES, 0.0) for query in judged}
    for metric in ir_measures.iter_calc(measures, qrels, run):
        values[metric.query_id][str(metric.measure)] = float(metric.value)
    scores = {key: Scores(*(found[name] for name in MEASURES)) for key, found in values.items()}
    return Evaluation(scores, _mean(scores.values()), _groups(judged, scores))


def found(catalogue: Catalogue, text: str, *, expand: bool = True) -> tuple[str, ...]:
    """The ids of the first hundred reports for a query text, best first."""
    _, _, reports = catalogue.every(Query(text, expand=expand))
    return tuple(report.id for report in itertools.islice(reports, MAX_SIZE))


def _works(reports: Iterable[str], works: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(works.get(report, report) for report in reports))


def _graded(grades: Mapping[str, int], works: Mapping[str, str]) -> dict[str, int]:
    """The best grade of each work."""
    best: dict[str, int] = {}
    for report, grade in grades.items():
        work = works.get(report, report)
        best[work] = max(grade, best.get(work, 0))
    return best


def load_judgements(path: Path) -> list[Judged]:
    """The judged queries of a judgements.yaml; MetadataError names the entry that is wrong."""
    rows = yamlfile.load(path)
    if not isinstance(rows, list):
        raise MetadataError(f"{path.name}: holds no list of queries. Begin each with `- id: ...`.")
    judged = [_judged(row, f"{path.name}, entry {n}") for n, row in enumerate(rows, start=1)]
    return _unique(judged, path.name)


def load_trec(queries: Path, qrels: Path) -> list[Judged]:
    """The judged queries of a `id TAB text` file and a TREC qrels file over report ids."""
    grades: dict[str, dict[str, int]] = {}
    for number, line in _lines(qrels):
        parts = line.split()
        if len(parts) != 4 or not parts[3].lstrip("-").isdigit():
            told = f"{qrels.name}, line {number}: is not `query-id 0 report-id grade`. Correct it."
            raise MetadataError(told)
        grades.setdefault(parts[0], {})[parts[2]] = max(0, int(parts[3]))
    judged = []
    for number, line in _lines(queries):
        key, tab, text = line.partition("\t")
        if not tab:
            told = f"{queries.name}, line {number}: has no tab between id and text. Put one there."
            raise MetadataError(told)
        judged.append(Judged(key, text, language(text) or LANGUAGES[0], grades.get(key, {})))
    return _unique(judged, queries.name)


def _lines(path: Path) -> Iterable[tuple[int, str]]:
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MetadataError(f"{path}: cannot be read ({error}).") from error
    return ((n, line) for n, line in enumerate(content.splitlines(), start=1) if line.strip())


def _judged(row: object, where: str) -> Judged:
    if not isinstance(row, dict) or not all(row.get(key) for key in ("id", "text", "lang")):
        raise MetadataError(f"{where}: needs `id`, `text`, `lang` and `grades`.")
    grades = row.get("grades")
    if not isinstance(grades, dict) or not all(g in _GRADES for g in grades.values()):
        raise MetadataError(f"{where} ({row['id']}): `grades` must map report ids to 0, 1, 2 or 3.")
    if row["lang"] not in LANGUAGES:
        raise MetadataError(f"{where} ({row['id']}): `lang` must be `en` or `fr`.")
    tags = tuple(map(str, row.get("tags") or ()))
    return Judged(str(row["id"]), str(row["text"]), row["lang"], grades, tags)


def _unique(judged: list[Judged], where: str) -> list[Judged]:
    seen: set[str] = set()
    for query in judged:
        if query.id in seen:
            raise MetadataError(f"{where}: the query “{query.id}” stands twice. Rename one.")
        seen.add(query.id)
    if not judged:
        raise MetadataError(f"{where}: holds no query.")
    return judged


def _groups(judged: Sequence[Judged], scores: Mapping[str, Scores]) -> dict[str, Scores]:
    members: dict[str, list[Scores]] = {}
    for query in judged:
        for name in (query.lang, *query.tags):
            members.setdefault(name, []).append(scores[query.id])
    return {name: _mean(found) for name, found in sorted(members.items())}


def _mean(scores: Iterable[Scores]) -> Scores:
    found = list(scores)
    return Scores(
        statistics.fmean(score.ndcg_10 for score in found),
        statistics.fmean(score.mrr for score in found),
        statistics.fmean(score.recall_100 for score in found),
    )
