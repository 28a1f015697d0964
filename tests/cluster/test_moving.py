"""To move is to build with the other engine: ids, links and answers stay what they were."""

from __future__ import annotations

import re
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer.cli import main
from indexer.config import Config
from tests.cluster.conftest import MakeConfig
from tests.conftest import build_index
from webapp import create_app

ROOT = Path(__file__).parent.parent.parent
REPORTS = 15
LINKS = [
    line.split()[0]
    for line in (ROOT / "tests" / "data" / "permalinks.txt").read_text().splitlines()
    if not line.startswith("#")
]


@pytest.fixture
def moved(make_config: MakeConfig) -> tuple[Config, Config]:
    """Some of the real reports, in an index of each engine."""
    config = make_config()
    config.corpus.mkdir()
    lists = sorted((ROOT / "corpus").glob("*.yaml"))
    reports = sorted((ROOT / "corpus").glob("[a-z]*/*.md"))[:REPORTS]
    for file in (*lists, *reports):
        target = config.corpus / file.relative_to(ROOT / "corpus")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
        if (sidecar := file.with_name(f"{file.name}.yaml")).exists():
            shutil.copy(sidecar, target.with_name(sidecar.name))
    embedded = replace(config, engine="whoosh")
    built = [build_index(each) for each in (embedded, config)]
    assert built[0].reports == built[1].reports > 0
    assert built[0].passages == built[1].passages
    return embedded, config


def test_every_link_gives_the_same_reports_on_both(moved: tuple[Config, Config]) -> None:
    sites = [create_app(asdict(config)).test_client() for config in moved]
    for link in LINKS:
        answers = [site.get(link, follow_redirects=True) for site in sites]
        assert answers[0].status_code == answers[1].status_code, link
        named = [re.findall(rb'href="[^"]*/report/[^"]*"', answer.data) for answer in answers]
        assert named[0] == named[1], link


def test_status_compares_both(moved: tuple[Config, Config]) -> None:
    embedded, config = moved
    environment = {
        "EVIDENCE_ENGINE": "opensearch",
        "EVIDENCE_OPENSEARCH_URL": " ".join(config.opensearch_url),
        "EVIDENCE_OPENSEARCH_ALIAS": config.opensearch_alias,
    }
    command = ["status", "--corpus", str(config.corpus), "--index", str(config.index)]
    told = CliRunner(env=environment).invoke(main, command)
    assert re.search(r"^engine +opensearch$", told.output, re.MULTILINE), told.output
    assert re.search(r"^beside +whoosh: \d+ reports, the same; ", told.output, re.MULTILINE)
    (embedded.corpus / "new.md").write_text("# A new one\n\nIt is not on the cluster.\n")
    build_index(embedded)
    told = CliRunner(env=environment).invoke(main, command)
    assert "1 that differ" in told.output
