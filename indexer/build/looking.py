"""What is there? The corpus, what the index held before, and what there is to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from indexer import corpus, digests, identity, prepare
from indexer.build import planning, vanishing
from indexer.build.planning import Former, Plan
from indexer.config import Config
from indexer.corpus import Scan
from indexer.digests import Digests
from indexer.identity import Matching
from indexer.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Asked:
    """What a build was asked to do; `started` is when, by time.perf_counter."""

    config: Config
    vocabulary: Vocabulary
    full: bool
    allow_removals: bool
    started: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What a build found: the corpus, what the index held before, and what there is to do.

    `held` are files that are gone, but not for certain: their reports stay.
    """

    scan: Scan
    digests: Digests
    former: Former
    matching: Matching
    held: frozenset[str]
    steps: Plan

    @property
    def in_order(self) -> bool:
        """Whether the published generation is sound and says what the corpus says."""
        former = self.former
        return self.steps.nothing_to_do and former.generation is not None and not former.problem


def look(asked: Asked, *, mend: bool) -> Seen:
    """What a build finds; with `mend`, what is derived is derived again where it does not fit."""
    config = asked.config
    known = digests.remembered(config.corpus, config.index)
    if asked.full:
        known = Digests(config.corpus)
    scan = corpus.scan(config.corpus, asked.vocabulary, known)
    if mend and known.fresh:
        # It takes as long as it takes to look whether the index is sound.
        prepare.make_ready(known.fresh)
    identities = identity.load(config.corpus, config.index)
    matching = Matching(identities, {source.name: source.content for source in scan.sources})
    former = planning.former(config, asked.full, mend=mend)
    held = vanishing.held(config, scan, former, identities, allowed=asked.allow_removals)
    steps = planning.planned(scan, former, matching, held)
    return Seen(scan, known, former, matching, held, steps)
