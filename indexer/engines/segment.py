"""One column segment on disk: named arrays in one file, written once and mapped read-only.

    8 bytes   magic
    8 bytes   length of the header, little-endian
    4 bytes   CRC-32 of the header
    header    JSON: version, file size, checksum of the data, tables, and each array's place
    data      the arrays, each beginning at a multiple of 64 bytes

Opening checks the header and the file's length, which finds a file that is missing, cut short,
of another version or of another segment. A changed byte is found by the generation's digests.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import math
import mmap
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from indexer.engines.stretches import Stretches
from indexer.errors import IndexOutdated

VERSION: Final = 2
_MAGIC: Final = b"EVIDCOL\n"
_PREAMBLE: Final = struct.Struct("<8sQI")
_ALIGNMENT: Final = 64
# How much of a file is read at a time, in bytes.
_BLOCK: Final = 1 << 20
# Texts are kept as one run of bytes, and where each begins in it.
_TEXT: Final = ".text"
_AT: Final = ".at"

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class _Place:
    dtype: str
    shape: tuple[int, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class _Header:
    version: int
    size: int
    checksum: str
    tables: dict[str, list[str]]
    arrays: dict[str, _Place]


class Texts:
    """Byte strings by number, read from a run of bytes only when asked for."""

    def __init__(self, content: Array, at: Array) -> None:
        self._content = memoryview(content)  # type: ignore[arg-type]
        self._at = memoryview(at)  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self._at) - 1

    def __getitem__(self, number: int) -> bytes:
        if number < 0:
            raise IndexError(number)
        return self._content[self._at[number] : self._at[number + 1]].tobytes()

    def __iter__(self) -> Iterator[bytes]:
        content, at = bytes(self._content), self._at.tolist()
        return (content[start:end] for start, end in itertools.pairwise(at))


class StoredTexts:
    """Byte strings by number, each read from the file when it is asked for, and not kept."""

    def __init__(self, file: Stretches, start: int, at: Array) -> None:
        self._file = file
        self._start = start
        self._at = memoryview(at)  # type: ignore[arg-type]

    def __getitem__(self, number: int) -> bytes:
        start, end = self._at[number], self._at[number + 1]
        return self._file.read(self._start + start, end - start)


@dataclass(frozen=True, slots=True)
class Segment:
    """An open segment: `tables` are lists of names, `checksum` tells it from any other."""

    path: Path
    checksum: str
    tables: Mapping[str, Sequence[str]]
    arrays: Mapping[str, Array]
    content: mmap.mmap
    _places: Mapping[str, _Place]
    _file: Stretches

    def forget(self) -> None:
        """Gives back the memory of what was read of the file; it can be read again."""
        self.content.madvise(mmap.MADV_DONTNEED)

    def texts(self, name: str) -> Texts:
        """The byte strings that were written under a name."""
        return Texts(self.arrays[name + _TEXT], self.arrays[name + _AT])

    def stored_texts(self, name: str) -> StoredTexts:
        """The same for long ones, of which few are read."""
        start = self._places[name + _TEXT].offset
        return StoredTexts(self._file, start, self.arrays[name + _AT])

    def stretches(self, name: str, spans: Iterable[tuple[int, int]]) -> Array:
        """What stands between some places of a flat array, one stretch after the other."""
        begin, dtype = self._places[name].offset, self.arrays[name].dtype
        size, read = dtype.itemsize, self._file.read
        found = [read(begin + first * size, (past - first) * size) for first, past in spans]
        return np.frombuffer(b"".join(found), dtype)


def packed(texts: Sequence[bytes], name: str) -> dict[str, Array]:
    """Byte strings as the two arrays that hold them."""
    at = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in texts], out=at[1:])
    return {name + _TEXT: np.frombuffer(b"".join(texts), np.uint8), name + _AT: at}


def narrow(array: Array) -> Array:
    """Whole numbers from 0 in the smallest type that holds them."""
    highest = int(array.max()) if array.size else 0
    return array.astype(np.min_scalar_type(highest), copy=False)


class Output:
    """A segment being written: rows are added to its arrays in any order, and may be more than
    fit into memory. What was not closed leaves no file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._growing: dict[str, _Growing] = {}

    def write(self, name: str, rows: Array) -> None:
        """The next rows of an array, which has the type of its first ones."""
        with self._given_back_unless_done():
            if name not in self._growing:
                aside = SpooledTemporaryFile[bytes](_BLOCK, dir=str(self._path.parent))
                self._growing[name] = _Growing(rows.dtype, rows.shape[1:], aside)
            self._growing[name].add(rows)

    def close(self, tables: Mapping[str, Sequence[str]]) -> str:
        """Writes the file; its checksum."""
        with self._given_back_unless_done():
            checksum = self._written(tables)
        self._give_back()
        return checksum

    def _written(self, tables: Mapping[str, Sequence[str]]) -> str:
        arrays = {name: (held.dtype, held.shape) for name, held in self._growing.items()}
        checksum = _checksum(block for held in self._growing.values() for block in held.blocks())
        header = _header(arrays, tables, checksum)
        with self._path.open("xb") as file:
            file.write(_PREAMBLE.pack(_MAGIC, len(header), zlib.crc32(header)))
            file.write(header)
            for held in self._growing.values():
                file.write(b"\0" * (-file.tell() % _ALIGNMENT))
                for block in held.blocks():
                    file.write(block)
        return checksum

    @contextlib.contextmanager
    def _given_back_unless_done(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._give_back()
            raise

    def _give_back(self) -> None:
        for held in self._growing.values():
            # On a full disk, what is left to write is not wanted any more.
            with contextlib.suppress(OSError):
                held.file.close()


@dataclass(slots=True)
class _Growing:
    """An array that rows are added to, in memory as long as it is small."""

    dtype: np.dtype[Any]
    inner: tuple[int, ...]
    file: SpooledTemporaryFile[bytes]
    rows: int = 0

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.rows, *self.inner)

    def add(self, rows: Array) -> None:
        held = np.ascontiguousarray(rows, self.dtype)
        self.rows += len(held)
        self.file.write(held.data if held.size else b"")

    def blocks(self) -> Iterator[bytes]:
        self.file.seek(0)
        while block := self.file.read(_BLOCK):
            yield block


def write(path: Path, arrays: Mapping[str, Array], tables: Mapping[str, Sequence[str]]) -> str:
    """Writes a segment file; its checksum."""
    output = Output(path)
    for name, array in arrays.items():
        output.write(name, array)
    return output.close(tables)


def _checksum(blocks: Iterable[bytes | memoryview]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()


def _header(
    arrays: Mapping[str, tuple[np.dtype[Any], tuple[int, ...]]],
    tables: Mapping[str, Sequence[str]],
    checksum: str,
) -> bytes:
    """The header, padded so that where the data begins does not depend on its own digits."""
    length = 256 + sum(len(name) + 128 for name in arrays)
    length += len(msgspec.json.encode(tables))
    places, end = {}, _PREAMBLE.size + length
    for name, (dtype, shape) in arrays.items():
        offset = end + -end % _ALIGNMENT
        places[name] = _Place(dtype.str, shape, offset)
        end = offset + dtype.itemsize * math.prod(shape)
    written = {name: list(names) for name, names in tables.items()}
    return msgspec.json.encode(_Header(VERSION, end, checksum, written, places)).ljust(length)


def open_segment(path: Path, checksum: str) -> Segment:
    """The segment in a file; IndexOutdated unless it is the whole one that has this checksum."""
    try:
        with path.open("rb") as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        stretches = Stretches(path)
        header = _read_header(content)
    except (OSError, ValueError, struct.error, msgspec.MsgspecError) as error:
        raise outdated(path, str(error)) from error
    if header.version != VERSION:
        raise outdated(path, f"version {header.version}, this one reads {VERSION}")
    if header.size != len(content):
        raise outdated(path, f"{len(content)} bytes of {header.size}")
    if header.checksum != checksum:
        raise outdated(path, "it belongs to another index")
    arrays = {name: _array(content, place) for name, place in header.arrays.items()}
    places = header.arrays
    return Segment(path, header.checksum, header.tables, arrays, content, places, stretches)


def _read_header(content: mmap.mmap) -> _Header:
    magic, length, crc = _PREAMBLE.unpack(content[: _PREAMBLE.size])
    header = content[_PREAMBLE.size : _PREAMBLE.size + min(length, len(content))]
    if magic != _MAGIC or zlib.crc32(header) != crc:
        raise ValueError("its header is damaged")
    return msgspec.json.decode(header, type=_Header)


def _array(content: mmap.mmap, place: _Place) -> Array:
    count = int(np.prod(place.shape))
    if not count:
        return np.zeros(place.shape, place.dtype)
    return np.frombuffer(content, place.dtype, count, place.offset).reshape(place.shape)


def outdated(path: Path, reason: str) -> IndexOutdated:
    """The error that says that a file derived from the index must be derived again."""
    return IndexOutdated(
        f"The columns in {path} do not fit the index ({reason}). Run `indexer build`, which "
        "derives them again without reading the documents.",
        whole=False,
    )
