from __future__ import annotations

from pathlib import Path

import pytest

from indexer import yamlfile
from indexer.errors import MetadataError


def test_on_off_yes_and_no_stay_text() -> None:
    assert yamlfile.parse("[ON, NO, yes, off, true]", "x") == ["ON", "NO", "yes", "off", True]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a: 1\na: 2", "line 2.*twice"),
        ("a: &x [1]\nb: *x", "line 2.*aliases"),
        ("a: [", "not valid YAML"),
        ("a: 2024-13-45", "not valid YAML"),
        ("!!python/object/apply:os.system [ls]", "not valid YAML"),
        ("[" * 5_000, "line 1.*nested too deeply"),
        ("[" * 60 + "]" * 60, "line 1.*nested too deeply"),
        ("a: &x [*x]", "line 1.*aliases"),
        ("a: b\nc: [", "line 2: not valid YAML"),
        ("a: " + "x" * 1_000_001, "longer than"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(content: str, told: str) -> None:
    with pytest.raises(MetadataError, match=told):
        yamlfile.parse(content, "file.yaml")


def test_an_empty_or_other_file_is_not_a_mapping(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"")
    with pytest.raises(MetadataError, match=r"a\.yaml: is empty"):
        yamlfile.load_mapping(path)
    path.write_text("- a\n")
    with pytest.raises(MetadataError, match="holds a list"):
        yamlfile.load_mapping(path)
    path.write_bytes(b"title: caf\xe9")
    with pytest.raises(MetadataError, match="not UTF-8"):
        yamlfile.load_mapping(path)
