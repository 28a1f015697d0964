"""Which reports are one result: a report and its translations are one work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from indexer.engines.segment import Array
from indexer.engines.shards import Ints, Mask, Shard


class Works:
    """The reports of an index that have translations in it, and which of them belong together.

    `group` has a number for each report that no report of another work has; `translated` tells
    which reports share a work with others (`members`), of which it has at most `most`.
    """

    def __init__(self, parts: Sequence[Shard], ids: Sequence[str], live: Mask) -> None:
        groups = [rows for rows in _together(parts, ids, live) if len(rows) > 1]
        self.group: Ints = np.arange(len(ids))
        for rows in groups:
            self.group[rows] = rows[0]
        self.members: Ints = np.array([row for rows in groups for row in rows], np.int64)
        self.translated: Mask = np.zeros(len(ids), bool)
        self.translated[self.members] = True
        self.most = max(map(len, groups), default=1)
        self._rows = {rows[0]: rows for rows in groups}
        self._languages = {row: _language(parts, row) for row in self.members.tolist()}

    def count(self, kept: Mask) -> int:
        """How many works have a report that is kept."""
        among = self.members[kept[self.members]]
        return int(np.count_nonzero(kept)) - len(among) + len(_distinct(self.group[among]))

    def repeated(self, kept: Mask, values: Array, reports: Array, count: int) -> Ints:
        """How often each of `count` values is given again by a kept report of the same work."""
        among = kept[reports]
        # In 64 bits, since values are numbered in 32 and this counts pairs with a work.
        values, groups = values[among].astype(np.int64), self.group[reports[among]]
        once = _distinct(values * len(self.group) + groups) // max(1, len(self.group))
        repeated: Ints = np.bincount(values, minlength=count) - np.bincount(once, minlength=count)
        return repeated

    def first(self, rows: Ints) -> Ints:
        """The rows in their order, without those that follow another one of the same work."""
        if not len(self.members):
            return rows
        groups = self.group[rows]
        place = np.zeros(len(self.group), np.int64)
        # Of what is written to the same place, the last stays.
        place[groups[::-1]] = np.arange(len(rows))[::-1]
        first: Ints = rows[place[groups] == np.arange(len(rows))]
        return first

    def told(self, kept: Mask, lang: str | None) -> Mask:
        """The kept reports, without those of which there is a kept one in a language."""
        among = kept[self.members]
        spoken = among & np.array([told == lang for told in self._languages.values()], bool)
        groups = self.group[self.members]
        in_language = np.zeros(len(self.group), bool)
        in_language[groups[spoken]] = True
        told = kept.copy()
        told[self.members[among & ~spoken & in_language[groups]]] = False
        return told

    def language(self, row: int) -> str:
        """The language of a report that shares a work with others."""
        return self._languages[row]

    def siblings(self, row: int) -> Sequence[int]:
        """All reports of the work of a report, itself included."""
        return self._rows.get(int(self.group[row]), (row,))


def _language(parts: Sequence[Shard], row: int) -> str:
    part = next(part for part in reversed(parts) if part.first_report <= row)
    return part.language(row - part.first_report)


def _together(parts: Sequence[Shard], ids: Sequence[str], live: Mask) -> list[list[int]]:
    """The reports that are there of each work that was translated, in order."""
    originals = {
        part.first_report + row: part.original(row) for part in parts for row in part.translated()
    }
    wanted = frozenset(originals.values())
    works: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(ids):
        key = originals.get(row, name)
        if key in wanted and live[row]:
            works[key].append(row)
    return list(works.values())


def _distinct(numbers: Ints) -> Ints:
    ordered = np.sort(numbers)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=-1))]
