"""A block of reports for a newsletter: composed once, written as HTML, Markdown or plain text.

The HTML is what every mail program shows: tables, inline styles, no picture, and no colour of its
own, so that it reads on whatever background it is pasted into, light or dark.
"""

from __future__ import annotations

import datetime as dt
import html
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from types import MappingProxyType
from typing import Final

from babel import Locale, dates, numbers

from indexer import permalinks, shortlinks
from indexer.answers import Voice
from indexer.models import Report
from indexer.query import DEFAULT_SIZE, Query
from indexer.text import spaced

ITEMS: Final = 5
MOST_ITEMS: Final = 20
# In characters. With these the largest block stays below what Gmail shows before it clips.
LONGEST_TITLE: Final = 250
LONGEST_INTRO: Final = 1_500
LONGEST_SUMMARY: Final = 280
_LONGEST_FACTS: Final = 150
# In bytes of HTML (Gmail cuts the rest of a message off).
CLIPPED: Final = 102 * 1024
_LINE: Final = 72
_BREAKABLE: Final = re.compile("[^\\S\u00a0\u202f]+")
_LOCALES: Final = {"en": Locale("en", "CA"), "fr": Locale("fr", "CA")}
_WORDS: Final = {
    "rating": {"en": "Rating: ", "fr": "Cote\u00a0: "},
    "more": {"en": "See all {total} reports", "fr": "Voir les {total} rapports"},
    "one": {"en": "See this list", "fr": "Voir cette liste"},
    "more_new": {
        "en": "See all {total} reports ({new} new)",
        "fr": "Voir les {total} rapports (nouveaux\u00a0: {new})",
    },
    "nothing": {"en": "No report fits this search.", "fr": "Aucun rapport ne répond à tout cela."},
    "nothing_new": {"en": "Nothing new since {day}.", "fr": "Rien de nouveau depuis le {day}."},
    "since": {"en": "New since {day}", "fr": "Nouveau depuis le {day}"},
    "subject": {"en": "{head}: {about}", "fr": "{head}\u00a0: {about}"},
    "quoted": {"en": "“{text}”", "fr": "«\u202f{text}\u202f»"},
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What whoever writes the newsletter decides.

    `title` and `intro` are plain text (a blank line begins a paragraph); `items` is from 1 to
    MOST_ITEMS; `campaign` tags every link for statistics.
    """

    title: str = ""
    intro: str = ""
    items: int = ITEMS
    summaries: bool = True
    ratings: bool = True
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class Theme:
    """What a block is about: `path` leads to it, from the root of the site.

    `total` is how many reports are there, None for a single report; `new` how many of them were
    added since the day `since`.
    """

    path: str
    total: int | None = None
    since: dt.date | None = None
    new: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A report in a block, as text; `lang` is the language of its title and its summary."""

    title: str
    url: str
    lang: str
    facts: str
    rating: str
    summary: str


@dataclass(frozen=True, slots=True)
class Block:
    """A block, ready to be written; `more` is the link to all of it, with its words."""

    lang: str
    title: str
    intro: tuple[str, ...]
    entries: tuple[Entry, ...]
    nothing: str
    more: tuple[str, str] | None


def compose(reports: Iterable[Report], theme: Theme, choices: Choices, voice: Voice) -> Block:
    """The block of the first reports that were not withdrawn, in the language of the voice."""
    standing = (report for report in reports if not report.withdrawn)
    shown = islice(standing, max(1, min(choices.items, MOST_ITEMS)))
    entries = tuple(_entry(report, choices, voice) for report in shown)
    return Block(
        lang=voice.lang,
        title=_tidy(choices.title, LONGEST_TITLE, voice.lang),
        intro=_paragraphs(choices.intro, voice.lang),
        entries=entries,
        nothing="" if entries else _nothing(theme, voice.lang),
        more=_more(theme, choices, voice),
    )


def subject(query: Query, since: dt.date, voice: Voice) -> str:
    """What a digest is called that nobody gave a title."""
    head = _said("since", voice.lang, day=_day(since, voice.lang))
    words = [_said("quoted", voice.lang, text=query.text)] if query.text else []
    words += [
        voice.vocabulary.label(facet, value, voice.lang)
        for facet, values in query.filters.items()
        for value in values
    ]
    words += [str(year) for year in (query.year_from, query.year_to) if year]
    return _said("subject", voice.lang, head=head, about=", ".join(words)) if words else head


def list_path(query: Query, lang: str) -> str:
    """The path of a whole search, whatever its page."""
    return permalinks.search_path(replace(query, page=1, size=DEFAULT_SIZE), lang)


def _entry(report: Report, choices: Choices, voice: Voice) -> Entry:
    path = permalinks.report_path(report.id, voice.lang)
    kind = voice.vocabulary.label("type", report.type, voice.lang) if report.type else None
    facts = (kind, report.publisher, str(report.year) if report.year else None)
    rating = voice.vocabulary.label("rating", report.rating, voice.lang)
    summary = (report.summary or "") if choices.summaries else ""
    return Entry(
        title=_tidy(report.title, LONGEST_TITLE, report.lang) or report.id,
        url=_address(path, choices, voice),
        lang=report.lang,
        facts=_tidy("\u00a0· ".join(fact for fact in facts if fact), _LONGEST_FACTS, voice.lang),
        rating=_said("rating", voice.lang) + rating if choices.ratings else "",
        summary=_tidy(summary, LONGEST_SUMMARY, report.lang),
    )


def _address(path: str, choices: Choices, voice: Voice) -> str:
    return shortlinks.tagged(voice.base_url + voice.root + path, choices.campaign)


def _more(theme: Theme, choices: Choices, voice: Voice) -> tuple[str, str] | None:
    if theme.total is None:
        return None
    word = "one" if theme.total < 2 else "more_new" if theme.since and theme.new else "more"
    counts = {"total": theme.total, "new": theme.new}
    told = {name: _number(count, voice.lang) for name, count in counts.items()}
    return _said(word, voice.lang, **told), _address(theme.path, choices, voice)


def _nothing(theme: Theme, lang: str) -> str:
    if theme.since:
        return _said("nothing_new", lang, day=_day(theme.since, lang))
    return _said("nothing", lang)


def _said(word: str, lang: str, **values: str) -> str:
    return _WORDS[word][lang].format(**values)


def _day(day: dt.date, lang: str) -> str:
    said = dates.format_date(day, "long", locale=_LOCALES[lang])
    return f"1er{said[1:]}" if lang == "fr" and day.day == 1 else said


def _number(count: int, lang: str) -> str:
    return numbers.format_decimal(count, locale=_LOCALES[lang])


def _paragraphs(text: str, lang: str) -> tuple[str, ...]:
    whole = text.replace("\r\n", "\n")[:LONGEST_INTRO]
    pieces = (_tidy(piece, LONGEST_INTRO, lang) for piece in re.split(r"\n\s*\n", whole))
    return tuple(piece for piece in pieces if piece)


def _tidy(text: str, most: int, lang: str) -> str:
    """The text on one line, without marks that are not seen and act beyond it, cut at a word."""
    seen = "".join(c for c in text if c.isprintable() or c.isspace())
    line = spaced(_BREAKABLE.sub(" ", seen).strip(), lang)
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut else cut}…"


_FONT: Final = "font-family:Arial,Helvetica,sans-serif;word-break:break-word;"
_TABLE: Final = (
    '<table role="presentation" lang="{lang}-CA" dir="ltr" width="600" border="0" cellpadding="0" '
    'cellspacing="0" style="width:100%;max-width:600px;border-collapse:collapse">\n'
)
_PADDED: Final = "padding:12px 0;"
_RULED: Final = f"{_PADDED}border-top:1px solid #808080;"
_SMALL: Final = "margin:4px 0 0;font-size:14px;line-height:20px"
_TEXT: Final = "margin:4px 0 0;font-size:16px;line-height:24px"
_LINK: Final = "color:inherit;text-decoration:underline"


def as_html(block: Block) -> str:
    """The block as a table with inline styles, to be pasted into any newsletter."""
    rows = [_row(_PADDED, _opening(block))] if block.title or block.intro else []
    rows += [_row(_RULED, _html_entry(entry, block)) for entry in block.entries]
    if block.nothing:
        rows.append(_row(_RULED, f'<p style="{_TEXT}">{_escaped(block.nothing)}</p>'))
    if block.more:
        link = _html_link(block.more[1], _escaped(block.more[0]))
        rows.append(_row(_RULED, f'<p style="{_TEXT};font-weight:bold">{link}</p>'))
    return f"{_TABLE.format(lang=block.lang)}{''.join(rows)}</table>\n"


def _row(style: str, content: str) -> str:
    return f'<tr><td align="left" style="{style}{_FONT}">{content}</td></tr>\n'


def _opening(block: Block) -> str:
    style = "margin:0;font-size:22px;line-height:28px;font-weight:bold"
    title = f'<h2 style="{style}">{_escaped(block.title)}</h2>' if block.title else ""
    return title + "".join(f'<p style="{_TEXT}">{_escaped(text)}</p>' for text in block.intro)


def _html_entry(entry: Entry, block: Block) -> str:
    # `auto` lets a title in Arabic or Hebrew run its own way.
    lang = f' lang="{entry.lang}" dir="auto"'
    level = "h3" if block.title else "h2"
    link = _html_link(entry.url, _escaped(entry.title))
    style = "margin:0;font-size:18px;line-height:24px;font-weight:bold"
    parts = [f'<{level}{lang} style="{style}">{link}</{level}>']
    facts = [_escaped(entry.facts)] if entry.facts else []
    facts += [f"<b>{_escaped(entry.rating)}</b>"] if entry.rating else []
    parts += [f'<p style="{_SMALL}">{"<br>".join(facts)}</p>'] if facts else []
    parts += [f'<p{lang} style="{_TEXT}">{_escaped(entry.summary)}</p>'] if entry.summary else []
    return "".join(parts)


def _html_link(url: str, words: str) -> str:
    return f'<a href="{html.escape(url)}" style="{_LINK}">{words}</a>'


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


# What Markdown would take for a mark, anywhere and at the beginning of a line.
_MARKS: Final = re.compile(r"([\\`*_\[\]!])")
_FIRST: Final = re.compile(r"^(\d{1,9})?(?(1)([.)])|([-+#]))")
# No Markdown lets all of these be escaped otherwise.
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "~~": "&#126;&#126;"}


def as_markdown(block: Block) -> str:
    """The block as Markdown (CommonMark)."""
    parts = [f"## {_marked(block.title)}"] if block.title else []
    parts += [_marked(text) for text in block.intro]
    for entry in block.entries:
        parts.append(f"### {_markdown_link(entry.title, entry.url)}")
        facts = [_marked(entry.facts)] if entry.facts else []
        facts += [f"**{_marked(entry.rating)}**"] if entry.rating else []
        parts += ["  \n".join(facts)] if facts else []
        parts += [_marked(entry.summary)] if entry.summary else []
    parts += [_marked(block.nothing)] if block.nothing else []
    parts += [f"**{_markdown_link(*block.more)}**"] if block.more else []
    return "\n\n".join(parts) + "\n"


def _markdown_link(words: str, url: str) -> str:
    return f"[{_marked(words)}]({url})"


def _marked(text: str) -> str:
    text = _FIRST.sub(r"\1\\\2\3", _MARKS.sub(r"\\\1", text))
    for mark, entity in _ENTITIES.items():
        text = text.replace(mark, entity)
    return text


def as_text(block: Block) -> str:
    """The block as plain text; every address stands on a line of its own."""
    return "\n\n".join("\n".join(lines) for lines in _lines(block)) + "\n"


def _lines(block: Block) -> Iterator[list[str]]:
    if block.title:
        title = _wrapped(block.title)
        yield [*title, "=" * max(map(len, title))]
    yield from (_wrapped(text) for text in block.intro)
    for entry in block.entries:
        told = (entry.title, entry.facts, entry.rating, entry.summary)
        yield [*(line for text in told for line in _wrapped(text)), entry.url]
    if block.nothing:
        yield _wrapped(block.nothing)
    if block.more:
        yield list(block.more)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _LINE, break_long_words=False, break_on_hyphens=False)


FORMATS: Final[Mapping[str, Callable[[Block], str]]] = MappingProxyType(
    {"html": as_html, "markdown": as_markdown, "text": as_text}
)
