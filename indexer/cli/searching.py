"""The commands that answer from the index."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from indexer import answers, findings, metadata
from indexer.catalogue import Catalogue
from indexer.cli.command import Settings, asked, command, filters
from indexer.cli.output import line, offer, print_json, tell, terminal
from indexer.models import Report
from indexer.query import DEFAULT_SIZE, EXPAND, MAX_SIZE, SORTS, Hit, Results, Snippet


@click.command()
@click.argument("text", nargs=-1)
@filters
@click.option(
    "--expand",
    type=click.Choice(EXPAND),
    default=EXPAND[0],
    show_default=True,
    help="Search for the other words of a concept too, in both languages.",
)
@click.option("--sort", type=click.Choice(SORTS), default=SORTS[0], show_default=True)
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
@click.option("--size", type=click.IntRange(1, MAX_SIZE), default=DEFAULT_SIZE, show_default=True)
@command
def search(settings: Settings, /, text: tuple[str, ...], **options: Any) -> None:
    """Search for TEXT: words, "a phrase", prefix*, -not, OR, title:word."""
    query, notices = asked(settings, text, options)
    results = settings.catalogue.search(query)
    if settings.as_json:
        print_json(answers.search(results, notices, settings.voice))
        return
    for notice in (*notices, *results.notices):
        click.echo(tell(notice), err=True)
    if results.suggestion:
        meant = results.suggestion
        click.echo(f"Did you mean “{meant.query.text}”? ({_reports(meant.total)})", err=True)
    _print_results(results, settings.catalogue)


def _print_results(results: Results, catalogue: Catalogue) -> None:
    out = terminal()
    start = results.query.offset
    if not results.hits:
        _print_nearby(out, results)
    for number, hit in enumerate(results.hits, start=start + 1):
        _print_hit(out, number, hit, catalogue)
    if results.hits:
        last = start + len(results.hits)
        out.print(f"\n{start + 1} to {last} of {results.total} reports, {results.took_ms:.0f} ms")


def _print_nearby(out: Console, results: Results) -> None:
    """Which searches near to one without results would find something."""
    if not results.nearby:
        out.print("No report matches. Use fewer or more general words, and check their spelling.")
        return
    out.print("No report matches. These would find some:")
    for nearby in results.nearby:
        out.print(Text(f"{_reports(nearby.total):>12}  {offer(nearby, results.query)}"))


def _reports(count: int) -> str:
    return "1 report" if count == 1 else f"{count:,} reports"


def _print_hit(out: Console, number: int, hit: Hit, catalogue: Catalogue) -> None:
    report = hit.report
    rating = catalogue.vocabulary.label("rating", report.rating, report.lang)
    line = ", ".join(str(part) for part in (report.publisher, report.year, rating) if part)
    out.print(Text(f"\n{number:>3}. "), Text(report.title, style="bold"), sep="")
    out.print(Text(f"     {report.id}  {line}", style="dim"))
    for other in hit.translations:
        out.print(Text(f"     also {other.lang}: {other.id}  {other.title}", style="dim"))
    for word in hit.matched:
        out.print(Text(f"     “{word.found}” for “{word.typed}”", style="dim"))
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0))
    table.add_column(justify="right", width=9, style="cyan")
    table.add_column()
    for snippet in hit.snippets:
        place = f"p. {snippet.page}" if snippet.page else f"§ {snippet.number}"
        table.add_row(place, _marked(snippet))
    out.print(table)


def _marked(snippet: Snippet) -> Text:
    text = Text(snippet.text)
    for start, end in snippet.marks:
        text.stylize("bold", start, end)
    return text


@click.command()
@click.argument("report_id", metavar="ID")
@command
def show(settings: Settings, report_id: str) -> None:
    """Show one report: its metadata, where each value came from, and its passages."""
    report = settings.catalogue.report(report_id)
    found = settings.catalogue.passages(report.id)
    similar = settings.catalogue.similar(report)
    if settings.as_json:
        translations = settings.catalogue.translations(report)
        state = settings.catalogue.state()
        told = answers.report(report, found, translations, similar, state, settings.voice)
        print_json(told)
        return
    out = terminal()
    out.print(Text(report.title, style="bold"))
    for key, value in _told(report):
        source = report.provenance.get(key)
        out.print(Text(f"{key:15}{value}"), Text(f"({source})" if source else "", style="dim"))
    for other in settings.catalogue.alternatives(report) if report.withdrawn else ():
        out.print(Text(f"{'instead':15}{other.id}: {other.title}"))
    for remark in findings.lines(report.warnings):
        out.print(Text(f"{'remark':15}{remark}"))
    for passage in found:
        place = " > ".join(passage.headings) + (f", p. {passage.page}" if passage.page else "")
        out.print(Text(f"\n[{passage.number}] {place}", style="bold"))
        out.print(Text(passage.text))
    if similar:
        out.print(Text("\nReports like this one", style="bold"))
    for like in similar:
        out.print(Text(f"{like.title} "), Text(f"({like.id})", style="dim"), sep="")


def _told(report: Report) -> Iterable[tuple[str, str]]:
    for key in metadata.KEYS:
        value = getattr(report, key)
        if value not in (None, ()):
            yield key, line(value)


@click.command()
@click.argument("report_id", metavar="ID")
@command
def explain(settings: Settings, report_id: str) -> None:
    """Say why a report carries its sector labels."""
    catalogue = settings.catalogue
    report = catalogue.report(report_id)
    if settings.as_json:
        print_json({"id": report.id, "labels": report.labels})
        return
    for label in report.labels:
        name = catalogue.vocabulary.label("sector", label.sector, report.lang)
        source = report.provenance.get("sectors", "metadata")
        reason = f"declared ({source})" if label.declared else f"suggested, {label.score:g} points"
        click.echo(f"{label.sector} ({name}): {reason}")
        for why in label.reasons:
            click.echo(f"  “{why.term}” in the {why.place}, {why.count}x: {why.weight:g}")
    if not report.labels:
        click.echo(f"{report.id} carries no sector; name some under `sectors` in its metadata.")
