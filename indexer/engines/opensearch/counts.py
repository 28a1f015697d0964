"""In how many passages each stem and each form stands: kept by the builder, exact, and small enough
for every reader to hold."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from indexer.engines.opensearch.documents import Content
from indexer.engines.opensearch.mapping import Json
from indexer.fields import TEXT_NAMES, exact

# So many terms are kept in one document.
_TOGETHER: Final = 20_000


class Counts:
    """In how many passages each stem stands, and each form by language; and how many reports and
    passages there are."""

    def __init__(self) -> None:
        self.reports = self.passages = 0
        self.stems: Counter[str] = Counter()
        self.forms: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def add(self, content: Content, sign: int = 1) -> None:
        """Counts a report, or with the sign -1 takes it back."""
        self.reports += sign
        self.passages += sign * len(content.passages)
        for passage, held in zip(content.passages, content.tokens, strict=True):
            stems = {stem for name in TEXT_NAMES for stem in held[name]}
            forms = {form for name in TEXT_NAMES for form in held[exact(name)]}
            _count(self.stems, stems, sign)
            _count(self.forms[passage.lang], forms, sign)

    def form(self, text: str) -> int:
        """In how many passages a form stands, in any language."""
        return sum(counts.get(text, 0) for counts in self.forms.values())

    @functools.cached_property
    def sorted_forms(self) -> tuple[list[str], ...]:
        """The forms of each language in order, once nothing is counted any more."""
        return tuple(sorted(counts) for counts in self.forms.values())

    def documents(self) -> Iterator[tuple[str, Json]]:
        """The counts as documents, by name."""
        totals = {"reports": self.reports, "passages": self.passages}
        yield "counts", _document("counts", {"totals": totals})
        every = {"stems": self.stems, **{f"forms:{lang}": c for lang, c in self.forms.items()}}
        for name, counts in every.items():
            terms = sorted(counts)
            for start in range(0, len(terms), _TOGETHER):
                some = terms[start : start + _TOGETHER]
                content = {"of": name, "terms": some, "having": [counts[term] for term in some]}
                named = f"counts:{name}:{start}"
                yield named, _document(named, content)


def _document(name: str, content: Json) -> Json:
    return {"kind": "counts", "key": name, "content": content}


def _count(counts: Counter[str], terms: Iterable[str], sign: int) -> None:
    counts.update(dict.fromkeys(terms, sign))
    if sign < 0:
        for term in terms:
            if not counts[term]:
                del counts[term]


def counts_of(contents: Iterable[Json]) -> Counts:
    """The counts that some documents hold, in any order."""
    counts = Counts()
    for content in contents:
        if "totals" in content:
            counts.reports = content["totals"]["reports"]
            counts.passages = content["totals"]["passages"]
            continue
        kind, _, lang = content["of"].partition(":")
        target = counts.stems if kind == "stems" else counts.forms[lang]
        target.update(dict(zip(content["terms"], content["having"], strict=True)))
    return counts
