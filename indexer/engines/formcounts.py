"""In how many passages does each word stand? One word is counted when it is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from indexer.engines.shards import Shard


class FormCounts(Mapping[str, int]):
    """The folded words of the passages in a language, in order, and in how many each stands.

    A search asks for its own words only; to count all of them takes a hundred times as long as the
    search does.
    """

    def __init__(self, parts: Sequence[Shard], lang: str) -> None:
        self._parts = parts
        self._lang = lang

    def __getitem__(self, form: str) -> int:
        count = sum(part.standing(form, self._lang) for part in self._parts)
        if not count:
            raise KeyError(form)
        return count

    def __iter__(self) -> Iterator[str]:
        return iter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)

    @cached_property
    def _counts(self) -> Mapping[str, int]:
        counts: Counter[str] = Counter()
        for part in self._parts:
            counts.update(part.forms(self._lang))
        return dict(sorted(counts.items()))
