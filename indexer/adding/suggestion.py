"""One value that was found for a report: where it comes from, and how far to trust it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SURE: Final = "sure"
LIKELY: Final = "likely"
GUESS: Final = "a guess"
_RANKS: Final = {SURE: 2, LIKELY: 1, GUESS: 0}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A value in its plain form (as YAML has it); `source` says in words where it comes from."""

    value: object
    source: str
    confidence: str

    def beats(self, other: Suggestion | None) -> bool:
        """Whether this is to be trusted more than another suggestion for the same key."""
        return other is None or _RANKS[self.confidence] > _RANKS[other.confidence]
