"""The controlled lists: what keys a filter may have, and what they are called in each language.

`sectors.yaml` in the corpus replaces the packaged sectors and `terms.yaml` the packaged concepts;
the other lists are packaged. A list may hold one entry `retired`, which names the keys that it no
longer has, each with its successor or null: links that carry them were published, and go on
working.
"""

from __future__ import annotations

import difflib
import hashlib
import importlib.resources
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeGuard

from indexer import everyday, terms, yamlfile
from indexer.errors import MetadataError, VocabularyError
from indexer.everyday import EVERYDAY_FILE
from indexer.terms import TERMS_FILE, Term
from indexer.text import LANGUAGES, fold, slug

SECTORS_FILE: Final = "sectors.yaml"
LISTS_FILE: Final = "vocabulary.yaml"
_ENTRY_KEYS: Final = frozenset(
    {"key", "label", "definition", "parent", "terms", "outdated", "weights"}
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a controlled list: texts by language (`en`, `fr`).

    `terms` are words that people use for it; `outdated` words match but are never shown.
    `weights` say how much a word says about a report where that is not the usual.
    """

    key: str
    label: Mapping[str, str]
    definition: Mapping[str, str] = field(default_factory=dict)
    parent: str | None = None
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    outdated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weights: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


# Compared by identity, so that what is derived from one can be kept by it.
@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Every controlled list by facet name, the concepts by key, and the everyday words.

    `digest` changes with any of the lists; concepts serve queries only, so the index does not
    depend on them. `problems` are those of the corpus's own concepts. `state` changes with any
    of the files.
    """

    lists: Mapping[str, Mapping[str, Entry]]
    digest: str
    terms: Mapping[str, Term] = field(default_factory=dict)
    everyday: Mapping[str, Term] = field(default_factory=dict)
    problems: tuple[VocabularyError, ...] = ()
    state: str = ""
    retired: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)

    def keys(self, facet: str) -> tuple[str, ...]:
        """The keys of a list in the order of its file; empty for a facet without a list."""
        return tuple(self.lists.get(facet, ()))

    def entry(self, facet: str, key: str) -> Entry | None:
        """The entry under a key, if the list has it."""
        return self.lists.get(facet, {}).get(key)

    def label(self, facet: str, key: str, lang: str) -> str:
        """What a key is called in a language; a key without an entry is its own label."""
        entry = self.entry(facet, key)
        return entry.label[lang] if entry else key

    def is_retired(self, facet: str, key: str) -> bool:
        """Whether a list once had this key."""
        return key in self.retired.get(facet, {})

    def successor(self, facet: str, key: str) -> str | None:
        """The key that stands for a retired one today, however often it was replaced; or None."""
        successors = self.retired.get(facet, {})
        current: str | None = key
        while current is not None and current in successors:
            current = successors[current]
        return current

    def with_ancestors(self, facet: str, keys: Iterable[str]) -> tuple[str, ...]:
        """The keys and all that they are part of, without repeats."""
        found: dict[str, None] = {}
        for key in keys:
            current: str | None = key
            while current is not None and current not in found:
                found[current] = None
                entry = self.entry(facet, current)
                current = entry.parent if entry else None
        return tuple(found)

    def nearest(self, facet: str, value: str) -> str | None:
        """The key that someone who wrote `value` most likely meant: by key, label or term.

        A retired key means its successor and nothing else.
        """
        if self.is_retired(facet, value):
            return self.successor(facet, value)
        names = dict(self._names(facet))
        exact = names.get(fold(value)) or names.get(slug(value))
        if exact:
            return exact
        close = difflib.get_close_matches(fold(value), list(names), n=1, cutoff=0.75)
        return names[close[0]] if close else None

    def _names(self, facet: str) -> Iterable[tuple[str, str]]:
        for key, entry in self.lists.get(facet, {}).items():
            yield fold(key), key
            for lang in LANGUAGES:
                yield fold(entry.label[lang]), key
                yield from ((fold(term), key) for term in entry.terms.get(lang, ()))


# The vocabularies that were read last, by the state of their files: to read one takes long, and
# what is derived from one is kept by it.
_MOST_READ: Final = 4
_read_last: dict[str, Vocabulary] = {}


def load(
    corpus: Path | None = None, kept: Callable[[], Vocabulary | None] = lambda: None
) -> Vocabulary:
    """The vocabulary of a corpus, or the packaged one; VocabularyError names file and key.

    A problem among the concepts costs only what it touches, and stands in `problems`. While no file
    changes it is always the same object. `kept` gives one that was kept; it is asked, and believed
    if it is of these files, before YAML is read.
    """
    sectors, concepts = (_own(corpus, name) for name in (SECTORS_FILE, TERMS_FILE))
    packaged = map(_packaged, (LISTS_FILE, SECTORS_FILE, TERMS_FILE, EVERYDAY_FILE))
    own = [path for path in (sectors, concepts) if path]
    state = " ".join([_digest(*packaged, *own), *(path.name for path in own)])
    found = _read_last.get(state)
    if found is None:
        known = kept()
        if known is None or known.state != state:
            known = _parsed(sectors, concepts, state)
        found = known
        if len(_read_last) >= _MOST_READ:
            _read_last.clear()
        _read_last[state] = found
    return found


def _parsed(sectors: Path | None, concepts: Path | None, state: str) -> Vocabulary:
    """The vocabulary that a corpus's own files and the packaged ones hold in a state."""
    lists = _lists(sectors or _packaged(SECTORS_FILE))
    held, problems = terms.load(concepts or _packaged(TERMS_FILE), lists.lists["sector"])
    # The packaged concepts name the packaged sectors, which a corpus may have replaced.
    told = tuple(problems) if concepts else ()
    plain = everyday.load(_packaged(EVERYDAY_FILE))
    return replace(lists, terms=held, everyday=plain, problems=told, state=state)


def _lists(source: Path) -> Vocabulary:
    """The vocabulary without its concepts: all that an index depends on."""
    packaged = _packaged(LISTS_FILE)
    rows = {"sector": (source.name, _read(source))}
    for name, written in yamlfile.load_mapping(packaged).items():
        rows[name] = (f"{packaged.name}: {name}", written)
    lists, retired = {}, {}
    for name, (where, written) in rows.items():
        lists[name] = _entries(written, where)
        retired[name] = _retired(written, lists[name], where)
    return Vocabulary(lists, _digest(source, packaged), retired=retired)


def _own(corpus: Path | None, name: str) -> Path | None:
    path = corpus / name if corpus else None
    return path if path and path.exists() else None


def _digest(*files: Path) -> str:
    try:
        return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    except OSError as error:
        raise VocabularyError(f"{error.filename}: cannot be read ({error.strerror}).") from error


def _packaged(name: str) -> Path:
    resource = importlib.resources.files("indexer") / "data" / name
    with importlib.resources.as_file(resource) as path:
        return path


def _read(path: Path) -> object:
    try:
        return yamlfile.load(path)
    except MetadataError as error:
        raise VocabularyError(str(error)) from error


def _entries(rows: object, where: str) -> dict[str, Entry]:
    if not isinstance(rows, list) or not rows:
        raise VocabularyError(f"{where}: holds no list of entries. Begin each with `- key: ...`.")
    entries: dict[str, Entry] = {}
    for number, row in enumerate(rows, start=1):
        if _is_retirement(row):
            continue
        entry = _entry(row, f"{where}, entry {number}")
        if entry.key in entries:
            raise VocabularyError(f"{where}: the key “{entry.key}” stands twice. Remove one.")
        entries[entry.key] = entry
    _check_parents(entries, where)
    return entries


def _is_retirement(row: object) -> TypeGuard[dict[str, object]]:
    return isinstance(row, dict) and set(row) == {"retired"}


def _retired(rows: object, entries: Mapping[str, Entry], where: str) -> dict[str, str | None]:
    """The keys that a list no longer has, with their successors; each must end at a key or null."""
    written = (
        [row["retired"] for row in rows if _is_retirement(row)] if isinstance(rows, list) else []
    )
    if not written:
        return {}
    where = f"{where}: retired"
    if len(written) > 1 or not isinstance(written[0], dict):
        raise VocabularyError(f"{where}: needs to be one entry of `old: new` or `old: null` lines.")
    successors = {str(old): None if new is None else str(new) for old, new in written[0].items()}
    for old in successors:
        if old in entries:
            raise VocabularyError(f"{where}: “{old}” is still in the list. Remove it from one.")
        _check_successors(old, successors, entries, where)
    return successors


def _check_successors(
    old: str, successors: Mapping[str, str | None], entries: Mapping[str, Entry], where: str
) -> None:
    path, current = [old], successors[old]
    while current is not None and current not in entries:
        if current in path:
            circle = " > ".join([*path, current])
            raise VocabularyError(f"{where}: successors go round in a circle ({circle}). Break it.")
        if current not in successors:
            raise VocabularyError(f"{where}: “{current}”, the successor of {path[-1]}, is no key.")
        path.append(current)
        current = successors[current]


def _entry(row: object, where: str) -> Entry:
    if not isinstance(row, dict) or not isinstance(row.get("key"), str):
        raise VocabularyError(f"{where}: has no `key`. Give it one: lower-case words with hyphens.")
    where = f"{where} ({row['key']})"
    unknown = set(row) - _ENTRY_KEYS
    if unknown:
        raise VocabularyError(
            f"{where}: does not know {_listed(unknown)}; use {_listed(_ENTRY_KEYS)}."
        )
    return Entry(
        key=row["key"],
        label=_texts(row.get("label"), f"{where}: label", required=True),
        definition=_texts(row.get("definition"), f"{where}: definition"),
        parent=row.get("parent"),
        terms=_terms(row.get("terms"), f"{where}: terms"),
        outdated=_terms(row.get("outdated"), f"{where}: outdated"),
        weights=_weights(row.get("weights"), f"{where}: weights"),
    )


def _texts(value: object, where: str, required: bool = False) -> dict[str, str]:
    if value is None and not required:
        return {}
    texts = value if isinstance(value, dict) else {}
    if not all(isinstance(texts.get(lang), str) and texts[lang] for lang in LANGUAGES):
        raise VocabularyError(f"{where}: needs a text in each of {_listed(LANGUAGES)}.")
    return {lang: texts[lang] for lang in LANGUAGES}


def _terms(value: object, where: str) -> dict[str, tuple[str, ...]]:
    if value is None:
        return {}
    lists = value if isinstance(value, dict) else {"": value}
    checked: dict[str, tuple[str, ...]] = {}
    for lang, listed in lists.items():
        if lang not in LANGUAGES or not _is_texts(listed):
            raise VocabularyError(f"{where}: needs lists of words under {_listed(LANGUAGES)}.")
        checked[lang] = tuple(listed)
    return checked


def _weights(value: object, where: str) -> dict[str, dict[str, float]]:
    by_language = {} if value is None else value
    if not isinstance(by_language, dict) or not all(
        lang in LANGUAGES and _is_weights(weights) for lang, weights in by_language.items()
    ):
        raise VocabularyError(
            f"{where}: needs `word: number` pairs under {_listed(LANGUAGES)}; no number below 0."
        )
    return by_language


def _is_weights(value: object) -> TypeGuard[dict[str, float]]:
    return isinstance(value, dict) and all(
        isinstance(text, str) and type(number) in (int, float) and 0 <= number < math.inf
        for text, number in value.items()
    )


def _is_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _check_parents(entries: Mapping[str, Entry], where: str) -> None:
    for entry in entries.values():
        path = [entry.key]
        parent = entry.parent
        while parent is not None:
            if parent not in entries:
                raise VocabularyError(
                    f"{where} ({path[-1]}): its parent “{parent}” does not exist."
                )
            if parent in path:
                cycle = " > ".join([*path, parent])
                raise VocabularyError(f"{where}: parents go round in a circle ({cycle}). Break it.")
            path.append(parent)
            parent = entries[parent].parent


def _listed(names: Iterable[str] | Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
