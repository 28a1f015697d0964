"""What is an engine asked for a query? Its meaning, its filters, and what else orders the answers.

A report in the sectors of what was asked for comes before one that only mentions it; what the first
answers have in common ranks others higher. Between reports that fit about as well, one in the
language of the reader comes first, and one whose effect was rated, whether it helps or harms.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from indexer.engines.base import Favour, Feedback, Request
from indexer.fields import FACET_NAMES
from indexer.meaning import Meaning
from indexer.query import Query

SNIPPETS: Final = 2
# By how much the scores of a report grow that is in a sector of every concept of a query.
SECTOR_WEIGHT: Final = 0.5
# By how much those of a report grow that is in the language asked for, or is rated.
LANGUAGE_WEIGHT: Final = 0.05
RATED_WEIGHT: Final = 0.02
RATED: Final = frozenset({"effective", "promising", "mixed", "no-effect", "harmful"})
FEEDBACK: Final = Feedback(reports=3, terms=20, weight=0.8)
# One word says too little of what the first answers have in common.
FEEDBACK_CLAUSES: Final = 2


def request_for(
    query: Query, meant: Meaning, lang: str | None, snippets: int = SNIPPETS
) -> Request:
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
        snippets=snippets if meant.size else 0,
        lang=lang,
        favours=(*_sectors(meant), *_gently(lang)),
        # Words that nobody typed count only where other words may.
        feedback=FEEDBACK if query.expand and meant.size >= FEEDBACK_CLAUSES else None,
    )


def _sectors(meant: Meaning) -> Iterator[Favour]:
    sectors = [concept.sectors for concept in meant.concepts if concept.sectors]
    for keys in sectors:
        yield Favour("sector", keys, SECTOR_WEIGHT / len(sectors))


def _gently(lang: str | None) -> Iterator[Favour]:
    """What decides only between reports that fit about as well."""
    yield Favour("rating", RATED, RATED_WEIGHT)
    if lang:
        yield Favour("lang", frozenset({lang}), LANGUAGE_WEIGHT)
