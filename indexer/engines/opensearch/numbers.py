"""How many passages have something: known for terms, asked of the cluster once for all else."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence

import msgspec

from indexer.engines.opensearch.counts import Counts
from indexer.engines.opensearch.mapping import Json


class Numbers:
    """In how many passages things stand: terms are known, anything else is asked for in one go."""

    def __init__(self, counts: Counts, known: Mapping[bytes, int]) -> None:
        self._counts = counts
        self._known = known
        self.passages = counts.passages
        self.missing: dict[bytes, Json] = {}

    def stem(self, text: str) -> int:
        """In how many passages a stem stands."""
        return self._counts.stems.get(text, 0)

    def form(self, text: str) -> int:
        """In how many passages a form stands."""
        return self._counts.form(text)

    def beginning(self, text: str) -> int:
        """How many forms begin so."""
        return sum(_beginning(forms, text) for forms in self._counts.sorted_forms)

    def matching(self, query: Json) -> int:
        """How many passages match a query; 0 if that is still to be asked."""
        key = msgspec.json.encode(query)
        if key not in self._known:
            self.missing[key] = query
        return self._known.get(key, 0)


def _beginning(forms: Sequence[str], text: str) -> int:
    first = bisect.bisect_left(forms, text)
    return bisect.bisect_left(forms, f"{text}\U0010ffff") - first
