"""Which segments are joined, so that they stay few whatever is built how often?

A query looks its words up once in each segment. Segments of like size form a tier; as soon as a
tier has four of them, they become one of a higher tier, so that a passage is written again a few
times in all and not at every build. Whatever a build changes, it writes at most MOST_REWRITTEN
passages again: larger segments stay as they are until `--full`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

# How many segments of a tier become one, and how much larger the segments of the next tier are.
FANOUT: Final = 4
# The first tier ends below so many passages.
SMALLEST: Final = 64
# It takes some seconds to write so many.
MOST_REWRITTEN: Final = 16_000
# Past this share of passages that are gone, a segment is mostly read for nothing.
MOST_GONE: Final = 0.3


def groups(live: Sequence[int], held: Sequence[int]) -> list[list[int]]:
    """The segments (by number) to join, and those to write again alone: `live` says how many
    passages of each are still there, of those that it holds."""
    left = MOST_REWRITTEN
    found: list[list[int]] = []
    tiers: dict[int, list[int]] = defaultdict(list)
    for number in sorted(range(len(live)), key=lambda number: live[number]):
        if held[number] - live[number] > MOST_GONE * held[number] and live[number] <= left:
            found.append([number])
            left -= live[number]
        else:
            tiers[_tier(live[number])].append(number)
    for tier in sorted(tiers):
        if len(tiers[tier]) >= FANOUT:
            joined = _affordable(tiers[tier], live, left)
            left -= sum(live[number] for number in joined)
            if len(joined) > 1:
                found.append(joined)
    return found


def _affordable(numbers: Sequence[int], live: Sequence[int], left: int) -> list[int]:
    """The smallest, as many as may be written again."""
    taken: list[int] = []
    for number in numbers:
        if live[number] > left:
            break
        taken.append(number)
        left -= live[number]
    return taken


def _tier(passages: int) -> int:
    tier = 0
    while passages >= SMALLEST * FANOUT**tier:
        tier += 1
    return tier
