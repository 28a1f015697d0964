"""How often somebody may try a token in vain: ten times in a quarter of an hour."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

MOST: Final = 10
# In seconds.
WITHIN: Final = 15 * 60
# Of so many visitors the failures are remembered.
_VISITORS: Final = 10_000


class Attempts:
    """The failed attempts of each visitor; safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def exhausted(self, visitor: str) -> bool:
        """Whether a visitor has to wait."""
        with self._lock:
            return len(self._recent(visitor)) >= MOST

    def failed(self, visitor: str) -> None:
        """Remembers one more failure."""
        with self._lock:
            self._failed[visitor] = [*self._recent(visitor), self._clock()]
            self._failed.move_to_end(visitor)
            if len(self._failed) > _VISITORS:
                self._failed.popitem(last=False)

    def _recent(self, visitor: str) -> list[float]:
        since = self._clock() - WITHIN
        return [moment for moment in self._failed.get(visitor, []) if moment > since]
