"""A link as it came back from a mailer, a word processor or a PDF -> what it was meant to open.

Pure functions from text to data. Repairing is settled: the address that a repair gives is never
repaired again, so whoever redirects to it redirects once. Where an address has two readings, the
one that a person could have meant wins: nobody searches for the text `&amp;sector=youth`.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from html.entities import html5
from typing import Final
from urllib.parse import quote, unquote_to_bytes, urlencode

from indexer import permalinks
from indexer.permalinks import PARAMETERS
from indexer.query import Notice, Query
from indexer.text import INVISIBLE, LANGUAGES, slug
from indexer.vocabulary import Vocabulary

MAX_LENGTH: Final = 20_000
# A repair is read again until nothing changes, which takes one more reading, seldom two.
_READINGS: Final = 5
# These tell the mailer who clicked, and end the value before them.
_TRACKERS: Final = r"utm_\w+|mc_\w+|fbclid|gclid|msclkid|igshid|_hsenc|_hsmi|mkt_tok|vero_id|ct"
# The axes of a map, which are no part of the search.
_AXES: Final = ("rows", "columns")
_NAMES: Final = f"(?:{'|'.join((*PARAMETERS, *_AXES))}|{_TRACKERS})"
_ARRAY: Final = r"(?:(?:\[|%5B)\w*(?:\]|%5D))?"
_EQUALS: Final = "(?:=|%3D)"

# A publisher may end with a full stop.
_AS_WRITTEN: Final = frozenset({"publisher"})

# A line that quoted-printable broke, and one that a program broke.
_BREAK: Final = re.compile(r"(?:=|%3D)(?:%0D)?%0A|=\r?\n", re.IGNORECASE)
# An escape of an escape, where what it stands for is one that links hold: punctuation or UTF-8.
_NESTED: Final = re.compile(
    r"%(?:25)+(?=0[9AD]|2[0-9A-F]|3[A-F]|40|5[B-F]|60|7[B-E]"
    r"|[CD][0-9A-F]%(?:25)*[89AB]|E[0-9A-F]%(?:25)*[89AB]|[89AB][0-9A-F])",
    re.IGNORECASE,
)
_UNSEEN: Final = re.compile("|".join(map(quote, INVISIBLE)), re.IGNORECASE)
_PROOFPOINT: Final = re.compile(r"__;[\w*~-]*!.*$", re.DOTALL)
_AMPERSAND: Final = re.compile(
    r"&(?:(?:amp|(?:#|%23)0*38|(?:#|%23)x0*26)(?:;|%3B))+"
    r"|(?:&|%26)?(?:#|%23)0*38(?:;|%3B)|(?:\\|%5C)u0026",
    re.IGNORECASE,
)
_MARKDOWN: Final = re.compile(r"(?:\\|%5C)(?=[&_=+?#.~-])", re.IGNORECASE)
# What programs that read `&sect` and `&lang` as characters make of `&sector=` and `&lang=`.
_SECTION: Final = re.compile(rf"(?:%C2)?%A7or(?={_ARRAY}{_EQUALS})", re.IGNORECASE)
_BRACKET: Final = re.compile(
    rf"%E2%9F%A8(?={_EQUALS})|%E3%80%88(?={_EQUALS})|%E2%8C%A9(?={_EQUALS})", re.IGNORECASE
)
# A run of what ampersands become; taken whole (`*+`), or a long one would be tried in every way.
_SEPARATOR: Final = re.compile(
    r"(?:[&;?#]|%26|%3B|%3F|%23)"
    r"(?:(?:amp|0*38|x0*26)(?:;|%3B)|[&;?#+\s]|%26|%3B|%3F|%23|%0D|%0A|%20)*+"
    rf"(?={_NAMES}{_ARRAY}{_EQUALS})",
    re.IGNORECASE,
)
_NAME: Final = re.compile(rf"(?:^|(?<=&))({_NAMES}){_ARRAY}%3D", re.IGNORECASE)
_END: Final = re.compile(r"(?<![?!\\\s])(?:[?!\\\s]|%0D|%0A|%5C)++$", re.IGNORECASE)
_ESCAPES: Final = re.compile(r"[&;]\s*+(?:(?:amp|#0*38|#x0*26);\s*+)++", re.IGNORECASE)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
_QUOTED_PRINTABLE: Final = re.compile(r"=([0-9A-F]{2})")
_JOINED: Final = re.compile(r"(?<=[\w\"'’”»)*])\+(?=[\w\"'“«(-])")
_MOJIBAKE: Final = re.compile("[ÂÃ][\u0080-¿€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€")


@dataclass(frozen=True, slots=True)
class Search:
    """What the parameters of an address mean, and how they are written canonically.

    `parameters` name the retired values that the notices tell of as well.
    """

    query: Query
    notices: tuple[Notice, ...]
    parameters: str

    @property
    def complete(self) -> bool:
        """Whether all of it was understood, values that are retired included."""
        return all(notice.kind == "retired-value" for notice in self.notices)


def search(raw: str | bytes, vocabulary: Vocabulary) -> Search:
    """The search that a raw query string means, whatever was done to it on the way."""
    query, notices = permalinks.read(pairs(raw), vocabulary)
    for _ in range(_READINGS):
        again, _none = permalinks.read(pairs(permalinks.write(query)), vocabulary)
        if again == query:
            break
        query = again
    return Search(query, notices, permalinks.write_told(query, notices))


def pairs(raw: str | bytes) -> list[tuple[str, str]]:
    """The parameters of a raw query string, in order, decoded once and for all."""
    text = _separated(_ascii(raw)[:MAX_LENGTH])
    named = [piece.partition("=")[::2] for piece in text.split("&") if piece]
    found = [(_name(name), value) for name, value in named]
    if found and found[-1][0].lower() not in _AS_WRITTEN:
        found[-1] = (found[-1][0], _END.sub("", found[-1][1]))
    if _is_quoted_printable(found):
        found = [(name, _unquoted_printable(value)) for name, value in found]
    return [(name, _value(value)) for name, value in found]


def _ascii(raw: str | bytes) -> str:
    """The text with every byte beyond ASCII as an escape, whatever its encoding."""
    content = raw.encode("utf-8", "replace") if isinstance(raw, str) else raw
    return "".join(chr(byte) if byte < 128 else f"%{byte:02X}" for byte in content)


def _separated(text: str) -> str:
    """The text with its parameters between plain ampersands and equals signs."""
    text = _BREAK.sub("", _UNSEEN.sub("", _NESTED.sub("%", text)))
    text = _MARKDOWN.sub("", _PROOFPOINT.sub("", text))
    text = _ENTITY.sub(_escape, _AMPERSAND.sub("&", text))
    text = _BRACKET.sub("&lang", _SECTION.sub("&sector", text))
    text = _SEPARATOR.sub("&", f"&{text.lstrip('?&')}")
    return _NAME.sub(r"\1=", text)


def _name(raw: str) -> str:
    name = re.sub(r"\s", "", permalinks.clean(_decoded(raw)))
    return re.sub(r"\[\w*\]$", "", name)


def _is_quoted_printable(found: list[tuple[str, str]]) -> bool:
    """Whether `=` still stands as `=3D`; one search for 3D printing does not prove that."""
    values = [value for name, value in found if name.lower() in PARAMETERS and value]
    return len(values) > 1 and all(value.startswith("3D") for value in values)


def _unquoted_printable(value: str) -> str:
    return _QUOTED_PRINTABLE.sub(r"%\1", value.removeprefix("3D"))


def _value(raw: str) -> str:
    text = _decoded(raw.replace("+", " "))
    if _MOJIBAKE.search(text):
        text = _remade(text)
    text = _ENTITY.sub(_character, _ENTITY.sub(_character, _ESCAPES.sub("&", text)))
    return text if " " in text else _JOINED.sub(" ", text)


def _decoded(raw: str) -> str:
    """Escapes as characters: UTF-8 where it is that, Windows-1252 where it is not."""
    content = unquote_to_bytes(raw)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "ignore")


def _remade(text: str) -> str:
    """UTF-8 that was once read as Windows-1252, read rightly."""
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def _character(entity: re.Match[str]) -> str:
    """What an HTML entity stands for; one that HTML does not know stays."""
    written = entity.group()
    known = written.startswith("&#") or written[1:] in html5
    return html.unescape(written) if known else written


def _escape(entity: re.Match[str]) -> str:
    return quote(_character(entity), safe="&;")


@dataclass(frozen=True, slots=True)
class Link:
    """What an address of the site opens, by the form that it has today.

    `kind` is `search`, `report`, `short` or `page`; `lang` None where the reader's language
    decides; `name` the id of the report, the slug of the short link, or the page that the search
    is for (`search`, `map`, `feed.atom`). `path` is the address from the root of the site.
    """

    kind: str
    lang: str | None
    name: str
    path: str
    search: Search | None = None

    @property
    def lasting(self) -> str:
        """The address without what it only tells of the link that led to it."""
        if self.search is None:
            return self.path
        told = permalinks.write(self.search.query)
        return self.path.replace(self.search.parameters, told, 1)

    def in_language(self, lang: str) -> str:
        """The address, in this language of the interface where it names none and needs one."""
        needs = self.kind == "report" or self.name in _SEARCHES
        return f"/{lang}{self.path}" if needs and self.lang is None else self.path

    def for_report(self, report_id: str) -> Link:
        """The same link to a report under another id."""
        prefix = f"/{self.lang}" if self.lang else ""
        anchor = "".join(self.path.partition("#")[1:])
        path = f"{prefix}/report/{quote(report_id, safe='')}{anchor}"
        return replace(self, name=report_id, path=path)


_SEARCHES: Final = frozenset({"search", "map", "share"})
_FILES: Final = re.compile(r"(?:feed\.(?:atom|json)|export\.(?:csv|xlsx|ris|bib|json))")
_PAGES: Final = frozenset({"", "about", "status"})
_QUESTION: Final = re.compile(rf"\?|[&;](?:amp;)*(?={_NAMES}{_ARRAY}{_EQUALS})|&", re.IGNORECASE)
_ANCHOR: Final = re.compile(r"^(passage|page)-?(\d{1,6})", re.IGNORECASE)


def link(address: str, vocabulary: Vocabulary) -> Link | None:
    """What an address from the root of the site was meant to open; None when it is none of ours.

    `address` may hold a query and a fragment, and may be escaped, in capitals or cut from a text.
    """
    path, query, fragment = _split(address[:MAX_LENGTH])
    steps = [step for step in path.split("/") if step]
    lang = steps.pop(0).lower() if steps and steps[0].lower() in LANGUAGES else None
    prefix = f"/{lang}" if lang else ""
    match steps:
        case [name] if (page := _word(name)) in _SEARCHES or _is_file(name):
            page = page if page in _SEARCHES else _word(name, ".")
            found = search(query, vocabulary)
            axes = _axes(query) if page == "map" else ""
            parameters = "&".join(filter(None, (found.parameters, axes)))
            there = permalinks.with_parameters(f"{prefix}/{page}", parameters)
            return Link("search", lang, page, there, found)
        case [kind, name, *_] if _word(kind) == "report" and slug(name):
            there = f"{prefix}/report/{quote(slug(name), safe='')}{_anchor(fragment)}"
            return Link("report", lang, slug(name), there)
        case [kind, name, *_] if _word(kind) == "s" and lang is None and slug(name):
            return Link("short", None, slug(name), f"/s/{quote(slug(name), safe='')}")
        case [] | [_] if (page := _word(steps[0]) if steps else "") in _PAGES and (
            lang or not page
        ):
            return Link("page", lang, page, f"{prefix}/{page}")
    return None


def _axes(query: str) -> str:
    given = {name.lower(): permalinks.clean(value) for name, value in pairs(query)}
    return urlencode([(axis, given[axis].lower()) for axis in _AXES if given.get(axis)])


def _split(address: str) -> tuple[str, str, str]:
    """Path, query and fragment, wherever the marks between them were escaped."""
    whole = _BREAK.sub("", _NESTED.sub("%", _ascii(address)))
    whole = _AMPERSAND.sub("&", _MARKDOWN.sub("", _PROOFPOINT.sub("", whole)))
    before, mark, query = whole.partition("?")
    path = _decoded(before).replace("\\", "/")
    cut = _QUESTION.search(path)
    if cut:
        found = re.search(r"\?|%3F|[&;]|%26|%3B", before, re.IGNORECASE)
        assert found is not None
        path, query = _decoded(before[: found.start()]), before[found.end() :] + mark + query
    path, _, anchor = permalinks.clean(path.replace("\\", "/")).partition("#")
    query, _, fragment = _parted(query)
    return path, query, anchor or fragment


def _parted(query: str) -> tuple[str, str, str]:
    """A query and its fragment; one that is the rest of a cut ampersand belongs to the query."""
    before, mark, fragment = query.partition("#")
    if re.match(rf"(?:0*38|x0*26|{_NAMES}{_ARRAY}{_EQUALS})", fragment, re.IGNORECASE):
        return query, "", ""
    return before, mark, fragment


def _word(step: str, kept: str = "") -> str:
    """A step of a path in lower case, without what a sentence left around it."""
    return re.sub(rf"[^a-z{re.escape(kept)}]", "", step.lower()).strip(".")


def _is_file(step: str) -> bool:
    return _FILES.fullmatch(_word(step, ".")) is not None


def _anchor(fragment: str) -> str:
    """The place in a report that a fragment names; mailers add fragments of their own."""
    found = _ANCHOR.match(fragment)
    return f"#{found[1].lower()}-{found[2]}" if found else ""
