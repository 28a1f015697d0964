"""Connections to public addresses only, within a deadline, and bodies within a limit."""

from __future__ import annotations

import ipaddress
import math
import ssl
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import httpcore
import httpx

from indexer.harvest.outcomes import Stop, World

_PIECE: Final = 1024 * 1024


def read_body(response: httpx.Response, limit: int) -> bytes:
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
        raise Stop("failed", f"is sent as {encoding[:80]}, which was not asked for.")
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for chunk in response.iter_raw():
        while chunk:
            yield inflate.decompress(chunk, _PIECE)
            chunk = inflate.unconsumed_tail
    yield inflate.flush()
    if not inflate.eof:
        raise httpcore.RemoteProtocolError("the compressed body ends early")


# -- The network --------------------------------------------------------------------------------


class PrivateAddress(Exception):
    """A name that leads into a private network."""


SLOW: Final = (httpx.TimeoutException, httpcore.TimeoutException)
TROUBLE: Final = (
    httpx.InvalidURL,
    httpx.TransportError,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    zlib.error,
    PrivateAddress,
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


class Network(httpcore.NetworkBackend):
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
            raise PrivateAddress(f"{host} is in a private network ({private[0]})")
        return addresses


class _Stream(httpcore.NetworkStream):
    """A connection on which every wait ends with the deadline, however slowly bytes drip."""

    def __init__(self, stream: httpcore.NetworkStream, network: Network) -> None:
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


class Transport(httpx.BaseTransport):
    """Carries the requests of httpx over a network of our own."""

    def __init__(self, network: Network) -> None:
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
