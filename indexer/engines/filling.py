"""Postings on their way into a Whoosh segment, a whole term at a time.

Whoosh takes each posting through a dozen calls: it measures it for its sorting pool, reads the
length of its field from the disk and adds it to a block. Here these are done once for many. The
files are the same, byte for byte; both classes stand in for Whoosh's own in one of its writers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

# Field, term, document, weight, encoded places.
Item = tuple[str, bytes, int, float, bytes]


class Pool:
    """Whoosh's sorting pool, which is emptied onto the disk at a number of postings."""

    def __init__(self, pool: Any, most: int) -> None:
        self._pool = pool
        self._most = most

    def add(self, item: Item) -> None:
        """Adds a posting."""
        current = self._pool.current
        current.append(item)
        if len(current) >= self._most:
            self._pool.save()

    def iter_postings(self) -> Iterator[Item]:
        """All postings in order."""
        postings: Iterator[Item] = self._pool.iter_postings()
        return postings

    def cleanup(self) -> None:
        """Removes what is on the disk."""
        self._pool.cleanup()


class Fields:
    """Whoosh's writer of terms and postings, which is given whole terms."""

    def __init__(self, fields: Any) -> None:
        self._fields = fields

    def add_postings(self, schema: Any, lengths: Any, items: Iterable[Item]) -> None:
        """Writes postings in the order of their fields, terms and documents."""
        for name, of_field in groupby(items, itemgetter(0)):
            self._fields.start_field(name, schema[name])
            documents = range(lengths.doc_count_all())
            sizes = [lengths.doc_field_length(document, name) or 0 for document in documents]
            for term, of_term in groupby(of_field, itemgetter(1)):
                self._fields.start_term(term)
                self._fill(list(of_term), sizes)
                self._fields.finish_term()
            self._fields.finish_field()

    def _fill(self, postings: Sequence[Item], sizes: Sequence[int]) -> None:
        """Fills the blocks of a term; the last one is written when the term is finished."""
        blocks = self._fields._postwriter
        for start in range(0, len(postings), blocks._blocklimit):
            if start:
                blocks._write_block()
            _, _, documents, weights, values = zip(
                *postings[start : start + blocks._blocklimit], strict=True
            )
            blocks._ids.extend(documents)
            blocks._weights.extend(weights)
            blocks._values.extend(filter(None, values))
            blocks._maxweight = max(weights)
            if known := [*filter(None, map(sizes.__getitem__, documents))]:
                blocks._minlength, blocks._maxlength = min(known), max(known)

    def close(self) -> None:
        """Ends the files."""
        self._fields.close()

    @property
    def is_closed(self) -> bool:
        """Whether the files are ended."""
        closed: bool = self._fields.is_closed
        return closed
