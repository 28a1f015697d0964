"""Which links does a newsletter hold? HTML, e-mail (MIME), Markdown and plain text, as sent."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import Final

MAX_LINKS: Final = 10_000
MAX_TEXT: Final = 80
_FORMATS: Final = {".html": "html", ".htm": "html", ".eml": "eml"}
# An address between angle brackets may be broken over lines; elsewhere it ends at a space.
_ADDRESS: Final = re.compile(r"<(https?://[^<>]{1,4000})>|(https?://[^\s<>\"“”«»]+)", re.IGNORECASE)
_BARE_AMPERSAND: Final = re.compile(r"&(?!#?\w{1,32};)")
_CHARSET: Final = re.compile(rb"charset\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE)
_AFTER: Final = ".,;:!?'’*_~`"
_CLOSERS: Final = {")": "(", "]": "[", "}": "{"}
# Tags whose links are followed by readers.
_LINKING: Final = frozenset({"a", "area"})


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A link as it stands in a newsletter, and the words that carry it."""

    url: str
    text: str = ""


def occurrences(content: bytes, name: str, content_type: str = "") -> tuple[Occurrence, ...]:
    """The links of a newsletter, each address once, in order; `name` or `content_type` tells the
    format, and text is read for addresses when neither does."""
    found: dict[str, Occurrence] = {}
    for occurrence in _of_format(content, _format(content, name, content_type)):
        known = found.get(occurrence.url)
        if known is None or (occurrence.text and not known.text):
            found[occurrence.url] = occurrence
        if len(found) >= MAX_LINKS:
            break
    return tuple(found.values())


def _format(content: bytes, name: str, content_type: str) -> str:
    told = _FORMATS.get(PurePosixPath(name).suffix.lower())
    if told:
        return told
    if "html" in content_type or re.search(
        rb"<(?:!doctype html|html|body)\b", content[:2000], re.I
    ):
        return "html"
    return "text"


def _of_format(content: bytes, format_: str) -> Iterator[Occurrence]:
    if format_ == "eml":
        yield from _in_mail(content)
    elif format_ == "html":
        yield from _in_html(_decoded(content))
    else:
        yield from _in_text(_decoded(content))


def _decoded(content: bytes) -> str:
    """The text: UTF-8 if it is that, else what it says that it is, else Windows-1252."""
    told = _CHARSET.search(content[:2000])
    for encoding in ("utf-8-sig", told[1].decode("ascii", "ignore") if told else "", "cp1252"):
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("cp1252", "replace")


def _in_mail(content: bytes) -> Iterator[Occurrence]:
    message = email.message_from_bytes(content, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_maintype() == "text" and isinstance(part, EmailMessage):
            text = _content(part)
            yield from _in_html(text) if part.get_content_subtype() == "html" else _in_text(text)


def _content(part: EmailMessage) -> str:
    """The text of a part; one whose encoding is not what it says is read all the same."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload.decode(part.get_content_charset() or "utf-8")
    except (UnicodeDecodeError, LookupError):
        return _decoded(payload)


def _in_text(text: str) -> Iterator[Occurrence]:
    for found in _ADDRESS.finditer(text):
        if found[1]:
            yield Occurrence(re.sub(r"\s+", "", found[1]))
        else:
            yield Occurrence(_trimmed(found[2]))


def _trimmed(url: str) -> str:
    """The address without the punctuation of the sentence around it, as mail programs see it."""
    while url and (
        url[-1] in _AFTER or url.count(url[-1]) > url.count(_CLOSERS.get(url[-1], url[-1]))
    ):
        url = url[:-1]
    return url


def _in_html(text: str) -> Iterator[Occurrence]:
    page = _Page()
    # As browsers do in an address, and html.parser does not: `&sector=` holds no `&sect`.
    page.feed(_BARE_AMPERSAND.sub("&amp;", text))
    page.close()
    yield from page.found


class _Page(HTMLParser):
    """The links of a page: those of its tags, and addresses that stand as text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Occurrence] = []
        self._url: str | None = None
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _LINKING:
            return
        self._end()
        url = next((value for name, value in attrs if name == "href" and value), None)
        if url and url.strip():
            self._url, self._words = url.strip(), []
            if tag == "area":
                self._end()

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end()

    def handle_data(self, data: str) -> None:
        if self._url is None:
            self.found += _in_text(data)
        else:
            self._words.append(data)

    def close(self) -> None:
        super().close()
        self._end()

    def _end(self) -> None:
        if self._url is not None:
            text = " ".join(" ".join(self._words).split())
            self.found.append(Occurrence(self._url, text[:MAX_TEXT]))
        self._url = None
