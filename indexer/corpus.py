"""Which files of a corpus are reports, and what state each is in."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from indexer import identity
from indexer.digests import Digests
from indexer.errors import ConfigError
from indexer.fields import SCHEMA_VERSION
from indexer.readers import SUFFIXES
from indexer.vocabulary import Vocabulary

SIDECAR_SUFFIX: Final = ".yaml"
_NOT_REPORTS: Final = frozenset({"README.md", identity.FILE})
# As in names, so that hidden files and drafts are left out.
HIDDEN: Final = (".", "_")


@dataclass(frozen=True, slots=True)
class Source:
    """A report file: `name` is its path below the corpus, `size` its bytes.

    `fingerprint` changes with the file, its sidecar, the vocabulary and the index schema;
    `content` is the SHA-256 of the file alone.
    """

    name: str
    corpus: Path
    size: int
    fingerprint: str
    content: str

    @property
    def path(self) -> Path:
        """Where the file stands."""
        return self.corpus / self.name

    @property
    def sidecar(self) -> Path:
        """Where the file's sidecar stands, if it has one."""
        return self.path.with_name(self.path.name + SIDECAR_SUFFIX)


@dataclass(frozen=True, slots=True)
class Scan:
    """What a corpus holds: reports, sidecars without a report, and other files, by name."""

    sources: tuple[Source, ...]
    orphans: tuple[str, ...]
    others: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...]


def scan(corpus: Path, vocabulary: Vocabulary, digests: Digests | None = None) -> Scan:
    """The files of a corpus in the order of their names; ConfigError when it is no folder.

    Every file is read, unless `digests` knows what it holds.
    """
    require(corpus)
    unreadable: list[tuple[str, str]] = []
    present = dict(_files(os.fspath(corpus), "", unreadable))
    described = _Described(corpus, present, vocabulary.digest, digests or Digests(corpus))
    sources: list[Source] = []
    orphans: list[str] = []
    others: list[str] = []
    for name in sorted(present):
        suffix = _suffix(name)
        if suffix in SUFFIXES and name not in _NOT_REPORTS:
            try:
                sources.append(described.source(name))
            except OSError as error:
                unreadable.append((name, error.strerror or str(error)))
        elif suffix == SIDECAR_SUFFIX and "/" in name:
            if name.removesuffix(SIDECAR_SUFFIX) not in present:
                orphans.append(name)
        elif suffix != SIDECAR_SUFFIX and name not in _NOT_REPORTS:
            others.append(name)
    return Scan(tuple(sources), tuple(orphans), tuple(others), tuple(unreadable))


def require(corpus: Path) -> None:
    """ConfigError when the corpus is no folder."""
    if not corpus.is_dir():
        raise ConfigError(
            f"There is no corpus in {corpus}. Name its folder with --corpus or EVIDENCE_CORPUS."
        )


def _suffix(name: str) -> str:
    # Path.suffix takes longer than all the rest that is asked of a file that did not change.
    return f".{name.rpartition('.')[2].lower()}"


def _files(
    root: str, prefix: str, unreadable: list[tuple[str, str]]
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """The files below a folder with their names below the corpus."""
    try:
        found = list(os.scandir(root))
    except OSError as error:
        unreadable.append((prefix.rstrip("/") or ".", error.strerror or str(error)))
        return
    for entry in found:
        if entry.name.startswith(HIDDEN):
            continue
        try:
            folder, problem = entry.is_dir(), _problem(entry)
        except OSError as error:
            folder, problem = False, error.strerror or str(error)
        if problem:
            unreadable.append((prefix + _legible(entry.name), problem))
        elif not folder:
            yield prefix + entry.name, entry
        elif not entry.is_symlink():
            yield from _files(entry.path, f"{prefix}{entry.name}/", unreadable)


def _problem(entry: os.DirEntry[str]) -> str | None:
    """Why nothing can be read under a name, whatever it holds."""
    if entry.name != _legible(entry.name):
        return "its name is no valid text, so rename it"
    # To open a pipe waits for somebody who writes into it.
    if not entry.is_dir() and not stat.S_ISREG(entry.stat().st_mode):
        return "it is a pipe, a socket or a device"
    return None


def _legible(name: str) -> str:
    """The name as text, whatever bytes the file system has for it."""
    return os.fsencode(name).decode(errors="replace")


@dataclass(frozen=True, slots=True)
class _Described:
    """The files of a corpus as sources."""

    corpus: Path
    present: dict[str, os.DirEntry[str]]
    vocabulary: str
    digests: Digests

    def source(self, name: str) -> Source:
        state = self.present[name].stat()
        digest = hashlib.sha256(f"{SCHEMA_VERSION} {self.vocabulary} {name}".encode())
        content = self.digests.digest(name, state)
        digest.update(content)
        sidecar = name + SIDECAR_SUFFIX
        if sidecar in self.present:
            digest.update(self.digests.digest(sidecar, self.present[sidecar].stat()))
        return Source(name, self.corpus, state.st_size, digest.hexdigest(), content.hex())
