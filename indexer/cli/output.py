"""Data to stdout, messages to stderr, and how a command ends."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
import msgspec
from rich.console import Console

from indexer.prepare import Failure
from indexer.query import Nearby, Notice, Query

# Done, but some inputs had problems.
PROBLEMS: Final = 3


_NOTICES: Final = {
    "unknown-value": "There is no {filter} “{value}”; it was left out.",
    "retired-value": "The {filter} “{value}” is not used any more; it was left out.",
    "replaced-value": "The {filter} “{value}” is now `{successor}`, which was used instead.",
    "bad-year": "“{value}” is not a year; it was left out.",
    "bad-expand": "“{value}” is neither on nor off; other words were searched for too.",
    "bad-sort": "“{value}” is not an order; sorted by relevance.",
    "bad-page": "“{value}” is not a page.",
    "bad-size": "“{value}” is not a page size.",
    "outdated-word": "“{value}” is an outdated word; showing “{en}”.",
    "truncated": "The query is very long; only its beginning was used.",
    "stands-in": "The newest index is damaged; this is the one of {built}. Run `indexer build`.",
    "beyond-last-page": "There is no page {page}; this is the last, {last}.",
}


def tell(notice: Notice) -> str:
    """A notice in words."""
    kind = "replaced-value" if "successor" in notice.values else notice.kind
    told = _NOTICES[kind].format(**notice.values)
    nearest = notice.values.get("nearest")
    return f"{told} Did you mean `{nearest}`?" if nearest else told


_OFFERS: Final = {
    "spelling": "“{text}” without any filter",
    "term": "“{text}” ({relation})",
    "filter": "without {flags}",
    "years": "of any year",
    "language": "with --lang {lang}",
    "quotes": "without the quotation marks",
    "fields": "with the words anywhere",
    "filters": "without any filter",
    "words": "with the filters only",
}


def offer(nearby: Nearby, asked: Query) -> str:
    """How a nearby search differs from the one that was asked, in flags."""
    name = nearby.values.get("filter", "")
    flags = " ".join(f"--{name} {value}" for value in asked.filters.get(name, ()))
    return _OFFERS[nearby.kind].format(text=nearby.query.text, flags=flags, **nearby.values)


def line(value: object) -> str:
    """A metadata value on one line."""
    if isinstance(value, (list, tuple)):
        return ", ".join(map(line, value))
    if hasattr(value, "by"):
        return f"{value.by}: {getattr(value, 'rating', '')}"
    return str(value)


def print_failures(failures: Sequence[Failure]) -> None:
    """Names each file that failed, on stderr."""
    for failure in failures:
        click.echo(f"{failure.error}: {_with_path(failure)}", err=True)


def _with_path(failure: Failure) -> str:
    told = failure.message.removeprefix(f"{Path(failure.path).name}: ")
    return told if failure.path in told else f"{failure.path}: {told}"


def terminal(stderr: bool = False) -> Console:
    """Where people read the answer; lines are not cut when it goes to a file."""
    out = sys.stderr if stderr else sys.stdout
    return Console(highlight=False, soft_wrap=not out.isatty(), stderr=stderr)


def print_json(value: object) -> None:
    """The one JSON document of a command."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def end(problems: Sequence[object], *, changed: bool = True) -> None:
    """Ends with status 3 when some inputs, or the index, had problems; with 1 when nothing could be
    done for that."""
    if problems:
        sys.exit(PROBLEMS if changed else 1)
