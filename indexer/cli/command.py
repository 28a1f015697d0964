"""What all commands share: their options, and where an error becomes a message."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec

import click

from indexer import answers, config, permalinks
from indexer.catalogue import Catalogue
from indexer.cli.output import offer, print_json, tell
from indexer.config import Config
from indexer.errors import IndexerError
from indexer.fields import FACET_NAMES
from indexer.query import Notice, Query

# The terminal speaks English; links from it lead to the English pages.
LANG: Final = "en"

P = ParamSpec("P")


class Settings:
    """What every command shares: where things are, and whether it answers in JSON."""

    def __init__(self, corpus: Path | None, index: Path | None, as_json: bool) -> None:
        self.as_json = as_json
        self.flags: dict[str, object] = {"corpus": corpus, "index": index}

    @functools.cached_property
    def config(self) -> Config:
        return config.load(self.flags)

    @functools.cached_property
    def catalogue(self) -> Catalogue:
        return Catalogue(self.config)

    @property
    def voice(self) -> answers.Voice:
        return self.voice_in(LANG)

    def voice_in(self, lang: str | None) -> answers.Voice:
        words = self.catalogue.vocabulary
        return answers.Voice(lang or LANG, words, tell, offer, self.config.base_url)


class Group(click.Group):
    """The one place where an IndexerError becomes a message and an exit status."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except IndexerError as error:
            if ctx.meta.get("as_json"):
                print_json({"ok": False, "error": type(error).__name__, "message": str(error)})
            click.echo(f"Error: {error}", err=True)
            ctx.exit(1)
        except BrokenPipeError:
            # The reader of the output (`| head`) has seen enough.
            sys.stderr.close()
            ctx.exit(0)
        except OSError as error:
            click.echo(f"Error: {error.filename or 'A file'}: {error.strerror}.", err=True)
            ctx.exit(1)


def command(
    function: Callable[Concatenate[Settings, P], None],
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
        settings = Settings(_path(corpus), _path(index), as_json)
        function(settings, *args, **kwargs)

    return wrapped


def _path(value: object) -> Path | None:
    return value if isinstance(value, Path) else None


def reading(
    function: Callable[Concatenate[Settings, P], None],
) -> Callable[Concatenate[Settings, P], None]:
    """Gives a command the options that say how files are read; they go into its settings."""

    @click.option("--ocr", is_flag=True, default=None, help="Recognise the text of scanned pages.")
    @click.option("--read-seconds", type=int, help="Seconds to read one file in.")
    @click.option("--read-megabytes", type=int, help="Memory to read one file in.")
    @functools.wraps(function)
    def wrapped(settings: Settings, /, *args: P.args, **kwargs: P.kwargs) -> None:
        for name in ("ocr", "read_seconds", "read_megabytes"):
            settings.flags[name] = kwargs.pop(name)
        function(settings, *args, **kwargs)

    return wrapped


def filters(function: Callable[P, None]) -> Callable[P, None]:
    """The filters of a search, named as in its address."""
    for name in reversed(FACET_NAMES):
        function = click.option(f"--{name}", multiple=True, help=f"Only this {name}; repeatable.")(
            function
        )
    function = click.option("--from", "year_from", metavar="YEAR", help="From this year on.")(
        function
    )
    return click.option("--to", "year_to", metavar="YEAR", help="Up to this year.")(function)


def asked(
    settings: Settings, text: tuple[str, ...], options: Mapping[str, Any]
) -> tuple[Query, tuple[Notice, ...]]:
    """The query that a command's words and filters ask, and what had to be left out of it."""
    pairs = [("q", " ".join(text))]
    pairs += [(name, value) for name in FACET_NAMES for value in options[name]]
    pairs += [("from", options["year_from"] or ""), ("to", options["year_to"] or "")]
    pairs += [
        (name, str(options[name])) for name in ("expand", "sort", "page", "size") if name in options
    ]
    return permalinks.read(pairs, settings.catalogue.vocabulary)
