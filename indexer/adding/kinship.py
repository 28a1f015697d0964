"""Which reports is a new document near to? The same file, the same text, another edition or a
translation.

The first three are told from the sketches that the record of ids keeps. Of the 241 briefs in
corpus/, no two that are different works have more than 0.19 of their word triples in common.

A translation shares no words with its original, but numbers and names survive. Of the 72 briefs in
corpus/ that have a translation, the numbers and names of 64 are to at least 0.45 those of it
(Jaccard), and of 56 to at least 0.55; from 0.55 on no other pair of briefs is, from 0.45 on four
pairs are, which rest on the same sources.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from indexer.catalogue import Catalogue
from indexer.identity import SAME, Identities, content_key, likeness
from indexer.models import Passage
from indexer.query import Query
from indexer.text import LANGUAGES, fold

EDITION: Final = 0.25
PERHAPS_TRANSLATED: Final = 0.45
TRANSLATED: Final = 0.55
# A text with fewer names and numbers than these says too little to be known by them.
ENOUGH_ANCHORS: Final = 8
_ASKED: Final = 24
_CANDIDATES: Final = 5
_ANCHOR: Final = re.compile(
    r"\d+(?:[.,\s]\d+)*|(?<![.!?] )(?<!^)\b[A-ZÀ-Þ][\w’'-]{3,}", re.MULTILINE
)
_BETWEEN_DIGITS: Final = re.compile(r"[.,\s]")
_EDITION_WORDS: Final = re.compile(
    r"\d+(?:st|nd|rd|th|er?)?"
    r"|\b(?:edition|version|revised|revisee?|updated?|mise a jour|final)\b|\W+"
)


@dataclass(frozen=True, slots=True)
class Kin:
    """A report that a document is near to.

    `relation` is `file` (the same bytes), `text`, `edition` or `translation`; `share` is what of
    them they have in common, from 0 to 1; `gone` says that the report has left the corpus.
    """

    id: str
    title: str
    relation: str
    share: float
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """What a new document is known by: `content` is its SHA-256, `text` its sketch."""

    content: str
    text: str
    title: str
    lang: str
    passages: Sequence[Passage]


def kin(document: Document, identities: Identities, catalogue: Catalogue | None) -> tuple[Kin, ...]:
    """The reports that a document is near to, the nearest first."""
    found = list(_in_record(document, identities))
    if catalogue:
        found += _translations(document, catalogue)
    return tuple(sorted(found, key=lambda near: (-near.share, near.id)))


def _in_record(document: Document, identities: Identities) -> Iterator[Kin]:
    content, name = content_key(document.content), _bare(document.title)
    for known in identities:
        share = likeness(document.text, known.text)
        titled = known.lang == document.lang and len(name) > 1 and _bare(known.title) == name
        gone = known.gone is not None
        if known.content == content:
            yield Kin(known.id, known.title, "file", 1.0, gone)
        elif share >= SAME:
            yield Kin(known.id, known.title, "text", share, gone)
        elif share >= EDITION or titled:
            yield Kin(known.id, known.title, "edition", share, gone)


def _bare(title: str) -> tuple[str, ...]:
    """The words of a title without those that tell its editions apart."""
    return tuple(_EDITION_WORDS.sub(" ", fold(title)).split())


def _translations(document: Document, catalogue: Catalogue) -> Iterator[Kin]:
    counts = _anchors(document.passages)
    if len(counts) < ENOUGH_ANCHORS:
        return
    other = next(lang for lang in LANGUAGES if lang != document.lang)
    words = " ".join(sorted(counts, key=lambda word: (-counts[word], word))[:_ASKED])
    asked = Query(words, {"lang": (other,)}, size=_CANDIDATES, expand=False)
    for hit in catalogue.search(asked).hits:
        theirs = _anchors(catalogue.passages(hit.report.id)).keys()
        share = len(counts.keys() & theirs) / len(counts.keys() | theirs)
        if share >= PERHAPS_TRANSLATED:
            yield Kin(hit.report.id, hit.report.title, "translation", share)


def _anchors(passages: Iterable[Passage]) -> Counter[str]:
    """The names and numbers of a text, each written as both languages have it in common."""
    found = (match for passage in passages for match in _ANCHOR.findall(passage.text))
    plain = (_BETWEEN_DIGITS.sub("", each) if each[0].isdigit() else fold(each) for each in found)
    return Counter(each for each in plain if len(each) > 1)
