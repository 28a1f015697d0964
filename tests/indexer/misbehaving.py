"""A real web server on this machine whose pages answer as a test tells them to."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

PDF: Final = b"%PDF-1.7\n" + b"Street lighting and crime. " * 20 + b"\n%%EOF\n"
PAGE: Final = b"<!doctype html><html><body><h1>Street lighting</h1><p>It helps.</p></body></html>"

Handler = BaseHTTPRequestHandler
Answer = Callable[[Handler], None]


@dataclass
class Site:
    """One host: its pages by path, what it was asked, and how many requests it had at once."""

    port: int = 0
    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    crowded: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        """What was asked for, apart from robots.txt."""
        return [path for path, _ in self.asked if path != "/robots.txt"]

    def header(self, path: str, name: str) -> list[str | None]:
        """The values of a header in every request for a path."""
        return [headers.get(name.lower()) for asked, headers in self.asked if asked == path]

    @contextlib.contextmanager
    def counted(self) -> Iterator[None]:
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            if self.at_once > 1:
                self.crowded.set()
        try:
            yield
        finally:
            with self.lock:
                self.at_once -= 1


@contextlib.contextmanager
def serving() -> Iterator[Site]:
    """A site that answers while the block runs; what hangs is let go at its end."""
    site = Site()

    class Answers(BaseHTTPRequestHandler):
        # An answer leaves when it is no longer counted: who has it may ask again at once.
        wbufsize = -1

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            site.asked.append((self.path, headers))
            with site.counted(), contextlib.suppress(ConnectionError):
                site.pages.get(self.path, status(404))(self)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        site.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


# -- Answers ------------------------------------------------------------------------------------


def send(
    content: bytes = PDF, content_type: str | None = "application/pdf", **headers: str
) -> Answer:
    """A good answer; a header is named with underscores, and left out when it is empty."""
    return status(200, content, content_type, **headers)


def status(
    code: int, content: bytes = b"", content_type: str | None = None, **headers: str
) -> Answer:
    """An answer with a status."""

    def answer(handler: Handler) -> None:
        handler.send_response(code)
        if content_type:
            handler.send_header("Content-Type", content_type)
        told = {"Content_Length": str(len(content)), **headers}
        for name, value in told.items():
            if value:
                handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def redirect(location: str, code: int = 302) -> Answer:
    """An answer that leads elsewhere."""
    return status(code, Location=location)


def robots(text: str) -> Answer:
    """A robots.txt."""
    return send(text.encode(), "text/plain")


def in_turn(*answers: Answer) -> Answer:
    """A different answer each time; the last one for ever."""
    left = list(answers)
    return lambda handler: (left.pop(0) if len(left) > 1 else left[0])(handler)


def waiting(site: Site, answer: Answer) -> Answer:
    """An answer that gives others a moment to ask beside it."""

    def answered(handler: Handler) -> None:
        site.crowded.wait(0.05)
        answer(handler)

    return answered


def conditional(content: bytes, **validators: str) -> Answer:
    """A page that is not sent again to who knows its ETag or its date."""

    def answer(handler: Handler) -> None:
        told = {handler.headers.get("If-None-Match"), handler.headers.get("If-Modified-Since")}
        same = any(value in told for value in validators.values())
        (status(304) if same else send(content, **validators))(handler)

    return answer


def silent(site: Site) -> Answer:
    """Headers that never come."""

    def answer(handler: Handler) -> None:
        site.released.wait(10)
        handler.close_connection = True

    return answer


def dripping(site: Site, headers: bytes) -> Answer:
    """An answer that never ends: one byte again and again after the given headers."""

    def answer(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n" + headers)
        while not site.released.wait(0.01):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    return answer


def endless(piece: bytes = b"x" * 65536, **headers: str) -> Answer:
    """A body without a length that goes on until nobody listens."""

    def answer(handler: Handler) -> None:
        send(b"%PDF-1.7\n", Content_Length="", **headers)(handler)
        while True:
            handler.wfile.write(piece)

    return answer
