"""The one table of fields: what an index holds of a report and its passages, and how it counts.

Every text field is searched twice: under its name as stems, for words in all their forms, and
under `exact(name)` as folded words with positions, for phrases, prefixes and the small bonus
that an exact form earns over a related one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class TextField:
    """A searchable text: `weight` is how much a word counts here, beside 1 in the body.

    `usual_length` is in words; a longer text counts each of its words for less. It is fixed and
    not measured, so that what a passage is worth does not change with the rest of the corpus.
    """

    name: str
    weight: float
    usual_length: int


@dataclass(frozen=True, slots=True)
class FacetField:
    """A filter that counts: `controlled` values come from the vocabulary."""

    name: str
    attribute: str
    controlled: bool = True


TEXT_FIELDS: Final = (
    TextField("title", 4.0, 10),
    TextField("heading", 2.0, 12),
    TextField("summary", 2.0, 45),
    # Passages are cut to about 150 words.
    TextField("body", 1.0, 150),
)

FACET_FIELDS: Final = (
    FacetField("sector", "sectors"),
    FacetField("type", "type"),
    FacetField("rating", "rating"),
    FacetField("lang", "lang"),
    FacetField("province", "province"),
    FacetField("outcome", "outcomes"),
    FacetField("population", "population"),
    FacetField("publisher", "publisher", controlled=False),
)

TEXT_NAMES: Final = tuple(field.name for field in TEXT_FIELDS)
FACET_NAMES: Final = tuple(field.name for field in FACET_FIELDS)

# How much an exact form counts beside its stem, which always counts too.
EXACT_WEIGHT: Final = 0.25

# Changes whenever an index written by older code would answer differently.
SCHEMA_VERSION: Final = 5


def exact(name: str) -> str:
    """The name of the exact-form twin of a text field."""
    return f"{name}_exact"
