"""What an interrupted build had read already, so that the next one does not read it again.

One file beside the generations for each document, by all that decides what is read of it. Nothing
depends on it: what is missing or damaged is read again. It is bounded by the corpus, leaves room on
the disk, and goes when a build has used it. What was recognised of pictures is kept in the same
way, but for longer, and bounded by its size.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

FOLDER: Final = "staging"
# A larger one is read again, and none is kept on a disk with less than this left.
MOST_BYTES: Final = 100_000_000
ROOM: Final = 500_000_000
_DIGEST: Final = 32

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Staging:
    """The store of one index; it can be handed to other processes."""

    folder: Path

    def put(self, key: str, value: object) -> None:
        """Keeps a value, where the disk allows: whole, or not at all."""
        content = msgspec.msgpack.encode(value)
        path = self._path(key)
        aside = path.with_suffix(f".{os.getpid()}")
        try:
            self.folder.mkdir(exist_ok=True)
            if len(content) <= MOST_BYTES and shutil.disk_usage(self.folder).free > ROOM:
                aside.write_bytes(hashlib.sha256(content).digest() + content)
                aside.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)

    def get(self, key: str, kind: type[Kept]) -> Kept | None:
        """What was kept, if it is there and undamaged."""
        try:
            told = self._path(key).read_bytes()
            content: Any = memoryview(told)[_DIGEST:]
            if hashlib.sha256(content).digest() == told[:_DIGEST]:
                value = msgspec.msgpack.decode(content, type=kind)
                # `shrink` goes by it; where nothing can be written, nothing has to be removed.
                with contextlib.suppress(OSError):
                    os.utime(self._path(key))
                return value
        except (OSError, msgspec.MsgspecError):
            pass
        return None

    def keep_only(self, keys: Iterable[str]) -> None:
        """Removes what no key stands for any more, such as a file that has changed since."""
        wanted = {self._path(key).name for key in keys}
        with contextlib.suppress(OSError):
            for path in self.folder.iterdir():
                if path.name not in wanted:
                    path.unlink(missing_ok=True)

    def shrink(self, most: int) -> None:
        """Removes what nobody asked for the longest, until so many bytes at most are left."""
        with contextlib.suppress(OSError):
            found = [(entry.stat(), entry.path) for entry in os.scandir(self.folder)]
            found.sort(key=lambda pair: pair[0].st_mtime_ns, reverse=True)
            sizes = accumulate(state.st_size for state, _ in found)
            for size, (_, path) in zip(sizes, found, strict=True):
                if size > most:
                    Path(path).unlink(missing_ok=True)

    def clear(self) -> None:
        """Removes everything."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, key: str) -> Path:
        return self.folder / hashlib.sha256(key.encode()).hexdigest()


def of(index: Path) -> Staging:
    """The store beside the generations of an index."""
    return Staging(index / FOLDER)
