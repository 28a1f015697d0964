"""What a disk holds after a power loss: what was synced for certain, and of the rest what it likes.

A file's bytes are kept once it was synced, and the names in a folder once that folder was. The real
disk is only watched; what would have been kept is copied elsewhere and opened there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

# A folder's names: the number of a file (its inode), or None for a folder.
Names = Mapping[str, int | None]
# What a disk holds: the bytes of a file by its path, or None for a folder.
Tree = Mapping[str, bytes | None]


@dataclass
class Disk:
    """What was synced below a folder so far, beginning with all that is there."""

    root: Path
    names: dict[str, Names] = field(default_factory=dict)
    contents: dict[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for folder, _, files in os.walk(self.root):
            self.sync_folder(Path(folder))
            for file in files:
                self.sync_file(Path(folder) / file)

    def sync_folder(self, path: Path) -> None:
        """The names in a folder are on the disk."""
        self.names[str(path)] = dict(_listed(path))

    def sync_file(self, path: Path) -> None:
        """The bytes of a file are on the disk."""
        self.contents[path.stat().st_ino] = path.read_bytes()

    def synced(self, handle: int) -> None:
        """What an open file or folder holds is on the disk."""
        path = Path(f"/proc/self/fd/{handle}").readlink()
        if path.is_dir():
            self.sync_folder(path)
        elif path.exists():
            self.sync_file(path)

    def created(self, path: Path) -> None:
        """A new file, which may have the number of one that is gone."""
        if path.exists() and path.stat().st_size == 0:
            self.contents.pop(path.stat().st_ino, None)

    def least(self) -> Tree:
        """Only what was synced."""
        return dict(self._tree(lambda path: self.names.get(path, {})))

    def names_only(self) -> Tree:
        """All names and removals, but of the bytes only what was synced: delayed allocation."""
        return dict(self._tree(lambda path: dict(_listed(Path(path)))))

    def removals_only(self) -> Tree:
        """What was synced, without what has been removed or renamed since."""

        def left(path: str) -> Names:
            there = dict(_listed(Path(path))) if Path(path).is_dir() else {}
            held = self.names.get(path, {})
            return {name: number for name, number in held.items() if name in there}

        return dict(self._tree(left))

    def _tree(self, names: Callable[[str], Names]) -> Iterator[tuple[str, bytes | None]]:
        waiting = [self.root]
        while waiting:
            folder = waiting.pop()
            for name, number in names(str(folder)).items():
                path = folder / name
                place = path.relative_to(self.root).as_posix()
                if number is None:
                    waiting.append(path)
                    yield place, None
                else:
                    yield place, self.contents.get(number, b"")


def _listed(path: Path) -> Iterator[tuple[str, int | None]]:
    for entry in os.scandir(path):
        yield entry.name, None if entry.is_dir() else entry.inode()


def written(tree: Tree, target: Path) -> Path:
    """The tree in a folder, which is emptied before."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for place in sorted(tree):
        content = tree[place]
        if content is None:
            (target / place).mkdir()
        else:
            (target / place).write_bytes(content)
    return target
