"""How far a long command has come."""

from __future__ import annotations

from types import TracebackType
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress as Bar,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column

# One file may take minutes, and the time left is told from several.
_SPEED_SECONDS: Final = 600
_CURRENT: Final = Column(max_width=24, no_wrap=True, overflow="ellipsis")


class Progress:
    """A bar on the terminal's stderr: what is done and left, in how long; silent elsewhere."""

    def __init__(self, doing: str = "Reading", counted: str = "pages") -> None:
        console = Console(stderr=True)
        self._bar = Bar(
            TextColumn(doing),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn(counted),
            TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False, table_column=_CURRENT),
            console=console,
            transient=True,
            speed_estimate_period=_SPEED_SECONDS,
            disable=not console.is_terminal,
        )
        self._counted = counted
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

    @property
    def done(self) -> str:
        """How much of the work is done, in words."""
        task = self._bar.tasks[self._task]
        total = f" of about {task.total:,.0f}" if task.total else ""
        return f"{task.completed:,.0f}{total} {self._counted}"

    def begin(self, total: int) -> None:
        # An update of the total would forget how fast it went so far, and so the time left.
        self._bar.tasks[self._task].total = total
        self._bar.update(self._task, visible=True)

    def advance(self, amount: int, name: str) -> None:
        self._bar.update(self._task, advance=amount, description=name)
