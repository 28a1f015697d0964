"""The command that writes what is new for a newsletter."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from indexer import newsletter
from indexer.cli.command import Settings, asked, command, filters
from indexer.cli.output import print_json, tell
from indexer.newsletter import ITEMS, MOST_ITEMS, Choices, Theme
from indexer.text import LANGUAGES


@click.command()
@click.argument("text", nargs=-1)
@filters
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Added since then.")
@click.option("--format", "form", type=click.Choice(list(newsletter.FORMATS)), default="text")
@click.option("--labels", type=click.Choice(LANGUAGES), help="The language of words and links.")
@click.option("--title", help="The title; by default, what is new since when.")
@click.option("--intro", default="", help="A text before the reports.")
@click.option("--items", type=click.IntRange(1, MOST_ITEMS), default=ITEMS, show_default=True)
@click.option("--summaries/--no-summaries", default=True, help="With what each report says.")
@click.option("--ratings/--no-ratings", default=True, help="With how each report is rated.")
@click.option("--campaign", metavar="NAME", default="", help="Add a tag that statistics read.")
@command
def digest(
    settings: Settings,
    /,
    text: tuple[str, ...],
    since: dt.datetime,
    form: str,
    labels: str | None,
    title: str | None,
    intro: str,
    items: int,
    summaries: bool,
    ratings: bool,
    campaign: str,
    **options: Any,
) -> None:
    """Write a block of what is new since a day, ready to paste into a newsletter.

    TEXT and the filters are those of `search`; the newest reports come first.
    """
    query, notices = asked(settings, text, options)
    for notice in notices:
        click.echo(tell(notice), err=True)
    if not settings.config.base_url:
        click.echo("Set `base_url` in config.yaml to have whole addresses.", err=True)
    day, voice = since.date(), settings.voice_in(labels)
    total, state, _ = settings.catalogue.every(query, voice.lang)
    new = settings.catalogue.newest(query, state.reports, day, voice.lang)
    theme = Theme(newsletter.list_path(query, voice.lang), total, day, len(new))
    title = newsletter.subject(query, day, voice) if title is None else title
    choices = Choices(title, intro, items, summaries, ratings, campaign)
    block = newsletter.compose(new, theme, choices, voice)
    content = newsletter.FORMATS[form](block)
    if settings.as_json:
        shown = [{"title": entry.title, "url": entry.url} for entry in block.entries]
        told = {"since": day, "new": len(new), "total": total, "url": voice.base_url + theme.path}
        print_json({"ok": True, **told, "reports": shown, "format": form, "content": content})
        return
    click.echo(content, nl=False)
