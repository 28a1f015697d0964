"""The script that renders the corpus and the readers' test files."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from indexer.readers import read

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "tests" / "data" / "readers" / "report.md"


@pytest.fixture(scope="module")
def render() -> Iterator[ModuleType]:
    sources = str(ROOT / "corpus" / "_sources")
    sys.path.insert(0, sources)
    yield importlib.import_module("render")
    sys.path.remove(sources)


@pytest.mark.parametrize("form", ["pdf", "docx", "odt", "html", "txt"])
def test_the_same_source_gives_the_same_bytes(
    render: ModuleType, tmp_path: Path, form: str
) -> None:
    for name in ("one", "two"):
        render.render(REPORT, tmp_path / f"{name}.{form}")
    assert (tmp_path / f"one.{form}").read_bytes() == (tmp_path / f"two.{form}").read_bytes()


@pytest.mark.parametrize("form", ["pdf", "docx", "odt", "html", "txt"])
def test_the_test_files_are_up_to_date(render: ModuleType, tmp_path: Path, form: str) -> None:
    render.render(REPORT, tmp_path / f"report.{form}")
    assert read(tmp_path / f"report.{form}") == read(REPORT.with_suffix(f".{form}"))


def test_a_source_becomes_a_report_and_a_sidecar(render: ModuleType, tmp_path: Path) -> None:
    sources = tmp_path / "corpus" / "_sources" / "reports"
    sources.mkdir(parents=True)
    (tmp_path / "corpus" / "reports").mkdir()
    front = "id: my-report\ntitle: Mon « titre »\nlang: fr\nyear: 2001\nformat: odt\n"
    (sources / "x.md").write_text(f"---\n{front}---\nDu texte.\n", encoding="utf-8")
    (written,) = render.render_corpus(sources.parent)
    assert written == tmp_path / "corpus" / "reports" / "my-report.odt"
    sidecar = yaml.safe_load(written.with_name("my-report.odt.yaml").read_text(encoding="utf-8"))
    assert sidecar == {"id": "my-report", "title": "Mon « titre »", "lang": "fr", "year": 2001}
    assert read(written).properties == {"title": "Mon « titre »", "lang": "fr", "year": 2001}


def test_no_word_in_a_table_is_cut_for_a_narrow_column(render: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "x.md"
    long = "A long text that takes most of the width of the table, as it often does. " * 2
    head = "| " + " | ".join(["Intervention", "Source", *["Unquestionably"] * 2, "Told"]) + " |\n"
    rows = f"| {long} | [1, 10] | x | y | {long} |\n" * 2
    source.write_text(f"---\ntitle: T\n---\n{head}{'|---' * 5}|\n{rows}", encoding="utf-8")
    render.render(source, tmp_path / "x.pdf")
    *_, first, row, _last = read(tmp_path / "x.pdf").sections[0].blocks
    assert first == "Intervention | Source | Unquestionably | Unquestionably | Told"
    assert "[1, 10] | x | y" in row


def test_a_character_that_the_font_lacks_is_named(render: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "x.md"
    source.write_text("---\ntitle: T\n---\nOne → two.\n", encoding="utf-8")
    with pytest.raises(ValueError, match="→"):
        render.render(source, tmp_path / "x.pdf")
