"""What is an engine asked for a query? Its meaning, its filters, and what else orders the answers.

A report in the sectors of what was asked for comes before one that only mentions it; what the first
answers have in common ranks others higher.
"""

from __future__ import annotations

from typing import Final

from indexer.engines.base import Favour, Feedback, Request
from indexer.fields import FACET_NAMES
from indexer.meaning import Meaning
from indexer.query import Query

SNIPPETS: Final = 2
# By how much the scores of a report grow that is in a sector of every concept of a query.
SECTOR_WEIGHT: Final = 0.5
FEEDBACK: Final = Feedback(reports=3, terms=20, weight=0.8)
# One word says too little of what the first answers have in common.
FEEDBACK_CLAUSES: Final = 2


def request_for(query: Query, meant: Meaning, lang: str | None) -> Request:
    """The request for one page of the answers, in the language `lang` where there is a choice."""
    return Request(
        clauses=meant.clauses,
        filters={name: frozenset(values) for name, values in query.filters.items()},
        year_from=query.year_from,
        year_to=query.year_to,
        facets=FACET_NAMES,
        sort=query.sort,
        offset=query.offset,
        limit=query.size,
        # Without words, no passage tells more than another.
        snippets=SNIPPETS if meant.size else 0,
        lang=lang,
        favours=_favours(meant),
        # Words that nobody typed count only where other words may.
        feedback=FEEDBACK if query.expand and meant.size >= FEEDBACK_CLAUSES else None,
    )


def _favours(meant: Meaning) -> tuple[Favour, ...]:
    sectors = [concept.sectors for concept in meant.concepts if concept.sectors]
    return tuple(Favour("sector", keys, SECTOR_WEIGHT / len(sectors)) for keys in sectors)
