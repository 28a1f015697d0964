"""Whatever is wrong with a cluster, it is said at once, with what to do about it."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest import mock

import pytest

from indexer import engines
from indexer.catalogue import Catalogue
from indexer.config import Config, load
from indexer.engines.opensearch.breaker import FAILURES, SECONDS, Breaker
from indexer.engines.opensearch.cluster import cluster_of
from indexer.errors import ConfigError, EngineUnavailable
from indexer.prepare import facets
from indexer.query import Query
from tests.cluster.conftest import MakeConfig
from tests.cluster.test_publishing import DOGS, LAMPS, found, written
from tests.conformance.test_engines import VOCABULARY
from webapp import create_app


def settings(url: str, folder: Path, **values: object) -> Config:
    told = {"engine": "opensearch", "opensearch_url": url, "corpus": folder, "index": folder}
    return load(told | values, {})


@contextmanager
def answering(status: int, answer: object) -> Iterator[str]:
    """The address of a server that says the same whatever it is asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def nobody() -> str:
    """An address at which nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def test_a_cluster_that_is_down_is_named_with_what_to_do(nobody: str, tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match=r"No node answers at .*Start the cluster"):
        Catalogue(settings(nobody, tmp_path)).search(Query("theft"))


def test_a_cluster_that_is_slow_is_not_waited_for(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        config = settings(url, tmp_path, opensearch_seconds=1, opensearch_retries=0)
        with pytest.raises(EngineUnavailable, match="did not answer within 1 s"):
            engines.current(config)


def test_pages_say_503_at_once_and_when_to_try_again(nobody: str, tmp_path: Path) -> None:
    told = {"engine": "opensearch", "opensearch_url": nobody, "index": str(tmp_path)}
    client = create_app({"corpus": str(tmp_path), **told}).test_client()
    for _ in range(FAILURES):
        client.get("/en/search?q=theft")
    with mock.patch("opensearchpy.Transport.perform_request") as asked:
        page = client.get("/en/search?q=theft")
        health = client.get("/healthz")
    assert not asked.called
    assert page.status_code == health.status_code == 503
    assert int(page.headers["Retry-After"]) > 0
    assert health.get_json()["error"] == "EngineUnavailable"


def test_a_step_of_a_build_is_asked_again_until_the_cluster_answers(
    nobody: str, tmp_path: Path
) -> None:
    cluster = cluster_of(settings(nobody, tmp_path))
    answers = [EngineUnavailable("down"), EngineUnavailable("down"), {"count": 1}]
    with mock.patch.object(cluster, "ask", side_effect=answers), mock.patch("time.sleep") as slept:
        assert cluster.ask_again("POST", "/index/_count", None, 1.0) == {"count": 1}
    assert slept.call_count == 2


def test_a_breaker_lets_one_in_after_a_pause_and_all_when_that_was_answered() -> None:
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    for _ in range(FAILURES - 1):
        breaker.failed("down")
    assert breaker.waiting() == ""
    breaker.failed("down")
    assert breaker.waiting() == "down"
    now[0] += SECONDS
    assert [breaker.waiting(), breaker.waiting()] == ["", "down"]
    breaker.answered()
    assert [breaker.waiting(), breaker.waiting()] == ["", ""]


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (200, {"version": {"number": "8.15.0"}}, "elasticsearch 8.15.0; use OpenSearch"),
        (200, {"version": {"number": "1.3.0", "distribution": "opensearch"}}, "use OpenSearch"),
        (401, {}, "refuses this user.*EVIDENCE_OPENSEARCH_URL"),
        (403, {"error": {"type": "security_exception", "reason": "no"}}, "refuses this user"),
        (429, {"error": {"type": "circuit_breaking_exception", "reason": "full"}}, "is busy"),
    ],
)
def test_what_a_cluster_says_becomes_what_to_do(
    status: int, answer: object, said: str, tmp_path: Path
) -> None:
    with (
        answering(status, answer) as url,
        pytest.raises(EngineUnavailable, match=said),
    ):
        engines.current(settings(url, tmp_path))


def test_the_engine_needs_its_nodes_and_they_are_no_secret_to_print(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="EVIDENCE_OPENSEARCH_URL"):
        settings("", tmp_path)
    config = settings("https://user:secret@host:9200", tmp_path)
    assert "secret" not in repr(config)


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("index.blocks.read_only", "read-only"),
        ("index.blocks.read_only_allow_delete", "too full to write"),
    ],
)
def test_a_cluster_that_takes_nothing_keeps_its_answers(
    make_config: MakeConfig, block: str, said: str
) -> None:
    config = make_config()
    first = engines.promote(config, written(config, [LAMPS]))
    path = engines.start(config)
    writer = engines.open_writer(config.engine, path, first.path, config)
    index = f"{config.opensearch_alias}-{path.name}"
    cluster_of(config).ask("PUT", f"/{index}/_settings", {block: True})
    held, cut = DOGS
    writer.add(held, cut, facets(held, VOCABULARY))
    with pytest.raises(EngineUnavailable, match=said):
        writer.commit()
    cluster_of(config).ask("PUT", f"/{index}/_settings", {block: None})
    assert found(config) == ["lamps"]
