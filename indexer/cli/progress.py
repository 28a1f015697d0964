"""How far a long command has come."""

from __future__ import annotations

from types import TracebackType
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress as Bar,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column

_CURRENT: Final = Column(max_width=24, no_wrap=True, overflow="ellipsis")


class Progress:
    """A bar on the terminal's stderr that counts bytes read or files fetched; silent elsewhere."""

    def __init__(self, doing: str = "Reading", counts_bytes: bool = True) -> None:
        console = Console(stderr=True)
        self._bar = Bar(
            TextColumn(doing),
            BarColumn(bar_width=20),
            DownloadColumn() if counts_bytes else MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False, table_column=_CURRENT),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None, visible=False)

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def begin(self, total: int) -> None:
        self._bar.update(self._task, total=total, visible=True)

    def advance(self, amount: int, name: str) -> None:
        self._bar.update(self._task, advance=amount, description=name)
