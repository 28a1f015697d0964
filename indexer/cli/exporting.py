"""The command that hands a whole result list to other programs."""

from __future__ import annotations

import datetime as dt
from typing import Any, BinaryIO

import click

from indexer import export as exporting
from indexer.cli.command import Settings, asked, command, filters
from indexer.cli.output import tell
from indexer.query import SORTS
from indexer.text import LANGUAGES


@click.command()
@click.argument("text", nargs=-1)
@filters
@click.option("--sort", type=click.Choice(SORTS), default=SORTS[0], show_default=True)
@click.option("--format", "form", type=click.Choice(list(exporting.FORMATS)), default="csv")
@click.option("--labels", type=click.Choice(LANGUAGES), help="The language of heads and labels.")
@click.option("--output", type=click.File("wb", atomic=True), default="-", help="Write here.")
@command
def export(
    settings: Settings,
    /,
    text: tuple[str, ...],
    form: str,
    labels: str | None,
    output: BinaryIO,
    **options: Any,
) -> None:
    """Export every report that a search finds: a table, citations, or the search's record."""
    written = exporting.FORMATS["json" if settings.as_json else form]
    if written.suffix == "xlsx" and output.isatty():
        raise click.UsageError("A workbook is not for the terminal. Name a file with --output.")
    query, notices = asked(settings, text, options)
    for notice in notices:
        click.echo(tell(notice), err=True)
    total, index, reports = settings.catalogue.every(query, labels)
    record = exporting.Record(query, total, index, dt.datetime.now(dt.UTC))
    for block in written.write(reports, record, settings.voice_in(labels)):
        output.write(block)
