"""Fails at once while a cluster does not answer, instead of letting every page wait for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

# After so many failures in a row nothing is asked for so many seconds; then one tries again.
FAILURES: Final = 3
SECONDS: Final = 5.0


class Breaker:
    """Counts failures in a row; safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._until = 0.0
        self._reason = ""

    def waiting(self) -> str:
        """Why nothing may be asked now, or an empty text; whoever gets that after a pause is the
        only one who tries."""
        with self._lock:
            if self._failures < FAILURES:
                return ""
            now = self._clock()
            if now < self._until:
                return self._reason
            self._until = now + SECONDS
            return ""

    def failed(self, reason: str) -> None:
        """The cluster did not answer."""
        with self._lock:
            self._failures += 1
            self._until = self._clock() + SECONDS
            self._reason = reason

    def answered(self) -> None:
        """The cluster answered."""
        with self._lock:
            self._failures = 0
