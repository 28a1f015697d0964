"""How an original is asked for: politely, by hand through redirects, and again if that may help."""

from __future__ import annotations

import contextlib
import datetime as dt
import email.utils
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.robotparser import RobotFileParser

import httpx

from indexer.harvest.answer import CONTENT_TYPES, Answer, document_format, promised
from indexer.harvest.network import (
    SLOW,
    TROUBLE,
    Network,
    PrivateAddress,
    Transport,
    read_body,
)
from indexer.harvest.outcomes import ROBOT, Limits, Stop, World
from indexer.harvest.shelf import Provenance
from indexer.sources import Source

_LONGEST_ROBOTS: Final = 500 * 1024


@dataclass(slots=True)
class Host:
    """When a host may be asked again; `closed` says why not in this harvest any more."""

    delay: float
    not_before: float = -math.inf
    closed: str | None = None


class Visitor:
    """Asks for originals: one request at a time, after the pause that each host wants."""

    def __init__(self, agent: str, limits: Limits, world: World) -> None:
        self._limits, self._world = limits, world
        self._network = Network(limits.allow_private, world)
        accepted = [name for names in CONTENT_TYPES.values() for name in names]
        # Proxies of the environment are not used: behind one, no address could be checked.
        self._client = httpx.Client(
            transport=Transport(self._network),
            trust_env=False,
            timeout=httpx.Timeout(limits.silence),
            headers={
                "User-Agent": agent,
                "Accept": ", ".join([*accepted, "*/*;q=0.1"]),
                "Accept-Encoding": "gzip",
            },
        )
        self._hosts: dict[str, Host] = {}
        self._rules: dict[str, RobotFileParser | str] = {}

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def fetch(self, source: Source, kept: Provenance | None) -> Answer:
        """The original, or the news that it has not changed; Stop says why neither."""
        pauses = iter(self._limits.backoff)
        while True:
            try:
                return self._attempt(source, kept)
            except Stop as stop:
                if not stop.transient:
                    raise
                host = self._host(httpx.URL(stop.url or ""))
                pause = next(pauses, None)
                if pause is None:
                    if stop.kind == "later":
                        host.closed = stop.message
                    raise
                host.not_before = max(host.not_before, self._world.clock() + pause)

    def _attempt(self, source: Source, kept: Provenance | None) -> Answer:
        headers = {"Accept-Language": source.lang} if source.lang else {}
        with self._following(str(source.url), headers, kept) as (response, moved_to):
            answer = Answer(str(response.url), response.status_code, moved_to)
            if response.status_code == httpx.codes.NOT_MODIFIED and kept:
                return answer
            self._check_status(response)
            content_type = response.headers.get("content-type", "")
            promised(content_type)
            content = self._content(response)
            return replace(
                answer,
                content=content,
                format=document_format(source, content, content_type),
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
            raise Stop("failed", f"{told}. Try again later.", status=status, transient=True)
        if status in (404, 410):
            advice = "Find its new address, or take its `url` out of the catalogue."
            raise Stop("gone", f"{told}: it is not there any more. {advice}", status=status)
        if status in (401, 403, 407, 451):
            advice = "Fetch it by hand, or write `ask` in the catalogue."
            raise Stop("refused", f"{told}: robots may not have it. {advice}", status=status)
        if status != httpx.codes.OK:
            raise Stop("failed", f"{told}. Open it in a browser, correct the `url`.", status=status)

    def _put_off(self, response: httpx.Response, told: str) -> Stop:
        """The wish of a busy host to be asked later: soon enough to wait, or another day."""
        wait = _retry_after(response, self._world.now())
        message = f"{told}: its host is busy. Harvest again later."
        host = self._host(response.url)
        if wait is not None and wait > self._limits.longest_wait:
            host.closed = f"its host asks to wait {wait:.0f} s. Harvest again later."
            return Stop("later", message, status=response.status_code)
        host.not_before = max(host.not_before, self._world.clock() + (wait or 0))
        return Stop("later", message, status=response.status_code, transient=True)

    def _content(self, response: httpx.Response) -> bytes:
        limit = self._limits.size
        announced = response.headers.get("content-length", "")
        too_large = announced.isdigit() and int(announced) > limit
        content = b"" if too_large else read_body(response, limit)
        if too_large or len(content) > limit:
            raise Stop("too-large", f"is larger than {limit:,} bytes. Fetch it by hand.")
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
        raise Stop("redirect-loop", told, url=address)

    @contextlib.contextmanager
    def _locating(self, address: str) -> Iterator[None]:
        """Every trouble inside the block as a Stop that names the address."""
        try:
            yield
        except Stop as stop:
            stop.url = stop.url or address
            raise
        except TROUBLE as error:
            named = self._trouble(error)
            named.url = address
            raise named from error

    def _trouble(self, error: Exception) -> Stop:
        reason = str(error) or type(error).__name__
        if isinstance(error, PrivateAddress):
            return Stop("private-address", f"{reason}. Correct the `url`.")
        if isinstance(error, httpx.InvalidURL):
            return Stop("failed", f"leads to no address ({reason}). Correct the `url`.")
        if isinstance(error, SLOW) and self._network.left() <= 0:
            told = f"took longer than {self._limits.seconds:g} s. Fetch it by hand."
            return Stop("too-slow", told)
        if isinstance(error, SLOW):
            return Stop("too-slow", "does not answer. Harvest again later.", transient=True)
        told = f"the connection failed ({reason}). Harvest again later."
        return Stop("failed", told, transient=True)

    def _check_address(self, url: httpx.URL) -> None:
        if url.scheme not in ("http", "https") or not url.host or url.userinfo:
            raise Stop("failed", f"leads to {str(url)[:200]}, which is not followed.")
        closed = self._host(url).closed
        if closed:
            raise Stop("later", closed)

    # Robots and pauses.

    def _obey_robots(self, url: httpx.URL) -> None:
        """Stop unless its site lets robots have the page; its wish for a longer pause is noted."""
        origin = f"{url.scheme}://{url.netloc.decode()}"
        if origin not in self._rules:
            self._rules[origin] = self._robots(f"{origin}/robots.txt")
        rules = self._rules[origin]
        if isinstance(rules, str):
            raise Stop("later", rules)
        if not rules.can_fetch(ROBOT, str(url)):
            told = "robots.txt of its site forbids it. Ask the publisher, or fetch it by hand."
            raise Stop("forbidden-by-robots", told)
        host, wish = self._host(url), float(rules.crawl_delay(ROBOT) or 0)
        host.delay = min(max(host.delay, wish), max(self._limits.longest_delay, self._limits.delay))

    def _robots(self, address: str) -> RobotFileParser | str:
        """The rules of a site (RFC 9309), or why they, and so the site, cannot be had today."""
        rules = RobotFileParser()
        try:
            with self._following(address, {}, obey=False) as (response, _):
                status = response.status_code
                if status == httpx.codes.OK:
                    text = read_body(response, _LONGEST_ROBOTS)[:_LONGEST_ROBOTS]
                    rules.parse(text.decode("utf-8-sig", "replace").splitlines())
                    return rules
        except Stop as stop:
            if stop.kind == "private-address":
                raise Stop(stop.kind, stop.message) from stop
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

    def _host(self, url: httpx.URL) -> Host:
        return self._hosts.setdefault(url.netloc.decode(), Host(self._limits.delay))


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
