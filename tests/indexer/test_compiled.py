"""The vocabulary beside a generation is that of the corpus, as long as nobody changed it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from unittest import mock

import pytest

from indexer import compiled, generations, vocabulary, yamlfile
from indexer.config import Config
from indexer.vocabulary import Vocabulary
from tests.conftest import MakeCorpus, build_index

LAMPS = {"lamps.md": "# Lamps\n\nLamps reduce theft at night.\n"}
SECTORS = "- {key: light, label: {en: Light, fr: Lumière}}\n"
TERMS = "lamps: {en: [lamps, ''], fr: [lampes]}\n"


@pytest.fixture
def built(make_corpus: MakeCorpus, config: Config, monkeypatch: pytest.MonkeyPatch) -> Config:
    """A corpus with its index, as another process finds them."""
    make_corpus({**LAMPS, "sectors.yaml": SECTORS, "terms.yaml": TERMS})
    build_index(config)
    monkeypatch.setattr(vocabulary, "_read_last", {})
    return config


def as_tuple(words: Vocabulary) -> tuple[object, ...]:
    values = {f.name: getattr(words, f.name) for f in dataclasses.fields(words)}
    return tuple({**values, "problems": [str(told) for told in words.problems]}.items())


def test_it_is_read_without_its_yaml(built: Config) -> None:
    expected = vocabulary.load(built.corpus)
    assert expected.problems
    vocabulary._read_last.clear()
    with mock.patch.object(yamlfile, "parse", side_effect=AssertionError("YAML was parsed")):
        found = compiled.load(built)
    assert found is not expected
    assert as_tuple(found) == as_tuple(expected)


@pytest.mark.parametrize("name", ["sectors.yaml", "terms.yaml"])
def test_a_changed_list_counts_at_once(built: Config, name: str) -> None:
    (built.corpus / name).unlink()
    expected = as_tuple(vocabulary.load(built.corpus))
    vocabulary._read_last.clear()
    assert as_tuple(compiled.load(built)) == expected


def test_where_it_is_damaged_the_lists_are_read(built: Config) -> None:
    path = generations.current(built.index).path / compiled.FILE
    path.write_bytes(path.read_bytes().replace(b"Lumi", b"Lumo"))
    assert compiled.read(generations.current(built.index)) is None
    assert as_tuple(compiled.load(built)) == as_tuple(vocabulary.load(built.corpus))


def test_without_an_index_the_lists_are_read(make_corpus: MakeCorpus, config: Config) -> None:
    make_corpus(LAMPS)
    assert compiled.load(config) is vocabulary.load(config.corpus)


def test_a_new_generation_leaves_that_of_the_one_before_as_it_was(
    built: Config, make_corpus: MakeCorpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As in a large index, whose generations share what did not change.
    monkeypatch.setattr(generations, "APART", 0)
    first = generations.current(built.index)
    make_corpus({"dogs.md": "# Dogs\n\nDogs bark.\n", "sectors.yaml": SECTORS.replace("L", "l")})
    build_index(built)
    assert generations.current(built.index) != first
    assert generations.damage(first) == ()
    assert (
        Path(first.path / compiled.FILE).read_bytes()
        != (generations.current(built.index).path / compiled.FILE).read_bytes()
    )
