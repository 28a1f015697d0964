"""Discs that show how many reports there are and how they are rated."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# In units of the picture, which is 48 wide: room for the largest disc and its edge.
SMALLEST: Final = 8.0
LARGEST: Final = 23.0
CENTRE: Final = 24.0


@dataclass(frozen=True, slots=True)
class Slice:
    """A rating's share of a disc; `path` is empty where it is the whole disc."""

    rating: str
    path: str


@dataclass(frozen=True, slots=True)
class Disc:
    """A disc whose area grows with the number of reports, cut by rating, clockwise from the top."""

    radius: float
    slices: tuple[Slice, ...]


def disc(ratings: Mapping[str, int], most: int) -> Disc | None:
    """The disc of a cell, of which the fullest has `most` reports; None for an empty one."""
    total = sum(ratings.values())
    if not total:
        return None
    radius = max(SMALLEST, LARGEST * math.sqrt(total / most))
    slices, begin = [], 0.0
    for rating, number in ratings.items():
        end = begin + number / total
        slices.append(Slice(rating, "" if number == total else _slice(radius, begin, end)))
        begin = end
    return Disc(round(radius, 1), tuple(slices))


def _slice(radius: float, begin: float, end: float) -> str:
    """The path of a slice between two shares of the whole turn."""
    first, last = _point(radius, begin), _point(radius, end)
    large = int(end - begin > 0.5)
    return f"M{CENTRE:g} {CENTRE:g}L{first}A{radius:.1f} {radius:.1f} 0 {large} 1 {last}Z"


def _point(radius: float, share: float) -> str:
    angle = 2 * math.pi * share
    x, y = CENTRE + radius * math.sin(angle), CENTRE - radius * math.cos(angle)
    return f"{x:.1f} {y:.1f}"
