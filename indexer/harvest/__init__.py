"""What became of each public original? Fetches those that may be fetched, politely.

One request at a time, with a pause between two requests to one host; robots.txt is obeyed; what
has not changed is not sent again. The folder is a corpus that `indexer build` can read: each file
has a sidecar with what the catalogue says of it, and `.<id>.json` holds where and when it was had.
Everything is written aside and renamed, so a harvest that was stopped goes on where it was.
"""

from __future__ import annotations

import contextlib
import difflib
import fcntl
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from indexer.build import Progress
from indexer.errors import ConfigError, LinkError
from indexer.harvest.answer import Answer
from indexer.harvest.outcomes import (
    DEFAULT_LIMITS,
    DEFAULT_WORLD,
    ROBOT,
    HarvestReport,
    Kind,
    Limits,
    Outcome,
    Stop,
    World,
)
from indexer.harvest.shelf import Provenance, Shelf
from indexer.harvest.visitor import Visitor
from indexer.sources import Source

__all__ = [
    "HarvestReport",
    "Limits",
    "Outcome",
    "Provenance",
    "World",
    "harvest",
    "page",
    "user_agent",
]

# One page, now, and not the patience of a harvest.
_ONE_PAGE = Limits(delay=0.0, silence=15.0, seconds=30.0, size=20 * 1024 * 1024, backoff=())


def user_agent(site_name: str, contact: str) -> str:
    """How the robot introduces itself: its name, whose it is, and where to complain."""
    told = "; ".join(text for text in (site_name, contact) if text)
    plain = unicodedata.normalize("NFKD", told).encode("ascii", "ignore").decode()
    return f"{ROBOT} ({re.sub(r'[^ -~]|[()]', ' ', plain)})"


def harvest(
    sources: Sequence[Source],
    folder: Path,
    *,
    agent: str,
    corpus: Path | None = None,
    only: Sequence[str] = (),
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
    world: World = DEFAULT_WORLD,
) -> HarvestReport:
    """Fetches the sources, or `only` those ids, into a folder that is no part of the corpus.

    ConfigError when the folder cannot be used, or when an id is in no catalogue.
    """
    chosen = _chosen(sources, only)
    started = world.clock()
    outcomes: dict[str, Outcome] = {}
    with _exclusive(folder, corpus), Visitor(agent, limits, world) as visitor:
        shelf = Shelf(folder, world.now)
        if progress:
            progress.begin(len(chosen))
        for source in _round_robin(chosen):
            outcomes[source.id] = _outcome(source, shelf, visitor, limits)
            if progress:
                progress.advance(1, source.id)
    in_order = tuple(outcomes[source.id] for source in chosen)
    report = HarvestReport(True, world.clock() - started, in_order)
    return replace(report, ok=not report.problems)


def _chosen(sources: Sequence[Source], only: Sequence[str]) -> Sequence[Source]:
    known = {source.id: source for source in sources}
    for name in only:
        if name not in known:
            close = difflib.get_close_matches(name, list(known), n=1)
            hint = f"Did you mean `{close[0]}`?" if close else "Look for its id there."
            raise ConfigError(f"The catalogue has no entry “{name}”. {hint}")
    return [source for source in sources if not only or source.id in only]


@contextlib.contextmanager
def _exclusive(folder: Path, corpus: Path | None) -> Iterator[None]:
    """The folder, made if need be, for this harvest alone while the block runs."""
    if corpus and folder.resolve().is_relative_to(corpus.resolve()):
        raise ConfigError(
            f"{folder} is inside the corpus. Originals belong to their publishers: name a folder "
            "outside it."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("w")
    except OSError as error:
        raise ConfigError(f"{folder} cannot be written ({error.strerror}).") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigError(f"Another harvest is filling {folder}. Wait for its end.") from error
        yield


def _round_robin(sources: Iterable[Source]) -> Iterator[Source]:
    """One source of each host in turn, so that the pause of one passes while another answers."""
    hosts: dict[str, list[Source]] = {}
    for source in sources:
        hosts.setdefault(urlsplit(source.url or "").netloc, []).append(source)
    for turn in itertools.zip_longest(*hosts.values()):
        yield from (source for source in turn if source)


def _outcome(source: Source, shelf: Shelf, visitor: Visitor, limits: Limits) -> Outcome:
    kept = shelf.kept(source)
    about = Outcome(source.id, "unchanged", "", source.url)
    if kept:
        about = replace(about, file=kept.file, last_good=kept.last_good, final_url=kept.final_url)
    if not source.fetchable:
        return replace(about, kind="not-allowed", message=_why_not(source))
    try:
        if kept and kept.url == source.url and shelf.now() < kept.last_good + limits.again_after:
            shelf.describe(source, kept)
            told = f"had on {kept.last_good:%Y-%m-%d %H:%M} UTC; not asked again so soon."
            return replace(about, message=told)
        answer = visitor.fetch(source, kept)
        return _received(source, kept, answer, shelf, about)
    except Stop as stop:
        told = _with_last_good(stop.message, kept)
        return replace(about, kind=stop.kind, message=told, final_url=stop.url, status=stop.status)
    except OSError as error:
        told = f"could not be written ({error.strerror}). Check the folder {shelf.folder}."
        return replace(about, kind="failed", message=told)


def _why_not(source: Source) -> str:
    if source.url is None:
        return "has no address of its publisher. Find it, and write it in the catalogue as `url`."
    return f"not fetched: the catalogue says `{source.harvest}`."


def _with_last_good(message: str, kept: Provenance | None) -> str:
    if kept is None:
        return message
    return f"{message} Last good on {kept.last_good:%Y-%m-%d}; that copy is kept."


def _received(
    source: Source, kept: Provenance | None, answer: Answer, shelf: Shelf, about: Outcome
) -> Outcome:
    """The outcome of an answer that brought the original, or that says it is as it was."""
    if kept and answer.content is None:
        stored = shelf.confirm(source, kept)
    else:
        stored = shelf.store(source, kept, answer)
    kind: Kind = "fetched"
    message = f"{stored.size:,} bytes."
    if kept and kept.sha256 == stored.sha256:
        kind, message = "unchanged", "as it was."
    if answer.moved_to:
        kind, message = "moved", f"has moved to {answer.moved_to}. Write that in the catalogue."
    return replace(
        about,
        kind=kind,
        message=message,
        final_url=answer.url,
        status=answer.status,
        file=stored.file,
        last_good=stored.last_good,
    )


def page(address: str, agent: str, *, allow_private: bool = False) -> tuple[bytes, str]:
    """One page with its content type, under the rules of a harvest; LinkError says why not."""
    limits = replace(_ONE_PAGE, allow_private=allow_private)
    with Visitor(agent, limits, DEFAULT_WORLD) as visitor:
        try:
            answer = visitor.fetch(Source(id="page", title=address, url=address), None)
        except Stop as stop:
            raise LinkError(f"{address}: {stop.message}") from stop
    return answer.content or b"", answer.content_type
