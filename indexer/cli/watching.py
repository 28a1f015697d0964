"""The command that keeps an index fresh."""

from __future__ import annotations

import datetime as dt

import click
import msgspec

from indexer import watching
from indexer.cli.building import print_build
from indexer.cli.command import Settings, command, reading
from indexer.cli.progress import Progress
from indexer.watching import QUIET, Round


@click.command()
@click.option(
    "--quiet",
    type=click.FloatRange(0.1, 3600),
    default=QUIET,
    show_default=True,
    help="Seconds without a change before a build.",
)
@click.option("--polling", is_flag=True, help="For network drives that tell of no change.")
@command
@reading
def watch(settings: Settings, quiet: float, polling: bool) -> None:
    """Build now, and again each time that files of the corpus have changed; Ctrl+C ends it.

    With --json, each build is one document on a line of its own.
    """
    config = settings.config
    click.echo(f"Watching {config.corpus} (Ctrl+C stops it)", err=True)
    try:
        with Progress() as progress:
            for done in watching.watch(config, quiet=quiet, polling=polling, progress=progress):
                _print(settings, done)
    except KeyboardInterrupt:
        click.echo("Stopped; the index is as the last build left it.", err=True)


def _print(settings: Settings, done: Round) -> None:
    if settings.as_json:
        told = {"ok": False, "error": type(done.error).__name__, "message": str(done.error)}
        click.echo(msgspec.json.encode(done.report or told))
        return
    click.echo(f"{dt.datetime.now():%H:%M:%S}", err=True)
    for name in done.shrunk:
        told_of = "lost more than half of its size. If it is half written, its next change counts."
        click.echo(f"Warning: {name}: {told_of}", err=True)
    if done.report:
        print_build(done.report)
    else:
        click.echo(f"Error: {done.error}", err=True)
