"""What an address of the share page asks for, and the block for a newsletter that it makes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl, urlencode

from flask import request

from indexer import newsletter, permalinks, repair, shortlinks
from indexer.errors import LinkNotFound, ReportNotFound
from indexer.models import Report
from indexer.newsletter import ITEMS, LONGEST_INTRO, LONGEST_TITLE, MOST_ITEMS, Choices, Theme
from indexer.query import DEFAULT_SIZE, Query
from webapp import wording
from webapp.addresses import absolute, voice
from webapp.catalogue import catalogue
from webapp.i18n import current_language, date, gettext as _

# What an address says beside the search.
NAMES: Final = ("report", "since", "title", "intro", "items", "without", "campaign", "short")
_LONGEST_CAMPAIGN: Final = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search or a report, and how it shall be shown; `short` is the slug that leads to it.

    `usual_title` stands where nobody wrote another; `notices` say what could not be understood.
    """

    query: Query
    report: Report | None
    since: dt.date | None
    choices: Choices
    usual_title: str
    short: str
    notices: tuple[str, ...]

    @property
    def path(self) -> str:
        """The lasting path of what is shared."""
        return _path(self.query, self.report)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The parameters that the form does not ask for."""
        if self.report:
            return [("report", self.report.id)]
        return parse_qsl(permalinks.write(self.query))

    @property
    def parameters(self) -> str:
        """The one way to write all of this in an address."""
        chosen = self.choices
        told = [
            ("since", self.since.isoformat() if self.since else ""),
            ("intro", chosen.intro),
            ("items", str(chosen.items) if chosen.items != ITEMS else ""),
            ("without", "" if chosen.summaries else "summaries"),
            ("without", "" if chosen.ratings else "ratings"),
            ("campaign", chosen.campaign),
            ("short", self.short),
        ]
        given = [(name, value) for name, value in told if value]
        titled = [("title", chosen.title)] if chosen.title != self.usual_title else []
        return urlencode([*self.kept, *titled, *given])

    @property
    def link(self) -> str:
        """The whole address that a newsletter, a poster or a slide leads to."""
        path = shortlinks.short_path(self.short) if self.short else self.path
        return shortlinks.tagged(absolute(request.script_root + path), self.choices.campaign)


def wanted() -> Wanted:
    """What the address of this request asks for."""
    asked = repair.search(_of_search(), catalogue().vocabulary)
    query = replace(asked.query, page=1, size=DEFAULT_SIZE)
    notices = [wording.notice(notice) for notice in asked.notices]
    report = _report(notices)
    since = _since(notices) if report is None else None
    usual = _usual_title(query, report, since)
    short = _short(_path(query, report), notices)
    return Wanted(query, report, since, _choices(usual), usual, short, tuple(notices))


def block(asked: Wanted) -> newsletter.Block:
    """The block that was asked for."""
    path = shortlinks.short_path(asked.short) if asked.short else asked.path
    if asked.report:
        return newsletter.compose([asked.report], Theme(path), asked.choices, voice())
    total, state, found = catalogue().every(asked.query, current_language())
    if asked.since is None:
        return newsletter.compose(found, Theme(path, total), asked.choices, voice())
    new = catalogue().newest(asked.query, state.reports, asked.since, current_language())
    theme = Theme(path, total, asked.since, len(new))
    return newsletter.compose(new, theme, asked.choices, voice())


def results(asked: Wanted) -> int | None:
    """How many reports a search finds now; None for a report."""
    return None if asked.report else catalogue().every(asked.query)[0]


def _path(query: Query, report: Report | None) -> str:
    lang = current_language()
    return permalinks.report_path(report.id, lang) if report else newsletter.list_path(query, lang)


def _of_search() -> str:
    """The parameters of the search alone: an address within a text is not to be repaired."""
    pieces = request.query_string.decode("latin-1").split("&")
    return "&".join(piece for piece in pieces if piece.partition("=")[0] not in NAMES)


def _report(notices: list[str]) -> Report | None:
    report_id = request.args.get("report", "")
    if not report_id:
        return None
    try:
        found = catalogue().report(report_id)
    except ReportNotFound:
        found = None
    if found is None or found.withdrawn:
        notices.append(_("There is no report “%(id)s” any more; it was left out.", id=report_id))
        return None
    return found


def _since(notices: list[str]) -> dt.date | None:
    written = request.args.get("since", "").strip()
    if not written:
        return None
    try:
        return dt.date.fromisoformat(written)
    except ValueError:
        told = _("“%(value)s” is no day, so it was left out.", value=written[:100])
        notices.append(told)
        return None


def _usual_title(query: Query, report: Report | None, since: dt.date | None) -> str:
    if report:
        return ""
    said = wording.description(query)
    return _("New since %(day)s: %(search)s", day=date(since), search=said) if since else said


def _choices(usual_title: str) -> Choices:
    without = request.args.getlist("without")
    return Choices(
        title=request.args.get("title", usual_title)[:LONGEST_TITLE],
        intro=request.args.get("intro", "").strip()[:LONGEST_INTRO],
        items=_items(request.args.get("items", "")),
        summaries="summaries" not in without,
        ratings="ratings" not in without,
        campaign=request.args.get("campaign", "").strip()[:_LONGEST_CAMPAIGN],
    )


def _items(written: str) -> int:
    number = int(written) if written.isascii() and written.isdigit() and len(written) < 9 else ITEMS
    return max(1, min(number, MOST_ITEMS))


def _short(path: str, notices: list[str]) -> str:
    """The slug that the address names, if it leads to what is shared."""
    slug = request.args.get("short", "").strip()
    if not slug:
        return ""
    try:
        target = shortlinks.load(catalogue().config.corpus).current(slug).target
    except LinkNotFound:
        target = ""
    if target == path:
        return slug
    told = _("The short link “%(slug)s” does not lead here; the long one is used.", slug=slug[:100])
    notices.append(told)
    return ""
