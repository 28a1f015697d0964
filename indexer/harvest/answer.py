"""What an answer holds: in which format, and whether it is a document at all."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Final

from indexer.harvest.outcomes import Stop
from indexer.sources import Source


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent; `content` is None when it said that nothing has changed."""

    url: str
    status: int
    moved_to: str | None
    content: bytes | None = None
    format: str = ""
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None


CONTENT_TYPES: Final = {
    "pdf": ("application/pdf", "application/x-pdf"),
    "html": ("text/html", "application/xhtml+xml"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",),
    "odt": ("application/vnd.oasis.opendocument.text",),
    "txt": ("text/plain",),
}
# What servers say of a file when they do not know.
_UNKNOWN_TYPES: Final = ("", "application/octet-stream", "binary/octet-stream")
_HTML: Final = re.compile(rb"<(?:!doctype html|html|head|body)\b", re.IGNORECASE)
_PASSWORD: Final = re.compile(rb"<input\b[^<>]*\btype\s*=\s*[\"']?password", re.IGNORECASE)
_TAG: Final = re.compile(rb"<(?=[a-z/!])", re.IGNORECASE)
_LONGEST_LOGIN_PAGE: Final = 120
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def promised(content_type: str) -> str | None:
    """The format that a Content-Type names; None when it names none; Stop when it is not read."""
    name = content_type.partition(";")[0].strip().lower()
    if name in _UNKNOWN_TYPES:
        return None
    for format_, names in CONTENT_TYPES.items():
        if name in names:
            return format_
    raise Stop("wrong-type", f"is sent as {name[:80]}, which is not read here. Correct the `url`.")


def document_format(source: Source, content: bytes, content_type: str) -> str:
    """The format of the content, when its bytes, the server and the catalogue agree on one."""
    found = _signature(content)
    sent = promised(content_type)
    if found == "html" and _is_login(content, source.format or sent):
        raise Stop("refused", "asks to log in. Fetch it by hand, or write `ask` in the catalogue.")
    if found is None:
        raise Stop("wrong-type", "is empty or in no format that is read here. Correct the `url`.")
    # Plain text may hold tags, and a page may begin without one.
    text = {"html", "txt"}
    for told, by in ((sent, "the server"), (source.format, "the catalogue")):
        if told and told != found and not {told, found} <= text:
            raise Stop("wrong-type", f"is {found}, but {by} says {told}. Correct the entry.")
    return (sent or source.format or found) if found in text else found


def _signature(content: bytes) -> str | None:
    start = content[:1024]
    if b"%PDF-" in start:
        return "pdf"
    if start.startswith(b"PK"):
        return _archive_format(content)
    if not start.strip() or (b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff"))):
        return None
    return "html" if _HTML.search(content[:20_000]) else "txt"


def _archive_format(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            if "word/document.xml" in names:
                return "docx"
            with archive.open("mimetype") as file:
                return "odt" if file.read(100).endswith(b".opendocument.text") else None
    except (
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ):
        return None


def _is_login(content: bytes, expected: str | None) -> bool:
    """Whether a page asks for a password instead of giving the document."""
    beginning = content[:1_000_000]
    if not _PASSWORD.search(beginning):
        return False
    return expected != "html" or _words(beginning) < _LONGEST_LOGIN_PAGE


def _words(page: bytes) -> int:
    """How many words a page shows, in one pass over it however it is built."""
    parts = (part.partition(b">") for part in _TAG.split(page))
    unseen = (b"script", b"style")
    return sum(len(text.split()) for tag, _, text in parts if not tag.lower().startswith(unseen))
