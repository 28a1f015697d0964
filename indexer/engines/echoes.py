"""What passages have in common with those that were found first, by the rule of scoring.py."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.engines.base import Feedback
from indexer.engines.inverting import REPORT_FIELDS
from indexer.engines.matching import Matched, Matcher, added
from indexer.engines.paging import Shown
from indexer.engines.scoring import STEPS
from indexer.engines.shards import Ints, Shard, Shards
from indexer.engines.totals import Scored


@dataclass(frozen=True, slots=True)
class _Stems:
    """The stems of all segments in the order of their names: the number in each segment (-1 where
    it has none), the numbers of those of each segment, and in how many passages each is."""

    within: Sequence[Ints]
    through: Sequence[Ints]
    having: Ints


class Echoes:
    """The stems of the passages, and where else they are."""

    def __init__(self, shards: Shards, matcher: Matcher) -> None:
        self._shards = shards
        self._matcher = matcher

    @functools.cached_property
    def _stems(self) -> _Stems:
        parts = self._shards.parts
        names = [[*part.segment.texts("stem.name")] for part in parts]
        every = names[0] if len(names) == 1 else sorted(set().union(*names))
        numbers = {name: number for number, name in enumerate(every)} if len(names) > 1 else {}
        through = [
            np.array([numbers[n] for n in held], np.int64) if numbers else np.arange(len(held))
            for held in names
        ]
        within = [np.full(len(every), -1, np.int64) for _ in parts]
        having = np.zeros(len(every), np.int64)
        for part, own, all_of in zip(parts, through, within, strict=True):
            all_of[own] = np.arange(len(own))
            having[own] += _having(part)
        return _Stems(within, through, having)

    def add(self, scored: Scored, best: Sequence[Shown], feedback: Feedback) -> None:
        """Raises the scores of the passages found by their echoes of the `best` reports, each with
        its best passage."""
        found = self._found(best, feedback.terms)
        if not found:
            return
        echoes = np.concatenate(
            [
                self._matcher.summed(number, found)[0].take(passages)
                for number, passages in enumerate(self._within(scored.passages))
            ]
        )
        greatest = echoes.max()
        if greatest > 0:
            scale = feedback.weight * scored.scores.max() / greatest
            np.add(scored.scores, scale * echoes, out=scored.scores)

    def _within(self, passages: Ints) -> list[Ints]:
        """The passages of each segment, numbered within it."""
        begins = [part.first_passage for part in self._shards.parts]
        cuts = np.searchsorted(passages, begins[1:])
        parts = zip(np.split(passages, cuts), begins, strict=True)
        return [held - begin for held, begin in parts]

    def _found(self, best: Sequence[Shown], count: int) -> list[Matched]:
        """The postings of the strongest stems, each with what it counts."""
        if not best or not best[0].score:
            return []
        held = [self._stems_of(found.passages[0]) for found in best]
        shares = np.repeat([found.score / best[0].score for found in best], [*map(len, held)])
        stems, rows = np.unique(np.concatenate(held), return_inverse=True)
        rarities = self._matcher.rarities(self._stems.having[stems])
        strengths = added(rows, len(stems), shares) * rarities
        strengths[self._stems.having[stems] < 2] = 0
        order = np.lexsort((stems, -np.rint(strengths * STEPS)))[:count]
        order = order[strengths[order] > 0]
        factors = strengths[order] / strengths[order].max(initial=0) * rarities[order]
        return [
            self._matcher.stem([own[stem] for own in self._stems.within], factor)
            for stem, factor in zip(stems[order].tolist(), factors.tolist(), strict=True)
        ]

    def _stems_of(self, passage: int) -> Ints:
        """The stems of a passage, each once."""
        shard = self._shards.shard_of_passage(passage)
        number = passage - shard.first_passage
        begin, end = shard.arrays["token.at"][number : number + 2].tolist()
        report = shard.owners(np.array([number]))
        own = shard.languages(shard.arrays["passage.lang"][[number]])
        of_report = shard.languages(shard.arrays["report.lang"][report])
        fields = np.where(REPORT_FIELDS, of_report, own)
        rows = np.repeat(fields, shard.arrays["passage.lengths"][number])
        forms = shard.arrays["token.form"][begin:end]
        stems = np.unique(shard.arrays["form.stems"][rows, forms])
        through: Ints = self._stems.through[self._shards.parts.index(shard)][stems]
        return through


def _having(part: Shard) -> Ints:
    """In how many passages of a segment each of its stems is."""
    at = part.arrays["stem.at"].astype(np.int64)
    if part.live is None:
        counts: Ints = np.diff(at)
        return counts
    live = np.concatenate([[0], np.cumsum(part.live[part.arrays["stem.passages"]])])
    held: Ints = live[at[1:]] - live[at[:-1]]
    return held
