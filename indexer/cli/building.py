"""The commands that bring the index up to date and say how it is."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import click
import msgspec

from indexer import build, findings, vocabulary
from indexer.cli.command import Settings, command, limits
from indexer.cli.output import end, print_failures, print_json
from indexer.cli.progress import Progress
from indexer.verify import verify as run_verify


@click.command("build")
@click.argument("folder", metavar="[CORPUS]", required=False, type=click.Path(path_type=Path))
@click.option("--full", is_flag=True, help="Read everything again, whatever the index holds.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Worker processes (default: one a core).")
@click.option("--report", "report_file", type=click.Path(path_type=Path), help="Write JSON here.")
@limits
@command
def build_command(
    settings: Settings,
    folder: Path | None,
    full: bool,
    dry_run: bool,
    jobs: int | None,
    report_file: Path | None,
    read_seconds: int | None,
    read_megabytes: int | None,
) -> None:
    """Bring the index up to date with the corpus."""
    settings.flags |= {"read_seconds": read_seconds, "read_megabytes": read_megabytes}
    if folder:
        settings.flags["corpus"] = folder
    words = vocabulary.load_lists(settings.config.corpus)
    with Progress() as progress, stopping(progress):
        report = build.run(
            settings.config, words, full=full, dry_run=dry_run, jobs=jobs, progress=progress
        )
    if report_file:
        report_file.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2))
    if settings.as_json:
        print_json(report)
    else:
        print_build(report, dry_run)
    end(report.failures)


@contextlib.contextmanager
def stopping(progress: Progress) -> Iterator[None]:
    """Ctrl+C as a message that says what is kept, and status 1: nothing changed."""
    try:
        yield
    except KeyboardInterrupt:
        told = f"Stopped after {progress.done}; the index answers as before."
        click.echo(f"{told} `indexer build` goes on from there.", err=True)
        sys.exit(1)


def print_build(report: build.BuildReport, dry_run: bool = False) -> None:
    """What a build did, with what it has to say of each file."""
    counts = (
        f"{report.added} added, {report.changed} changed, {report.removed} removed, "
        f"{report.unchanged} unchanged"
    )
    if dry_run:
        click.echo(f"Would be: {counts}.")
    else:
        size = f"{report.reports:,} reports, {report.passages:,} passages"
        click.echo(f"{counts} in {report.seconds:.1f} s.\nThe index holds {size}.")
    if report.resumed:
        click.echo(f"{report.resumed:,} files had been read before an interruption.", err=True)
    for path, warnings in groupby(report.warnings, lambda warning: warning.path):
        for line in findings.lines(list(warnings)):
            click.echo(f"Warning: {path}: {line}", err=True)
    print_failures(report.failures)


@click.command()
@command
def status(settings: Settings) -> None:
    """Say how the index is: engine, generation, size, age, and the failures of the last build."""
    told = settings.catalogue.status()
    if settings.as_json:
        print_json(told)
        return
    rows = [
        ("engine", told.engine),
        ("generation", told.index.generation),
        ("reports", f"{told.index.reports:,}"),
        ("passages", f"{told.index.passages:,}"),
        ("built", f"{told.index.built_at:%Y-%m-%d %H:%M} UTC"),
        ("stale", "yes; run `indexer build`" if told.stale else "no"),
    ]
    for name, value in rows:
        click.echo(f"{name:12}{value}")
    print_failures(told.last_build.failures if told.last_build else ())


@click.command()
@command
def verify(settings: Settings) -> None:
    """Check the corpus and the index; name every file with a problem."""
    words = vocabulary.load(settings.config.corpus)
    verification = run_verify(settings.config, words)
    if settings.as_json:
        print_json(verification)
    else:
        count = len(verification.failures)
        problems = "no problem" if not count else "1 problem" if count == 1 else f"{count} problems"
        click.echo(f"{verification.reports} reports checked, {problems}.")
        print_failures(verification.failures)
    end(verification.failures)
