"""What a report is called in links when it does not say so itself."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath

from indexer.text import slug


def id_from_path(path: str) -> str:
    """The id of a report from its path in the corpus: `a/Été 2.pdf` -> `a-ete-2`."""
    stem = str(PurePosixPath(path).with_suffix(""))
    return slug(stem) or "report-" + hashlib.sha256(path.encode()).hexdigest()[:8]
