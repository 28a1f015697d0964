"""Which column segments answer for an index, in order, and which of their reports are gone."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from indexer.engines.segment import outdated
from indexer.errors import EngineError

FILE: Final = "columns.json"
VERSION: Final = 2
# The table of contents of a Whoosh index: it changes with every commit, whoever made it.
_CONTENTS: Final = "_MAIN_*.toc"
_COLUMNS: Final = ".columns"


@dataclass(frozen=True, slots=True)
class Part:
    """One segment: the name of the Whoosh segment that has the same reports in the same order, the
    checksum of its columns, and the numbers of its reports that are gone."""

    name: str
    checksum: str
    deleted: tuple[int, ...] = ()

    @property
    def file(self) -> str:
        """The file of its columns. Whoosh deletes it together with its own of that name."""
        return f"{self.name}{_COLUMNS}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The segments of an index; `index` is the state of the index that they were derived from."""

    version: int
    index: dict[str, int]
    parts: tuple[Part, ...]


def read(path: Path) -> Manifest:
    """The manifest in a folder; IndexOutdated when there is none that fits the index
    there, EngineError when there is no index."""
    file = path / FILE
    if not _state(path):
        raise EngineError(
            f"The index in {path} has lost its table of contents. Run `indexer build --full`."
        )
    try:
        manifest = msgspec.json.decode(file.read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        raise outdated(file, str(error)) from error
    if manifest.version != VERSION:
        raise outdated(file, f"version {manifest.version}, this one reads {VERSION}")
    if manifest.index != _state(path):
        raise outdated(file, "the index has changed since")
    return manifest


def write(path: Path, parts: tuple[Part, ...]) -> None:
    """Writes the manifest for the index in a folder, which must be complete."""
    file = path / FILE
    # The file may be a link to the manifest of the former generation, which must not change.
    file.unlink(missing_ok=True)
    file.write_bytes(msgspec.json.encode(Manifest(VERSION, _state(path), parts)))


def is_derived(file: str) -> bool:
    """Whether a file with this name holds columns, or says which do."""
    return file == FILE or file.endswith(_COLUMNS)


def _state(path: Path) -> dict[str, int]:
    return {file.name: zlib.crc32(file.read_bytes()) for file in sorted(path.glob(_CONTENTS))}
