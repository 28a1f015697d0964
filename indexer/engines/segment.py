"""One column segment on disk: named arrays in one file, written once and mapped read-only.

    8 bytes   magic
    8 bytes   length of the header, little-endian
    4 bytes   CRC-32 of the header
    header    JSON: version, file size, checksum of the data, tables, and each array's place
    data      the arrays, each beginning at a multiple of 64 bytes

Opening checks the header and the file's length, which finds a file that is missing, cut short,
of another version or of another segment; `verify` reads all of it and finds a changed byte.
"""

from __future__ import annotations

import hashlib
import itertools
import mmap
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from indexer.errors import EngineError, IndexOutdated

VERSION: Final = 2
_MAGIC: Final = b"EVIDCOL\n"
_PREAMBLE: Final = struct.Struct("<8sQI")
_ALIGNMENT: Final = 64
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
        if number < 0 or number >= len(self):
            raise IndexError(number)
        return bytes(self._content[self._at[number] : self._at[number + 1]])

    def __iter__(self) -> Iterator[bytes]:
        content, at = bytes(self._content), self._at.tolist()
        return (content[start:end] for start, end in itertools.pairwise(at))


@dataclass(frozen=True, slots=True)
class Segment:
    """An open segment: `tables` are lists of names, `checksum` tells it from any other."""

    path: Path
    checksum: str
    tables: Mapping[str, Sequence[str]]
    arrays: Mapping[str, Array]

    def texts(self, name: str) -> Texts:
        """The byte strings that were written under a name."""
        return Texts(self.arrays[name + _TEXT], self.arrays[name + _AT])


def packed(texts: Sequence[bytes], name: str) -> dict[str, Array]:
    """Byte strings as the two arrays that hold them."""
    at = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in texts], out=at[1:])
    return {name + _TEXT: np.frombuffer(b"".join(texts), np.uint8), name + _AT: at}


def narrow(array: Array) -> Array:
    """Whole numbers from 0 in the smallest type that holds them."""
    highest = int(array.max()) if array.size else 0
    return array.astype(np.min_scalar_type(highest), copy=False)


def write(path: Path, arrays: Mapping[str, Array], tables: Mapping[str, Sequence[str]]) -> str:
    """Writes a segment file; its checksum."""
    held = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    checksum = _checksum(held.values())
    header = _header(held, tables, checksum)
    with path.open("xb") as file:
        file.write(_PREAMBLE.pack(_MAGIC, len(header), zlib.crc32(header)))
        file.write(header)
        for array in held.values():
            file.write(b"\0" * (-file.tell() % _ALIGNMENT))
            file.write(array.data if array.size else b"")
    return checksum


def _checksum(arrays: Any) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for array in arrays:
        digest.update(array.data if array.size else b"")
    return digest.hexdigest()


def _header(
    arrays: Mapping[str, Array], tables: Mapping[str, Sequence[str]], checksum: str
) -> bytes:
    """The header, padded so that where the data begins does not depend on its own digits."""
    length = 256 + sum(len(name) + 128 for name in arrays)
    length += len(msgspec.json.encode(tables))
    places, end = {}, _PREAMBLE.size + length
    for name, array in arrays.items():
        offset = end + -end % _ALIGNMENT
        places[name] = _Place(array.dtype.str, array.shape, offset)
        end = offset + array.nbytes
    written = {name: list(names) for name, names in tables.items()}
    return msgspec.json.encode(_Header(VERSION, end, checksum, written, places)).ljust(length)


def open_segment(path: Path, checksum: str) -> Segment:
    """The segment in a file; IndexOutdated unless it is the whole one that has this checksum."""
    try:
        with path.open("rb") as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
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
    return Segment(path, header.checksum, header.tables, arrays)


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


def verify(segment: Segment) -> None:
    """Reads the whole file; EngineError when its data are not what was written."""
    if _checksum(segment.arrays.values()) != segment.checksum:
        raise EngineError(
            f"The columns in {segment.path} are damaged (their checksum is wrong). "
            "Run `indexer build --full`."
        )


def outdated(path: Path, reason: str) -> IndexOutdated:
    """The error that says that a file derived from the index must be derived again."""
    return IndexOutdated(
        f"The columns in {path} do not fit the index ({reason}). Run `indexer build`, which "
        "derives them again without reading the documents.",
        whole=False,
    )
