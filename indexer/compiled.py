"""The vocabulary beside a generation, read in a hundredth of the time that its YAML takes.

It stands in for the lists of a corpus only as long as those are what it was made from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import msgspec

from indexer import generations, vocabulary
from indexer.config import Config
from indexer.errors import EngineError, VocabularyError
from indexer.generations import Generation
from indexer.vocabulary import Vocabulary

FILE: Final = "vocabulary.json"


def load(config: Config) -> Vocabulary:
    """The vocabulary of a corpus, as it is beside the generation that was published last if no file
    of it has changed since; errors as of `vocabulary.load`."""
    return vocabulary.load(config.corpus, lambda: _published(config))


def _published(config: Config) -> Vocabulary | None:
    try:
        return read(generations.published(config.index))
    except EngineError:
        # What is wrong with the index is told when that is asked for something.
        return None


def write(path: Path, words: Vocabulary) -> None:
    """Keeps a vocabulary in the folder of a generation that is being written."""
    # A file that is there may be shared with the generation that this one began with.
    (path / FILE).unlink(missing_ok=True)
    (path / FILE).write_bytes(msgspec.json.encode(words, enc_hook=str))


def read(generation: Generation) -> Vocabulary | None:
    """The vocabulary of a generation; None where it has none, or not as it was written."""
    try:
        content = generations.content(generation, FILE)
        return msgspec.json.decode(content, type=Vocabulary, dec_hook=_problem)
    except (EngineError, msgspec.MsgspecError):
        return None


def _problem(kind: type, told: Any) -> VocabularyError:
    assert kind is VocabularyError
    return VocabularyError(told)
