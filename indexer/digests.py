"""What does a file hold? Remembered from the last time, unless its state says that it changed.

A file's state is its size, its inode, and when its content and its inode last changed. A file
that changed just before it was read is not trusted the next time: another change within the same
tick of the clock would leave the same state (git calls this racy). What is remembered here only
saves reading; what an index holds is told by the index alone.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from indexer.durable import replace_file

FILE: Final = "digests"
# The coarsest clock among common file systems, FAT's, ticks every two seconds.
_TICK_NS: Final = 2_000_000_000
_VERSION: Final = 1


class _Known(msgspec.Struct, array_like=True, frozen=True):
    """A file as it was read: its state, and what it held."""

    size: int
    inode: int
    modified_ns: int
    changed_ns: int
    digest: bytes

    def is_of(self, state: os.stat_result) -> bool:
        """Whether the file still is as it was."""
        return (
            self.size == state.st_size
            and self.inode == state.st_ino
            and self.modified_ns == state.st_mtime_ns
            and self.changed_ns == state.st_ctime_ns
        )


class _Saved(msgspec.Struct, array_like=True, frozen=True):
    version: int
    corpus: str
    files: dict[str, _Known]


class Digests:
    """The SHA-256 of files of one corpus by name, from memory where that can be trusted."""

    def __init__(self, corpus: Path, known: Mapping[str, _Known] | None = None) -> None:
        self._corpus = corpus
        self._known = dict(known or {})
        self._seen: dict[str, _Known] = {}
        self._began = time.time_ns()

    def digest(self, name: str, state: os.stat_result) -> bytes:
        """What a file holds, given its state now; OSError when it has to be read and cannot."""
        known = self._known.get(name)
        if known is None or not known.is_of(state):
            known = self._read(name)
        self._seen[name] = known
        return known.digest

    @property
    def fresh(self) -> list[Path]:
        """The files that were read, since it was not known what they hold."""
        read = (name for name, held in self._seen.items() if held != self._known.get(name))
        return [self._corpus / name for name in read]

    def _read(self, name: str) -> _Known:
        with (self._corpus / name).open("rb") as file:
            state = os.fstat(file.fileno())
            digest = hashlib.file_digest(file, "sha256").digest()
        return _Known(state.st_size, state.st_ino, state.st_mtime_ns, state.st_ctime_ns, digest)

    def save(self, index: Path) -> None:
        """Keeps what was seen beside an index, for `remembered`, unless that stands there."""
        files = dict(self._trusted())
        if files != self._known:
            saved = _Saved(_VERSION, os.fspath(self._corpus.absolute()), files)
            replace_file(index / FILE, msgspec.msgpack.encode(saved))

    def _trusted(self) -> Iterator[tuple[str, _Known]]:
        for name, known in self._seen.items():
            if max(known.modified_ns, known.changed_ns) < self._began - _TICK_NS:
                yield name, known


def remembered(corpus: Path, index: Path) -> Digests:
    """What was kept beside an index of this corpus, if it can be read: it is never needed."""
    try:
        saved = msgspec.msgpack.decode((index / FILE).read_bytes(), type=_Saved)
    except (OSError, msgspec.MsgspecError):
        return Digests(corpus)
    fits = (saved.version, saved.corpus) == (_VERSION, os.fspath(corpus.absolute()))
    return Digests(corpus, saved.files if fits else None)
