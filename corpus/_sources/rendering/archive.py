"""ZIP archives with the same bytes on every run."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable


def rezipped(data: bytes) -> bytes:
    """The same ZIP with fixed timestamps, in a fixed order."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return zipped((name, archive.read(name)) for name in archive.namelist())


def zipped(files: Iterable[tuple[str, bytes]], stored: str = "") -> bytes:
    """A ZIP of the files in this order; `stored` names one that is not compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name == stored else zipfile.ZIP_DEFLATED
            info.create_system = 3
            archive.writestr(info, data)
    return out.getvalue()
