"""Damaged files are read or refused, never anything else."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.errors import IndexerError
from indexer.readers import read

DATA = Path(__file__).parents[1] / "data" / "readers"
FORMATS = ("md", "html", "txt", "pdf", "docx", "odt")


def damaged(data: bytes, seed: int) -> Iterator[bytes]:
    """Fifteen truncations and fifteen copies with flipped bits."""
    chance = random.Random(seed)
    for _ in range(15):
        yield data[: chance.randrange(1, len(data))]
    for _ in range(15):
        copy = bytearray(data)
        for _ in range(chance.choice((1, 10, 100))):
            copy[chance.randrange(len(copy))] ^= 1 << chance.randrange(8)
        yield bytes(copy)


def outcome(path: Path) -> str:
    """What reading the file came to; any exception that is not ours goes through."""
    try:
        return "read" if read(path).sections else "empty"
    except IndexerError as error:
        return "refused" if path.name in str(error) else f"unnamed: {error}"


@pytest.mark.parametrize("form", FORMATS)
def test_a_damaged_file_gives_an_extract_or_an_indexer_error(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"damaged.{form}"
    for copy in damaged((DATA / f"report.{form}").read_bytes(), seed=20240315):
        path.write_bytes(copy)
        assert outcome(path) in ("read", "refused")
