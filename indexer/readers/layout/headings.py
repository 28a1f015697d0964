"""Which groups are headings, and of which level?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from indexer.readers.blocks import clean
from indexer.readers.layout.placed import BULLET, DASH, Entry, Group, rounded

_HEADING_SIZE = 1.1
_LONGEST_HEADING = 200
_LONGEST_BOLD_HEADING = 100


def heading_levels(
    groups: Sequence[Group], texts: Sequence[str], body: float, outline: Sequence[Entry]
) -> Mapping[int, int]:
    """The positions of the groups that are headings, each with its level.

    The one group in the largest type on its document's first page is the title, of level 1. The
    outline says the level of what it names; anything else is ranked by its size.
    """
    depths = _depths(groups, texts, outline)
    found = [
        position
        for position, group in enumerate(groups)
        if position in depths or _looks_like_heading(group, texts[position], body)
    ]
    title = _title(groups, found)
    # What stands above the title (a series, an agency) is text.
    found = [position for position in found if title is None or position >= title]
    offset = 1 if title in depths else 2
    by_size = _levels_by_size(groups, found, depths, title, offset)
    return {
        position: 1
        if position == title
        else depths[position] + offset
        if position in depths
        else by_size[rounded(groups[position].size)]
        for position in found
    }


def _depths(
    groups: Sequence[Group], texts: Sequence[str], outline: Sequence[Entry]
) -> dict[int, int]:
    """The positions of the groups that the outline names, each with its depth there."""
    entries: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in outline:
        entries[_folded(entry.title)].append(entry)
    depths: dict[int, int] = {}
    if not entries:
        return depths
    for position, (group, text) in enumerate(zip(groups, texts, strict=True)):
        for entry in entries.get(_folded(text), ()):
            if entry.page in (None, group.page):
                depths[position] = entry.level
                entries[_folded(text)].remove(entry)
                break
    return depths


def _folded(text: str) -> str:
    return re.sub(r"^[\d\W]+|\W", "", clean(text).casefold())


def _looks_like_heading(group: Group, text: str, body: float) -> bool:
    if len(group.cells) > 1 or not any(map(str.isalpha, text)) or _is_marked_item(group, text):
        return False
    if group.size >= _HEADING_SIZE * body:
        return len(text) <= _LONGEST_HEADING
    stands_out = group.bold and group.size >= 0.97 * body
    return stands_out and len(text) <= _LONGEST_BOLD_HEADING and text[-1] not in ".,;:"


def _is_marked_item(group: Group, text: str) -> bool:
    return bool(BULLET.match(text) or DASH.match(text))


def _title(groups: Sequence[Group], found: Sequence[int]) -> int | None:
    """The position of the title: alone in the largest type, on the first page that has text."""
    if not found:
        return None
    largest = max(rounded(groups[position].size) for position in found)
    candidates = [p for p in found if rounded(groups[p].size) == largest]
    alone = len(candidates) == 1 and groups[candidates[0]].page == groups[0].page
    return candidates[0] if alone else None


def _levels_by_size(
    groups: Sequence[Group],
    found: Sequence[int],
    depths: Mapping[int, int],
    title: int | None,
    offset: int,
) -> dict[float, int]:
    """The level of each size of heading: the outline's if it names one, or one below the larger."""
    named: dict[float, int] = {}
    for position in found:
        if position in depths and position != title:
            size = rounded(groups[position].size)
            level = depths[position] + offset
            named[size] = min(level, named.get(size, level))
    levels: dict[float, int] = {}
    level = 1
    sizes = {rounded(groups[position].size) for position in found if position != title}
    for size in sorted(sizes, reverse=True):
        level = named.get(size, level + 1)
        levels[size] = level
    return levels
