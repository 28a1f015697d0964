"""What may be harvested? The catalogue of public originals, `sources.yaml`, read entry by entry.

An entry that is not valid YAML costs only itself, and a wrong value only that value; each problem
names the file, the line, the entry and what to write instead.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from indexer import yamlfile
from indexer.errors import MetadataError
from indexer.text import LANGUAGES, slug
from indexer.vocabulary import Vocabulary

SOURCES_FILE: Final = "sources.yaml"
FORMATS: Final = ("pdf", "html", "docx", "odt", "txt")
ALLOWED: Final = "allowed"
HARVEST: Final = (ALLOWED, "ask", "check-address", "find-original", "link-only")
MAX_TEXT: Final = 2_000

# Sites that copy other people's documents: their addresses are neither published nor fetched.
COPY_HOST: Final = re.compile(
    r"(?:^|\.)(?:123dok|123docz|academia|coursehero|docplayer|docslib|dokumen|fdocuments?|lezard|"
    r"lawsdocbox|pdfslide|readkong|researchgate|sambuz|scribd|slidelegend|slideshare|studylib|"
    r"vdoc|vdocuments?|yumpu)\.[a-z]{2,4}$|(?:^|\.)web\.archive\.org$"
)


@dataclass(frozen=True, slots=True)
class Source:
    """One public original; `url` is the publisher's own address, None while it is not known."""

    id: str
    title: str
    publisher: str | None = None
    year: int | None = None
    lang: str | None = None
    url: str | None = None
    format: str | None = None
    type: str | None = None
    sectors: tuple[str, ...] = ()
    licence: str | None = None
    harvest: str = "ask"

    @property
    def fetchable(self) -> bool:
        """Whether its terms allow a copy, and an address is known."""
        return self.harvest == ALLOWED and self.url is not None


@dataclass(frozen=True, slots=True)
class _Row:
    """One entry as written: `lines` maps a key to its line; empty when lines are not known."""

    number: int
    value: object
    lines: Mapping[str, int]


def load(path: Path, vocabulary: Vocabulary) -> tuple[tuple[Source, ...], list[MetadataError]]:
    """The entries of a catalogue that have an id and a title, and everything wrong in the file."""
    problems: list[MetadataError] = []
    sources: dict[str, Source] = {}
    for row in _rows(path, problems):
        entry = _Entry(path.name, row, vocabulary)
        source = entry.source()
        if source and source.id in sources:
            entry.tell(f"“{source.id}” stands here twice. Give this entry another id.", "id")
        elif source:
            sources[source.id] = source
        problems += entry.problems
    return tuple(sources.values()), problems


# -- From text to entries -----------------------------------------------------------------------


def _rows(path: Path, problems: list[MetadataError]) -> Iterator[_Row]:
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        problems.append(MetadataError(f"{path.name}: not UTF-8 text. Save it as UTF-8."))
        return
    except OSError as error:
        problems.append(MetadataError(f"{path}: cannot be read ({error.strerror})."))
        return
    for number, (first_line, text) in enumerate(_entries(content), start=1):
        try:
            value = yamlfile.parse(text, path.name, first_line)
        except MetadataError as error:
            problems.append(error)
            continue
        if isinstance(value, list):
            lines = _key_lines(text, first_line) if len(value) == 1 else {}
            yield from (_Row(at, item, lines) for at, item in enumerate(value, start=number))
        elif value is not None:
            told = "holds no list of entries. Begin each with `- id: ...` at the start of a line."
            problems.append(MetadataError(f"{path.name}, line {first_line}: {told}"))


def _entries(content: str) -> Iterator[tuple[int, str]]:
    """The text of each entry with its first line; all of it when entries cannot be told apart."""
    lines = content.splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if line.startswith("- ")]
    preamble = [line for line in lines[: starts[0] if starts else 0] if not _is_idle(line)]
    if not starts or preamble:
        yield 1, content
        return
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield start + 1, "".join(lines[start:end])


def _is_idle(line: str) -> bool:
    return not line.strip() or line.startswith(("#", "---"))


def _key_lines(text: str, first_line: int) -> dict[str, int]:
    keys = (re.match(r"(?:- |  )([a-z_]+)\s*:", line) for line in text.splitlines())
    return {key[1]: number for number, key in enumerate(keys, start=first_line) if key}


# -- From an entry to a source ------------------------------------------------------------------


class _Bad(Exception):
    """Why a value cannot be used, and what to write."""


_Reader = Callable[[object, Vocabulary], object]


class _Entry:
    """One entry of the catalogue and what is wrong with it."""

    def __init__(self, file: str, row: _Row, vocabulary: Vocabulary) -> None:
        self.problems: list[MetadataError] = []
        self._file, self._row, self._vocabulary = file, row, vocabulary
        self._id = row.value.get("id") if isinstance(row.value, dict) else None

    def tell(self, problem: str, key: str | None = None) -> None:
        """Notes a problem under the name of the file, the line, the entry and the key."""
        first = next(iter(self._row.lines.values()), None)
        line = self._row.lines.get(key, first) if key else first
        where = f"{self._file}, line {line}" if line else self._file
        named = f" ({str(self._id)[:80]})" if self._id else ""
        subject = f" {key}:" if key else ""
        told = f"{where}, entry {self._row.number}{named}:{subject} {problem}"
        self.problems.append(MetadataError(told))

    def source(self) -> Source | None:
        """The source that the entry describes, without the values that make no sense."""
        if not isinstance(self._row.value, dict):
            self.tell("holds no `key: value` lines. Write `- id: ...` and its title.")
            return None
        written = {str(key): value for key, value in self._row.value.items() if value is not None}
        for key in written:
            if key not in _READERS:
                close = difflib.get_close_matches(key, list(_READERS), n=1, cutoff=0.6)
                hint = f"did you mean `{close[0]}`?" if close else f"use {_listed(_READERS)}."
                self.tell(f"is not a key; {hint}", key)
        for key in ("id", "title", "lang", "harvest"):
            if key not in written:
                self.tell(f"has no `{key}`. Write it.")
        values = {key: value for key in _READERS if (value := self._read(key, written)) is not None}
        if "id" not in values or "title" not in values:
            return None
        source = Source(**values)  # type: ignore[arg-type]
        if source.harvest == ALLOWED and "url" not in written:
            self.tell("is `allowed` without a `url`. Add it, or write `find-original`.", "harvest")
        return source

    def _read(self, key: str, written: Mapping[str, object]) -> object:
        if key not in written:
            return None
        if key == "sectors":
            return self._sectors(written[key])
        try:
            return _READERS[key](written[key], self._vocabulary)
        except _Bad as bad:
            self.tell(str(bad), key)
            return None

    def _sectors(self, value: object) -> tuple[str, ...]:
        """The known sectors among those written; each unknown one is a problem of its own."""
        good: dict[str, None] = {}
        for item in value if isinstance(value, list) else [value]:
            try:
                good[_controlled("sector", item, self._vocabulary)] = None
            except _Bad as bad:
                self.tell(str(bad), "sectors")
        return tuple(good)


def _text(value: object, _: Vocabulary) -> str:
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        raise _Bad(f"is a {type(value).__name__} where a text should stand.")
    text = " ".join(str(value).split())
    if not text or len(text) > MAX_TEXT:
        raise _Bad(f"is empty or longer than {MAX_TEXT:,} characters.")
    if not text.isprintable():
        raise _Bad("holds invisible characters. Type it again.")
    return text


def _identifier(value: object, vocabulary: Vocabulary) -> str:
    text = _text(value, vocabulary)
    tidy = slug(text)[:100]
    if text != tidy or not tidy:
        raise _Bad(f"“{text[:80]}” is not an id; write `{tidy or 'lower-case-words'}`.")
    return text


def _year(value: object, _: Vocabulary) -> int:
    latest = dt.date.today().year + 1
    if isinstance(value, int) and not isinstance(value, bool) and 1800 <= value <= latest:
        return value
    raise _Bad(f"“{str(value)[:40]}” is not a year from 1800 to {latest}.")


def _address(value: object, vocabulary: Vocabulary) -> str:
    text = _text(value, vocabulary)
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise _Bad(f"“{text[:80]}” is not an address ({error}).") from error
    if parts.scheme not in ("http", "https") or not host or " " in text:
        raise _Bad(f"“{text[:80]}” is not an address that begins with https:// or http://.")
    if "@" in parts.netloc:
        raise _Bad("holds a user name or a password. Remove what stands before the @.")
    if COPY_HOST.search(host):
        raise _Bad(f"{host} only copies documents. Give the publisher's own address, or none.")
    return text


def _one_of(choices: Sequence[str]) -> _Reader:
    def read(value: object, _: Vocabulary) -> str:
        text = str(value).strip()
        if text in choices:
            return text
        close = difflib.get_close_matches(text, choices, n=1)
        hint = f"did you mean `{close[0]}`?" if close else f"use {_listed(choices)}."
        raise _Bad(f"“{text[:80]}” is not in the list; {hint}")

    return read


def _controlled(facet: str, value: object, vocabulary: Vocabulary) -> str:
    text = str(value).strip()
    if vocabulary.entry(facet, text):
        return text
    nearest = vocabulary.nearest(facet, text)
    hint = f"did you mean `{nearest}`?" if nearest else f"use {_listed(vocabulary.keys(facet))}."
    raise _Bad(f"“{text[:80]}” is not a {facet}; {hint}")


def _type(value: object, vocabulary: Vocabulary) -> str:
    return _controlled("type", value, vocabulary)


def _sector(value: object, vocabulary: Vocabulary) -> str:
    return _controlled("sector", value, vocabulary)


def _listed(names: Sequence[str] | Mapping[str, object]) -> str:
    return ", ".join(f"`{name}`" for name in names)


_READERS: Final[Mapping[str, _Reader]] = {
    "id": _identifier,
    "title": _text,
    "publisher": _text,
    "year": _year,
    "lang": _one_of(LANGUAGES),
    "url": _address,
    "format": _one_of(FORMATS),
    "type": _type,
    "sectors": _sector,
    "licence": _text,
    "harvest": _one_of(HARVEST),
}
