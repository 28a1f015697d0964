"""The console command."""

from __future__ import annotations

import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.webapp import sample
from webapp import serve


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(folder: Path, port: int) -> subprocess.Popen[str]:
    places = ["--corpus", str(folder / "corpus"), "--index", str(folder / "index")]
    command = [sys.executable, "-m", "webapp", "--port", str(port), *places]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("index", [True, False])
def test_the_command_serves_and_says_where(tmp_path: Path, index: bool) -> None:
    if index:
        sample.built(tmp_path)
    port = _free_port()
    with _start(tmp_path, port) as server:
        try:
            assert server.stderr
            assert f"http://127.0.0.1:{port}" in server.stderr.readline()
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/en/about") as response:
                assert response.status == 200
                assert "Server" not in response.headers
        finally:
            server.terminate()
        rest = server.stderr.read()
    assert ("Run `indexer build`" in rest) is not index


def test_a_port_that_is_taken_is_one_clear_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        status = serve.main(["--port", port, "--corpus", str(tmp_path), "--index", str(tmp_path)])
    told = capsys.readouterr()
    assert status == 1
    assert told.out == ""
    assert f"Cannot listen on 127.0.0.1:{port}" in told.err
    assert "--port" in told.err
    assert len(told.err.splitlines()) == 1


def test_a_wrong_setting_is_one_clear_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVIDENCE_ENGINE", "magic")
    assert serve.main(["--corpus", str(tmp_path)]) == 1
    assert "“magic” is not known" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["-1", "65536", "eighty"])
def test_a_port_that_is_none_is_a_usage_error(port: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        serve.main(["--port", port])
