"""The command that fetches the originals."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

import click

from indexer import sources, vocabulary
from indexer.cli.command import Settings, command
from indexer.cli.output import PROBLEMS, print_json
from indexer.cli.progress import Progress


@click.command()
@click.argument("ids", metavar="[SOURCES]", nargs=-1)
@click.option("--catalogue", type=click.Path(path_type=Path), help="Another sources.yaml.")
@click.option("--into", type=click.Path(path_type=Path), help="The folder for the originals.")
@click.option("--allow-private", is_flag=True, help="Also fetch from private addresses.")
@command
def harvest(
    settings: Settings,
    ids: tuple[str, ...],
    catalogue: Path | None,
    into: Path | None,
    allow_private: bool,
) -> None:
    """Fetch the originals of sources.yaml, or only the SOURCES named, politely."""
    # httpx takes longer to import than most commands take to run.
    from indexer import harvest as harvesting

    settled = settings.config
    words = vocabulary.load(settled.corpus)
    entries, problems = sources.load(catalogue or settled.corpus / sources.SOURCES_FILE, words)
    with Progress("Fetching", "files") as progress:
        report = harvesting.harvest(
            entries,
            into or Path(os.environ.get("EVIDENCE_HARVEST") or ".harvest"),
            agent=harvesting.user_agent(settled.site_name, settled.base_url),
            corpus=settled.corpus,
            only=ids,
            limits=harvesting.Limits(allow_private=allow_private),
            progress=progress,
        )
    if settings.as_json:
        print_json({"report": report, "problems": [str(problem) for problem in problems]})
    else:
        counts = Counter(outcome.kind for outcome in report.outcomes)
        click.echo(", ".join(f"{count} {kind}" for kind, count in counts.most_common()) + ".")
        for outcome in report.problems:
            click.echo(f"{outcome.id} ({outcome.kind}): {outcome.message}", err=True)
        for problem in problems:
            click.echo(f"MetadataError: {problem}", err=True)
    if problems or report.problems:
        sys.exit(PROBLEMS)
