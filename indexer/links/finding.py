"""Which links does a newsletter hold? HTML, e-mail (MIME), Markdown and plain text, as sent."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import PurePosixPath
from typing import Final

from lxml import etree

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
    # Also in an address that stands as text, `&sect=` is no `§`. And lxml refuses to read nothing.
    # What it is told in is always text, whatever its stubs allow.
    parser = etree.HTMLParser(target=_Page(), huge_tree=True)  # type: ignore[arg-type]
    parser.feed(f"<html>{_BARE_AMPERSAND.sub('&amp;', text)}")
    yield from parser.close()


class _Page:
    """The links of a page: those of its tags, and addresses that stand as text. It is told of the
    page part by part, as lxml tells it, which reads whatever is sent in time that grows with it."""

    def __init__(self) -> None:
        self._found: list[Occurrence] = []
        self._url: str | None = None
        self._words: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A tag."""
        if tag not in _LINKING:
            self._words.append(" ")
            return
        self._end()
        self._url = attributes.get("href", "").strip() or None
        if tag == "area":
            self._end()

    def end(self, tag: str) -> None:
        """The end of what a tag began."""
        if tag == "a":
            self._end()
        else:
            self._words.append(" ")

    def data(self, text: str) -> None:
        """Text; one that holds a reference comes in pieces."""
        self._words.append(text)

    def close(self) -> list[Occurrence]:
        """All that was found."""
        self._end()
        return self._found

    def _end(self) -> None:
        """Ends a link, or what stood outside of links."""
        text = "".join(self._words)
        if self._url is None:
            self._found += _in_text(text)
        else:
            self._found.append(Occurrence(self._url, " ".join(text.split())[:MAX_TEXT]))
        self._url, self._words = None, []
