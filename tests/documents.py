"""Tables of a document that a command measures and writes, each in the place marked for it:

<!-- NAME: written by COMMAND -->
...
<!-- end -->
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

_END: Final = "<!-- end -->"


def written(text: str, tables: Mapping[str, Sequence[str]], command: str) -> str:
    """The document with the lines of each table in its place; ValueError when it has none."""
    for name, lines in tables.items():
        before, mark, rest = text.partition(f"<!-- {name}: written by {command} -->\n")
        _, end, after = rest.partition(_END)
        if not end:
            raise ValueError(f"There is no place for the table “{name}” of {command}.")
        text = "".join((before, mark, *(f"{line}\n" for line in lines), end, after))
    return text
