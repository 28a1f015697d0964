"""Why was a report found? The other words for what was typed that stand in it."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Final

from indexer.meaning import Concept
from indexer.query import OtherWord, Snippet
from indexer.text import fold, variants, words
from indexer.thesaurus import Leaf, forms_of

# The stems of a word, in whichever language.
Stems = frozenset[str]
# The words of a vocabulary are looked for in every answer.
_REMEMBERED: Final = 1 << 14


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is shown of a report: runs of words by their stems, and all stems in them."""

    runs: Sequence[Sequence[Stems]]
    stems: Stems


def other_words(
    concepts: Sequence[Concept], title: str, snippets: Sequence[Snippet]
) -> tuple[OtherWord, ...]:
    """For each concept whose typed words do not stand in what is shown of a report: those that do.

    Of several, the one that counts most.
    """
    if not concepts:
        return ()
    runs = [_stems(word.text for word in words(title))]
    runs += [run for snippet in snippets for run in _marked(snippet)]
    shown = _Shown(runs, frozenset().union(*chain.from_iterable(runs)))
    found = (_other_word(concept, shown) for concept in concepts)
    return tuple(dict.fromkeys(other for other in found if other))


def _other_word(concept: Concept, shown: _Shown) -> OtherWord | None:
    if _stands(concept.leaf, shown):
        return None
    for leaf, name in concept.others.items():
        if _stands(leaf, shown):
            return OtherWord(concept.typed, name.text, name.lang)
    return None


def _stands(leaf: Leaf, shown: _Shown) -> bool:
    wanted = _wanted(leaf)
    # Most words of a concept are nowhere in what is shown.
    if any(one.isdisjoint(shown.stems) for one in wanted):
        return False
    return any(
        all(not one.isdisjoint(other) for one, other in zip(wanted, run[start:], strict=False))
        for run in shown.runs
        for start in range(len(run) - len(wanted) + 1)
    )


@functools.lru_cache(maxsize=_REMEMBERED)
def _wanted(leaf: Leaf) -> Sequence[Stems]:
    return _stems(forms_of(leaf))


def _stems(forms: Iterable[str]) -> list[Stems]:
    return [frozenset(variants(form)) for form in forms]


def _marked(snippet: Snippet) -> Iterator[list[Stems]]:
    """The runs of marked words that nothing but a space or a hyphen parts."""
    run: list[str] = []
    for (start, end), (following, _) in pairwise([*snippet.marks, (len(snippet.text) + 9, 0)]):
        run.append(fold(snippet.text[start:end]))
        if following - end > 1 and not _is_elision(snippet.text[end:following]):
            yield _stems(run)
            run = []


def _is_elision(gap: str) -> bool:
    """Whether only an article stands between: `d’` in `plan d’action`."""
    return len(gap.strip()) <= 2 and gap.rstrip().endswith(("'", "’"))
