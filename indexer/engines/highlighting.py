"""Which words of a passage were asked for, from the columns: no text is cut into words again."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.engines.inverting import BODY, STEM_LANGUAGES
from indexer.engines.marking import marked
from indexer.engines.shards import Shard
from indexer.syntax import Clause, Phrase, Prefix
from indexer.text import variants


class Highlighter:
    """The clauses of a request, as numbers of one segment's stems and forms."""

    def __init__(self, shard: Shard, clauses: Sequence[Clause]) -> None:
        self._arrays = shard.arrays
        self._french = [name == "fr" for name in shard.segment.tables["langs"]]
        self._stems: set[int] = set()
        self._ranges: list[tuple[int, int]] = []
        self._phrases: list[list[int]] = []
        for leaf in marked(clauses):
            if isinstance(leaf, Phrase):
                forms = [shard.term("form", word) for word in leaf.words]
                known = [form for form in forms if form is not None]
                self._phrases += [known] if len(known) == len(forms) else []
            elif isinstance(leaf, Prefix):
                self._ranges.append(shard.beginning(leaf.text))
            else:
                stems = (shard.term("stem", stem) for stem in variants(leaf.text))
                self._stems.update(stem for stem in stems if stem is not None)

    def marks(self, passage: int) -> tuple[tuple[int, int], ...]:
        """The (start, end) of the words that were asked for in a passage's text, in order."""
        first, last = self._arrays["body.at"][passage : passage + 2].tolist()
        places = self._places(passage, last - first)
        starts = self._arrays["body.start"][first:last]
        sizes = self._arrays["body.size"][first:last]
        return tuple((int(starts[i]), int(starts[i]) + int(sizes[i])) for i in places)

    def _places(self, passage: int, count: int) -> list[int]:
        """The places of the words among those of the text, of which there are `count`."""
        # The body is the last field of a passage.
        end = int(self._arrays["token.at"][passage + 1])
        forms = self._arrays["token.form"][end - count : end]
        french = self._french[self._arrays["passage.lang"][passage]]
        stems = self._arrays["form.stems"][int(french)][forms].tolist()
        found = {i for i, stem in enumerate(stems) if stem in self._stems}
        if self._ranges or self._phrases:
            found |= self._literal(forms.tolist())
        return sorted(found)

    def _literal(self, forms: list[int]) -> set[int]:
        found = {
            i
            for first, last in self._ranges
            for i, form in enumerate(forms)
            if first <= form < last
        }
        for phrase in self._phrases:
            size = len(phrase)
            starts = (i for i, form in enumerate(forms) if form == phrase[0])
            for start in starts:
                if forms[start : start + size] == phrase:
                    found.update(range(start, start + size))
        return found


assert len(STEM_LANGUAGES) == 2, "the language of a passage picks one of two rows of stems"
assert BODY == 3, "the words of the text are the last of a passage"
