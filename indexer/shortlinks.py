"""The links that were handed out: `links.yaml` in the corpus, so that they outlive any server.

One line for each link, and one more each time that a short link was pointed elsewhere; a line is
never changed or removed, so that git merges two branches by keeping the lines of both. What a slug
was given to once it is never given to again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import difflib
import fcntl
import functools
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from indexer import repair, yamlfile
from indexer.durable import replace_file
from indexer.errors import LinkError, LinkNotFound, MetadataError
from indexer.text import slug as slug_of
from indexer.vocabulary import Vocabulary

FILE: Final = "links.yaml"
MAX_SLUG: Final = 60
MAX_TARGET: Final = 2_000
_HEAD: Final = """\
# The links that were handed out, one a line; `indexer link` adds them. A slug is never used again
# for anything else, and no line is changed: a link pointed elsewhere has a new line with `was`.
"""
_KEYS: Final = frozenset({"slug", "target", "made", "results", "was"})


@dataclass(frozen=True, slots=True)
class Made:
    """Where a link led from the day on which it was `made`, with the `results` of its search then.

    `target` is a path from the root of the site; `was` the target before, when it was changed;
    `slug` is None for a long link that was only remembered.
    """

    target: str
    made: dt.date
    slug: str | None = None
    results: int | None = None
    was: str | None = None


@dataclass(frozen=True, slots=True)
class Registry:
    """Every link that was handed out: `history` maps a slug to where it led, oldest first.

    `by_target` holds the first link to each target; `problems` what could not be read.
    """

    history: Mapping[str, tuple[Made, ...]] = field(default_factory=dict)
    by_target: Mapping[str, Made] = field(default_factory=dict)
    problems: tuple[LinkError, ...] = ()

    def current(self, slug: str) -> Made:
        """Where a short link leads now; LinkNotFound, with the nearest slug, when there is none."""
        found = self.history.get(slug)
        if found is None:
            near = difflib.get_close_matches(slug, list(self.history), n=1, cutoff=0.75)
            raise LinkNotFound(slug, near[0] if near else None)
        return found[-1]


def load(corpus: Path) -> Registry:
    """The links of a corpus; LinkError when the file is no YAML. A wrong entry costs itself."""
    path = corpus / FILE
    try:
        state = path.stat()
    except FileNotFoundError:
        return Registry()
    except OSError as error:
        raise LinkError(f"{path}: cannot be read ({error.strerror}). Check its rights.") from error
    return _read(path, state.st_mtime_ns, state.st_size, state.st_ino)


def make(
    corpus: Path,
    vocabulary: Vocabulary,
    target: str,
    *,
    today: dt.date,
    slug: str | None = None,
    results: int | None = None,
    retarget: bool = False,
) -> Made:
    """Hands out a link to an address from the root of the site, and keeps it.

    Asked again for what stands already, it answers with that. LinkError when the target is no
    address of the site, when the slug is none, or when it leads elsewhere and not `retarget`.
    """
    asked = Made(_canonical(target, vocabulary), today, slug, results)
    if slug is not None:
        _check_slug(slug)
    with _alone(corpus):
        registry = load(corpus)
        if registry.problems:
            raise registry.problems[0]
        there = _standing(registry, asked)
        if there is None:
            return _add(corpus, asked)
        if there.target == asked.target:
            return there
        if not retarget:
            raise LinkError(
                f"The short link “{slug}” leads to {there.target} since {there.made}, and "
                "newsletters rely on that. Choose another name, or retarget it on purpose."
            )
        return _add(corpus, Made(asked.target, today, slug, results, was=there.target))


def tagged(address: str, campaign: str) -> str:
    """An address with a campaign tag, which statistics read and the site's redirect drops."""
    name = slug_of(campaign)
    if not name:
        return address
    before, mark, fragment = address.partition("#")
    tag = urlencode(
        {"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": name[:MAX_SLUG]}
    )
    return f"{before}{'&' if '?' in before else '?'}{tag}{mark}{fragment}"


def short_path(slug: str) -> str:
    """The path of a short link."""
    return f"/s/{slug}"


def _canonical(target: str, vocabulary: Vocabulary) -> str:
    link = repair.link(target, vocabulary) if len(target) <= MAX_TARGET else None
    if link is None or link.kind == "short":
        raise LinkError(f"{target[:200]}: is no search, report or page of this site.")
    if link.search and not link.search.complete:
        told = ", ".join(notice.values.get("value", "") for notice in link.search.notices)
        raise LinkError(f"{target[:200]}: cannot be understood whole ({told}). Correct it first.")
    return link.lasting


def _check_slug(slug: str) -> None:
    tidy = slug_of(slug)[:MAX_SLUG].strip("-")
    if slug != tidy or len(slug) < 2:
        hint = f"write `{tidy}`" if len(tidy) > 1 else "use lower-case words joined by hyphens"
        raise LinkError(f"“{slug[:80]}” cannot be the name of a short link; {hint}.")


def _standing(registry: Registry, asked: Made) -> Made | None:
    if asked.slug is None:
        return registry.by_target.get(asked.target)
    history = registry.history.get(asked.slug)
    return history[-1] if history else None


@contextlib.contextmanager
def _alone(corpus: Path) -> Iterator[None]:
    """Waits until nobody else adds a link; the lock is on the folder, so it leaves no file."""
    try:
        handle = os.open(corpus, os.O_RDONLY)
    except OSError as error:
        raise LinkError(f"{corpus}: cannot be read ({error.strerror}).") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _add(corpus: Path, made: Made) -> Made:
    path = corpus / FILE
    try:
        written = path.read_text(encoding="utf-8") if path.exists() else _HEAD
        before = written if written.endswith("\n") else written + "\n"
        replace_file(path, (before + _line(made)).encode())
    except OSError as error:
        raise LinkError(
            f"{path}: cannot be written ({error.strerror}). Check its rights."
        ) from error
    return made


def _line(made: Made) -> str:
    """The link as one line of YAML; a text in JSON is one in YAML too."""
    values = {
        "slug": made.slug,
        "target": made.target,
        "made": made.made,
        "results": made.results,
        "was": made.was,
    }
    told = [
        f"{key}: {json.dumps(value, ensure_ascii=False) if isinstance(value, str) else value}"
        for key, value in values.items()
        if value is not None
    ]
    return f"- {{{', '.join(told)}}}\n"


@functools.lru_cache(maxsize=8)
def _read(path: Path, _modified: int, _size: int, _inode: int) -> Registry:
    try:
        rows = yamlfile.load(path)
    except MetadataError as error:
        raise LinkError(str(error)) from error
    if rows is None:
        return Registry()
    if not isinstance(rows, list):
        raise LinkError(f"{path.name}: holds no list of links. Restore it from its history.")
    return _registry(rows, path.name)


def _registry(rows: Sequence[object], where: str) -> Registry:
    history: dict[str, tuple[Made, ...]] = {}
    by_target: dict[str, Made] = {}
    problems: list[LinkError] = []
    made = [(number, _made(row)) for number, row in enumerate(rows, start=1)]
    for number, link in made:
        if link is None:
            needs = (
                "needs `target` (a path), `made` (a date) and nothing but `slug`, `results`, `was`"
            )
            problems.append(LinkError(f"{where}, entry {number}: {needs}. Correct it."))
            continue
        by_target.setdefault(link.target, link)
        if link.slug is None:
            continue
        before = history.get(link.slug, ())
        if before and link.was is None:
            told = f"the slug “{link.slug}” was given to two links; the first one keeps it"
            problems.append(LinkError(f"{where}, entry {number}: {told}. Give this one another."))
            continue
        history[link.slug] = tuple(sorted((*before, link), key=lambda one: one.made))
    return Registry(history, by_target, tuple(problems))


def _made(row: object) -> Made | None:
    if not isinstance(row, dict) or not set(row) <= _KEYS:
        return None
    target, made, slug, results, was = (
        row.get(k) for k in ("target", "made", "slug", "results", "was")
    )
    texts = all(text is None or isinstance(text, str) for text in (slug, was))
    if not (isinstance(target, str) and target.startswith("/") and texts):
        return None
    if not isinstance(made, dt.date) or isinstance(made, dt.datetime):
        return None
    if results is not None and (not isinstance(results, int) or isinstance(results, bool)):
        return None
    return Made(target, made, slug, results, was)
