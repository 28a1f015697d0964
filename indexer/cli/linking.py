"""The commands for links that are handed out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import click

from indexer import permalinks, shortlinks
from indexer.cli.command import LANG, Settings, asked, command, filters
from indexer.cli.output import print_json, tell
from indexer.text import LANGUAGES


@click.command()
@click.argument("text", nargs=-1)
@filters
@click.option("--sort", default="relevance", help="The order of the search.")
@click.option("--report", "report_id", metavar="ID", help="Link to this report instead.")
@click.option("--in", "page_lang", type=click.Choice(LANGUAGES), default=LANG, show_default=True)
@click.option("--short", metavar="NAME", help="Hand out the short link /s/NAME.")
@click.option("--retarget", is_flag=True, help="Point a short link that exists elsewhere.")
@click.option("--keep", is_flag=True, help="Remember the link for `check-links`.")
@click.option("--campaign", metavar="NAME", default="", help="Add a tag that statistics read.")
@command
def link(
    settings: Settings,
    /,
    text: tuple[str, ...],
    report_id: str | None,
    page_lang: str,
    short: str | None,
    retarget: bool,
    keep: bool,
    campaign: str,
    **options: Any,
) -> None:
    """Print the lasting link of a search, or of a report.

    TEXT and the filters are those of `search`. With --short or --keep the link is kept in the
    corpus with how many reports it finds today.
    """
    if report_id:
        report = settings.catalogue.report(report_id)
        path, results = permalinks.report_path(report.id, page_lang), None
    else:
        query, notices = asked(settings, text, options)
        for notice in notices:
            click.echo(tell(notice), err=True)
        path = permalinks.search_path(query, page_lang)
        results = settings.catalogue.search(replace(query, page=1, size=1)).total
    if short or keep:
        shortlinks.make(
            settings.config.corpus,
            settings.catalogue.vocabulary,
            path,
            today=dt.date.today(),
            slug=short,
            results=results,
            retarget=retarget,
        )
    base = settings.config.base_url
    handed = shortlinks.tagged(shortlinks.short_path(short) if short else path, campaign)
    if settings.as_json:
        told = {"ok": True, "url": base + handed, "target": base + path, "results": results}
        print_json(told)
        return
    if not base:
        click.echo("Set `base_url` in config.yaml to have whole addresses.", err=True)
    click.echo(base + handed)
