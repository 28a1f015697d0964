"""The command that measures the answers to judged queries."""

from __future__ import annotations

from pathlib import Path

import click

from indexer import evaluate as evaluation
from indexer.cli.command import Settings, command
from indexer.cli.output import print_json


@click.command()
@click.option("--queries", type=click.Path(path_type=Path), help="A file of `id TAB text` lines.")
@click.option("--qrels", type=click.Path(path_type=Path), help="TREC relevance over report ids.")
@command
def evaluate(settings: Settings, queries: Path | None, qrels: Path | None) -> None:
    """Measure the answers to judged queries, by default those of the corpus."""
    if (queries is None) != (qrels is None):
        raise click.UsageError("--queries and --qrels go together.")
    judged = (
        evaluation.load_trec(queries, qrels)
        if queries and qrels
        else evaluation.load_judgements(settings.config.corpus / evaluation.JUDGEMENTS_FILE)
    )
    measured = evaluation.evaluate(settings.catalogue, judged)
    if settings.as_json:
        print_json(measured)
        return
    texts = {query.id: query.text for query in judged}
    click.echo(f"{'nDCG@10':>8} {'MRR':>6} {'R@100':>6}")
    for key, scores in measured.queries.items():
        click.echo(f"{_measures(scores)}  {key}: {texts[key]}")
    for name, scores in (*measured.groups.items(), ("all", measured.overall)):
        click.echo(f"{_measures(scores)}  {name}")


def _measures(scores: evaluation.Scores) -> str:
    return f"{scores.ndcg_10:8.3f} {scores.mrr:6.3f} {scores.recall_100:6.3f}"
