"""What does a report say on the points that a decision turns on? Its own words, never a summary.

The points are those of the GRADE Evidence to Decision framework that a text can answer (Alonso-
Coello et al. 2016, BMJ 353:i2016): certainty of the evidence, resources, feasibility, and whether
it applies here. A section speaks to a point when its heading names it; where no heading does, the
sentences that name it are quoted. `data/criteria.yaml` holds the names.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from indexer import yamlfile
from indexer.models import Passage, Report
from indexer.passages import is_reference_list
from indexer.text import sentences, without_marker, words

CRITERIA: Final = ("certainty", "cost", "requirements", "canada", "unknown")
# A point is shown with so many quotations of so many characters.
MOST_QUOTES: Final = 2
LONGEST_QUOTE: Final = 280
# The passages of a report that are looked through; a brief has about ten.
_LOOKED_AT: Final = 2_000
_FILE: Final = Path(__file__).parent / "data" / "criteria.yaml"
_ROW: Final = " | "
# Fewer words than these are a heading that the format could not mark as one.
_SHORTEST: Final = 3
Phrases = re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of one passage as they stand there: under which `heading`, which may be empty, and how
    they begin; `text` is empty where a table does."""

    passage: Passage
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a report says on one of CRITERIA; `headed` when under a heading that names it."""

    quotes: tuple[Quote, ...]
    headed: bool


def answers(report: Report, passages: Sequence[Passage]) -> dict[str, Answer]:
    """What a report says on each of CRITERIA, in that order; without quotes where it says nothing.

    Any sentence of a Canadian report may name Canada, so only its headings are asked.
    """
    body = [passage for passage in passages[:_LOOKED_AT] if not is_reference_list(passage)]
    quiet = {"canada"} if report.country == "CA" else set()
    return {criterion: _answer(criterion, body, criterion not in quiet) for criterion in CRITERIA}


def _answer(criterion: str, body: Sequence[Passage], ask_sentences: bool) -> Answer:
    headed = tuple(islice(_under_headings(_phrases("headings", criterion), body), MOST_QUOTES))
    phrases = _phrases("sentences", criterion)
    if headed or phrases is None or not ask_sentences:
        return Answer(headed, headed=True)
    return Answer(tuple(islice(_in_sentences(phrases, body), MOST_QUOTES)), headed=False)


def _under_headings(phrases: Phrases | None, body: Iterable[Passage]) -> Iterator[Quote]:
    """The beginning of each section whose heading has one of the phrases."""
    before: tuple[str, ...] = ()
    for passage in body:
        heading = next((h for h in _opened(before, passage.headings) if _heads(phrases, h)), "")
        if heading:
            yield Quote(passage, heading, _beginning(passage.text))
        before = passage.headings


def _opened(before: Sequence[str], now: Sequence[str]) -> Sequence[str]:
    """The headings that stand between a passage and the one before it."""
    same = 0
    while same < min(len(before), len(now)) and before[same] == now[same]:
        same += 1
    return now[same:]


def _heads(phrases: Phrases | None, heading: str) -> bool:
    return bool(phrases and phrases.search(_bare(heading)))


@functools.lru_cache(maxsize=1 << 12)
def _bare(heading: str) -> str:
    """The folded words of a heading."""
    return " ".join(word.text for word in words(heading))


def _in_sentences(phrases: Phrases, body: Iterable[Passage]) -> Iterator[Quote]:
    """The first sentence with one of the phrases in each passage that has one."""
    for passage in body:
        # Most passages have none, and cutting one into sentences takes time.
        if phrases.search(passage.text):
            sentence = next(filter(phrases.search, _sentences(passage.text)), "")
            if sentence:
                yield Quote(passage, passage.heading, _cut(sentence))


def _beginning(text: str) -> str:
    """The whole sentences with which a passage begins, as many as fit."""
    told = ""
    for sentence in _sentences(text):
        longer = f"{told} {sentence}".strip()
        if told and len(longer) > LONGEST_QUOTE:
            break
        told = longer
    return _cut(told)


def _sentences(text: str) -> Iterator[str]:
    """The sentences of a passage's paragraphs and list items; rows of tables are none."""
    for block in text.split("\n\n"):
        if _ROW not in block:
            for sentence in sentences(without_marker(block)):
                if len(sentence.split()) >= _SHORTEST:
                    yield sentence


def _cut(text: str) -> str:
    """The text to the last word that fits, without the comma that led on to what followed."""
    if len(text) > LONGEST_QUOTE:
        return text[:LONGEST_QUOTE].rsplit(" ", 1)[0] + "…"
    return text.rstrip(" ,;\u00a0\u202f")


@functools.cache
def _phrases(where: str, criterion: str) -> Phrases | None:
    """What finds the phrases of a criterion, of both languages at once; None where it has none."""
    by_language: Mapping[str, Sequence[str]] = _written()[criterion].get(where, {})
    patterns = [_pattern(phrase) for listed in by_language.values() for phrase in listed]
    return re.compile("|".join(patterns), re.IGNORECASE) if patterns else None


@functools.cache
def _written() -> dict[str, Any]:
    return yamlfile.load_mapping(_FILE)


def _pattern(phrase: str) -> str:
    """A phrase of the file as a regular expression."""
    plain = re.escape(phrase.removeprefix("^").removesuffix("$"))
    inner = plain.replace(r"\*", r"\w*").replace(r"\ \.\.\.\ ", r"\ (?:.*\ )?")
    begin, end = "^" if phrase.startswith("^") else r"\b", "$" if phrase.endswith("$") else r"\b"
    return f"{begin}{inner}{end}"
