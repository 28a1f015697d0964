"""Crash-safe index folders: start, promote, current, earlier, verify.

An index folder holds one folder per generation and the file CURRENT, which names the one that
answers. A generation is written aside and synced to disk; then its description is written, with the
digest of each of its files, and it is published by one atomic rename of CURRENT. The last good one
before it stays: a reader that has it open goes on answering, and it answers when the newer one is
damaged. Generations are numbered, so that their order does not depend on the clock.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import fcntl
import hashlib
import os
import re
import secrets
import shutil
import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from indexer import durable
from indexer.durable import replace_file
from indexer.errors import EngineError, IndexLocked, IndexMissing, IndexOutdated
from indexer.fields import SCHEMA_VERSION

CURRENT: Final = "CURRENT"
DESCRIPTION: Final = "generation.json"
LAST_BUILD: Final = "last-build.json"
LOCK: Final = "build.lock"
# Generations of at most so many bytes share no file with each other, so that no damage to the one
# damages the other as well; larger ones share the files that did not change.
APART: Final = 64 << 20
_PREFIX: Final = "generation-"
_NAME: Final = re.compile(rf"{_PREFIX}[0-9A-Za-z-]+")
_NUMBERED: Final = re.compile(rf"{_PREFIX}(\d{{6,7}})-")
_A_SECOND: Final = dt.timedelta(seconds=1)
# How many files of a generation are read at a time.
_READERS: Final = 4
# On these, some file systems or disks cannot link a file.
_NO_LINKS: Final = frozenset({errno.EPERM, errno.EXDEV, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS})


class Held(msgspec.Struct, frozen=True, array_like=True):
    """What a file of a generation holds: its length in bytes and its SHA-256."""

    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Generation:
    """One published state of the index of a `corpus`; `files` are those in its folder, `path`."""

    name: str
    engine: str
    schema: int
    built_at: dt.datetime
    corpus: Path
    files: Mapping[str, Held]
    path: Path

    @property
    def size(self) -> int:
        """How many bytes its files hold."""
        return sum(held.size for held in self.files.values())


class _Schema(msgspec.Struct, frozen=True):
    schema: int


class _Description(msgspec.Struct, frozen=True):
    engine: str
    schema: int
    built_at: dt.datetime
    corpus: str
    files: dict[str, Held]


# -- Reading --------------------------------------------------------------------------------------


def current_name(index: Path) -> str | None:
    """The name of the generation that was published last, or None when none was."""
    try:
        # Asked before every answer: read without what a text file brings with it.
        with (index / CURRENT).open("rb", buffering=0) as file:
            return file.read().decode().strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(
            f"{index / CURRENT} cannot be read ({error}). Check its rights, or run `indexer build`."
        ) from error


def current(index: Path) -> Generation:
    """The generation that was published last, if all of its files are there in their length.

    IndexMissing, IndexOutdated or another EngineError say what to do when it cannot answer.
    """
    return _whole(published(index))


def published(index: Path) -> Generation:
    """The generation that was published last, as it is described; errors as of `current`."""
    name = current_name(index)
    if name is None and next(earlier(index), None) is None:
        raise IndexMissing(f"There is no index in {index}. Run `indexer build`.")
    if name is None or not _NAME.fullmatch(name):
        raise EngineError(f"{index / CURRENT} does not name a generation. Run `indexer build`.")
    return _described(index, name)


def earlier(index: Path) -> Iterator[Generation]:
    """The generations that may answer instead of the current one, newest first.

    Those that were never published are not among them, as far as can be told.
    """
    name = _named(index)
    newest = number(name) if name else None
    for path in sorted(_generations(index), key=lambda path: number(path.name), reverse=True):
        if path.name != name and (newest is None or number(path.name) < newest):
            with contextlib.suppress(EngineError):
                yield _whole(_described(index, path.name))


def last_good(index: Path) -> tuple[Generation | None, EngineError | None]:
    """The newest generation that is wholly what was written, if any; and what is wrong with the
    current one, unless that is it. All of them are read.

    IndexMissing when there is none at all, IndexOutdated when another version wrote the current.
    """
    try:
        generation = current(index)
        verify(generation)
    except (IndexMissing, IndexOutdated):
        raise
    except EngineError as error:
        return next((one for one in earlier(index) if not damage(one)), None), error
    return generation, None


def verify(generation: Generation, readers: int = _READERS) -> None:
    """Reads a whole generation, so many files at once; EngineError names those that are not what
    was written."""
    damaged = damage(generation, readers)
    if damaged:
        raise _damaged(generation.path, f"{', '.join(damaged)} not as written")


def content(generation: Generation, name: str) -> bytes:
    """What a file of a generation holds; EngineError unless that is what was written."""
    held = generation.files.get(name)
    try:
        found = (generation.path / name).read_bytes() if held else b""
    except OSError as error:
        raise _damaged(generation.path, str(error)) from error
    if held != Held(len(found), hashlib.sha256(found).hexdigest()):
        raise _damaged(generation.path, f"{name} not as written")
    return found


def state(generation: Generation) -> tuple[tuple[str, int, int, int], ...]:
    """What changes when somebody writes into the files of a generation; none of them is read."""
    with contextlib.suppress(OSError):
        found = [(entry.name, entry.stat()) for entry in os.scandir(generation.path)]
        return tuple(sorted((n, s.st_ino, s.st_size, s.st_mtime_ns) for n, s in found))
    return ()


def damage(generation: Generation, readers: int = _READERS) -> tuple[str, ...]:
    """The names of the files of a generation that are not what was written; all of it is read, so
    many files at once."""
    # A digest is made without holding up other threads.
    with ThreadPoolExecutor(readers) as pool:
        paths = (generation.path / name for name in generation.files)
        sound = pool.map(_holds, paths, generation.files.values())
        return tuple(name for name, holds in zip(generation.files, sound, strict=True) if not holds)


def _holds(path: Path, held: Held) -> bool:
    try:
        return path.stat().st_size == held.size and _held(path) == held
    except OSError:
        return False


def _held(path: Path) -> Held:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Held(os.fstat(file.fileno()).st_size, digest)


def number(name: str) -> int:
    """The place of a generation in their order, which its name says."""
    found = _NUMBERED.match(name)
    # Names of earlier versions begin with a date; they come before all that have a number.
    return int(found[1]) if found else 0


def _named(index: Path) -> str | None:
    """What CURRENT says, if that is the name of a generation that is there."""
    with contextlib.suppress(EngineError):
        name = current_name(index)
        if name and _NAME.fullmatch(name) and (index / name / DESCRIPTION).is_file():
            return name
    return None


def _generations(index: Path) -> list[Path]:
    return list(index.glob(f"{_PREFIX}*"))


def _described(index: Path, name: str) -> Generation:
    path = index / name
    try:
        content, _, digest = (path / DESCRIPTION).read_bytes().partition(b"\n")
        _check_schema(index, msgspec.json.decode(content, type=_Schema).schema)
        told = msgspec.json.decode(content, type=_Description)
    except (OSError, msgspec.MsgspecError) as error:
        raise _damaged(path, str(error)) from error
    if digest != _digest(content):
        raise _damaged(path, f"{DESCRIPTION} not as written")
    corpus = Path(told.corpus)
    return Generation(name, told.engine, told.schema, told.built_at, corpus, told.files, path)


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


def _check_schema(index: Path, schema: int) -> None:
    if schema != SCHEMA_VERSION:
        newer = schema > SCHEMA_VERSION
        age = "a newer" if newer else "an older"
        raise IndexOutdated(
            f"The index in {index} was written by {age} version (schema {schema}, this "
            f"one reads {SCHEMA_VERSION}). Install that version, or run `indexer build --full`.",
            newer=newer,
        )


def _whole(generation: Generation) -> Generation:
    """The generation; EngineError when a file of it is missing or cut short. None is read."""
    try:
        found = {e.name: e.stat().st_size for e in os.scandir(generation.path)}
    except OSError as error:
        raise _damaged(generation.path, str(error)) from error
    wrong = [name for name, held in generation.files.items() if found.get(name) != held.size]
    if wrong:
        raise _damaged(generation.path, f"{', '.join(wrong)} missing or of another length")
    return generation


def _damaged(path: Path, reason: str) -> EngineError:
    return EngineError(f"The index in {path} is damaged ({reason}). Run `indexer build`.")


# -- Writing --------------------------------------------------------------------------------------


@contextlib.contextmanager
def exclusive(index: Path) -> Iterator[None]:
    """The right to build, held while the block runs; IndexLocked when another build has it.

    The lock belongs to the process, so one that was killed leaves nothing to clean up but what it
    wrote, which is removed here.
    """
    durable.make_folder(index)
    with (index / LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise IndexLocked(
                f"Another build is running on {index} ({lock.read() or 'it has just begun'}). "
                "Wait for it to end, or end that process; then build again."
            ) from error
        lock.truncate(0)
        now = dt.datetime.now(dt.UTC)
        lock.write(f"process {os.getpid()} on {socket.gethostname()}, since {now:%H:%M} UTC")
        lock.flush()
        _sweep(index)
        yield


def _sweep(index: Path) -> None:
    """Removes what builds that ended before their time left."""
    for aside in index.glob(".*.new"):
        durable.forget(index / aside.name[1 : -len(".new")])
    name = _named(index)
    for path in _generations(index):
        unpublished = name is not None and number(path.name) > number(name)
        if path.name != name and (unpublished or not (path / DESCRIPTION).is_file()):
            _remove(path)


def start(index: Path) -> Path:
    """A new, empty folder to write a generation into; call within `exclusive`."""
    now = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    last = max((number(path.name) for path in _generations(index)), default=0)
    path = index / f"{_PREFIX}{last + 1:06}-{now}-{secrets.token_hex(3)}"
    path.mkdir()
    return path


def take_files(source: Path, target: Path) -> None:
    """The files of one generation in another's folder.

    Only for files that are never written again once they are closed: those of a large generation
    are linked and not copied.
    """
    files = [file for file in source.iterdir() if file.name != DESCRIPTION]
    small = sum(file.stat().st_size for file in files) <= APART
    for file in files:
        if small or not _linked(file, target / file.name):
            shutil.copyfile(file, target / file.name)


def _linked(file: Path, target: Path) -> bool:
    try:
        os.link(file, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return False
    return True


def promote(
    index: Path, path: Path, engine: str, corpus: Path, good: Generation | None = None
) -> Generation:
    """The generation, synced, published and the only answer from now on.

    Of those before it, only the last `good` one stays. When it cannot be
    published, it is discarded.
    """
    stays = good.name if good else _named(index)
    built_at = dt.datetime.now(dt.UTC)
    if good:
        # What readers of feeds compare never goes back, even if the clock did.
        built_at = max(built_at, good.built_at + _A_SECOND)
    try:
        told = _Description(engine, SCHEMA_VERSION, built_at, str(corpus), _synced(path, good))
        content = msgspec.json.encode(told)
        replace_file(path / DESCRIPTION, content + b"\n" + _digest(content))
        durable.sync_folder(index)
        replace_file(index / CURRENT, path.name.encode())
    except BaseException:
        discard(index, path)
        raise
    for other in _generations(index):
        if other.name not in (path.name, stays):
            _remove(other)
    return Generation(path.name, engine, SCHEMA_VERSION, built_at, corpus, told.files, path)


def _synced(path: Path, good: Generation | None) -> dict[str, Held]:
    """What the files in a folder hold, once all of that is on the disk."""
    files = {file.name: _written(file, good) for file in sorted(path.iterdir())}
    durable.sync_folder(path)
    return files


def _written(file: Path, good: Generation | None) -> Held:
    """What a file holds, once that is on the disk."""
    if good and file.name in good.files and file.samefile(good.path / file.name):
        # A link: it was synced and read for the generation that it was written for.
        return good.files[file.name]
    durable.sync_file(file)
    return _held(file)


def discard(index: Path, path: Path) -> None:
    """Removes a generation that was begun, unless it is the one that answers."""
    if _named(index) != path.name:
        _remove(path)


def _remove(path: Path) -> None:
    # What a dying process still writes into it is left to the next build.
    shutil.rmtree(path, ignore_errors=True)
