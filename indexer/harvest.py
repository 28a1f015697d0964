"""What became of each public original? Fetches those that may be fetched, politely.

One request at a time, with a pause between two requests to one host; robots.txt is obeyed; what
has not changed is not sent again. The folder is a corpus that `indexer build` can read: each file
has a sidecar with what the catalogue says of it, and `.<id>.json` holds where and when it was had.
Everything is written aside and renamed, so a harvest that was stopped goes on where it was.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import difflib
import email.utils
import fcntl
import hashlib
import io
import ipaddress
import itertools
import json
import math
import re
import socket
import ssl
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

import httpcore
import httpx
import msgspec

from indexer.build import Progress
from indexer.errors import ConfigError
from indexer.generations import replace_file
from indexer.sources import Source

# What a site calls this robot in its robots.txt.
ROBOT: Final = "evidence-index"

Kind = Literal[
    "fetched",
    "unchanged",
    "moved",
    "gone",
    "forbidden-by-robots",
    "refused",
    "wrong-type",
    "too-large",
    "too-slow",
    "redirect-loop",
    "private-address",
    "later",
    "failed",
    "not-allowed",
]
_NO_PROBLEM: Final = frozenset({"fetched", "unchanged", "not-allowed"})


@dataclass(frozen=True, slots=True)
class Limits:
    """How patient a harvest is, in seconds, and how much it takes, in bytes.

    `delay` is the pause between two requests to one host, unless its robots.txt asks for more;
    `backoff` the pauses before each new attempt. What was had within `again_after` is not asked
    for again. `allow_private` is for servers of one's own.
    """

    delay: float = 2.0
    longest_delay: float = 60.0
    longest_wait: float = 120.0
    silence: float = 30.0
    seconds: float = 300.0
    size: int = 100 * 1024 * 1024
    redirects: int = 5
    backoff: tuple[float, ...] = (5.0, 20.0)
    again_after: dt.timedelta = dt.timedelta(hours=12)
    allow_private: bool = False


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _resolve(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True, slots=True)
class World:
    """What a harvest needs of the machine: seconds, pauses, dates and the addresses of a name."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], dt.datetime] = _utc_now
    resolve: Callable[[str, int], Sequence[str]] = _resolve


DEFAULT_LIMITS: Final = Limits()
DEFAULT_WORLD: Final = World()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one original; `file` is the copy that the folder holds, old or new."""

    id: str
    kind: Kind
    message: str
    url: str | None = None
    final_url: str | None = None
    status: int | None = None
    file: str | None = None
    last_good: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class HarvestReport:
    """One outcome for each original, in the order of the catalogue."""

    ok: bool
    seconds: float
    outcomes: tuple[Outcome, ...]

    @property
    def problems(self) -> tuple[Outcome, ...]:
        """The outcomes that somebody should look at; a move is one, though the file was had."""
        return tuple(outcome for outcome in self.outcomes if outcome.kind not in _NO_PROBLEM)


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
    with _exclusive(folder, corpus), _Visitor(agent, limits, world) as visitor:
        shelf = _Shelf(folder, world.now)
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


# -- One original -------------------------------------------------------------------------------


class _Stop(Exception):
    """Why the original at `url` was not had; `transient` when another attempt may help."""

    def __init__(
        self,
        kind: Kind,
        message: str,
        *,
        url: str | None = None,
        status: int | None = None,
        transient: bool = False,
    ) -> None:
        super().__init__(kind, message)
        self.kind, self.message = kind, message
        self.url, self.status, self.transient = url, status, transient


def _outcome(source: Source, shelf: _Shelf, visitor: _Visitor, limits: Limits) -> Outcome:
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
    except _Stop as stop:
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
    source: Source, kept: Provenance | None, answer: _Answer, shelf: _Shelf, about: Outcome
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


# -- The folder ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where and when a file was had, as kept in `.<id>.json`.

    `url` is the address in the catalogue, `final_url` the one that answered; `last_good` is when
    it was last there, changed or not.
    """

    url: str
    final_url: str
    file: str
    size: int
    sha256: str
    content_type: str
    etag: str | None
    last_modified: str | None
    fetched: dt.datetime
    last_good: dt.datetime
    added: dt.date


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The files that earlier harvests brought, with their sidecars and provenance."""

    folder: Path
    now: Callable[[], dt.datetime]

    def kept(self, source: Source) -> Provenance | None:
        """The provenance of the copy in the folder, if it is there and undamaged."""
        try:
            record = self._record(source).read_bytes()
            kept = msgspec.json.decode(record, type=Provenance)
            with (self.folder / kept.file).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except (OSError, msgspec.MsgspecError):
            return None
        return kept if digest == kept.sha256 else None

    def confirm(self, source: Source, kept: Provenance) -> Provenance:
        """The copy is still the original's state today."""
        confirmed = replace(kept, url=str(source.url), last_good=self.now())
        self.describe(source, confirmed)
        self._remember(source, confirmed)
        return confirmed

    def store(self, source: Source, kept: Provenance | None, answer: _Answer) -> Provenance:
        """The answer as the file of its source; the provenance comes last: it proves the rest."""
        content = answer.content or b""
        now = self.now()
        stored = Provenance(
            url=str(source.url),
            final_url=answer.url,
            file=f"{source.id}.{answer.format}",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            content_type=answer.content_type,
            etag=answer.etag,
            last_modified=answer.last_modified,
            fetched=now,
            last_good=now,
            added=kept.added if kept else now.date(),
        )
        replace_file(self.folder / stored.file, content)
        self.describe(source, stored)
        self._remove_other_formats(source, stored.file)
        self._remember(source, stored)
        return stored

    def describe(self, source: Source, kept: Provenance) -> None:
        """The sidecar of the file, as the catalogue has it today."""
        values = {
            "id": source.id,
            "title": source.title,
            "publisher": source.publisher,
            "year": source.year,
            "lang": source.lang,
            "type": source.type,
            "sectors": source.sectors,
            "source_url": source.url,
            "licence": source.licence,
            "added": kept.added.isoformat(),
        }
        # A JSON value is a YAML value.
        lines = [
            f"{key}: {json.dumps(value, ensure_ascii=False)}\n"
            for key, value in values.items()
            if value
        ]
        content = "".join(lines).encode()
        path = self.folder / f"{kept.file}.yaml"
        if not path.exists() or path.read_bytes() != content:
            replace_file(path, content)

    def _record(self, source: Source) -> Path:
        return self.folder / f".{source.id}.json"

    def _remember(self, source: Source, kept: Provenance) -> None:
        replace_file(self._record(source), msgspec.json.format(msgspec.json.encode(kept)))

    def _remove_other_formats(self, source: Source, file: str) -> None:
        for suffix in _CONTENT_TYPES:
            other = f"{source.id}.{suffix}"
            if other != file:
                (self.folder / other).unlink(missing_ok=True)
                (self.folder / f"{other}.yaml").unlink(missing_ok=True)


# -- What an answer holds -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a server sent; `content` is None when it said that nothing has changed."""

    url: str
    status: int
    moved_to: str | None
    content: bytes | None = None
    format: str = ""
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None


_CONTENT_TYPES: Final = {
    "pdf": ("application/pdf", "application/x-pdf"),
    "html": ("text/html", "application/xhtml+xml"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",),
    "odt": ("application/vnd.oasis.opendocument.text",),
    "txt": ("text/plain",),
}
# What servers say of a file when they do not know.
_UNKNOWN_TYPES: Final = ("", "application/octet-stream", "binary/octet-stream")
_HTML: Final = re.compile(rb"<(?:!doctype html|html|head|body)\b", re.IGNORECASE)
_PASSWORD: Final = re.compile(rb"<input\b[^<>]*\btype\s*=\s*[\"']?password", re.IGNORECASE)
_TAG: Final = re.compile(rb"<(?=[a-z/!])", re.IGNORECASE)
_LONGEST_LOGIN_PAGE: Final = 120
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def _promised(content_type: str) -> str | None:
    """The format that a Content-Type names; None when it names none; _Stop when it is not read."""
    name = content_type.partition(";")[0].strip().lower()
    if name in _UNKNOWN_TYPES:
        return None
    for format_, names in _CONTENT_TYPES.items():
        if name in names:
            return format_
    raise _Stop("wrong-type", f"is sent as {name[:80]}, which is not read here. Correct the `url`.")


def _format(source: Source, content: bytes, content_type: str) -> str:
    """The format of the content, when its bytes, the server and the catalogue agree on one."""
    found = _signature(content)
    promised = _promised(content_type)
    if found == "html" and _is_login(content, source.format or promised):
        raise _Stop("refused", "asks to log in. Fetch it by hand, or write `ask` in the catalogue.")
    if found is None:
        raise _Stop("wrong-type", "is empty or in no format that is read here. Correct the `url`.")
    # Plain text may hold tags, and a page may begin without one.
    text = {"html", "txt"}
    for told, by in ((promised, "the server"), (source.format, "the catalogue")):
        if told and told != found and not {told, found} <= text:
            raise _Stop("wrong-type", f"is {found}, but {by} says {told}. Correct the entry.")
    return (promised or source.format or found) if found in text else found


def _signature(content: bytes) -> str | None:
    start = content[:1024]
    if b"%PDF-" in start:
        return "pdf"
    if start.startswith(b"PK"):
        return _archive_format(content)
    if not start.strip() or (b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff"))):
        return None
    return "html" if _HTML.search(content[:20_000]) else "txt"


def _archive_format(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            if "word/document.xml" in names:
                return "docx"
            with archive.open("mimetype") as file:
                return "odt" if file.read(100).endswith(b".opendocument.text") else None
    except (
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ):
        return None


def _is_login(content: bytes, expected: str | None) -> bool:
    """Whether a page asks for a password instead of giving the document."""
    beginning = content[:1_000_000]
    if not _PASSWORD.search(beginning):
        return False
    return expected != "html" or _words(beginning) < _LONGEST_LOGIN_PAGE


def _words(page: bytes) -> int:
    """How many words a page shows, in one pass over it however it is built."""
    parts = (part.partition(b">") for part in _TAG.split(page))
    unseen = (b"script", b"style")
    return sum(len(text.split()) for tag, _, text in parts if not tag.lower().startswith(unseen))


# -- The visitor --------------------------------------------------------------------------------


@dataclass(slots=True)
class _Host:
    """When a host may be asked again; `closed` says why not in this harvest any more."""

    delay: float
    not_before: float = -math.inf
    closed: str | None = None


class _Visitor:
    """Asks for originals: one request at a time, after the pause that each host wants."""

    def __init__(self, agent: str, limits: Limits, world: World) -> None:
        self._limits, self._world = limits, world
        self._network = _Network(limits.allow_private, world)
        accepted = [name for names in _CONTENT_TYPES.values() for name in names]
        # Proxies of the environment are not used: behind one, no address could be checked.
        self._client = httpx.Client(
            transport=_Transport(self._network),
            trust_env=False,
            timeout=httpx.Timeout(limits.silence),
            headers={
                "User-Agent": agent,
                "Accept": ", ".join([*accepted, "*/*;q=0.1"]),
                "Accept-Encoding": "gzip",
            },
        )
        self._hosts: dict[str, _Host] = {}
        self._rules: dict[str, RobotFileParser | str] = {}

    def __enter__(self) -> _Visitor:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def fetch(self, source: Source, kept: Provenance | None) -> _Answer:
        """The original, or the news that it has not changed; _Stop says why neither."""
        pauses = iter(self._limits.backoff)
        while True:
            try:
                return self._attempt(source, kept)
            except _Stop as stop:
                if not stop.transient:
                    raise
                host = self._host(httpx.URL(stop.url or ""))
                pause = next(pauses, None)
                if pause is None:
                    if stop.kind == "later":
                        host.closed = stop.message
                    raise
                host.not_before = max(host.not_before, self._world.clock() + pause)

    def _attempt(self, source: Source, kept: Provenance | None) -> _Answer:
        headers = {"Accept-Language": source.lang} if source.lang else {}
        with self._following(str(source.url), headers, kept) as (response, moved_to):
            answer = _Answer(str(response.url), response.status_code, moved_to)
            if response.status_code == httpx.codes.NOT_MODIFIED and kept:
                return answer
            self._check_status(response)
            content_type = response.headers.get("content-type", "")
            _promised(content_type)
            content = self._content(response)
            return replace(
                answer,
                content=content,
                format=_format(source, content, content_type),
                content_type=content_type,
                etag=response.headers.get("etag"),
                last_modified=response.headers.get("last-modified"),
            )

    def _check_status(self, response: httpx.Response) -> None:
        status = response.status_code
        told = f"is answered with {status}"
        if status in (429, 503):
            raise self._put_off(response, told)
        if status >= 500:
            raise _Stop("failed", f"{told}. Try again later.", status=status, transient=True)
        if status in (404, 410):
            advice = "Find its new address, or take its `url` out of the catalogue."
            raise _Stop("gone", f"{told}: it is not there any more. {advice}", status=status)
        if status in (401, 403, 407, 451):
            advice = "Fetch it by hand, or write `ask` in the catalogue."
            raise _Stop("refused", f"{told}: robots may not have it. {advice}", status=status)
        if status != httpx.codes.OK:
            raise _Stop(
                "failed", f"{told}. Open it in a browser, correct the `url`.", status=status
            )

    def _put_off(self, response: httpx.Response, told: str) -> _Stop:
        """The wish of a busy host to be asked later: soon enough to wait, or another day."""
        wait = _retry_after(response, self._world.now())
        message = f"{told}: its host is busy. Harvest again later."
        host = self._host(response.url)
        if wait is not None and wait > self._limits.longest_wait:
            host.closed = f"its host asks to wait {wait:.0f} s. Harvest again later."
            return _Stop("later", message, status=response.status_code)
        host.not_before = max(host.not_before, self._world.clock() + (wait or 0))
        return _Stop("later", message, status=response.status_code, transient=True)

    def _content(self, response: httpx.Response) -> bytes:
        limit = self._limits.size
        announced = response.headers.get("content-length", "")
        too_large = announced.isdigit() and int(announced) > limit
        content = b"" if too_large else _read(response, limit)
        if too_large or len(content) > limit:
            raise _Stop("too-large", f"is larger than {limit:,} bytes. Fetch it by hand.")
        return content

    # Redirects.

    @contextlib.contextmanager
    def _following(
        self,
        address: str,
        headers: dict[str, str],
        kept: Provenance | None = None,
        obey: bool = True,
    ) -> Iterator[tuple[httpx.Response, str | None]]:
        """The answer at the end of the redirects, and the address that it has moved to for good."""
        moved_to: str | None = None
        permanent = True
        for _ in range(self._limits.redirects + 1):
            with self._locating(address):
                url = httpx.URL(address)
                self._check_address(url)
                if obey:
                    self._obey_robots(url)
                conditions = _conditions(kept) if kept and kept.final_url == address else {}
                with self._asking(url, headers | conditions) as response:
                    if response.next_request is None:
                        yield response, moved_to
                        return
                    permanent = permanent and response.status_code in (301, 308)
                    address = str(response.next_request.url)
                    moved_to = address if permanent else moved_to
        told = f"redirects more than {self._limits.redirects} times. Open it, correct the `url`."
        raise _Stop("redirect-loop", told, url=address)

    @contextlib.contextmanager
    def _locating(self, address: str) -> Iterator[None]:
        """Every trouble inside the block as a _Stop that names the address."""
        try:
            yield
        except _Stop as stop:
            stop.url = stop.url or address
            raise
        except _TROUBLE as error:
            named = self._trouble(error)
            named.url = address
            raise named from error

    def _trouble(self, error: Exception) -> _Stop:
        reason = str(error) or type(error).__name__
        if isinstance(error, _PrivateAddress):
            return _Stop("private-address", f"{reason}. Correct the `url`.")
        if isinstance(error, httpx.InvalidURL):
            return _Stop("failed", f"leads to no address ({reason}). Correct the `url`.")
        if isinstance(error, _SLOW) and self._network.left() <= 0:
            told = f"took longer than {self._limits.seconds:g} s. Fetch it by hand."
            return _Stop("too-slow", told)
        if isinstance(error, _SLOW):
            return _Stop("too-slow", "does not answer. Harvest again later.", transient=True)
        told = f"the connection failed ({reason}). Harvest again later."
        return _Stop("failed", told, transient=True)

    def _check_address(self, url: httpx.URL) -> None:
        if url.scheme not in ("http", "https") or not url.host or url.userinfo:
            raise _Stop("failed", f"leads to {str(url)[:200]}, which is not followed.")
        closed = self._host(url).closed
        if closed:
            raise _Stop("later", closed)

    # Robots and pauses.

    def _obey_robots(self, url: httpx.URL) -> None:
        """_Stop unless its site lets robots have the page; its wish for a longer pause is noted."""
        origin = f"{url.scheme}://{url.netloc.decode()}"
        if origin not in self._rules:
            self._rules[origin] = self._robots(f"{origin}/robots.txt")
        rules = self._rules[origin]
        if isinstance(rules, str):
            raise _Stop("later", rules)
        if not rules.can_fetch(ROBOT, str(url)):
            told = "robots.txt of its site forbids it. Ask the publisher, or fetch it by hand."
            raise _Stop("forbidden-by-robots", told)
        host, wish = self._host(url), float(rules.crawl_delay(ROBOT) or 0)
        host.delay = min(max(host.delay, wish), max(self._limits.longest_delay, self._limits.delay))

    def _robots(self, address: str) -> RobotFileParser | str:
        """The rules of a site (RFC 9309), or why they, and so the site, cannot be had today."""
        rules = RobotFileParser()
        try:
            with self._following(address, {}, obey=False) as (response, _):
                status = response.status_code
                if status == httpx.codes.OK:
                    text = _read(response, _LONGEST_ROBOTS)[:_LONGEST_ROBOTS]
                    rules.parse(text.decode("utf-8-sig", "replace").splitlines())
                    return rules
        except _Stop as stop:
            if stop.kind == "private-address":
                raise _Stop(stop.kind, stop.message) from stop
            return f"the robots.txt of its site cannot be had: {stop.message}"
        if 400 <= status < 500 and status != httpx.codes.TOO_MANY_REQUESTS:
            rules.parse([])
            return rules
        return f"the robots.txt of its site is answered with {status}. Harvest again later."

    @contextlib.contextmanager
    def _asking(self, url: httpx.URL, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """The answer to one request, sent when its host may be asked again."""
        host = self._host(url)
        early = host.not_before - self._world.clock()
        if early > 0:
            self._world.sleep(early)
        self._network.ends_at = self._world.clock() + self._limits.seconds
        request = self._client.build_request("GET", url, headers=headers)
        try:
            with contextlib.closing(self._client.send(request, stream=True)) as response:
                yield response
        finally:
            host.not_before = max(host.not_before, self._world.clock() + host.delay)

    def _host(self, url: httpx.URL) -> _Host:
        return self._hosts.setdefault(url.netloc.decode(), _Host(self._limits.delay))


def _conditions(kept: Provenance) -> dict[str, str]:
    conditions = {"If-None-Match": kept.etag, "If-Modified-Since": kept.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _retry_after(response: httpx.Response, now: dt.datetime) -> float | None:
    """The seconds that a Retry-After asks for, written as seconds or as a date."""
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        date = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or dt.UTC) - now).total_seconds())


# -- Bytes --------------------------------------------------------------------------------------

_LONGEST_ROBOTS: Final = 500 * 1024
_PIECE: Final = 1024 * 1024


def _read(response: httpx.Response, limit: int) -> bytes:
    """The body, decoded, up to somewhat more than `limit` bytes."""
    content = bytearray()
    for piece in _decoded(response):
        content += piece
        if len(content) > limit:
            break
    return bytes(content)


def _decoded(response: httpx.Response) -> Iterator[bytes]:
    """The body in pieces of at most a megabyte each, however far a compressed one inflates."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        yield from response.iter_raw()
        return
    if encoding not in ("gzip", "x-gzip"):
        raise _Stop("failed", f"is sent as {encoding[:80]}, which was not asked for.")
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for chunk in response.iter_raw():
        while chunk:
            yield inflate.decompress(chunk, _PIECE)
            chunk = inflate.unconsumed_tail
    yield inflate.flush()
    if not inflate.eof:
        raise httpcore.RemoteProtocolError("the compressed body ends early")


# -- The network --------------------------------------------------------------------------------


class _PrivateAddress(Exception):
    """A name that leads into a private network."""


_SLOW: Final = (httpx.TimeoutException, httpcore.TimeoutException)
_TROUBLE: Final = (
    httpx.InvalidURL,
    httpx.TransportError,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    zlib.error,
    _PrivateAddress,
)


def _is_public(text: str) -> bool:
    """Whether an IP address, or the one that an IPv6 address wraps, is one of the open internet."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            wrapped = ipaddress.IPv4Address(address.packed[-4:])
        if wrapped:
            return _is_public(str(wrapped))
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast


_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


class _Network(httpcore.NetworkBackend):
    """Connections to public addresses, all of which end at a deadline.

    The name is resolved here, and the address that was checked is the one connected to: a name
    that answers differently a moment later (DNS rebinding) gains nothing. The request and the TLS
    handshake still carry the name.
    """

    def __init__(self, allow_private: bool, world: World) -> None:
        self.ends_at = math.inf
        self._allow_private, self._world = allow_private, world
        self._sockets = httpcore.SyncBackend()

    def left(self) -> float:
        """Seconds to the deadline; 0 or less when it has passed."""
        return self.ends_at - self._world.clock()

    def limited(self, timeout: float | None) -> float:
        """A timeout that ends with the deadline at the latest."""
        left = self.left()
        if left <= 0:
            raise httpcore.ReadTimeout("the time is up")
        return left if timeout is None else min(timeout, left)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address of the host that answers."""
        trouble: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._addresses(host, port):
            try:
                stream = self._sockets.connect_tcp(
                    address, port, self.limited(timeout), local_address, socket_options
                )
                return _Stream(stream, self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                trouble = error
        raise trouble

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            addresses = self._world.resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} has no address: {error}") from error
        private = [] if self._allow_private else [a for a in addresses if not _is_public(a)]
        if private:
            raise _PrivateAddress(f"{host} is in a private network ({private[0]})")
        return addresses


class _Stream(httpcore.NetworkStream):
    """A connection on which every wait ends with the deadline, however slowly bytes drip."""

    def __init__(self, stream: httpcore.NetworkStream, network: _Network) -> None:
        self._stream, self._network = stream, network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has come."""
        return self._stream.read(max_bytes, self._network.limited(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Sends."""
        self._stream.write(buffer, self._network.limited(timeout))

    def close(self) -> None:
        """Ends the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """The connection, encrypted; the certificate is checked against the name."""
        limited = self._network.limited(timeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, limited), self._network)

    def get_extra_info(self, info: str) -> Any:
        """What the connection knows of itself."""
        return self._stream.get_extra_info(info)


class _Transport(httpx.BaseTransport):
    """Carries the requests of httpx over a network of our own."""

    def __init__(self, network: _Network) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            network_backend=network,
            max_keepalive_connections=0,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, whose body is still to be read."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        asked = httpcore.Request(
            request.method, url, headers=request.headers.raw, extensions=request.extensions
        )
        answer = self._pool.handle_request(asked)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        """Ends every connection."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()
