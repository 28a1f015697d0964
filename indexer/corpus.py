"""Which files of a corpus are reports, and what state each is in."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from indexer.errors import ConfigError
from indexer.fields import SCHEMA_VERSION
from indexer.readers import SUFFIXES
from indexer.vocabulary import Vocabulary

SIDECAR_SUFFIX: Final = ".yaml"
_NOT_REPORTS: Final = frozenset({"README.md"})


@dataclass(frozen=True, slots=True)
class Source:
    """A report file: `name` is its path below the corpus, `size` its bytes.

    `fingerprint` changes with the file, its sidecar, the vocabulary and the index schema.
    """

    name: str
    path: Path
    size: int
    fingerprint: str

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


def scan(corpus: Path, vocabulary: Vocabulary) -> Scan:
    """The files of a corpus in the order of their names; ConfigError when it is no folder."""
    if not corpus.is_dir():
        raise ConfigError(
            f"There is no corpus in {corpus}. Name its folder with --corpus or EVIDENCE_CORPUS."
        )
    unreadable: list[tuple[str, str]] = []
    names = sorted(_names(corpus, unreadable))
    present = set(names)
    sources: list[Source] = []
    orphans: list[str] = []
    others: list[str] = []
    for name in names:
        suffix = Path(name).suffix.lower()
        if suffix in SUFFIXES and name not in _NOT_REPORTS:
            try:
                sources.append(_source(corpus, name, vocabulary.digest))
            except OSError as error:
                unreadable.append((name, error.strerror or str(error)))
        elif suffix == SIDECAR_SUFFIX and "/" in name:
            if name.removesuffix(SIDECAR_SUFFIX) not in present:
                orphans.append(name)
        elif suffix != SIDECAR_SUFFIX and name not in _NOT_REPORTS:
            others.append(name)
    return Scan(tuple(sources), tuple(orphans), tuple(others), tuple(unreadable))


def _names(corpus: Path, unreadable: list[tuple[str, str]]) -> Iterator[str]:
    def note(error: OSError) -> None:
        name = os.path.relpath(error.filename, corpus)
        unreadable.append((name, error.strerror or str(error)))

    for folder, folders, files in os.walk(corpus, onerror=note):
        folders[:] = [name for name in folders if not name.startswith((".", "_"))]
        for file in files:
            if not file.startswith((".", "_")):
                yield (Path(folder) / file).relative_to(corpus).as_posix()


def _source(corpus: Path, name: str, vocabulary_digest: str) -> Source:
    path = corpus / name
    digest = hashlib.sha256(f"{SCHEMA_VERSION} {vocabulary_digest} {name}".encode())
    for part in (path, path.with_name(path.name + SIDECAR_SUFFIX)):
        if part.exists():
            with part.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return Source(name, path, path.stat().st_size, digest.hexdigest())
