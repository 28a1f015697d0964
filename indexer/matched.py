"""Why was a report found? The other words for what was typed that stand in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from indexer.meaning import Concept
from indexer.query import OtherWord, Snippet
from indexer.text import fold, variants, words
from indexer.thesaurus import Leaf, forms_of

# The stems of a word, in whichever language.
Stems = frozenset[str]


def other_words(
    concepts: Sequence[Concept], title: str, snippets: Sequence[Snippet]
) -> tuple[OtherWord, ...]:
    """For each concept whose typed words do not stand in what is shown of a report: those that do.

    Of several, the one that counts most.
    """
    if not concepts:
        return ()
    texts = [_stems(word.text for word in words(title))]
    texts += [run for snippet in snippets for run in _marked(snippet)]
    found = (_other_word(concept, texts) for concept in concepts)
    return tuple(dict.fromkeys(other for other in found if other))


def _other_word(concept: Concept, texts: Sequence[Sequence[Stems]]) -> OtherWord | None:
    if _stands(concept.leaf, texts):
        return None
    for leaf, name in concept.others.items():
        if _stands(leaf, texts):
            return OtherWord(concept.typed, name.text, name.lang)
    return None


def _stands(leaf: Leaf, texts: Iterable[Sequence[Stems]]) -> bool:
    wanted = _stems(forms_of(leaf))
    return any(
        all(not one.isdisjoint(other) for one, other in zip(wanted, text[start:], strict=False))
        for text in texts
        for start in range(len(text) - len(wanted) + 1)
    )


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
