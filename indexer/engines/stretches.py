"""Short stretches of a large file, read where they stand.

Of a mapped file, the sixteen pages around every byte that was ever looked at stay resident; a
passage is a quarter of one page. So the few texts of a page of results are read, and not mapped.
"""

from __future__ import annotations

import os
import weakref
from pathlib import Path

from indexer.errors import EngineError


class Stretches:
    """A file that is open for reading as long as someone holds it; threads may read at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        weakref.finalize(self, os.close, self._number)

    def read(self, start: int, size: int) -> bytes:
        """So many bytes from a place; EngineError when they are not there."""
        try:
            found = os.pread(self._number, size, start)
        except OSError as error:
            raise self._damaged(str(error)) from error
        if len(found) != size:
            raise self._damaged("it was cut short")
        return found

    def _damaged(self, reason: str) -> EngineError:
        return EngineError(
            f"The columns in {self._path} cannot be read ({reason}). Run `indexer build --full`."
        )
