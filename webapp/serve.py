"""The console command `webapp`: the site on a production WSGI server."""

from __future__ import annotations

import argparse
import socket
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import waitress  # type: ignore[import-untyped]

from indexer.errors import EngineError, IndexerError
from webapp import create_app
from webapp.catalogue import catalogue_of

if TYPE_CHECKING:
    from flask import Flask

THREADS = 8


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until interrupted; 1 when it cannot start, 2 when the arguments make no sense."""
    given = _parser().parse_args(arguments)
    try:
        app = create_app({"corpus": given.corpus, "index": given.index})
        server = waitress.create_server(
            app, sockets=[_socket(given.host, given.port)], threads=THREADS, ident=None
        )
    except IndexerError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"Cannot listen on {given.host}:{given.port} ({error.strerror}). {_REMEDY}")
    _tell(f"Serving on http://{_host(given.host)}:{server.effective_port} (Ctrl+C stops it)")
    _warn_without_index(app)
    server.run()
    return 0


_REMEDY = "Choose another address with --host or --port."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="webapp", description="Serves the search site.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", default=8000, type=_port, help="port to listen on (%(default)s)")
    parser.add_argument("--corpus", metavar="DIR", help="folder of documents (./corpus)")
    parser.add_argument("--index", metavar="DIR", help="folder of the index (./.index)")
    return parser


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) < 65_536:
        return int(text)
    raise argparse.ArgumentTypeError(f"“{text}” is not a port; use a number from 0 to 65535.")


def _socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _warn_without_index(app: Flask) -> None:
    try:
        catalogue_of(app).state()
    except EngineError as error:
        _tell(f"{error} Until then, every search answers 503.")


def _refuse(message: str) -> int:
    _tell(message)
    return 1


def _tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
