"""Our own query language: text in, clauses out.

Words, `"a phrase"`, `prefix*`, `-not`, `OR`, `title:word`. Nothing is an error: a stray quote,
bracket or operator is treated as text.

What a text can ask for is bounded, and what was left out is said in a notice: MAX_CHARACTERS of it
are read, and of those MAX_CLAUSES clauses, with as many words in a phrase. Only alternatives are
bounded by the characters alone: `a OR ` is five of them, so that there are at most 200 in a query.
Each word, phrase or prefix reads its postings once, also a prefix of every word there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from indexer import text as words_of
from indexer.fields import TEXT_NAMES

MAX_CHARACTERS: Final = 1_000
MAX_CLAUSES: Final = 32
MIN_PREFIX: Final = 2


@dataclass(frozen=True, slots=True)
class Word:
    """One word, in all its forms; `field` restricts it to a text field."""

    text: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow each other in exactly these forms (but for case and accents)."""

    words: tuple[str, ...]
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Prefix:
    """All words that begin so."""

    text: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Alternatives: one concept for ranking."""

    clauses: tuple[Word | Phrase | Prefix, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Passages that match the clause are left out."""

    clause: Word | Phrase | Prefix


Leaf = Word | Phrase | Prefix
Clause = Leaf | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query text as clauses; `truncated` when some of it was left out for length."""

    clauses: tuple[Clause, ...]
    truncated: bool = False


def required(clause: Clause) -> bool:
    """Whether a passage must match this clause: phrases and field restrictions are meant."""
    if isinstance(clause, AnyOf):
        return all(required(leaf) for leaf in clause.clauses)
    return isinstance(clause, Phrase) or (not isinstance(clause, Not) and clause.field is not None)


def leaves(clauses: Sequence[Clause]) -> Iterator[Leaf]:
    """Every word, phrase and prefix that a passage may match, in order, exclusions left out."""
    for clause in clauses:
        if isinstance(clause, AnyOf):
            yield from clause.clauses
        elif not isinstance(clause, Not):
            yield clause


_TOKEN = re.compile(
    r"""(?P<minus>(?<!\S)-)?
        (?:(?P<field>[a-z]+):)?
        (?:["“”«](?P<phrase>[^"“”«»]*)["“”»]|(?P<bare>[^\s"“”«»]+))""",
    re.VERBOSE,
)


def parse(text: str) -> Parsed:
    """The clauses of a query, stop words dropped unless there is nothing else."""
    clauses = _join_alternatives(_tokens(text[:MAX_CHARACTERS]))
    meaningful = [c for c in clauses if not _is_stopword(c)] or clauses
    unique = tuple(dict.fromkeys(meaningful))
    kept = unique[:MAX_CLAUSES]
    return Parsed(kept, truncated=len(text) > MAX_CHARACTERS or len(kept) < len(unique))


def _tokens(text: str) -> Iterator[Clause | None]:
    """The clauses in order, with None for each `OR`."""
    for match in _TOKEN.finditer(text):
        if match["bare"] == "OR" and not match["minus"] and not match["field"]:
            yield None
            continue
        field = match["field"] if match["field"] in TEXT_NAMES else None
        stray = "" if field or not match["field"] else match["field"] + " "
        parsed = (
            _phrase(stray + match["phrase"], field)
            if match["phrase"] is not None
            else _bare(stray + match["bare"], field)
        )
        yield from _excluded(parsed) if match["minus"] else parsed


def _excluded(leaves: list[Leaf]) -> list[Not]:
    """The exclusion of what was typed: all parts of a compound together, not each of them."""
    if len(leaves) > 1:
        texts = tuple(leaf.text for leaf in leaves if not isinstance(leaf, Phrase))
        return [Not(Phrase(texts, leaves[0].field))]
    return [Not(leaf) for leaf in leaves]


def _phrase(text: str, field: str | None) -> list[Leaf]:
    found = tuple(word.text for word in words_of.words(text))
    if len(found) < 2:
        return [Word(word, field) for word in found]
    return [Phrase(found[:MAX_CLAUSES], field)]


def _bare(text: str, field: str | None) -> list[Leaf]:
    found = [word.text for word in words_of.words(text)]
    if found and text.endswith("*") and len(found[-1]) >= MIN_PREFIX:
        return [*(Word(word, field) for word in found[:-1]), Prefix(found[-1], field)]
    return [Word(word, field) for word in found]


def _join_alternatives(tokens: Iterator[Clause | None]) -> list[Clause]:
    """Clauses with `a OR b` joined; an `OR` that joins nothing is dropped."""
    clauses: list[Clause] = []
    joining = False
    for token in tokens:
        if token is None:
            joining = bool(clauses)
            continue
        last = clauses[-1] if clauses else None
        if (
            joining
            and last is not None
            and not isinstance(last, Not)
            and not isinstance(token, Not)
        ):
            clauses[-1] = AnyOf((*_alternatives(last), *_alternatives(token)))
        else:
            clauses.append(token)
        joining = False
    return clauses


def _alternatives(clause: Clause) -> tuple[Leaf, ...]:
    if isinstance(clause, AnyOf):
        return clause.clauses
    return () if isinstance(clause, Not) else (clause,)


def _is_stopword(clause: Clause) -> bool:
    return isinstance(clause, Word) and words_of.is_stopword(clause.text)
