"""The command that brings new documents into the corpus."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click
from rich.text import Text

from indexer import adding, findings, permalinks
from indexer.adding import Added, Draft, Drafts, Kin
from indexer.build import BuildReport
from indexer.cli.command import Settings, command, reading
from indexer.cli.output import end, line, print_failures, print_json, terminal
from indexer.cli.progress import Progress
from indexer.errors import IndexerError, MetadataError
from indexer.metadata import KEYS
from indexer.prepare import Failure, failure
from indexer.text import LANGUAGES

FILE: Final = click.Path(path_type=Path)
INTO: Final = "reports"
_ONE: Final = (
    *("id", "title", "lang", "year", "publisher", "type", "rating", "province"),
    *("translation_of", "source_url", "licence", "summary"),
)
# Flags that may be repeated, and the key that their values go to.
_SEVERAL: Final = {"sector": "sectors", "author": "authors", "outcome": "outcomes"}
_KIN: Final = {
    "file": "was in the corpus as “{id}” ({title}), and left it; its links will work again",
    "text": "says nearly the same as “{id}” ({title}): {share:.0%} in common",
    "edition": "may be another edition of “{id}” ({title})",
    "translation": "may be a translation of “{id}” ({title})",
}
_ASK: Final = "Add it? yes, skip, edit (in $EDITOR), or KEY=VALUE"


def _values(function: Any) -> Any:
    """The values that a person may say instead of having them suggested."""
    for flag, key in reversed(_SEVERAL.items()):
        function = click.option(f"--{flag}", key, multiple=True, help=f"One of its {key}.")(
            function
        )
    for key in reversed(_ONE):
        kind = click.Choice(LANGUAGES) if key == "lang" else None
        told = f"Its {key.replace('_', ' ')}."
        function = click.option(f"--{key.replace('_', '-')}", type=kind, help=told)(function)
    return function


@click.command("add")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=FILE)
@click.option("--into", metavar="DIR", default=INTO, show_default=True, help="Below the corpus.")
@_values
@click.option("--yes", is_flag=True, help="Add what is suggested without asking.")
@command
@reading
def add(
    settings: Settings, /, files: tuple[Path, ...], into: str, yes: bool, **values: Any
) -> None:
    """Add new documents: copy each FILE into the corpus, describe it, build, print its link.

    What was found of a document is shown with its source before anything is written; a report that
    it repeats, another edition or a translation of it is named. The flags go to every FILE.
    """
    catalogue, today = settings.catalogue, dt.date.today()
    said = {key: _plain(value) for key, value in values.items() if value}
    given, wrong = adding.checked(said, "the command", catalogue.vocabulary)
    if wrong:
        raise click.UsageError(str(wrong[0]))
    drafts, failures = _drafts(Drafts(settings.config, catalogue, today), files, given, into, yes)
    added: tuple[Added, ...] = ()
    report: BuildReport | None = None
    if drafts:
        with Progress() as progress:
            added, report = adding.add(
                drafts, settings.config, catalogue.vocabulary, today, progress
            )
        failures += report.failures
    _print(settings, added, failures, report)
    end(failures, changed=bool(added) or not failures)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _drafts(
    reading: Drafts, files: tuple[Path, ...], given: Mapping[str, object], into: str, yes: bool
) -> tuple[list[Draft], list[Failure]]:
    """The documents to add, as the person wants them, and what cannot be added."""
    drafts: list[Draft] = []
    failures: list[Failure] = []
    for file in files:
        try:
            draft = reading.draft(file, given, into)
        except IndexerError as error:
            failures.append(failure(str(file), "add", error))
            continue
        _show(draft)
        chosen = draft if yes else _ask(reading, draft)
        drafts += [chosen] if chosen else []
    return drafts, failures


def _show(draft: Draft) -> None:
    """Says on stderr what would be added, so that stdout holds the links alone."""
    out = terminal(stderr=True)
    out.print(Text(f"\n{draft.file} -> {draft.name}", style="bold"))
    for key in KEYS:
        if key in draft.values:
            told = draft.values[key]
            source = Text(f"({told.source}; {told.confidence})", style="dim")
            out.print(Text(f"{key:15}{line(told.value)}"), source)
    for near in draft.kin:
        out.print(Text(f"Note: it {_near(near)}.", style="yellow"))
    for remark in (*draft.remarks, *draft.problems):
        out.print(Text(f"Warning: {remark}"))


def _near(near: Kin) -> str:
    relation = "text" if near.relation == "file" and not near.gone else near.relation
    return _KIN[relation].format(id=near.id, title=near.title, share=near.share)


def _ask(reading: Drafts, draft: Draft) -> Draft | None:
    """The draft as a person confirms it; None when it is to be left out."""
    while True:
        answer = click.prompt(_ASK, default="yes", err=True).strip()
        match answer.lower():
            case "yes" | "y":
                return draft
            case "skip" | "s" | "no" | "n":
                return None
        try:
            draft = _changed(reading, draft, answer)
            _show(draft)
        except MetadataError as error:
            click.echo(f"{error} Nothing was changed.", err=True)


def _changed(reading: Drafts, draft: Draft, answer: str) -> Draft:
    """The draft after `edit`, or after a value was typed."""
    if answer.lower() in ("edit", "e"):
        text = adding.written(draft.values, draft.remarks, reading.today)
        edited = click.edit(text, extension=".yaml")
        return reading.revise(draft, adding.parsed(edited)) if edited else draft
    key, value = adding.assigned(answer)
    values = {name: told.value for name, told in draft.values.items()} | {key: value}
    return reading.revise(draft, {name: value for name, value in values.items() if value})


def _print(
    settings: Settings,
    added: tuple[Added, ...],
    failures: list[Failure],
    report: BuildReport | None,
) -> None:
    links = [_link(settings, each) for each in added]
    if settings.as_json:
        told = [
            {
                "file": str(each.draft.file),
                "path": each.draft.name,
                "id": each.id,
                "url": url,
                "values": each.draft.values,
                "near": each.draft.kin,
            }
            for each, url in zip(added, links, strict=True)
        ]
        print_json({"ok": not failures, "added": told, "failures": failures, "build": report})
        return
    for warning in report.warnings if report else ():
        for told_line in findings.lines([warning]):
            click.echo(f"Warning: {warning.path}: {told_line}", err=True)
    print_failures(failures)
    for url in links:
        click.echo(url)


def _link(settings: Settings, added: Added) -> str:
    lang = str(added.draft.values["lang"].value)
    return settings.config.base_url + permalinks.report_path(added.id, lang)
