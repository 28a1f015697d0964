"""Which searches are asked how often, and which find nothing: counted by day, without who asked.

What is kept, in one SQLite file beside the index, where `query_counts` is on:

- for each day how many searches there were, and how many found nothing;
- for each search of a day a keyed digest of its words (HMAC-SHA256 under `share_token`) with the
  same two counts; no address, no time of day, no browser, no order;
- the words themselves only once they were asked SHOWN_FROM times on SHOWN_DAYS days or more: what
  one person alone looked for stands nowhere in clear. This is k-anonymity (Sweeney 2002) by
  requests, since there is nothing by which to tell people apart.

Words with an e-mail address or a long number, and texts beyond LONGEST characters, are only counted
in the day's totals. All that is kept goes after KEPT_DAYS.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import logging
import os
import queue
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILE: Final = "query-counts.sqlite"
SHOWN_FROM: Final = 5
SHOWN_DAYS: Final = 2
KEPT_DAYS: Final = 90
LONGEST: Final = 100
# Different searches of one day; further ones count only in its totals.
MOST_A_DAY: Final = 2_000
MOST_SHOWN: Final = 25
# Searches that wait to be written; beyond that they are not counted.
_WAITING: Final = 1_000
_AT_ONCE: Final = 200
_PATIENCE_SECONDS: Final = 5
_PERSONAL: Final = re.compile(r"@|\d(?:[\s.-]?\d){5}")

_TABLES: Final = """
create table if not exists days (day text primary key, asked integer, empty integer);
create table if not exists counts (
  day text, digest blob, asked integer, empty integer, primary key (day, digest)
) without rowid;
create table if not exists texts (digest blob primary key, text text) without rowid;
"""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Counted:
    """A search that was asked often enough to be shown."""

    text: str
    asked: int
    empty: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The searches since a day: how many in all, and those that may be shown, most asked first."""

    since: dt.date
    asked: int = 0
    empty: int = 0
    top: tuple[Counted, ...] = ()
    finding_nothing: tuple[Counted, ...] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    text: str
    empty: bool
    day: dt.date


class QueryCounts:
    """The counts of one site: many threads and processes may write to one file.

    Counting waits for nothing and fails for nothing: a thread of its own writes, and what it cannot
    write is logged and forgotten.
    """

    def __init__(self, path: Path, key: str, today: Callable[[], dt.date] = dt.date.today) -> None:
        self._path = path
        self._key = key.encode()
        self._today = today
        self._waiting: queue.Queue[_Asked] = queue.Queue(_WAITING)
        self._lock = threading.Lock()
        self._writer: threading.Thread | None = None

    def count(self, text: str, *, empty: bool) -> None:
        """Counts a search, and whether it found nothing."""
        words = " ".join(text.casefold().split())
        try:
            self._waiting.put_nowait(_Asked(words, empty, self._today()))
        except queue.Full:
            return
        with self._lock:
            # A process that was forked has no thread of its own yet.
            if self._writer is None or not self._writer.is_alive():
                self._writer = threading.Thread(target=self._write, name="counts", daemon=True)
                self._writer.start()

    def summary(self) -> Summary:
        """What was asked in the days that are kept."""
        since = self._today() - dt.timedelta(days=KEPT_DAYS)
        if not self._path.exists():
            return Summary(since)
        with self._connected() as connection:
            asked, empty = connection.execute(
                "select coalesce(sum(asked), 0), coalesce(sum(empty), 0) from days where day >= ?",
                (since.isoformat(),),
            ).fetchone()
            top = _shown(connection, "asked", since)
            return Summary(since, asked, empty, top, _shown(connection, "empty", since))

    def settle(self) -> None:
        """Waits until everything that was counted so far is written."""
        self._waiting.join()

    def _write(self) -> None:
        while True:
            batch = [self._waiting.get()]
            while len(batch) < _AT_ONCE and not self._waiting.empty():
                batch.append(self._waiting.get())
            try:
                with self._connected() as connection:
                    self._add(connection, batch)
            except (sqlite3.Error, OSError) as error:
                _log.warning("%s: %s searches were not counted (%s)", FILE, len(batch), error)
            for _ in batch:
                self._waiting.task_done()

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """The file, readable by its owner only, for one transaction."""
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(self._path, timeout=_PATIENCE_SECONDS)) as connection:
            connection.executescript(_TABLES)
            with connection:
                yield connection

    def _add(self, connection: sqlite3.Connection, batch: Sequence[_Asked]) -> None:
        for asked in batch:
            connection.execute(
                "insert into days values (?, 1, ?) on conflict (day)"
                " do update set asked = asked + 1, empty = empty + excluded.empty",
                (asked.day.isoformat(), asked.empty),
            )
            if asked.text and len(asked.text) <= LONGEST and not _PERSONAL.search(asked.text):
                self._add_text(connection, asked)
        self._forget(connection)

    def _add_text(self, connection: sqlite3.Connection, asked: _Asked) -> None:
        digest = hmac.digest(self._key, asked.text.encode(), hashlib.sha256)
        day = asked.day.isoformat()
        changed = connection.execute(
            "update counts set asked = asked + 1, empty = empty + ? where day = ? and digest = ?",
            (asked.empty, day, digest),
        )
        if not changed.rowcount:
            connection.execute(
                "insert into counts select ?, ?, 1, ?"
                " where (select count(*) from counts where day = ?) < ?",
                (day, digest, asked.empty, day, MOST_A_DAY),
            )
        connection.execute(
            "insert or ignore into texts select digest, ? from counts where digest = ?"
            " group by digest having sum(asked) >= ? and count(*) >= ?",
            (asked.text, digest, SHOWN_FROM, SHOWN_DAYS),
        )

    def _forget(self, connection: sqlite3.Connection) -> None:
        """Removes the days that are too old, and the words that are no longer asked often."""
        oldest = (self._today() - dt.timedelta(days=KEPT_DAYS)).isoformat()
        old = connection.execute("delete from days where day < ?", (oldest,))
        if old.rowcount:
            connection.execute("delete from counts where day < ?", (oldest,))
            connection.execute(
                "delete from texts where digest not in (select digest from counts group by digest"
                " having sum(asked) >= ? and count(*) >= ?)",
                (SHOWN_FROM, SHOWN_DAYS),
            )


def _shown(connection: sqlite3.Connection, by: str, since: dt.date) -> tuple[Counted, ...]:
    """The searches with the highest count `by` (a column), where that is SHOWN_FROM or more."""
    rows = connection.execute(
        "select text, sum(asked) as asked, sum(empty) as empty from counts join texts"
        " using (digest) where day >= ? group by digest having sum(counts.asked) >= ?"
        f" and sum(counts.{by}) >= ? and count(*) >= ? order by {by} desc, text limit ?",
        (since.isoformat(), SHOWN_FROM, SHOWN_FROM, SHOWN_DAYS, MOST_SHOWN),
    )
    return tuple(Counted(*row) for row in rows)
