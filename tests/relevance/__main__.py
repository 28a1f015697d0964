"""Measures the ranking and writes the tables of docs/ranking.md: `python -m tests.relevance`."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from indexer.catalogue import Catalogue
from indexer.config import load
from indexer.evaluate import JUDGEMENTS_FILE, Evaluation, Judged, evaluate, load_judgements
from tests import documents
from tests.conftest import build_index
from tests.relevance import fifty
from tests.relevance.ablation import PARTS, without
from tests.relevance.comparing import chance, groups, means
from tests.relevance.systems import systems

ROOT: Final = Path(__file__).parent.parent.parent
DOCUMENT: Final = ROOT / "docs" / "ranking.md"


def main() -> None:
    """Every table anew, a few minutes."""
    judged = load_judgements(ROOT / "corpus" / JUDGEMENTS_FILE)
    with tempfile.TemporaryDirectory() as folder:
        config = load({"corpus": ROOT / "corpus", "index": Path(folder)}, {})
        build_index(config)
        catalogue = Catalogue(config)
        ours = evaluate(catalogue, judged)
        tables = {
            "systems": [*_systems(catalogue, judged)],
            "ablation": [*_ablation(catalogue, judged, ours)],
            "fifty": [*_fifty(catalogue)],
        }
        catalogue.close()
    DOCUMENT.write_text(written(DOCUMENT.read_text("utf-8"), tables), "utf-8")


def written(text: str, tables: Mapping[str, Sequence[str]]) -> str:
    """The document with each table in its place, and the day."""
    today = dt.date.today()
    dated = re.sub(r"Measured on .*? by", f"Measured on {today.day} {today:%B %Y} by", text)
    return documents.written(dated, tables, "make ranking")


def _systems(catalogue: Catalogue, judged: Sequence[Judged]) -> Iterator[str]:
    by_group = groups(judged)
    yield _row("nDCG@10", [*by_group, "MRR", "recall@100"])
    yield _rule(len(by_group) + 3)
    with systems(catalogue) as named:
        for name, answers in named.items():
            measured = evaluate(catalogue, judged, answers)
            overall = measured.overall
            figures = [*means(measured, by_group), overall.mrr, overall.recall_100]
            yield _row(name, map("{:.3f}".format, figures))


def _ablation(catalogue: Catalogue, judged: Sequence[Judged], ours: Evaluation) -> Iterator[str]:
    by_group = groups(judged)
    whole = means(ours, by_group)
    yield _row("without", [*by_group, "by chance"])
    yield _rule(len(by_group) + 2)
    yield _row("(nothing switched off)", [*map("{:.3f}".format, whole), ""])
    for part in PARTS:
        measured = without(part, catalogue, judged)
        apart = [one - all_ for one, all_ in zip(means(measured, by_group), whole, strict=True)]
        yield _row(part.name, [*map("{:+.3f}".format, apart), _likely(chance(ours, measured))])


def _likely(share: float) -> str:
    return "< 0.001" if share < 0.001 else f"{share:.3f}"


def _fifty(catalogue: Catalogue) -> Iterator[str]:
    yield _row("who", ["searches for", "finds it at place"])
    yield _rule(3)
    places = {search: fifty.place(catalogue, search) for search in fifty.load()}
    for search, found in places.items():
        yield _row(search.role, [search.text, str(found or "(not among ten)")])
    there = sum(found is not None and found <= fifty.FIRST for found in places.values())
    yield _row("**all**", ["**among the first five**", f"**{there} of {len(places)}**"])


def _row(name: str, cells: Iterable[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"


def _rule(columns: int) -> str:
    return "|" + "|".join(["---", *["---:"] * (columns - 1)]) + "|"


if __name__ == "__main__":
    main()
