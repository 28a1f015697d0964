"""The command that measures the answers to judged queries, and the sectors that are suggested."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import msgspec

from indexer import agreement, evaluate as evaluation
from indexer.agreement import GROUPS, Agreement, Marks, Means
from indexer.baseline import Baseline
from indexer.cli.command import Settings, command
from indexer.cli.output import print_json


@click.command()
@click.option("--queries", type=click.Path(path_type=Path), help="A file of `id TAB text` lines.")
@click.option("--qrels", type=click.Path(path_type=Path), help="TREC relevance over report ids.")
@click.option("--labels", is_flag=True, help="Measure the suggested sectors instead.")
@click.option(
    "--half",
    type=click.Choice(agreement.HALVES),
    default=agreement.HALVES[0],
    show_default=True,
    help="With --labels: which half of labels.yaml.",
)
@command
def evaluate(
    settings: Settings, queries: Path | None, qrels: Path | None, labels: bool, half: str
) -> None:
    """Measure the answers to judged queries, by default those of the corpus.

    With --labels: how well the sectors that are suggested from the text agree with those that a
    reader gave, per sector and language. Tune on the tuning half; keep the held-out half for the
    final figure.
    """
    if (queries is None) != (qrels is None):
        raise click.UsageError("--queries and --qrels go together.")
    if labels:
        _evaluate_labels(settings, half)
        return
    judged = (
        evaluation.load_trec(queries, qrels)
        if queries and qrels
        else evaluation.load_judgements(settings.config.corpus / evaluation.JUDGEMENTS_FILE)
    )
    _evaluate_answers(settings, judged)


def _evaluate_answers(settings: Settings, judged: list[evaluation.Judged]) -> None:
    catalogue = settings.catalogue
    measured = evaluation.evaluate(catalogue, judged)
    plain = evaluation.evaluate(catalogue, judged, Baseline(catalogue).answers)
    if settings.as_json:
        print_json({**_json(measured), "plain_bm25": _json(plain)})
        return
    texts = {query.id: query.text for query in judged}
    click.echo(f"{'nDCG@10':>8} {'MRR':>6} {'R@100':>6}")
    for key, scores in measured.queries.items():
        click.echo(f"{_measures(scores)}  {key}: {texts[key]}")
    for name, scores in (*measured.groups.items(), ("all", measured.overall)):
        click.echo(f"{_measures(scores)}  {name}")
    click.echo(f"{_measures(plain.overall)}  plain BM25 over the same fields")
    ratio = measured.overall.ndcg_10 / plain.overall.ndcg_10 if plain.overall.ndcg_10 else 0.0
    click.echo(f"{ratio:8.2f} times the nDCG@10 of plain BM25")


def _json(measured: evaluation.Evaluation) -> dict[str, Any]:
    plain = msgspec.to_builtins(measured)
    assert isinstance(plain, dict)
    return plain


def _measures(scores: evaluation.Scores) -> str:
    return f"{scores.ndcg_10:8.3f} {scores.mrr:6.3f} {scores.recall_100:6.3f}"


def _evaluate_labels(settings: Settings, half: str) -> None:
    labels = agreement.load_labels(settings.config.corpus / agreement.LABELS_FILE)
    measured = agreement.measure(half, agreement.suggestions(settings.catalogue, labels[half]))
    if settings.as_json:
        print_json(measured)
        return
    click.echo(_header(measured))
    for sector, marks in measured.sectors.items():
        click.echo(_row(sector, marks))
    click.echo(_row("all, each sector the same", measured.macro))
    click.echo(_row("all, each label the same", measured.micro))


def _header(measured: Agreement) -> str:
    groups = "".join(f"{f'{group} ({measured.reports[group]})':>23}" for group in GROUPS)
    columns = f"{'prec':>8}{'rec':>5}{'F1':>5}{'n':>5}" * len(GROUPS)
    return f"{f'reports, {measured.half}':<26}{groups}\n{'sector':<26}{columns}"


def _row(name: str, by_group: Mapping[str, Marks] | Mapping[str, Means]) -> str:
    cells = (_cell(by_group[group]) if group in by_group else " " * 23 for group in GROUPS)
    return f"{name:<26}{''.join(cells)}".rstrip()


def _cell(marks: Marks | Means) -> str:
    given = marks.right + marks.missed if isinstance(marks, Marks) else ""
    return f"{marks.precision:8.2f}{marks.recall:5.2f}{marks.f1:5.2f}{given:>5}"
