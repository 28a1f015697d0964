"""What may become of an original, and how patient a harvest is."""

from __future__ import annotations

import datetime as dt
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

# What a site calls this robot in its robots.txt.
ROBOT: Final = "evidence-index"

Kind = Literal[
    "fetched",
    "unchanged",
    "moved",
    "gone",
    "forbidden-by-robots",
    "refused",
    "wrong-type",
    "too-large",
    "too-slow",
    "redirect-loop",
    "private-address",
    "later",
    "failed",
    "not-allowed",
]
_NO_PROBLEM: Final = frozenset({"fetched", "unchanged", "not-allowed"})


@dataclass(frozen=True, slots=True)
class Limits:
    """How patient a harvest is, in seconds, and how much it takes, in bytes.

    `delay` is the pause between two requests to one host, unless its robots.txt asks for more;
    `backoff` the pauses before each new attempt. What was had within `again_after` is not asked
    for again. `allow_private` is for servers of one's own.
    """

    delay: float = 2.0
    longest_delay: float = 60.0
    longest_wait: float = 120.0
    silence: float = 30.0
    seconds: float = 300.0
    size: int = 100 * 1024 * 1024
    redirects: int = 5
    backoff: tuple[float, ...] = (5.0, 20.0)
    again_after: dt.timedelta = dt.timedelta(hours=12)
    allow_private: bool = False


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _resolve(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True, slots=True)
class World:
    """What a harvest needs of the machine: seconds, pauses, dates and the addresses of a name."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], dt.datetime] = _utc_now
    resolve: Callable[[str, int], Sequence[str]] = _resolve


DEFAULT_LIMITS: Final = Limits()
DEFAULT_WORLD: Final = World()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one original; `file` is the copy that the folder holds, old or new."""

    id: str
    kind: Kind
    message: str
    url: str | None = None
    final_url: str | None = None
    status: int | None = None
    file: str | None = None
    last_good: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class HarvestReport:
    """One outcome for each original, in the order of the catalogue."""

    ok: bool
    seconds: float
    outcomes: tuple[Outcome, ...]

    @property
    def problems(self) -> tuple[Outcome, ...]:
        """The outcomes that somebody should look at; a move is one, though the file was had."""
        return tuple(outcome for outcome in self.outcomes if outcome.kind not in _NO_PROBLEM)


class Stop(Exception):
    """Why the original at `url` was not had; `transient` when another attempt may help."""

    def __init__(
        self,
        kind: Kind,
        message: str,
        *,
        url: str | None = None,
        status: int | None = None,
        transient: bool = False,
    ) -> None:
        super().__init__(kind, message)
        self.kind, self.message = kind, message
        self.url, self.status, self.transient = url, status, transient
