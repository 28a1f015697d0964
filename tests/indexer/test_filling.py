"""What is given to Whoosh a whole term at a time reads as what Whoosh writes by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from whoosh import fields, index

from indexer.engines.filling import Fields, Pool

# More documents than a block of postings holds, with words of every rarity.
TEXTS = [
    " ".join([*["lighting"] * (1 + number % 3), f"street{number % 7}", f"only{number}"])
    for number in range(300)
]


def written(path: Path, most: int | None) -> Any:
    """The postings, weights, lengths and term statistics of an index of the texts."""
    path.mkdir()
    held = index.create_in(str(path), fields.Schema(body=fields.TEXT, kind=fields.KEYWORD))
    writer = held.writer()
    if most:
        writer.pool = Pool(writer.pool, most)
        writer.fieldwriter = Fields(writer.fieldwriter)
    for number, text in enumerate(TEXTS):
        writer.add_document(body=text, kind=f"k{number % 2}")
    writer.commit()
    with held.reader() as reader:
        return [
            (field, term, statistics(reader.term_info(field, term)), postings(reader, field, term))
            for field, term in reader.all_terms()
        ]


def statistics(term: Any) -> tuple[float, ...]:
    names = ("weight", "doc_frequency", "min_length", "max_length", "max_weight", "min_id")
    return tuple(getattr(term, name)() for name in (*names, "max_id"))


def postings(reader: Any, field: str, term: bytes) -> list[tuple[int, float, list[int]]]:
    matcher = reader.postings(field, term)
    found = []
    while matcher.is_active():
        places = matcher.value_as("positions") if field == "body" else []
        found.append((matcher.id(), matcher.weight(), list(places)))
        matcher.next()
    return found


@pytest.mark.parametrize("most", [1_000_000, 70])
def test_whole_terms_read_as_single_postings_do(tmp_path: Path, most: int) -> None:
    expected = written(tmp_path / "one", None)
    assert len(expected) == 1 + 7 + len(TEXTS) + 2
    assert written(tmp_path / "many", most) == expected
