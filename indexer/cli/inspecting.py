"""The command that says what would be indexed of a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from indexer import classify, findings, metadata, passages, vocabulary
from indexer.cli.command import Settings, command, reading
from indexer.cli.output import PROBLEMS, line, print_json, terminal
from indexer.corpus import SIDECAR_SUFFIX
from indexer.readers import ocr, sandbox


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@command
@reading
def inspect(settings: Settings, file: Path) -> None:
    """Say what would be indexed of a FILE, without indexing it."""
    words = vocabulary.load(settings.config.corpus)
    extract = sandbox.read(
        file.absolute(), sandbox.limits(settings.config), ocr.of(settings.config)
    )
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
        "suggested_sectors": classify.suggest(
            title, cut, lang, words, str(known.values.get("summary", ""))
        ),
        "warnings": extract.warnings,
        "problems": [str(problem) for problem in known.problems],
    }
    if settings.as_json:
        print_json(told)
    else:
        _print_inspection(told)
    if known.problems:
        sys.exit(PROBLEMS)


def _print_inspection(told: dict[str, Any]) -> None:
    out = terminal()
    for key, item in told["metadata"].items():
        out.print(Text(f"{key:15}{line(item['value'])}"), Text(f"({item['from']})", style="dim"))
    pages = told["pages"] if told["pages"] is not None else "no pages in this format"
    out.print(Text(f"{'format':15}{told['format']}"))
    out.print(Text(f"{'pages':15}{pages}"))
    out.print(Text(f"{'characters':15}{line(told['characters'])}"))
    out.print(Text(f"{'passages':15}{told['passages']}"))
    for label in told["suggested_sectors"]:
        terms = ", ".join(f"“{why.term}” {why.place} {why.count}x" for why in label.reasons[:5])
        out.print(Text(f"{'sector':15}{label.sector} ({label.score:g} points: {terms})"))
    for warning in findings.lines(told["warnings"]):
        click.echo(f"Warning: {warning}", err=True)
    for problem in told["problems"]:
        click.echo(f"MetadataError: {problem}", err=True)
