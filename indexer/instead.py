"""What to read instead of a report that was withdrawn: those most like it, of its sectors first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from indexer.models import Report
from indexer.query import Query, Results
from indexer.text import is_stopword, words

MOST: Final = 3


def instead(
    search: Callable[[Query], Results], title: str, lang: str, sectors: tuple[str, ...] = ()
) -> tuple[Report, ...]:
    """At most three reports that share words with a title, in its language before the other."""
    spoken = [word.text for word in words(title) if not is_stopword(word.text)]
    if not spoken:
        return ()
    anywhere = Query(" ".join(spoken), size=MOST)
    asked = replace(anywhere, filters={"lang": (lang,)})
    narrow = replace(asked, filters={"lang": (lang,), "sector": sectors}) if sectors else asked
    found: dict[str, Report] = {}
    for query in (narrow, asked, anywhere):
        for hit in search(query).hits:
            found.setdefault(hit.report.id, hit.report)
    return tuple(found.values())[:MOST]
