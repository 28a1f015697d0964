"""The commands that bring the index up to date and say how it is."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import click
import msgspec

from indexer import build, compiled, durable, findings
from indexer.beside import Beside
from indexer.build import page
from indexer.cli.command import LANG, Settings, command, reading
from indexer.cli.output import end, print_failures, print_json
from indexer.cli.progress import Progress
from indexer.text import LANGUAGES
from indexer.verify import verify as run_verify
from indexer.vocabulary import Vocabulary


@click.command("build")
@click.argument("folder", metavar="[CORPUS]", required=False, type=click.Path(path_type=Path))
@click.option("--full", is_flag=True, help="Read everything again, whatever the index holds.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")
@click.option(
    "--allow-removals", is_flag=True, help="The corpus may have lost over 30 % of its files."
)
@click.option("--jobs", type=click.IntRange(1, 256), help="Worker processes (default: one a core).")
@click.option(
    "--report",
    "report_files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Write the build report here: a page for FILE.html, else JSON; repeatable.",
)
@click.option(
    "--in",
    "page_lang",
    type=click.Choice(LANGUAGES),
    default=LANG,
    show_default=True,
    help="The language of that page.",
)
@command
@reading
def build_command(
    settings: Settings,
    folder: Path | None,
    full: bool,
    dry_run: bool,
    allow_removals: bool,
    jobs: int | None,
    report_files: tuple[Path, ...],
    page_lang: str,
) -> None:
    """Bring the index up to date with the corpus."""
    if folder:
        settings.flags["corpus"] = folder
    words = compiled.load(settings.config)
    progress = Progress()
    with stopping(progress), progress:
        report = build.run(
            settings.config,
            words,
            full=full,
            dry_run=dry_run,
            allow_removals=allow_removals,
            jobs=jobs,
            progress=progress,
        )
    for file in report_files:
        _write(file, _written(report, file, words, page_lang))
    if settings.as_json:
        print_json(report)
    else:
        print_build(report, dry_run)
    end(report.failures)


def _written(report: build.BuildReport, file: Path, words: Vocabulary, lang: str) -> bytes:
    """The report in the format that a file's name asks for."""
    if file.suffix.lower() in (".html", ".htm"):
        return page.page(report, words, lang).encode()
    return msgspec.json.format(msgspec.json.encode(report), indent=2)


def _write(path: Path, content: bytes) -> None:
    """Keeps a report whole or not at all; a device or a pipe is written to, never replaced."""
    if path.is_file() or not path.exists():
        durable.replace_file(path, content)
    else:
        path.write_bytes(content)


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
    damage = [told.damage] if told.damage else []
    if settings.as_json:
        print_json(told)
        end(damage)
        return
    rows = [
        ("engine", told.engine),
        ("generation", told.index.generation),
        ("reports", f"{told.index.reports:,}"),
        ("passages", f"{told.index.passages:,}"),
        ("built", f"{told.index.built_at:%Y-%m-%d %H:%M} UTC"),
        ("stale", "yes; run `indexer build`" if told.stale else "no"),
        *(("beside", _beside(other)) for other in told.others),
    ]
    for name, value in rows:
        click.echo(f"{name:12}{value}")
    print_failures(told.last_build.failures if told.last_build else ())
    for problem in damage:
        click.echo(f"Damaged: {problem} Until then an earlier one answers.", err=True)
    end(damage)


def _beside(other: Beside) -> str:
    if other.problem:
        return f"{other.engine}: {other.problem}"
    differing = f"{other.differing:,} that differ" if other.differing else "the same"
    return f"{other.engine}: {other.reports:,} reports, {differing}; {other.passages:,} passages"


@click.command()
@command
def verify(settings: Settings) -> None:
    """Check the corpus and the index; name every file with a problem."""
    words = compiled.load(settings.config)
    verification = run_verify(settings.config, words)
    if settings.as_json:
        print_json(verification)
    else:
        count = len(verification.failures)
        problems = "no problem" if not count else "1 problem" if count == 1 else f"{count} problems"
        click.echo(f"{verification.reports} reports checked, {problems}.")
        print_failures(verification.failures)
    end(verification.failures)
