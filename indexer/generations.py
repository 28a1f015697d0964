"""Crash-safe index folders: start, promote, current, prune.

An index folder holds one folder per generation and the file CURRENT, which names the one that
answers. A generation is written aside, synced to disk, and published by one atomic rename of
CURRENT; the one before it stays, so that a reader which still has it open goes on answering.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from indexer.errors import EngineError, IndexLocked, IndexMissing, IndexOutdated
from indexer.fields import SCHEMA_VERSION

CURRENT: Final = "CURRENT"
DESCRIPTION: Final = "generation.json"
LAST_BUILD: Final = "last-build.json"
LOCK: Final = "build.lock"
_PREFIX: Final = "generation-"
_KEPT: Final = 2


@dataclass(frozen=True, slots=True)
class Generation:
    """One published state of the index; `path` is its folder."""

    name: str
    engine: str
    schema: int
    built_at: dt.datetime
    path: Path


@dataclass(frozen=True, slots=True)
class _Description:
    engine: str
    schema: int
    built_at: dt.datetime


def current_name(index: Path) -> str | None:
    """The name of the generation that answers, or None when nothing has been built."""
    try:
        # Asked before every answer: read without what a text file brings with it.
        with (index / CURRENT).open("rb", buffering=0) as file:
            return file.read().decode().strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(
            f"{index / CURRENT} cannot be read ({error}). Check its rights."
        ) from error


def current(index: Path) -> Generation:
    """The generation that answers; IndexMissing or IndexOutdated say what to do when none can."""
    name = current_name(index)
    if name is None:
        raise IndexMissing(f"There is no index in {index}. Run `indexer build`.")
    generation = _described(index, name)
    if generation.schema != SCHEMA_VERSION:
        newer = generation.schema > SCHEMA_VERSION
        age = "a newer" if newer else "an older"
        raise IndexOutdated(
            f"The index in {index} was written by {age} version (schema {generation.schema}, this "
            f"one reads {SCHEMA_VERSION}). Install that version, or run `indexer build --full`.",
            newer=newer,
        )
    return generation


def _described(index: Path, name: str) -> Generation:
    path = index / name
    try:
        content = (path / DESCRIPTION).read_bytes()
        told = msgspec.json.decode(content, type=_Description)
    except (OSError, msgspec.MsgspecError) as error:
        raise EngineError(
            f"The index in {path} is damaged ({error}). Run `indexer build --full`."
        ) from error
    return Generation(name, told.engine, told.schema, told.built_at, path)


@contextlib.contextmanager
def exclusive(index: Path) -> Iterator[None]:
    """The right to build, held while the block runs; IndexLocked when another build has it.

    The lock belongs to the process, so one that was killed leaves nothing to clean up.
    """
    index.mkdir(parents=True, exist_ok=True)
    with (index / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise IndexLocked(
                f"Another build is running on {index}. Wait for it to end, then build again."
            ) from error
        yield


def start(index: Path) -> Path:
    """A new, empty folder to write a generation into; call within `exclusive`."""
    now = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    path = index / f"{_PREFIX}{now}-{secrets.token_hex(3)}"
    path.mkdir()
    return path


def link_files(source: Path, target: Path) -> None:
    """The files of one generation in another's folder, without copying their bytes.

    Only for files that are never written again once they are closed.
    """
    for file in source.iterdir():
        if file.name != DESCRIPTION:
            os.link(file, target / file.name)


def promote(index: Path, path: Path, engine: str) -> Generation:
    """The generation, synced, published and the only answer from now on; older ones are pruned."""
    told = _Description(engine, SCHEMA_VERSION, dt.datetime.now(dt.UTC))
    (path / DESCRIPTION).write_bytes(msgspec.json.encode(told))
    _sync(path)
    replace_file(index / CURRENT, path.name.encode())
    prune(index)
    return Generation(path.name, told.engine, told.schema, told.built_at, path)


def replace_file(path: Path, content: bytes) -> None:
    """The file with new content: a reader sees the old or the new one, also after a power loss."""
    aside = path.with_name(f".{path.name}.new")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    _sync_folder(path.parent)


def prune(index: Path) -> None:
    """Removes what no reader needs: unpublished leftovers, and all but the last generations."""
    live = current_name(index)
    published = sorted(
        (path for path in index.glob(f"{_PREFIX}*") if (path / DESCRIPTION).exists()),
        key=lambda path: (path.name == live, path.name),
    )
    for path in index.glob(f"{_PREFIX}*"):
        if path not in published[-_KEPT:]:
            shutil.rmtree(path)


def _sync(folder: Path) -> None:
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    _sync_folder(folder)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
