from __future__ import annotations

from pathlib import Path

import pytest

from indexer.config import load
from indexer.errors import ConfigError


def test_defaults_stand_where_nothing_is_said() -> None:
    config = load({}, {})
    assert config.corpus == Path.cwd() / "corpus"
    assert config.index == Path.cwd() / ".index"
    assert config.engine == "whoosh"


def test_a_flag_beats_a_variable_beats_the_file_beats_the_default(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("site_name: File\nbase_url: https://file.example/\n")
    variables = {"EVIDENCE_SITE_NAME": "Variable", "EVIDENCE_CORPUS": str(tmp_path)}
    assert load({}, {"EVIDENCE_CORPUS": str(tmp_path)}).site_name == "File"
    assert load({}, variables).site_name == "Variable"
    assert load({"site_name": "Flag"}, variables).site_name == "Flag"
    assert load({}, variables).base_url == "https://file.example"


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("colour: red\ncorpus: elsewhere\n")
    with pytest.raises(ConfigError) as caught:
        load({"corpus": tmp_path, "engine": "lucene", "base_url": "ftp://x"}, {})
    for part in ("`colour`", "`corpus` cannot be set here", "“lucene”", "“ftp://x”"):
        assert part in str(caught.value)


def test_a_broken_file_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("site_name: ok\n: [\n")
    with pytest.raises(ConfigError, match=r"config\.yaml, line"):
        load({"corpus": tmp_path}, {})


@pytest.mark.parametrize("written", ["0", "-1", "2.5", "soon", "1e9", "²"])
def test_a_limit_that_is_no_whole_number_is_told(written: str) -> None:
    with pytest.raises(ConfigError, match=r"read_seconds is “.*”; write a whole number"):
        load({}, {"EVIDENCE_READ_SECONDS": written})


def test_the_limits_of_reading_can_be_set(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("read_seconds: 30\nread_megabytes: 1024\n")
    config = load({"corpus": tmp_path, "read_seconds": 10}, {})
    assert (config.read_seconds, config.read_megabytes) == (10, 1024)


def test_searches_are_counted_only_where_staff_can_see_the_counts(tmp_path: Path) -> None:
    there = {"corpus": tmp_path}
    assert not load(there, {}).query_counts
    known = {"EVIDENCE_SHARE_TOKEN": "a token that nobody guesses"}
    assert load(there, {**known, "EVIDENCE_QUERY_COUNTS": "true"}).query_counts
    with pytest.raises(ConfigError, match="needs a share_token"):
        load(there, {"EVIDENCE_QUERY_COUNTS": "true"})
    with pytest.raises(ConfigError, match="write true or false"):
        load(there, {**known, "EVIDENCE_QUERY_COUNTS": "perhaps"})


def test_a_message_about_an_address_does_not_show_its_password(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"one\.example") as told:
        load({"corpus": tmp_path, "opensearch_url": "staff:open@sesame@one.example:9200"}, {})
    assert "sesame" not in str(told.value)
    assert "staff" not in str(told.value)
