"""What a report is called when it does not say so itself and was never seen before."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Container

from indexer.text import slug


def id_from_path(path: str) -> str:
    """The id of a report from its path in the corpus: `a/Été 2.pdf` -> `a-ete-2`."""
    return slug(stem(path)) or "report-" + hashlib.sha256(path.encode()).hexdigest()[:8]


def stem(path: str) -> str:
    """The path without the suffix that tells the format."""
    return posixpath.splitext(path)[0]


def numbered(wanted: str, taken: Container[str]) -> str:
    """The id, or the first of `id-2`, `id-3` and so on that was never given to another report."""
    free, number = wanted, 1
    while free in taken:
        number += 1
        free = f"{wanted}-{number}"
    return free
