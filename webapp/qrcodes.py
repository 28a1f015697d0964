"""QR codes, black on white in any scheme, as scanners need it; segno is imported only here."""

from __future__ import annotations

import io
from typing import Final

import segno

# In pixels for each module; a page decides itself how large it draws the code.
_IN_FILE: Final = 10
TYPES: Final = {"png": "image/png", "svg": "image/svg+xml"}


def inline(text: str) -> str | None:
    """The code of a text as an SVG element, or None when the text is too long for one."""
    code = _code(text)
    if code is None:
        return None
    return code.svg_inline(omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None)


def file(text: str, form: str) -> bytes | None:
    """The code of a text as a `png` or `svg` file, or None when the text is too long for one."""
    code = _code(text)
    if code is None:
        return None
    content = io.BytesIO()
    code.save(content, kind=form, scale=_IN_FILE, dark="#000", light="#fff")
    return content.getvalue()


def _code(text: str) -> segno.QRCode | None:
    """The smallest code that is still read when 15 % of it is dirty, or as much as fits."""
    for error in ("m", "l"):
        try:
            return segno.make_qr(text, error=error)
        except segno.DataOverflowError:
            continue
    return None
