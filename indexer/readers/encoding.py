"""Bytes to text: which encoding a text file is in, and whether it is text at all."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from indexer.errors import BadEncoding
from indexer.findings import finding
from indexer.models import ReadWarning

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
# Text has next to no control characters; compressed or encrypted bytes have one in ten.
_MOST_CONTROLS = 0.02
# In another encoding, accented characters hardly ever look like UTF-8.
_MOST_DAMAGE = 2


def decode(path: Path, data: bytes) -> tuple[str, tuple[ReadWarning, ...]]:
    """The text of the bytes, and a warning if the encoding had to be guessed.

    Raises BadEncoding if the bytes are no text.
    """
    text, guessed = _decoded(data)
    if text is None or len(_CONTROLS.findall(text)) > max(2, _MOST_CONTROLS * len(text)):
        raise BadEncoding(path, "holds binary data, not text; save it again as UTF-8 text")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not guessed:
        return text, ()
    return text, (finding("BadEncoding", encoding=guessed),)


def _decoded(data: bytes) -> tuple[str | None, str | None]:
    """The text, or None, and the name of the encoding if it was guessed."""
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return data.decode(encoding, errors="replace"), None
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        if _is_mostly_utf8(data):
            return data.decode("utf-8", errors="replace"), "UTF-8 with damaged bytes"
        return _guessed(data)


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8 with some damage, rather than in another encoding."""
    text = data.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    accented = sum(character > "\x7f" for character in text) - damaged
    return accented > _MOST_DAMAGE * damaged


def _guessed(data: bytes) -> tuple[str | None, str | None]:
    from charset_normalizer import from_bytes

    # Legacy reports in English and French come from these systems and from no others; asked
    # about every encoding that it knows, charset-normalizer prefers exotic ones for short texts.
    candidates = ["cp1252", "latin_1", "mac_roman", "utf_16_le", "utf_16_be"]
    if data.count(0) > len(data) // 4:
        candidates = ["utf_16_le", "utf_16_be"]
    best = from_bytes(data, cp_isolation=candidates).best()
    if best is not None:
        return str(best), best.encoding
    return None, None
