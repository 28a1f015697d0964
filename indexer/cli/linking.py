"""The commands for links that are handed out."""

from __future__ import annotations

import datetime as dt
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click

from indexer import links, permalinks, shortlinks
from indexer.cli.command import LANG, Settings, asked, command, filters
from indexer.cli.output import PROBLEMS, print_failures, print_json, tell
from indexer.links import VERDICTS, Newsletter, page
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
        results = settings.catalogue.count(query)
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


@click.command("check-links")
@click.argument("newsletters", metavar="[FILE|URL]...", nargs=-1)
@click.option("--report", "report_file", type=click.Path(path_type=Path), help="Write HTML here.")
@click.option("--in", "page_lang", type=click.Choice(LANGUAGES), default=LANG, show_default=True)
@click.option("--allow-private", is_flag=True, help="Also fetch from private addresses.")
@command
def check_links(
    settings: Settings,
    newsletters: tuple[str, ...],
    report_file: Path | None,
    page_lang: str,
    allow_private: bool,
) -> None:
    """Check the links of newsletters that point here, by default of all that the corpus keeps.

    A newsletter is HTML, a saved e-mail (.eml), Markdown or plain text. Each link is ok, finds
    fewer reports than when it was made, moved, finds nothing (empty), or is broken.
    """
    names = newsletters or links.past(settings.catalogue)
    checked = links.check(settings.catalogue, names, allow_private=allow_private)
    if report_file:
        report_file.write_text(page.page(checked, page_lang), encoding="utf-8")
    if settings.as_json:
        print_json(checked)
    else:
        for newsletter in checked.newsletters:
            _print_newsletter(newsletter, page_lang)
        print_failures(checked.failures)
    if not checked.ok:
        sys.exit(PROBLEMS)


def _print_newsletter(newsletter: Newsletter, lang: str) -> None:
    counts = Counter(found.verdict for found in newsletter.links)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict])
    click.echo(f"{newsletter.name}: {told or 'no link points here'}.")
    for found in newsletter.links:
        if found.verdict == "ok":
            continue
        click.echo(f"  {found.verdict:8}{found.url}")
        for reason, value in found.reasons:
            if reason != "empty":
                click.echo(f"          {page.told(lang, reason, value)}")
        if found.repaired:
            click.echo(f"          -> {found.repaired}")
    if newsletter.hidden:
        click.echo(f"  {newsletter.hidden} more go through trackers that hide where they lead.")
