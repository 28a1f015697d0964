"""The commands of `indexer`: data to stdout, progress and messages to stderr.

Exit status: 0 done; 1 failed, nothing changed; 2 usage; 3 done, but some inputs had problems.
"""

from __future__ import annotations

import functools
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, Final, ParamSpec

import click
import msgspec
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress as Bar,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column, Table
from rich.text import Text

from indexer import (
    answers,
    build,
    classify,
    config,
    evaluate as evaluation,
    metadata,
    passages,
    permalinks,
    readers,
    sources,
    vocabulary,
)
from indexer.catalogue import Catalogue
from indexer.config import Config
from indexer.corpus import SIDECAR_SUFFIX
from indexer.errors import IndexerError
from indexer.fields import FACET_NAMES
from indexer.models import Report
from indexer.prepare import Failure
from indexer.query import DEFAULT_SIZE, MAX_SIZE, SORTS, Hit, Notice, Results, Snippet
from indexer.verify import verify as run_verify

PROBLEMS: Final = 3

# The terminal speaks English; links from it lead to the English pages.
LANG: Final = "en"

P = ParamSpec("P")


class _Settings:
    """What every command shares: where things are, and whether it answers in JSON."""

    def __init__(self, corpus: Path | None, index: Path | None, as_json: bool) -> None:
        self.as_json = as_json
        self.flags = {"corpus": corpus, "index": index}

    @functools.cached_property
    def config(self) -> Config:
        return config.load(self.flags)

    @functools.cached_property
    def catalogue(self) -> Catalogue:
        return Catalogue(self.config)

    @property
    def voice(self) -> answers.Voice:
        return answers.Voice(LANG, self.catalogue.vocabulary, _notice, self.config.base_url)


class _Group(click.Group):
    """The one place where an IndexerError becomes a message and an exit status."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except IndexerError as error:
            if ctx.meta.get("as_json"):
                _print_json({"ok": False, "error": type(error).__name__, "message": str(error)})
            click.echo(f"Error: {error}", err=True)
            ctx.exit(1)
        except BrokenPipeError:
            # The reader of the output (`| head`) has seen enough.
            sys.stderr.close()
            ctx.exit(0)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="evidence-index", prog_name="indexer")
def main() -> None:
    """Index crime prevention reports, and search them to the page."""


def _command(
    function: Callable[Concatenate[_Settings, P], None],
) -> Callable[P, None]:
    """Gives a command the options that all of them have."""

    @click.option("--corpus", type=click.Path(path_type=Path), help="The folder of reports.")
    @click.option("--index", type=click.Path(path_type=Path), help="The folder of the index.")
    @click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
    @click.pass_context
    @functools.wraps(function)
    def wrapped(ctx: click.Context, /, *args: P.args, **kwargs: P.kwargs) -> None:
        corpus, index = kwargs.pop("corpus"), kwargs.pop("index")
        as_json = bool(kwargs.pop("as_json"))
        ctx.meta["as_json"] = as_json
        settings = _Settings(_path(corpus), _path(index), as_json)
        function(settings, *args, **kwargs)

    return wrapped


def _path(value: object) -> Path | None:
    return value if isinstance(value, Path) else None


def _filters(function: Callable[P, None]) -> Callable[P, None]:
    """The filters of a search, named as in its address."""
    for name in reversed(FACET_NAMES):
        function = click.option(f"--{name}", multiple=True, help=f"Only this {name}; repeatable.")(
            function
        )
    function = click.option("--from", "year_from", metavar="YEAR", help="From this year on.")(
        function
    )
    return click.option("--to", "year_to", metavar="YEAR", help="Up to this year.")(function)


@main.command("build")
@click.argument("folder", metavar="[CORPUS]", required=False, type=click.Path(path_type=Path))
@click.option("--full", is_flag=True, help="Read everything again, whatever the index holds.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Worker processes (default: one a core).")
@click.option("--report", "report_file", type=click.Path(path_type=Path), help="Write JSON here.")
@_command
def build_command(
    settings: _Settings,
    folder: Path | None,
    full: bool,
    dry_run: bool,
    jobs: int | None,
    report_file: Path | None,
) -> None:
    """Bring the index up to date with the corpus."""
    if folder:
        settings.flags["corpus"] = folder
    words = vocabulary.load(settings.config.corpus)
    with _Progress() as progress:
        report = build.run(
            settings.config, words, full=full, dry_run=dry_run, jobs=jobs, progress=progress
        )
    if report_file:
        report_file.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2))
    if settings.as_json:
        _print_json(report)
    else:
        _print_build(report, dry_run)
    _end(report.failures)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@_command
def inspect(settings: _Settings, file: Path) -> None:
    """Say what would be indexed of a FILE, without indexing it."""
    words = vocabulary.load(settings.config.corpus)
    extract = readers.read(file)
    sidecar = file.with_name(file.name + SIDECAR_SUFFIX)
    known = metadata.resolve(file.name, extract, metadata.read_sidecar(sidecar), words)
    title, lang = str(known.values["title"]), str(known.values["lang"])
    cut = passages.cut(extract, str(known.values["id"]), lang)
    told = {
        "file": str(file),
        "format": extract.format,
        "metadata": {
            key: {"value": value, "from": known.provenance[key]}
            for key, value in known.values.items()
        },
        "pages": extract.pages,
        "characters": extract.characters,
        "passages": len(cut),
        "suggested_sectors": classify.suggest(title, cut, lang, words),
        "warnings": extract.warnings,
        "problems": [str(problem) for problem in known.problems],
    }
    if settings.as_json:
        _print_json(told)
    else:
        _print_inspection(told)
    if known.problems:
        sys.exit(PROBLEMS)


@main.command()
@click.argument("text", nargs=-1)
@_filters
@click.option("--sort", type=click.Choice(SORTS), default=SORTS[0], show_default=True)
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
@click.option("--size", type=click.IntRange(1, MAX_SIZE), default=DEFAULT_SIZE, show_default=True)
@_command
def search(settings: _Settings, /, text: tuple[str, ...], **options: Any) -> None:
    """Search for TEXT: words, "a phrase", prefix*, -not, OR, title:word."""
    pairs = [("q", " ".join(text))]
    pairs += [(name, value) for name in FACET_NAMES for value in options[name]]
    pairs += [("from", options["year_from"] or ""), ("to", options["year_to"] or "")]
    pairs += [(name, str(options[name])) for name in ("sort", "page", "size")]
    query, notices = permalinks.read(pairs, settings.catalogue.vocabulary)
    results = settings.catalogue.search(query)
    if settings.as_json:
        _print_json(answers.search(results, notices, settings.voice))
        return
    for notice in (*notices, *results.notices):
        click.echo(_notice(notice), err=True)
    _print_results(results, settings.catalogue)


@main.command()
@click.argument("report_id", metavar="ID")
@_command
def show(settings: _Settings, report_id: str) -> None:
    """Show one report: its metadata, where each value came from, and its passages."""
    report = settings.catalogue.report(report_id)
    found = settings.catalogue.passages(report.id)
    if settings.as_json:
        translations = settings.catalogue.translations(report)
        state = settings.catalogue.state()
        _print_json(answers.report(report, found, translations, state, settings.voice))
        return
    out = _out()
    out.print(Text(report.title, style="bold"))
    for key, value in _told(report):
        source = report.provenance.get(key)
        out.print(Text(f"{key:15}{value}"), Text(f"({source})" if source else "", style="dim"))
    for passage in found:
        place = " > ".join(passage.headings) + (f", p. {passage.page}" if passage.page else "")
        out.print(Text(f"\n[{passage.number}] {place}", style="bold"))
        out.print(Text(passage.text))


@main.command()
@click.argument("report_id", metavar="ID")
@_command
def explain(settings: _Settings, report_id: str) -> None:
    """Say why a report carries its sector labels."""
    catalogue = settings.catalogue
    report = catalogue.report(report_id)
    if settings.as_json:
        _print_json({"id": report.id, "labels": report.labels})
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


@main.command()
@_command
def status(settings: _Settings) -> None:
    """Say how the index is: engine, generation, size, age, and the failures of the last build."""
    told = settings.catalogue.status()
    if settings.as_json:
        _print_json(told)
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
    _print_failures(told.last_build.failures if told.last_build else ())


@main.command()
@_command
def verify(settings: _Settings) -> None:
    """Check the corpus and the index; name every file with a problem."""
    words = vocabulary.load(settings.config.corpus)
    verification = run_verify(settings.config, words)
    if settings.as_json:
        _print_json(verification)
    else:
        count = len(verification.failures)
        problems = "no problem" if not count else "1 problem" if count == 1 else f"{count} problems"
        click.echo(f"{verification.reports} reports checked, {problems}.")
        _print_failures(verification.failures)
    _end(verification.failures)


@main.command()
@click.option("--queries", type=click.Path(path_type=Path), help="A file of `id TAB text` lines.")
@click.option("--qrels", type=click.Path(path_type=Path), help="TREC relevance over report ids.")
@_command
def evaluate(settings: _Settings, queries: Path | None, qrels: Path | None) -> None:
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
        _print_json(measured)
        return
    texts = {query.id: query.text for query in judged}
    click.echo(f"{'nDCG@10':>8} {'MRR':>6} {'R@100':>6}")
    for key, scores in measured.queries.items():
        click.echo(f"{_measures(scores)}  {key}: {texts[key]}")
    for name, scores in (*measured.groups.items(), ("all", measured.overall)):
        click.echo(f"{_measures(scores)}  {name}")


def _measures(scores: evaluation.Scores) -> str:
    return f"{scores.ndcg_10:8.3f} {scores.mrr:6.3f} {scores.recall_100:6.3f}"


@main.command()
@click.argument("ids", metavar="[SOURCES]", nargs=-1)
@click.option("--catalogue", type=click.Path(path_type=Path), help="Another sources.yaml.")
@click.option("--into", type=click.Path(path_type=Path), help="The folder for the originals.")
@click.option("--allow-private", is_flag=True, help="Also fetch from private addresses.")
@_command
def harvest(
    settings: _Settings,
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
    with _Progress("Fetching", counts_bytes=False) as progress:
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
        _print_json({"report": report, "problems": [str(problem) for problem in problems]})
    else:
        counts = Counter(outcome.kind for outcome in report.outcomes)
        click.echo(", ".join(f"{count} {kind}" for kind, count in counts.most_common()) + ".")
        for outcome in report.problems:
            click.echo(f"{outcome.id} ({outcome.kind}): {outcome.message}", err=True)
        for problem in problems:
            click.echo(f"MetadataError: {problem}", err=True)
    if problems or report.problems:
        sys.exit(PROBLEMS)


_CURRENT: Final = Column(max_width=24, no_wrap=True, overflow="ellipsis")


class _Progress:
    """A bar on the terminal's stderr that counts bytes read or files fetched; silent elsewhere."""

    def __init__(self, doing: str = "Reading", counts_bytes: bool = True) -> None:
        console = Console(stderr=True)
        self._bar = Bar(
            TextColumn(doing),
            BarColumn(bar_width=20),
            DownloadColumn() if counts_bytes else MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False, table_column=_CURRENT),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None, visible=False)

    def __enter__(self) -> _Progress:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def begin(self, total: int) -> None:
        self._bar.update(self._task, total=total, visible=True)

    def advance(self, amount: int, name: str) -> None:
        self._bar.update(self._task, advance=amount, description=name)


def _print_build(report: build.BuildReport, dry_run: bool) -> None:
    counts = (
        f"{report.added} added, {report.changed} changed, {report.removed} removed, "
        f"{report.unchanged} unchanged"
    )
    if dry_run:
        click.echo(f"Would be: {counts}.")
    else:
        size = f"{report.reports:,} reports, {report.passages:,} passages"
        click.echo(f"{counts} in {report.seconds:.1f} s.\nThe index holds {size}.")
    for warning in report.warnings:
        page = f", page {warning.page}" if warning.page else ""
        click.echo(f"Warning: {warning.path}{page}: {warning.message}", err=True)
    _print_failures(report.failures)


def _print_failures(failures: Sequence[Failure]) -> None:
    for failure in failures:
        click.echo(f"{failure.error}: {_with_path(failure)}", err=True)


def _with_path(failure: Failure) -> str:
    named = Path(failure.path).name in failure.message
    return failure.message if named else f"{failure.path}: {failure.message}"


def _print_inspection(told: dict[str, Any]) -> None:
    out = _out()
    for key, item in told["metadata"].items():
        out.print(Text(f"{key:15}{_line(item['value'])}"), Text(f"({item['from']})", style="dim"))
    pages = told["pages"] if told["pages"] is not None else "no pages in this format"
    out.print(Text(f"{'format':15}{told['format']}"))
    out.print(Text(f"{'pages':15}{pages}"))
    out.print(Text(f"{'characters':15}{_line(told['characters'])}"))
    out.print(Text(f"{'passages':15}{told['passages']}"))
    for label in told["suggested_sectors"]:
        terms = ", ".join(f"“{why.term}” {why.place} {why.count}x" for why in label.reasons[:5])
        out.print(Text(f"{'sector':15}{label.sector} ({label.score:g} points: {terms})"))
    for warning in told["warnings"]:
        click.echo(f"Warning: {warning.message}", err=True)
    for problem in told["problems"]:
        click.echo(f"MetadataError: {problem}", err=True)


def _print_results(results: Results, catalogue: Catalogue) -> None:
    out = _out()
    start = results.query.offset
    if not results.hits:
        out.print("No report matches. Use fewer words, or drop a filter.")
    for number, hit in enumerate(results.hits, start=start + 1):
        _print_hit(out, number, hit, catalogue)
    if results.hits:
        last = start + len(results.hits)
        out.print(f"\n{start + 1} to {last} of {results.total} reports, {results.took_ms:.0f} ms")


def _print_hit(out: Console, number: int, hit: Hit, catalogue: Catalogue) -> None:
    report = hit.report
    rating = catalogue.vocabulary.label("rating", report.rating, report.lang)
    line = ", ".join(str(part) for part in (report.publisher, report.year, rating) if part)
    out.print(Text(f"\n{number:>3}. "), Text(report.title, style="bold"), sep="")
    out.print(Text(f"     {report.id}  {line}", style="dim"))
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


_NOTICES: Final = {
    "unknown-value": "There is no {filter} “{value}”; it was left out.",
    "bad-year": "“{value}” is not a year; it was left out.",
    "bad-sort": "“{value}” is not an order; sorted by relevance.",
    "bad-page": "“{value}” is not a page.",
    "bad-size": "“{value}” is not a page size.",
    "truncated": "The query is very long; only its beginning was used.",
    "beyond-last-page": "There is no page {page}; this is the last, {last}.",
}


def _notice(notice: Notice) -> str:
    told = _NOTICES[notice.kind].format(**notice.values)
    nearest = notice.values.get("nearest")
    return f"{told} Did you mean `{nearest}`?" if nearest else told


def _told(report: Report) -> Iterable[tuple[str, str]]:
    for key in metadata.KEYS:
        value = getattr(report, key)
        if value not in (None, ()):
            yield key, _line(value)


def _line(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_line, value))
    if hasattr(value, "by"):
        return f"{value.by}: {getattr(value, 'rating', '')}"
    return str(value)


def _out() -> Console:
    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def _print_json(value: object) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def _end(failures: Sequence[Failure]) -> None:
    if failures:
        sys.exit(PROBLEMS)
