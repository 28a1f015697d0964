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
    """Words that follow each other in exactly these forms (but for case and accents); also one."""

    words: tuple[str, ...]
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Prefix:
    """All words that begin so."""

    text: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Expression:
    """Words that follow each other, each in any of its forms. Nobody types one: it stands for a
    word of the vocabulary."""

    words: tuple[str, ...]
    field: str | None = None


Leaf = Word | Phrase | Prefix | Expression


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Alternatives: one concept for ranking."""

    clauses: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Passages that match the clause are left out."""

    clause: Leaf


@dataclass(frozen=True, slots=True)
class Alternative:
    """A way to say what was typed; `weight` is what it counts beside the way that was typed."""

    leaf: Word | Expression
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Synonyms:
    """The `words` that were typed for one concept, and the ways to say it: what was typed first."""

    words: tuple[Word, ...]
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Boost:
    """What makes a passage that is found anyway rank higher; `weight` is what it counts."""

    leaf: Leaf
    weight: float


Clause = Leaf | AnyOf | Synonyms | Boost | Not


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query text as clauses; `truncated` when some of it was left out for length.

    `typed` are the clauses with all small words, in the order in which they were typed.
    """

    clauses: tuple[Clause, ...]
    truncated: bool = False
    typed: tuple[Clause, ...] = ()


def required(clause: Clause) -> bool:
    """Whether a passage must match this clause: phrases and field restrictions are meant."""
    if isinstance(clause, AnyOf):
        return all(required(leaf) for leaf in clause.clauses)
    if isinstance(clause, (Synonyms, Boost, Not)):
        return False
    return isinstance(clause, Phrase) or clause.field is not None


def size(clause: Clause) -> int:
    """For how many clauses it counts: a concept for as many as words were typed for it."""
    return len(clause.words) if isinstance(clause, Synonyms) else 1


def leaves(clauses: Sequence[Clause]) -> Iterator[Leaf]:
    """Every word, phrase and prefix that a passage may match, in order, exclusions left out."""
    for clause in clauses:
        if isinstance(clause, AnyOf):
            yield from clause.clauses
        elif isinstance(clause, Synonyms):
            yield from clause.words
            yield from (alternative.leaf for alternative in clause.alternatives)
        elif not isinstance(clause, (Not, Boost)):
            yield clause


_TOKEN = re.compile(
    r"""(?P<minus>(?<!\S)-)?
        (?:(?P<field>[a-z]+):)?
        (?:["“”„«](?P<phrase>[^"“”„«»]*)["“”»]|(?P<bare>[^\s"“”„«»]+))""",
    re.VERBOSE,
)


def parse(text: str) -> Parsed:
    """The clauses of a query, stop words dropped unless there is nothing else."""
    clauses = _join_alternatives(_tokens(text[:MAX_CHARACTERS]))
    unique = without_small_words(clauses)
    kept = unique[:MAX_CLAUSES]
    truncated = len(text) > MAX_CHARACTERS or len(kept) < len(unique)
    return Parsed(kept, truncated, tuple(clauses))


def without_small_words(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """The clauses without stop words, unless there is nothing else; each once."""
    return tuple(dict.fromkeys([c for c in clauses if not _is_stopword(c)] or clauses))


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
        texts = tuple(leaf.text for leaf in leaves if isinstance(leaf, (Word, Prefix)))
        return [Not(Phrase(texts, leaves[0].field))]
    return [Not(leaf) for leaf in leaves]


def _phrase(text: str, field: str | None) -> list[Leaf]:
    found = tuple(word.text for word in words_of.words(text))
    return [Phrase(found[:MAX_CLAUSES], field)] if found else []


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
    return (clause,) if isinstance(clause, (Word, Phrase, Prefix)) else ()


def _is_stopword(clause: Clause) -> bool:
    return isinstance(clause, Word) and words_of.is_stopword(clause.text)
