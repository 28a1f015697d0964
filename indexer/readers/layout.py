"""From placed lines of text to headings, paragraphs, list items and table rows.

PDF says where text stands, not what it is. These rules read it as a person does: by size, weight,
gaps, indents and repetition. They are pure functions of the lines, so each can be tested alone.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from indexer.readers.blocks import BULLETS, ORDINAL, Heading, Item, PageBreak, clean, table_row


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of text on one line: its edges and baseline in points from the page's corner."""

    text: str
    left: float
    right: float
    baseline: float
    size: float
    bold: bool


@dataclass(frozen=True, slots=True)
class Page:
    """The fragments of a page in reading order, and where the page ends below and above."""

    bottom: float
    top: float
    fragments: tuple[Fragment, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the document's outline: `level` counts from 0, `page` from 0 if it is known."""

    title: str
    level: int
    page: int | None


# All in multiples of the font's size.
CELL_GAP = 1.2
_INDENT = 0.8
_SAME_LINE = 0.35
_CELL_LEADING = 1.7
_HEADING_SIZE = 1.1

# Of the page's height, where running headers, footers and page numbers stand.
_MARGIN = 0.12
# Of the document's pages, how many repeat a line that is no part of the text. Less than half,
# because left and right pages may have headers of their own.
_REPEATED = 0.4

_LONGEST_HEADING = 200
_LONGEST_BOLD_HEADING = 100
_MOST_CELL_LINES = 8
_HYPHENS = ("\ufffe", "\x02", "-", "‐", "\u00ad")
_SENTENCE_ENDS = (".", "!", "?", ":", ";", "»", "”", '"', "…", ")", "]")
_BULLET = re.compile(rf"^[{BULLETS}](\s|$)")
_DASH = re.compile(r"^[–—*-]\s+\S")
_NUMBER = re.compile(rf"^{ORDINAL}(\s+\S|$)")
_ADDRESS = re.compile(r"(?:^|[(<])(?:htt?p?s?:?/?|https?://.*)$")
_ADDRESS_REST = re.compile(r"[^\s/._=-]*[/._=-]\S|[^\sA-Z]*\d")
_LEADERS = re.compile(r"\.(?:\s?\.){4}")
_PAGE_NUMBER = re.compile(
    r"^(?:page|p\.)?\s*[-–—]?\s*(?:\d{1,4}|[ivxlc]{1,6})\s*[-–—]?"
    r"(?:\s*(?:/|of|de|sur|\|)\s*\d{1,4})?$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Group:
    """Fragments that make one block: one cell of lines, or several cells side by side."""

    page: int
    cells: list[list[Fragment]]

    @property
    def size(self) -> float:
        return max(fragment.size for cell in self.cells for fragment in cell)

    @property
    def bold(self) -> bool:
        return all(fragment.bold for cell in self.cells for fragment in cell)


def items(pages: Sequence[Page], outline: Sequence[Entry]) -> Iterator[Item]:
    """The headings, blocks and page breaks of a document, in reading order."""
    kept = _without_furniture(pages)
    body = _body_size(kept)
    leading = _leading(kept)
    compounds = _compounds(kept)
    groups, texts = [], []
    for number, page in enumerate(kept):
        for group in _groups(number, page.fragments, leading):
            text = _text(group, compounds)
            if not _LEADERS.search(text):
                groups.append(group)
                texts.append(text)
    levels = _levels(groups, texts, body, outline)
    current = 0
    for position, (group, text) in enumerate(zip(groups, texts, strict=True)):
        yield from (PageBreak() for _ in range(group.page - current))
        current = group.page
        yield Heading(text, levels[position]) if position in levels else text
    yield from (PageBreak() for _ in range(len(pages) - 1 - current))


# -- What is not part of the text ----------------------------------------------------------------


def _without_furniture(pages: Sequence[Page]) -> list[Page]:
    """The pages without running headers, footers and page numbers."""
    body = _body_size(pages)
    keys = [{_key(f) for f in page.fragments if _in_margin(page, f)} for page in pages]
    lines = Counter(key for page in keys for key in page)
    heights = Counter(height for page in keys for height in {height for _, height in page})
    needed = max(2, _REPEATED * len(pages))

    def is_furniture(page: Page, fragment: Fragment) -> bool:
        if not _in_margin(page, fragment) or fragment.size > body * 1.05:
            return False
        key = _key(fragment)
        # The second: a header that names the chapter, and so changes from one to the next.
        repeated = lines[key] >= needed or (lines[key] > 1 and heights[key[1]] >= needed)
        return repeated or bool(_PAGE_NUMBER.match(fragment.text))

    return [
        Page(page.bottom, page.top, tuple(f for f in page.fragments if not is_furniture(page, f)))
        for page in pages
    ]


def _in_margin(page: Page, fragment: Fragment) -> bool:
    margin = _MARGIN * (page.top - page.bottom)
    return not page.bottom + margin < fragment.baseline < page.top - margin


def _key(fragment: Fragment) -> tuple[str, int]:
    """What a running header has in common on all its pages: its height, its text but for digits."""
    return re.sub(r"\d+", "#", clean(fragment.text)), round(fragment.baseline / 3)


# -- What is usual in the document ---------------------------------------------------------------


def _body_size(pages: Sequence[Page]) -> float:
    """The size in which most of the text is set."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for fragment in page.fragments:
            sizes[_rounded(fragment.size)] += len(fragment.text)
    return max(sizes, key=lambda size: (sizes[size], size), default=10.0)


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _leading(pages: Sequence[Page]) -> float:
    """The usual distance between two lines of a paragraph, in multiples of their size."""
    drops = [
        (above.baseline - below.baseline) / above.size
        for page in pages
        for above, below in pairwise(page.fragments)
        if abs(above.size - below.size) < 0.1 and above.size > 0
    ]
    drops = sorted(drop for drop in drops if 0.8 < drop < 2.5)
    # Gaps between paragraphs are larger and rarer, so that the lower half speaks for the lines.
    return median(drops[: len(drops) // 2 + 1]) if drops else 1.2


def _compounds(pages: Sequence[Page]) -> frozenset[str]:
    """The words that the document writes with a hyphen in the middle of a line."""
    return frozenset(
        word.casefold()
        for page in pages
        for fragment in page.fragments
        if "-" in fragment.text
        for word in re.findall(r"\w+-\w+", fragment.text)
    )


# -- From fragments to groups --------------------------------------------------------------------


def _groups(page: int, fragments: Sequence[Fragment], leading: float) -> Iterator[_Group]:
    group: _Group | None = None
    for fragment in fragments:
        if group is None:
            group = _Group(page, [[fragment]])
        elif _is_next_cell(group, fragment):
            group.cells.append([fragment])
        elif _continues_line(group, fragment) or _continues(group, fragment, leading):
            group.cells[-1].append(fragment)
        else:
            yield group
            group = _Group(page, [[fragment]])
    if group is not None:
        yield group


def _is_next_cell(group: _Group, fragment: Fragment) -> bool:
    """Whether the fragment stands beside the group, at the height of its first line."""
    cell = group.cells[-1]
    beyond = fragment.left - max(line.right for line in cell)
    return (
        _on_one_line(cell[0], fragment)
        and beyond > CELL_GAP * fragment.size * 0.75
        and len(cell) <= _MOST_CELL_LINES
        and not _is_lone_marker(cell)
    )


def _continues_line(group: _Group, fragment: Fragment) -> bool:
    """Whether the fragment goes on where the last one ended, on the same line."""
    last = group.cells[-1][-1]
    return (
        _on_one_line(last, fragment)
        and fragment.left >= last.right - fragment.size
        and (fragment.left - last.right < CELL_GAP * fragment.size or _is_lone_marker([last]))
    )


def _on_one_line(first: Fragment, second: Fragment) -> bool:
    return abs(first.baseline - second.baseline) < _SAME_LINE * min(first.size, second.size)


def _is_lone_marker(cell: Sequence[Fragment]) -> bool:
    text = cell[0].text.strip()
    return len(cell) == 1 and len(text) <= 5 and bool(_BULLET.match(text) or _NUMBER.match(text))


def _continues(group: _Group, fragment: Fragment, leading: float) -> bool:
    """Whether the fragment is the next line of the group's last cell."""
    cell = group.cells[-1]
    last = cell[-1]
    drop = last.baseline - fragment.baseline
    if abs(last.size - fragment.size) > 0.06 * last.size:
        return False
    if len(group.cells) > 1:
        aligned = abs(fragment.left - cell[0].left) < 4
        return aligned and 0 < drop <= _CELL_LEADING * fragment.size
    if drop < -2 * fragment.size:
        return _runs_on(last, fragment)
    if not 0 < drop <= 1.25 * leading * fragment.size:
        return False
    return not _starts_block(cell, fragment)


def _runs_on(last: Fragment, fragment: Fragment) -> bool:
    """Whether a sentence goes on at the top of the next column."""
    return not _ends_sentence(last) and fragment.text[:1].islower()


def _ends_sentence(fragment: Fragment) -> bool:
    return fragment.text.rstrip().endswith(_SENTENCE_ENDS)


def _starts_block(cell: Sequence[Fragment], fragment: Fragment) -> bool:
    """Whether a line that stands right below others begins a block of its own."""
    last = cell[-1]
    ended = _ends_sentence(last)
    if _BULLET.match(fragment.text) or _changes_weight(cell, fragment, ended):
        return True
    marked = bool(_DASH.match(fragment.text) or _NUMBER.match(fragment.text))
    if marked and (ended or (_is_marked(cell) and _may_follow(cell, fragment))):
        return True
    if _is_marked(cell):
        return fragment.left < cell[0].left - 1 or (ended and fragment.left < cell[0].left + 1)
    moved = abs(fragment.left - last.left) > _INDENT * fragment.size
    first_indented = len(cell) == 1 and fragment.left < last.left
    if ended and moved and not first_indented:
        return True
    return ended and _is_short(cell) and fragment.text[:1].isupper()


def _changes_weight(cell: Sequence[Fragment], fragment: Fragment, ended: bool) -> bool:
    """Whether a bold heading begins or ends here, rather than a few bold words."""
    was_bold = all(line.bold for line in cell)
    return was_bold != fragment.bold and (was_bold or ended)


def _is_marked(cell: Sequence[Fragment]) -> bool:
    text = cell[0].text
    return any(pattern.match(text) for pattern in (_BULLET, _DASH, _NUMBER))


def _may_follow(cell: Sequence[Fragment], fragment: Fragment) -> bool:
    """Whether a line's number is the first of a list or the next one, not one of the sentence."""
    before, here = _NUMBER.match(cell[0].text), _NUMBER.match(fragment.text)
    number = int(here["number"] or 1) if here else 1
    return number == 1 or bool(before and number == int(before["number"] or 0) + 1)


def _is_short(cell: Sequence[Fragment]) -> bool:
    """Whether the last of several lines ends well before the others."""
    left, right = min(line.left for line in cell), max(line.right for line in cell)
    return len(cell) > 1 and cell[-1].right < right - 0.25 * (right - left)


# -- From groups to text -------------------------------------------------------------------------


def _text(group: _Group, compounds: frozenset[str]) -> str:
    cells = (_joined(cell, compounds) for cell in group.cells)
    return table_row(cells)


def _joined(cell: Sequence[Fragment], compounds: frozenset[str]) -> str:
    """The lines as one text, with words and addresses that a line end had cut put together."""
    text = ""
    for fragment in cell:
        line = clean(fragment.text) if not _is_cut(fragment.text) else _cut(fragment.text)
        if text.endswith(_CUT):
            text = _rejoined(text.removesuffix(_CUT), line, compounds)
        elif not text or _is_within_address(text, line):
            text += line
        else:
            text += f" {line}"
    return text.replace(_CUT, "-")


def _is_within_address(text: str, line: str) -> bool:
    """Whether a web address begins in the text and goes on in the line."""
    return _ends_in_address(text) and bool(_ADDRESS_REST.match(line))


def _ends_in_address(text: str) -> bool:
    return bool(_ADDRESS.search(text.rpartition(" ")[2]))


_CUT = "\ufffe"


def _is_cut(line: str) -> bool:
    return line.endswith(_HYPHENS) and line[-2:-1].isalpha()


def _cut(line: str) -> str:
    """The line with one mark, whatever kind of hyphen ended it."""
    return clean(line[:-1]) + _CUT


def _rejoined(text: str, line: str, compounds: frozenset[str]) -> str:
    """The two halves of a word: with a hyphen if the document writes it so, or capitalises it."""
    if _ends_in_address(text):
        return f"{text}-{line}"
    before, after = re.search(r"\w*$", text), re.match(r"\w*", line)
    word = f"{before[0] if before else ''}-{after[0] if after else ''}".casefold()
    hyphen = "" if line[:1].islower() and word not in compounds else "-"
    return f"{text}{hyphen}{line}"


# -- Headings ------------------------------------------------------------------------------------


def _levels(
    groups: Sequence[_Group], texts: Sequence[str], body: float, outline: Sequence[Entry]
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
        else by_size[_rounded(groups[position].size)]
        for position in found
    }


def _depths(
    groups: Sequence[_Group], texts: Sequence[str], outline: Sequence[Entry]
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


def _looks_like_heading(group: _Group, text: str, body: float) -> bool:
    if len(group.cells) > 1 or not any(map(str.isalpha, text)) or _is_marked_item(group, text):
        return False
    if group.size >= _HEADING_SIZE * body:
        return len(text) <= _LONGEST_HEADING
    stands_out = group.bold and group.size >= 0.97 * body
    return stands_out and len(text) <= _LONGEST_BOLD_HEADING and text[-1] not in ".,;:"


def _is_marked_item(group: _Group, text: str) -> bool:
    return bool(_BULLET.match(text) or _DASH.match(text))


def _title(groups: Sequence[_Group], found: Sequence[int]) -> int | None:
    """The position of the title: alone in the largest type, on the first page that has text."""
    if not found:
        return None
    largest = max(_rounded(groups[position].size) for position in found)
    candidates = [p for p in found if _rounded(groups[p].size) == largest]
    alone = len(candidates) == 1 and groups[candidates[0]].page == groups[0].page
    return candidates[0] if alone else None


def _levels_by_size(
    groups: Sequence[_Group],
    found: Sequence[int],
    depths: Mapping[int, int],
    title: int | None,
    offset: int,
) -> dict[float, int]:
    """The level of each size of heading: the outline's if it names one, or one below the larger."""
    named: dict[float, int] = {}
    for position in found:
        if position in depths and position != title:
            size = _rounded(groups[position].size)
            level = depths[position] + offset
            named[size] = min(level, named.get(size, level))
    levels: dict[float, int] = {}
    level = 1
    sizes = {_rounded(groups[position].size) for position in found if position != title}
    for size in sorted(sizes, reverse=True):
        level = named.get(size, level + 1)
        levels[size] = level
    return levels
