"""How does a file reach the disk, so that a crash leaves it old or new and never half?

A process that is killed leaves no lock: the kernel holds it, and gives it back with the process.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO


def replace_file(path: Path, content: bytes) -> None:
    """The file with new content: a reader sees the old or the new one, also after a power loss.

    Several processes may replace it at once: one after the other does. OSError leaves the old one.
    """
    renew_file(path, lambda: content)


def renew_file(path: Path, renewed: Callable[[], bytes]) -> None:
    """As `replace_file`, with content that is made while nobody else replaces the file."""
    with _aside(path) as (aside, file):
        file.write(renewed())
        file.flush()
        os.fsync(file.fileno())
        aside.replace(path)
    sync_folder(path.parent)


def forget(path: Path) -> None:
    """Removes what a process that ended while it replaced a file left of that."""
    aside = _aside_of(path)
    with contextlib.suppress(FileNotFoundError, BlockingIOError), aside.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        aside.unlink()


def make_folder(path: Path) -> None:
    """The folder, with those that it stands in, so that it is there after a power loss too."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(exist_ok=True)
        sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Waits until what a file holds is on the disk; its name is when its folder is synced."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Waits until the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _aside_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")


@contextlib.contextmanager
def _aside(path: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """An empty file to write the new content into, which no other process writes into."""
    aside = _aside_of(path)
    file = _locked(aside)
    try:
        file.truncate(0)
        yield aside, file
    except BaseException:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise
    finally:
        # What did not fit on the disk is still in its buffer, and not wanted any more.
        with contextlib.suppress(OSError):
            file.close()


def _locked(path: Path) -> BinaryIO:
    while True:
        file = path.open("ab")
        fcntl.flock(file, fcntl.LOCK_EX)
        # Who had it before may have renamed it: then this is not the file of that name any more.
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        file.close()
