"""What does a registry's own word stand for on our scale, and do registries agree on a report?

The table is that of corpus/README.md; a word that is not in it stands for nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from indexer.models import Rating

# By the registry's name and its word, both in lower case.
_SCALES: Final[Mapping[str, Mapping[str, str]]] = {
    "crimesolutions": {
        "effective": "effective",
        "promising": "promising",
        "inconclusive": "mixed",
        "inconclusive evidence": "mixed",
        "ineffective": "no-effect",
        "no effects": "no-effect",
        "negative effects": "harmful",
    },
    "blueprints": {
        "model plus": "effective",
        "model": "effective",
        "promising": "promising",
    },
}


def reading(said: Rating) -> str | None:
    """The rating on our scale for what a registry said, or None where our table has none.

    What it added in brackets, as in “Promising (SNAP Boys)”, does not change its word.
    """
    word = said.rating.partition("(")[0].strip().lower()
    return _SCALES.get(said.by.strip().lower(), {}).get(word)


def disagree(ratings: Iterable[Rating]) -> bool:
    """Whether the words of the registries stand for more than one rating on our scale."""
    return len({known for said in ratings if (known := reading(said))}) > 1
