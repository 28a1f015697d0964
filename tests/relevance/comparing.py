"""How far apart are two systems, and could chance alone have done it?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from indexer.evaluate import Evaluation, Judged

ROUNDS: Final = 10_000
_SEED: Final = 5
Groups = Mapping[str, Sequence[str]]


def held_out(key: str) -> bool:
    """Whether a query is in the half that nothing is tuned on, by the digest of its id."""
    return hashlib.sha256(key.encode()).hexdigest()[0] > "7"


def groups(judged: Iterable[Judged]) -> Groups:
    """The ids of the queries of each group that is reported."""
    told = list(judged)
    return {
        "all": [query.id for query in told],
        "held out": [query.id for query in told if held_out(query.id)],
        "English": [query.id for query in told if query.lang == "en"],
        "French": [query.id for query in told if query.lang == "fr"],
        "across languages": [query.id for query in told if "cross" in query.tags],
    }


def means(measured: Evaluation, by_group: Groups) -> list[float]:
    """The mean nDCG@10 of each group."""
    found = measured.queries
    return [
        float(np.mean([found[key].ndcg_10 for key in keys])) if keys else 0.0
        for keys in by_group.values()
    ]


def chance(first: Evaluation, second: Evaluation) -> float:
    """How likely chance alone sets the mean nDCG@10 of two systems so far apart: a two-sided paired
    randomisation test (Smucker, Allan and Carterette, 2007), always with the same random signs."""
    keys = first.queries.keys()
    pairs = [(first.queries[key].ndcg_10, second.queries[key].ndcg_10) for key in keys]
    differences = np.array([one - other for one, other in pairs])
    signs = np.random.default_rng(_SEED).choice([-1.0, 1.0], (ROUNDS, len(differences)))
    apart = np.abs(signs @ differences) >= abs(differences.sum()) - 1e-9
    return float((apart.sum() + 1) / (ROUNDS + 1))
