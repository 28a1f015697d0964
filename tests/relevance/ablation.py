"""What is each part of the ranking worth? The judged queries again, with one part switched off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from unittest.mock import patch

from indexer import text
from indexer.catalogue import Catalogue
from indexer.evaluate import Evaluation, Judged, evaluate
from indexer.fields import TEXT_FIELDS
from tests.bench import ours
from tests.relevance.systems import items


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the ranking, and what stands in the place of which names when it is off; `written`
    parts are in what an index holds, so that it is written anew."""

    name: str
    off: Mapping[str, object]
    written: bool = False


def _as_it_is(word: str, lang: str) -> str:
    return word


PARTS: Final = (
    Part("other words for a concept", {"indexer.opening.Opened.thesaurus": None}),
    Part("words of the other language", {"indexer.thesaurus.CROSS": 0.0}),
    Part("words that stand side by side as typed", {"indexer.meaning.NEAR_WEIGHT": 0.0}),
    Part("the share of the words that a passage has", {"indexer.engines.scoring.SHARE_POWER": 0.0}),
    Part("feedback from the first answers", {"indexer.asking.FEEDBACK": None}),
    Part("the sectors of what was asked for", {"indexer.asking.SECTOR_WEIGHT": 0.0}),
    Part("rated reports before others", {"indexer.asking.RATED_WEIGHT": 0.0}),
    Part("the next best passages of a report", {"indexer.engines.paging.NEXT_WEIGHT": 0.0}),
    Part("the exact form before its stem", {"indexer.engines.matching.EXACT_WEIGHT": 0.0}),
    Part(
        "the weights of title, heading and summary",
        {"indexer.engines.inverting.TEXT_FIELDS": [replace(f, weight=1.0) for f in TEXT_FIELDS]},
        written=True,
    ),
    Part("the length of a text", {"indexer.engines.scoring.B": 0.0}, written=True),
    Part(
        "stems",
        {"indexer.text.stem": _as_it_is, "indexer.thesaurus.stem": _as_it_is},
        written=True,
    ),
)


def without(part: Part, catalogue: Catalogue, judged: Sequence[Judged]) -> Evaluation:
    """The measures of a catalogue's answers with one part switched off."""
    with _off(part, catalogue) as other:
        return evaluate(other, judged)


@contextmanager
def _off(part: Part, catalogue: Catalogue) -> Iterator[Catalogue]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        for name, value in part.off.items():
            stack.enter_context(patch(name, value))
        # What is remembered of words was found with the part switched on.
        text.variants.cache_clear()
        stack.callback(text.variants.cache_clear)
        if part.written:
            ours.build(items(catalogue), folder)
        index = folder if part.written else catalogue.config.index
        other = Catalogue(replace(catalogue.config, index=index))
        stack.callback(other.close)
        yield other
