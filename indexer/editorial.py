"""The rules that a corpus of briefs holds itself to: `editorial: true` in its config.yaml.

They are for what editors write themselves, not for documents that others publish: every brief says
what it is, puts a source beside each figure, sends nobody to a copy host or a dead link, is written
in sentences that can be read once, and shares no text with another.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from indexer.errors import EditorialError
from indexer.models import Passage, Report
from indexer.passages import is_reference_list
from indexer.sources import COPY_HOST
from indexer.text import sentences, without_marker, words

REQUIRED: Final = (
    *("id", "title", "lang", "added", "type", "sectors", "rating", "rating_note", "summary"),
)
MAX_SENTENCE: Final = 40
# Two reports that share this many words in a row share a sentence.
SHARED_RUN: Final = 14

_CITATION = re.compile(r"\[\d+(?:\s?[,–-]\s?\d+)*\]")
_FIGURE = re.compile(
    r"""\d[\d.,\s]*\s?(?:%|per\ cent|percent|pour\ cent)     # 14 %, 2,5 pour cent
      | (?:\$|£|€|\bCAD|\bUSD|\bGBP)\s?\d                    # $15, CAD 2.1 million
      | \d[\d.,\s]*\s?(?:\$|£|€|(?:million|billion|milliard)s?\b)
      | \b\d{1,3}(?:[,\s]\d{3})+\b                           # 2,255 and 2 255
      | \b(?!(?:1[89]|20)\d\d\b)\d{3,}\b                     # 376, but not the year 1994
    """,
    re.VERBOSE,
)
_NOT_FIGURES = re.compile(r"\b(?:911|24/7|211|811|988)\b|https?://\S+|\bdoi\b\S*", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>|]+")
_LINK = re.compile(r'\]\(([^()\s]+)\)|\bhref="([^"]+)"')
_LINKING_FORMATS = frozenset({"md", "html"})


@dataclass(frozen=True, slots=True)
class Brief:
    """A report as its editors check it: with its passages and its file."""

    report: Report
    passages: Sequence[Passage]
    path: Path

    @property
    def body(self) -> tuple[Passage, ...]:
        """The passages above the list of sources."""
        return tuple(p for p in self.passages if not is_reference_list(p))


def check(briefs: Sequence[Brief], corpus: Path) -> Iterator[tuple[str, EditorialError]]:
    """What is wrong, as the name of the file and what to do about it."""
    for brief in briefs:
        for problem in _problems(brief, corpus):
            name = brief.report.path
            yield name, EditorialError(f"{name}: {problem}")
    yield from _shared_runs(briefs)


def _problems(brief: Brief, corpus: Path) -> Iterator[str]:
    yield from _missing_keys(brief.report)
    yield from _source_list(brief)
    yield from _figures_without_source(brief)
    yield from _copy_hosts(brief)
    yield from _long_sentences(brief)
    yield from _dead_links(brief, corpus)


def _missing_keys(report: Report) -> Iterator[str]:
    for key in REQUIRED:
        if report.provenance.get(key, "guess") == "guess":
            yield f"does not say its `{key}`. Add the key."


def _source_list(brief: Brief) -> Iterator[str]:
    sources = [p for p in brief.passages if is_reference_list(p)]
    listed = sum(len(passage.text.split("\n\n")) for passage in sources)
    if not sources:
        yield "has no list under a last heading `Sources`. Add it."
    cited = {int(n) for p in brief.body for c in _CITATION.findall(p.text) for n in _numbers(c)}
    beyond = sorted(number for number in cited if number > listed)
    if beyond and sources:
        yield f"cites source [{beyond[0]}], but lists {listed}. Correct the number."


def _numbers(citation: str) -> list[str]:
    return re.findall(r"\d+", citation)


def _figures_without_source(brief: Brief) -> Iterator[str]:
    for passage in brief.body:
        for sentence in _sentences(passage.text):
            figure = _FIGURE.search(_NOT_FIGURES.sub("", _CITATION.sub("", sentence)))
            if figure and not _CITATION.search(sentence):
                told = f"“{figure.group().strip()}” in “{_short(sentence)}”"
                yield f"gives {told} without a source beside it. Add its number."


def _copy_hosts(brief: Brief) -> Iterator[str]:
    report = brief.report
    addresses = [report.source_url or "", *(rating.url or "" for rating in report.ratings)]
    addresses += [url for passage in brief.passages for url in _ADDRESS.findall(passage.text)]
    for address in dict.fromkeys(addresses):
        host = _host(address)
        if COPY_HOST.search(host):
            yield f"sends people to a copy ({host}). Give the publisher's address, or none."


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def _long_sentences(brief: Brief) -> Iterator[str]:
    for passage in brief.body:
        for sentence in _sentences(passage.text):
            size = sum(1 for _ in words(_CITATION.sub("", sentence)))
            if size > MAX_SENTENCE and " | " not in sentence:
                yield f"has a sentence of {size} words, “{_short(sentence)}”. Cut it in two."


def _dead_links(brief: Brief, corpus: Path) -> Iterator[str]:
    if brief.report.format not in _LINKING_FORMATS:
        return
    content = brief.path.read_text(encoding="utf-8", errors="replace")
    for found in _LINK.finditer(content):
        target = found[1] or found[2]
        parts = urlsplit(target)
        # A path from the root is a page of some site, not a file beside this one.
        if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/"):
            continue
        file = brief.path.parent / unquote(parts.path)
        if not file.is_file() or not file.resolve().is_relative_to(corpus.resolve()):
            yield f"links to {PurePosixPath(parts.path)}, which is not there. Correct the link."


def _shared_runs(briefs: Iterable[Brief]) -> Iterator[tuple[str, EditorialError]]:
    """The pairs of reports that share a long run of words, each pair once with its first run."""
    owners: dict[tuple[str, ...], str] = {}
    told: defaultdict[str, set[str]] = defaultdict(set)
    for brief in briefs:
        name = brief.report.path
        for passage in brief.body:
            found = [word.text for word in words(passage.text)]
            for start in range(len(found) - SHARED_RUN + 1):
                run = tuple(found[start : start + SHARED_RUN])
                owner = owners.setdefault(run, name)
                if owner != name and owner not in told[name]:
                    told[name].add(owner)
                    shared = " ".join(run)
                    text = f"{name}: shares “{shared}” with {owner}. Write one of them anew."
                    yield name, EditorialError(text)


def _sentences(text: str) -> Iterator[str]:
    """Sentences of running text, and the rows of a table but for its heads."""
    in_table = False
    for block in text.split("\n\n"):
        is_row = " | " in block
        if not is_row:
            yield from sentences(without_marker(block))
        elif in_table:
            yield block
        in_table = is_row


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= 80 else sentence[:80].rsplit(" ", 1)[0] + "…"
