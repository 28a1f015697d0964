"""OpenSearch nodes on loopback, from Maven's jars, each a process that can be killed."""

from __future__ import annotations

import hashlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

NODES: Final = ("one", "two", "three")
HEAP: Final = "512m"
_HERE: Final = Path(__file__).parent
_IN_MEMORY: Final = Path("/dev/shm")
_PATIENCE: Final = 240.0
# Starts sooner, and three of them share two cores.
_QUICK: Final = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


def missing() -> str:
    """Why no cluster can be started here, or an empty text."""
    absent = [name for name in ("java", "mvn") if shutil.which(name) is None]
    if not absent:
        return ""
    return f"{' and '.join(absent)} missing; or set EVIDENCE_TEST_OPENSEARCH_URL to a test cluster"


def jars() -> str:
    """The class path of a node; Maven fetches once what it does not have."""
    project = _HERE / "pom.xml"
    told = hashlib.sha256(project.read_bytes()).hexdigest()[:12]
    kept = Path.home() / ".m2" / f"evidence-cluster-{told}.txt"
    if not kept.exists():
        command = ["mvn", "-q", "-B", "-f", str(project), "dependency:build-classpath"]
        subprocess.run([*command, f"-Dmdep.outputFile={kept}"], check=True)
    return kept.read_text()


def until(condition: Callable[[], bool], what: str) -> None:
    """Waits until something is so; fails with what it was after some minutes."""
    end = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.1)


class Cluster:
    """Some nodes in a folder of their own."""

    def __init__(self, folder: Path, names: tuple[str, ...], options: tuple[str, ...]) -> None:
        self._folder = folder
        self._names = names
        self._options = options
        self._jars = jars()
        ports = _free_ports(2 * len(names))
        self._http = dict(zip(names, ports, strict=False))
        self._transport = dict(zip(names, ports[len(names) :], strict=True))
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses of all nodes."""
        return tuple(f"http://127.0.0.1:{port}" for port in self._http.values())

    def start(self, name: str) -> None:
        """Starts a node, and does not wait for it."""
        home = self._folder / name
        (home / "config").mkdir(parents=True, exist_ok=True)
        seeds = ",".join(f"127.0.0.1:{port}" for port in self._transport.values())
        settings = {
            "cluster.name": self._folder.name,
            "node.name": name,
            "network.host": "127.0.0.1",
            "http.port": str(self._http[name]),
            "transport.port": str(self._transport[name]),
            "discovery.seed_hosts": seeds,
            "cluster.initial_cluster_manager_nodes": ",".join(self._names),
            # As docs/deploy.md has it.
            "indices.query.bool.max_clause_count": "65536",
            # What the machine's own disk has left is no matter of the tests.
            "cluster.routing.allocation.disk.threshold_enabled": "false",
        }
        java = ["java", f"-Xms{HEAP}", f"-Xmx{HEAP}", *self._options, "-cp", self._jars]
        command = [*java, "-Dlog4j2.level=warn", str(_HERE / "Server.java"), str(home)]
        with (self._folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [*command, *(f"{key}={value}" for key, value in settings.items())],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """Ends a node as a power cut would."""
        node = self._running.pop(name)
        with node:
            node.send_signal(signal.SIGKILL)

    def wait(self) -> None:
        """Until all nodes that run are one cluster with every copy in its place."""
        until(self._whole, f"the cluster in {self._folder} is not whole")

    def _whole(self) -> bool:
        for name in self._running:
            asked = f"http://127.0.0.1:{self._http[name]}/_cluster/health"
            try:
                with urllib.request.urlopen(asked, timeout=5) as answer:
                    health = msgspec.json.decode(answer.read())
            except (OSError, urllib.error.URLError):
                return False
            if health["number_of_nodes"] != len(self._running) or health["status"] != "green":
                return False
        return True

    def stop(self) -> None:
        """Ends all nodes."""
        for name in tuple(self._running):
            self.kill(name)


def _free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


@contextmanager
def running(
    names: tuple[str, ...] = NODES, options: tuple[str, ...] = _QUICK, *, in_memory: bool = True
) -> Iterator[Cluster]:
    """A cluster that has started, and is stopped afterwards; in memory where there is a place for
    it, because a new index is synced to disk many times."""
    place = _IN_MEMORY if in_memory and _IN_MEMORY.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="cluster-", dir=place))
    cluster = Cluster(folder, names, options)
    try:
        for name in names:
            cluster.start(name)
        cluster.wait()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder)
