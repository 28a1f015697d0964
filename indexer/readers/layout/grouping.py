"""Which lines belong together, as a paragraph, a list item or a table row?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from indexer.readers.layout.placed import BULLET, CELL_GAP, DASH, NUMBER, Fragment, Group

# The first three in multiples of the font's size.
_INDENT = 0.8
_SAME_LINE = 0.35
_CELL_LEADING = 1.7
_MOST_CELL_LINES = 8
_SENTENCE_ENDS = (".", "!", "?", ":", ";", "»", "”", '"', "…", ")", "]")


def grouped(page: int, fragments: Sequence[Fragment], leading: float) -> Iterator[Group]:
    """The lines of a page in groups; `leading` is the usual distance, in multiples of a size."""
    group: Group | None = None
    for fragment in fragments:
        if group is None:
            group = Group(page, [[fragment]])
        elif _is_next_cell(group, fragment):
            group.cells.append([fragment])
        elif _continues_line(group, fragment) or _continues(group, fragment, leading):
            group.cells[-1].append(fragment)
        else:
            yield group
            group = Group(page, [[fragment]])
    if group is not None:
        yield group


def _is_next_cell(group: Group, fragment: Fragment) -> bool:
    """Whether the fragment stands beside the group, at the height of its first line."""
    cell = group.cells[-1]
    beyond = fragment.left - max(line.right for line in cell)
    return (
        _on_one_line(cell[0], fragment)
        and beyond > CELL_GAP * fragment.size * 0.75
        and len(cell) <= _MOST_CELL_LINES
        and not _is_lone_marker(cell)
    )


def _continues_line(group: Group, fragment: Fragment) -> bool:
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
    return len(cell) == 1 and len(text) <= 5 and bool(BULLET.match(text) or NUMBER.match(text))


def _continues(group: Group, fragment: Fragment, leading: float) -> bool:
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
    if BULLET.match(fragment.text) or _changes_weight(cell, fragment, ended):
        return True
    marked = bool(DASH.match(fragment.text) or NUMBER.match(fragment.text))
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
    return any(pattern.match(text) for pattern in (BULLET, DASH, NUMBER))


def _may_follow(cell: Sequence[Fragment], fragment: Fragment) -> bool:
    """Whether a line's number is the first of a list or the next one, not one of the sentence."""
    before, here = NUMBER.match(cell[0].text), NUMBER.match(fragment.text)
    number = int(here["number"] or 1) if here else 1
    return number == 1 or bool(before and number == int(before["number"] or 0) + 1)


def _is_short(cell: Sequence[Fragment]) -> bool:
    """Whether the last of several lines ends well before the others."""
    left, right = min(line.left for line in cell), max(line.right for line in cell)
    return len(cell) > 1 and cell[-1].right < right - 0.25 * (right - left)
