"""Small real corpora, and indexes built from them."""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from unittest import mock

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

from indexer import build, generations, vocabulary
from indexer.build import BuildReport
from indexer.config import Config, load

# Whatever is started in the background ignores Ctrl+C, and so would the processes that tests start
# and end with it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A shared machine may be slow at any time, and no test here is about time.
settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60
)
# For a second run, which looks whether other versions of the libraries do the same.
settings.register_profile("few", settings.get_profile("untimed"), max_examples=10)
settings.load_profile("untimed")

# Nodes that each process which tests there would start for itself.
CLUSTER = "tests/cluster/"
# What takes longest, longest first: begun last, it would keep one process when the others are done.
LONGEST = (
    CLUSTER,
    "tests/browser/test_access_english.py",
    "tests/browser/test_access_french.py",
    "tests/bench/test_bench.py",
    "tests/crash/test_faults.py",
    "tests/indexer/test_lasting.py",
    "tests/conformance/test_properties.py",
    "tests/browser/test_suggest.py",
    "tests/browser/test_search.py",
    "tests/browser/test_share.py",
    "tests/browser/test_access.py",
    "tests/webapp/test_newsletter.py",
    "tests/webapp/test_pages.py",
    "tests/test_corpus.py",
    "tests/relevance/test_judgements.py",
    "tests/crash/test_power.py",
    "tests/crash/test_kill.py",
    "tests/indexer/test_links.py",
    "tests/conformance/test_segments.py",
    "tests/indexer/test_strange.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first."""
    places = {group: place for place, group in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(_group(item.nodeid), len(places)))


class ByFile(LoadFileScheduling):  # type: ignore[misc]
    """Each file stays in one process, with what its tests share; so do all that share a cluster.

    The groups that xdist 3.8 has for that are written where pytest 9.2 no longer looks for them.
    """

    def _split_scope(self, nodeid: str) -> str:
        return _group(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Where there are several processes, each takes a file at a time."""
    return ByFile(config, log)


def _group(nodeid: str) -> str:
    return CLUSTER if nodeid.startswith(CLUSTER) else nodeid.partition("::")[0]


# What the crash suite counts, so that the end of a run says it.
FAULTS = "faults"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says at how many of its points a build was ended, or the disk failed."""
    for done in terminalreporter.getreports("passed"):
        for name, value in done.user_properties:
            if name == FAULTS:
                terminalreporter.write_line(f"Faults: {value}")


SHIPPED = Path(__file__).parent.parent / "corpus"
MakeCorpus = Callable[[Mapping[str, str | bytes]], Path]


@pytest.fixture(scope="session", autouse=True)
def _compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Every site has its templates from here: to compile them takes longer than all its pages."""
    compiled = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    with mock.patch.dict(Flask.jinja_options, bytecode_cache=compiled):
        yield


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The settings of the shipped corpus and its index, which the first process in need builds."""
    run = tmp_path_factory.getbasetemp()
    run = run.parent if "PYTEST_XDIST_WORKER" in os.environ else run
    settings = load({"corpus": SHIPPED, "index": run / "shipped"}, {})
    with (run / "shipped.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not (settings.index / generations.CURRENT).exists():
            build_index(settings)
    return settings


@pytest.fixture
def make_corpus(tmp_path: Path) -> MakeCorpus:
    """Writes files (name -> content) below a corpus folder and returns it; may be called again."""

    def make(files: Mapping[str, str | bytes]) -> Path:
        corpus = tmp_path / "corpus"
        corpus.mkdir(exist_ok=True)
        for name, content in files.items():
            path = corpus / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return corpus

    return make


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """The settings of a corpus and an index in the test's folder, with the Whoosh engine."""
    return load({"corpus": tmp_path / "corpus", "index": tmp_path / "index"}, {})


def build_index(config: Config, *, full: bool = False, allow_removals: bool = False) -> BuildReport:
    """A build as the command makes it, in this process."""
    words = vocabulary.load(config.corpus)
    return build.run(config, words, full=full, allow_removals=allow_removals, jobs=1)
