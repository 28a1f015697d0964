"""One cluster: what is asked of it, over HTTP, and every failure with what to do about it.

The only file that imports opensearchpy, whose pool of connections goes on to the next node when one
does not answer.
"""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

import msgspec

from indexer.config import Config
from indexer.engines.opensearch.breaker import Breaker
from indexer.engines.opensearch.mapping import Json
from indexer.errors import EngineError, EngineUnavailable

try:
    import opensearchpy
    from opensearchpy import exceptions
except ImportError as error:
    raise EngineUnavailable(
        "The engine “opensearch” is not installed. Run `pip install 'evidence-index[opensearch]'`."
    ) from error

# The first that moves an alias only from where it must stand.
OLDEST: Final = (2, 12)
NEWEST: Final = 3
_BUSY: Final = frozenset({429, 502, 503, 504})
_BLOCKED: Final = "cluster_block_exception"
_BULK_BYTES: Final = 4_000_000
_TRIES: Final = 8
_BULK_SECONDS: Final = 120.0
_LONGEST_WAIT: Final = 30.0

_DISK: Final = (
    "The disks of the cluster are too full to write. Free space or add a node; then build again."
)
_READ_ONLY: Final = (
    "The cluster is read-only. Allow writing (cluster.blocks.read_only); then build again."
)


class _Serializer:
    mimetype = "application/json"

    def dumps(self, data: Any) -> str:
        return data if isinstance(data, str) else msgspec.json.encode(data).decode()

    def loads(self, text: str) -> Any:
        return msgspec.json.decode(text)


class Cluster:
    """The nodes of the settings; safe to use from several threads."""

    def __init__(self, config: Config) -> None:
        addresses = [urlsplit(url) for url in config.opensearch_url]
        self._hosts = ", ".join(f"{each.hostname}:{each.port or 9200}" for each in addresses)
        self._seconds = config.opensearch_seconds
        self._breaker = Breaker()
        first = addresses[0]
        secure = first.scheme == "https"
        user = (unquote(first.username), unquote(first.password or "")) if first.username else None
        self._client = opensearchpy.OpenSearch(
            hosts=[{"host": each.hostname, "port": each.port or 9200} for each in addresses],
            http_auth=user,
            use_ssl=secure,
            verify_certs=secure,
            ca_certs=config.opensearch_ca or None,
            timeout=config.opensearch_seconds,
            max_retries=max(config.opensearch_retries, len(addresses)),
            retry_on_timeout=True,
            retry_on_status=(502, 503, 504),
            serializer=_Serializer(),
            pool_maxsize=16,
        )

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        seconds: float | None = None,
        **parameters: str | int | bool,
    ) -> Any:
        """What the cluster answers, as JSON; EngineUnavailable when it does not, and EngineError
        when it refuses."""
        reason = self._breaker.waiting()
        if reason:
            raise EngineUnavailable(reason)
        told: dict[str, str | float] = {name: _text(value) for name, value in parameters.items()}
        told |= {"request_timeout": seconds} if seconds else {}
        try:
            found = self._client.transport.perform_request(method, path, params=told, body=body)
        except exceptions.TransportError as error:
            converted = self._converted(error)
            if isinstance(converted, EngineUnavailable):
                self._breaker.failed(str(converted))
            else:
                self._breaker.answered()
            raise converted from error
        self._breaker.answered()
        return found

    def ask_again(
        self, method: str, path: str, body: Any, seconds: float, **parameters: str
    ) -> Any:
        """The same for what may be done twice: asked again, later each time, while the cluster does
        not answer, as when it lost a node."""
        for attempt in range(_TRIES - 1):
            try:
                return self.ask(method, path, body, seconds, **parameters)
            except EngineUnavailable:
                _wait(attempt)
        return self.ask(method, path, body, seconds, **parameters)

    def search(self, index: str, bodies: Sequence[Json]) -> list[Any]:
        """The answers to several searches of an index, each whole or none at all."""
        if not bodies:
            return []
        whole = {"allow_partial_search_results": False}
        lines = [part for body in bodies for part in (whole, body)]
        text = "".join(msgspec.json.encode(line).decode() + "\n" for line in lines)
        found = self.ask(
            "POST",
            f"/{quote(index)}/_msearch",
            text,
            max_concurrent_searches=len(bodies),
        )["responses"]
        for answer in found:
            self._check(answer)
        return list(found)

    def _check(self, answer: Mapping[str, Any]) -> None:
        if "error" in answer:
            raise self._refused(int(answer.get("status", 500)), answer["error"])
        shards = answer["_shards"]
        if answer.get("timed_out") or shards["failed"] or shards["successful"] < shards["total"]:
            raise EngineUnavailable(
                f"Some of the index on {self._hosts} does not answer. Look at the health of the "
                "cluster; its pages come back with its nodes."
            )

    def documents(self, index: str, names: Sequence[str]) -> list[Any]:
        """The sources of documents by name, None where there is none."""
        if not names:
            return []
        found = self.ask("POST", f"/{quote(index)}/_mget", {"ids": [*names]})["docs"]
        for held in found:
            if "error" in held:
                raise self._refused(500, held["error"])
        return [held.get("_source") for held in found]

    def bulk(self, index: str, actions: Iterable[tuple[str, Json | None]]) -> None:
        """Writes documents by name, or deletes those that are None; each may be done again, so a
        batch that was not taken is sent again, later each time, until it is."""
        for batch in _batches(actions):
            self._send(index, batch)

    def _send(self, index: str, batch: list[str]) -> None:
        for attempt in range(_TRIES):
            batch, reason = self._refused_of(index, batch)
            if not batch:
                return
            _wait(attempt)
        raise EngineUnavailable(
            f"The cluster at {self._hosts} does not take what is written: {reason}"
        )

    def _refused_of(self, index: str, batch: list[str]) -> tuple[list[str], str]:
        """What of a batch has to be sent again, and why."""
        path = f"/{quote(index)}/_bulk"
        try:
            answer = self.ask("POST", path, "".join(batch), _BULK_SECONDS, require_alias=True)
        except EngineUnavailable as error:
            return batch, str(error)
        again, reason = [], ""
        for line, item in zip(batch, answer["items"], strict=True):
            ((kind, told),) = item.items()
            blocked = told.get("error", {}).get("type") == _BLOCKED
            if told["status"] in _BUSY and not blocked:
                again.append(line)
                reason = str(told["error"].get("reason"))
            elif told["status"] >= 300 and not (kind == "delete" and told["status"] == 404):
                raise self._refused(told["status"], told["error"])
        return again, reason

    def _converted(self, error: Any) -> EngineError:
        if isinstance(error, exceptions.ConnectionTimeout):
            return EngineUnavailable(
                f"The cluster at {self._hosts} did not answer within {self._seconds} s. Look at "
                "its load, or raise EVIDENCE_OPENSEARCH_SECONDS."
            )
        if isinstance(error, exceptions.SSLError):
            return EngineUnavailable(
                f"The certificate of the cluster at {self._hosts} is not trusted. Name its "
                "authority in EVIDENCE_OPENSEARCH_CA."
            )
        if isinstance(error, exceptions.ConnectionError):
            return EngineUnavailable(
                f"No node answers at {self._hosts}. Start the cluster, or correct "
                "EVIDENCE_OPENSEARCH_URL."
            )
        info = error.info if isinstance(error.info, dict) else {}
        return self._refused(error.status_code, info.get("error") or str(error))

    def _refused(self, status: Any, told: Any) -> EngineError:
        cause = _cause(told) if isinstance(told, dict) else {"reason": str(told)}
        kind, reason = str(cause.get("type", "")), str(cause.get("reason", ""))
        if kind == _BLOCKED:
            return EngineUnavailable(_DISK if "flood" in reason or "disk" in reason else _READ_ONLY)
        if status in (401, 403):
            return EngineUnavailable(
                f"The cluster at {self._hosts} refuses this user. Correct the name and password in "
                "EVIDENCE_OPENSEARCH_URL."
            )
        if "too_many" in kind:
            return EngineUnavailable(
                f"The cluster at {self._hosts} does not take queries as long as this one. Set its "
                "indices.query.bool.max_clause_count to 65536."
            )
        if kind == "index_not_found_exception":
            return Gone(f"The index that answered is gone from {self._hosts}. Run `indexer build`.")
        if kind == "resource_already_exists_exception":
            return Exists(f"The index exists already on {self._hosts}.")
        if status == 404:
            return Gone(f"The cluster at {self._hosts} does not have it ({reason or kind}).")
        if status in _BUSY or "shards" in reason:
            return EngineUnavailable(
                f"The cluster at {self._hosts} is busy or part of it is missing "
                f"({reason or kind}). Look at its health; try again in a minute."
            )
        return EngineError(f"The cluster at {self._hosts} failed ({status}, {kind}: {reason}).")

    def check(self) -> str:
        """The version of the cluster; EngineUnavailable unless it can answer as it must."""
        told = self.ask("GET", "/")["version"]
        number = str(told["number"])
        major, minor = (int(part) for part in number.split(".")[:2])
        named = told.get("distribution", "elasticsearch")
        if named != "opensearch" or (major, minor) < OLDEST or major > NEWEST:
            raise EngineUnavailable(
                f"The cluster at {self._hosts} is {named} {number}; use OpenSearch "
                f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST}."
            )
        return number

    def close(self) -> None:
        """Gives back all connections."""
        self._client.close()


class Gone(EngineError):
    """What was asked for is not on the cluster."""


class Exists(EngineError):
    """What was to be made is there."""


def _cause(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an error began with: that of a search only says that its shards failed."""
    causes = told.get("root_cause") or [told]
    return causes[0] if isinstance(causes[0], dict) else told


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _wait(attempt: int) -> None:
    # Builders that wait equally long would come back together.
    time.sleep(random.uniform(0, min(_LONGEST_WAIT, 0.5 * 2**attempt)))


def _batches(actions: Iterable[tuple[str, Json | None]]) -> Iterator[list[str]]:
    """Actions as lines, some megabytes at a time."""
    batch: list[str] = []
    held = 0
    for name, document in actions:
        line = _line(name, document)
        if batch and held + len(line) > _BULK_BYTES:
            yield batch
            batch, held = [], 0
        batch.append(line)
        held += len(line)
    if batch:
        yield batch


def _line(name: str, document: Json | None) -> str:
    action = msgspec.json.encode(
        {"delete" if document is None else "index": {"_id": name}}
    ).decode()
    if document is None:
        return f"{action}\n"
    return f"{action}\n{msgspec.json.encode(document).decode()}\n"


@functools.cache
def cluster_of(config: Config) -> Cluster:
    """The cluster of the settings, one for all who ask it."""
    return Cluster(config)
