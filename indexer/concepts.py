"""Which concepts of the vocabulary does a search name, and which near ones find something?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Final

from indexer.query import Nearby, Query
from indexer.terms import Term
from indexer.text import LANGUAGES, stems

MAX_WORDS: Final = 20
LONGEST: Final = 5
MOST: Final = 4
# How many near concepts are counted, whether they find something or not.
MAX_COUNTED: Final = 12

Key = tuple[str, tuple[str, ...]]


class Concepts:
    """The concepts of a vocabulary, found by any of their words in any form."""

    def __init__(self, terms: Mapping[str, Term]) -> None:
        self._terms = terms
        self._named: dict[Key, list[str]] = {}
        for term in terms.values():
            for lists in (term.labels, term.outdated, term.ambiguous):
                for lang, names in lists.items():
                    for name in names:
                        form = lang, tuple(stems(name, lang))
                        self._named.setdefault(form, []).append(term.key)

    def near(self, query: Query, count: Callable[[Query], int]) -> tuple[Nearby, ...]:
        """At most four searches for concepts broader than, narrower than or beside those named.

        Each says its `relation` and is in the language in which the concept was named.
        """
        counted = (
            Nearby("term", asked, count(asked), {"relation": relation})
            for label, relation in islice(self._steps(query), MAX_COUNTED)
            for asked in [query.asking(label)]
        )
        return tuple(islice((nearby for nearby in counted if nearby.total), MOST))

    def _steps(self, query: Query) -> Iterator[tuple[str, str]]:
        """What to ask for instead, each concept once, with its relation: the broader first."""
        named = list(self._asked(query))
        seen = {term.key for term, _ in named}
        for relation in ("broader", "related", "narrower"):
            for term, lang in named:
                for key in self._related(term, relation):
                    if key not in seen:
                        seen.add(key)
                        yield self._terms[key].label(lang), relation

    def _asked(self, query: Query) -> Iterator[tuple[Term, str]]:
        """The concepts that a query names, with the language in which it does; longer ones first.

        The language of its filter is tried first.
        """
        for lang in dict.fromkeys((*query.filters.get("lang", ()), *LANGUAGES)):
            words = stems(query.text, lang)[:MAX_WORDS]
            for size in range(LONGEST, 0, -1):
                for start in range(len(words) - size + 1):
                    keys = self._named.get((lang, tuple(words[start : start + size])), ())
                    yield from ((self._terms[key], lang) for key in keys)

    def _related(self, term: Term, relation: str) -> Iterator[str]:
        if relation == "broader":
            yield from term.broader
        elif relation == "narrower":
            yield from term.narrower
        else:
            siblings = (key for up in term.broader for key in self._terms[up].narrower)
            yield from (key for key in siblings if key != term.key)
