"""What do people call what they look for? The concepts of `terms.yaml`, with their words.

A concept with a problem keeps what is sound in it; each problem names the file, the line, the
concept and what to write instead.
"""

from __future__ import annotations

import difflib
import functools
import graphlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Final, TypeGuard

from indexer import yamlfile
from indexer.errors import MetadataError, VocabularyError
from indexer.text import LANGUAGES, is_stopword, slug, words

TERMS_FILE: Final = "terms.yaml"
MAX_TERMS: Final = 2_000
MAX_WORDS: Final = 30
MAX_LENGTH: Final = 80
_KEYS: Final = (*LANGUAGES, "outdated", "ambiguous", "broader", "sectors")


@dataclass(frozen=True, slots=True)
class Term:
    """One concept and its words by language (`en`, `fr`); the first of its labels is preferred.

    `outdated` words match but are never shown as its name; `ambiguous` ones mean other things too.
    `broader` and `narrower` are keys of other concepts, `sectors` keys of sectors.
    """

    key: str
    labels: Mapping[str, tuple[str, ...]]
    outdated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    broader: tuple[str, ...] = ()
    narrower: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()

    def label(self, lang: str) -> str:
        """What to call it in a language."""
        return self.labels[lang][0]


def load(path: Path, sectors: Collection[str]) -> tuple[dict[str, Term], list[VocabularyError]]:
    """The concepts of a file that have words in both languages, and everything wrong in it."""
    try:
        rows = yamlfile.load_mapping(path)
    except MetadataError as error:
        return {}, [VocabularyError(str(error))]
    file = _File(path.name, rows, sectors)
    return file.terms(), file.problems


class _File:
    """The concepts of a file and what is wrong with them."""

    def __init__(self, name: str, rows: Mapping[str, object], sectors: Collection[str]) -> None:
        self.problems: list[VocabularyError] = []
        self._name, self._rows, self._sectors = name, rows, sectors
        self._lines = rows.lines if isinstance(rows, yamlfile.Located) else {}

    def terms(self) -> dict[str, Term]:
        """The usable concepts in the order of the file, linked in both directions."""
        if len(self._rows) > MAX_TERMS:
            told = f"{self._name}: holds more than {MAX_TERMS:,} concepts; the rest is left out."
            self.problems.append(VocabularyError(told))
        read = (self._term(key, row) for key, row in islice(self._rows.items(), MAX_TERMS))
        terms = {term.key: term for term in read if term}
        self._check_words(terms.values())
        return _linked(terms, self._acyclic(terms))

    def _tell(self, key: str, problem: str) -> None:
        line = self._lines.get(key)
        where = f"{self._name}, line {line}" if line else self._name
        self.problems.append(VocabularyError(f"{where} ({key[:MAX_LENGTH]}): {problem}"))

    def _term(self, key: str, row: object) -> Term | None:
        tidy = slug(key)[:MAX_LENGTH]
        if key != tidy:
            self._tell(key, f"is not a key; write `{tidy or 'lower-case-words'}`.")
        if not isinstance(row, dict):
            self._tell(key, f"holds no lists. Write its words under {_listed(LANGUAGES)}.")
            return None
        for name in row:
            self._check_name(key, str(name))
        labels = {lang: self._words(key, lang, row.get(lang)) for lang in LANGUAGES}
        term = Term(
            key,
            labels,
            outdated=self._by_language(key, "outdated", row.get("outdated")),
            ambiguous=self._by_language(key, "ambiguous", row.get("ambiguous")),
            broader=self._known(key, "broader", row.get("broader"), self._rows),
            sectors=self._known(key, "sectors", row.get("sectors"), self._sectors),
        )
        return term if all(labels.values()) else None

    def _check_name(self, key: str, name: str) -> None:
        if name not in _KEYS:
            self._tell(key, f"does not know `{name[:MAX_LENGTH]}`; {_nearest(name, _KEYS)}")

    # -- Words ----------------------------------------------------------------------------------

    def _by_language(self, key: str, name: str, value: object) -> dict[str, tuple[str, ...]]:
        if value is None:
            return {}
        if not isinstance(value, dict) or not set(value) <= set(LANGUAGES):
            self._tell(key, f"`{name}` needs lists of words under {_listed(LANGUAGES)}.")
            return {}
        lists = ((lang, self._words(key, f"{name}, {lang}", value[lang])) for lang in value)
        return {lang: found for lang, found in lists if found}

    def _words(self, key: str, name: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not value:
            self._tell(key, f"`{name}` needs at least one word, in a list.")
            return ()
        if len(value) > MAX_WORDS:
            self._tell(key, f"`{name}` holds more than {MAX_WORDS} words; the rest is left out.")
        return tuple(word for word in value[:MAX_WORDS] if self._is_sound(key, name, word))

    def _is_sound(self, key: str, name: str, word: object) -> TypeGuard[str]:
        shown = str(word)[:MAX_LENGTH]
        if not isinstance(word, str):
            problem = "is no text; put it in quotes."
        elif len(word) > MAX_LENGTH:
            problem = f"is longer than {MAX_LENGTH} characters; shorten it."
        elif not word.isprintable():
            problem = "holds invisible characters; type it again."
        elif not _is_searched(_form(word)):
            problem = "holds no word that a search looks for; remove it."
        else:
            return True
        self._tell(key, f"`{name}`: “{shown}” {problem}")
        return False

    def _check_words(self, terms: Iterable[Term]) -> None:
        """A word of one concept stands once per language; one of two is `ambiguous` in both.

        Languages are not told apart between concepts, because a query does not say its own.
        """
        owners: dict[tuple[str, ...], tuple[str, bool]] = {}
        for term in terms:
            seen: set[tuple[str, tuple[str, ...]]] = set()
            for lang, word, certain in _all_words(term):
                form = _form(word)
                owner, sure = owners.setdefault(form, (term.key, certain))
                if (lang, form) in seen:
                    self._tell(term.key, f"“{word}” stands here twice. Remove one.")
                elif owner != term.key and (certain or sure):
                    told = f"“{word}” is a word of `{owner}` too. Keep it in one of them, or list"
                    self._tell(term.key, f"{told} it under `ambiguous` in both.")
                seen.add((lang, form))

    # -- Keys -----------------------------------------------------------------------------------

    def _known(self, key: str, name: str, value: object, known: Collection[str]) -> tuple[str, ...]:
        """The keys in a list that exist; each other one is a problem of its own."""
        if value is None:
            return ()
        if not isinstance(value, list) or not value:
            self._tell(key, f"`{name}` needs at least one key, in a list.")
            return ()
        keys = dict.fromkeys(map(str, value[:MAX_WORDS]))
        for unknown in keys.keys() - set(known):
            told = f"`{name}`: “{unknown[:MAX_LENGTH]}” does not exist; {_nearest(unknown, known)}"
            self._tell(key, told)
        return tuple(one for one in keys if one in known)

    def _acyclic(self, terms: Mapping[str, Term]) -> dict[str, list[str]]:
        """The broader concepts of each, without the links that would close a circle."""
        broader = {key: [up for up in term.broader if up in terms] for key, term in terms.items()}
        while cycle := _cycle(broader):
            told = f"its broader concepts go round in a circle ({' > '.join(cycle)}). Break it."
            self._tell(cycle[0], told)
            broader[cycle[0]].remove(cycle[1])
        return broader


def _all_words(term: Term) -> Iterator[tuple[str, str, bool]]:
    """Every word of a concept with its language, and whether it means nothing else."""
    for lists, certain in ((term.labels, True), (term.outdated, True), (term.ambiguous, False)):
        for lang, found in lists.items():
            yield from ((lang, word, certain) for word in found)


@functools.lru_cache(maxsize=1 << 14)
def _form(word: str) -> tuple[str, ...]:
    return tuple(part.text for part in words(word))


def _is_searched(form: tuple[str, ...]) -> bool:
    """Whether a search looks for a word; several small words can be one, such as `bien-être`."""
    return len(form) > 1 or any(not is_stopword(part) for part in form)


def _cycle(broader: Mapping[str, Iterable[str]]) -> list[str]:
    """A circle of broader concepts, from one concept back to itself; empty if there is none."""
    try:
        graphlib.TopologicalSorter(broader).prepare()
    except graphlib.CycleError as error:
        return list(reversed(error.args[1]))
    return []


def _linked(terms: Mapping[str, Term], broader: Mapping[str, Iterable[str]]) -> dict[str, Term]:
    narrower: dict[str, list[str]] = {key: [] for key in terms}
    for key, ups in broader.items():
        for up in ups:
            narrower[up].append(key)
    return {
        key: replace(term, broader=tuple(broader[key]), narrower=tuple(narrower[key]))
        for key, term in terms.items()
    }


def _nearest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else "correct or remove it."


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
