"""The one rule for folding, words, stems, sentences and language: used at index and at query time.

A word is folded (compatibility forms, case, accents) and loses its French elision or English
possessive; its stem depends on the language of the text that it stands in. A query word has no
language of its own, so it matches under the stems of both.
"""

from __future__ import annotations

import functools
import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Final

import Stemmer

LANGUAGES: Final = ("en", "fr")

# Soft hyphens and zero-width marks stand inside words that people see as one.
INVISIBLE: Final = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
# Accents and vowel points that stand apart from their letter, as macOS and some PDFs write them.
_MARKS: Final = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670"
_IN_WORD: Final = rf"[\w{_MARKS}{INVISIBLE}]"
_WORD = re.compile(rf"{_IN_WORD}+(?:['’ʼ＇]{_IN_WORD}+)*")
_APOSTROPHE = re.compile(r"['’ʼ＇]")
# The number of a list item ends no sentence.
_SENTENCE_END = re.compile(
    r"(?<=[.!?…])(?<!^\d\.)(?<!^\d\d\.)(?<!^\d\d\d\.)[\"'»”’)\]]*\s+(?=[^a-zà-ÿ\s])"
)
_FRENCH_SPACE: Final = re.compile(
    r"(?P<narrow>(?<=«) | (?=[»;?!])|(?<=\d) (?=\d{3}(?!\d)))| (?=:)|(?<=\d) (?=[%$]|[kMG]\$)"
)
# A straight apostrophe; an address keeps its own.
_STRAIGHT: Final = re.compile(r"https?://\S+|(?<=\w)'(?=\w)")
# That of a plural (partners' time) looks like the end of what one like this opens.
_STRAIGHT_AFTER_S: Final = re.compile(r"https?://\S+|(?<=\w)'(?=\w)|(?<=s)'(?!\w)")
_OPENING: Final = re.compile(r"(?<!\w)'(?=\w)")
_LIST_MARKER = re.compile(r"^(?:•|(\d{1,3})\.) (?=\S)")
_ELIDED = "c d j l m n s t qu jusqu lorsqu puisqu quoiqu presqu quelqu"
_ELISIONS: Final = frozenset(_ELIDED.split())
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l"})

# A word longer than this is a run of garbage, not a word; it is cut so that no index term is huge.
MAX_WORD: Final = 64

_ENGLISH_STOPWORDS = """
a about above after again all also am an and any are as at be because been before being between
both but by can could did do does doing down during each few for from further had has have
having he her here hers him his how i if in into is it its itself just me more most my no nor
not of off on once only or other our out over own same she should so some such than that the
their them then there these they this those through to too under until up us very was we were
what when where which while who whom why will with would you your
"""
_FRENCH_STOPWORDS = """
a afin ai ainsi alors au aucun aussi autre autres aux avec avoir car ce ceci cela celle
celles celui ces cet cette ceux chez ci comme comment dans de depuis des donc dont du elle elles
en encore entre est et etaient etait etant ete etre eu fait faire furent il ils je la le les
leur leurs lors lui ma mais me meme memes mes moi moins mon ne ni nos notre nous on ont ou par
pas pendant peu peut plus pour pourquoi quand que quel quelle quelles quels qui quoi sa sans se
sera ses si soit son sont sous sur ta te tes toi ton tous tout toute toutes tres tu un une vers
vos votre vous y
"""
_STOPWORDS: Final = {
    "en": frozenset(_ENGLISH_STOPWORDS.split()),
    "fr": frozenset(_FRENCH_STOPWORDS.split()),
}


@dataclass(frozen=True, slots=True)
class Word:
    """A folded word with the place (character offsets) where it stands in the original text."""

    text: str
    start: int
    end: int


@functools.lru_cache(maxsize=1 << 12)
def fold(text: str) -> str:
    """The text without case, accents, ligatures and invisible marks: `ÉVÉNEMENT` -> `evenement`."""
    decomposed = unicodedata.normalize("NFKD", text).casefold().translate(_LIGATURES)
    return "".join(c for c in decomposed if not unicodedata.combining(c) and c not in INVISIBLE)


def words(text: str) -> Iterator[Word]:
    """The words of a text in order, folded, without elisions (`l’`) and possessives (`’s`)."""
    for raw, start in zip(*pieces(text), strict=True):
        word = folded(raw)
        if word.text:
            yield Word(word.text, start + word.start, start + word.end)


def pieces(text: str) -> tuple[list[str], list[int]]:
    """The words of a text as typed, and where each begins; `folded` says what a piece holds."""
    found = list(_WORD.finditer(text))
    return [piece.group() for piece in found], [piece.start() for piece in found]


@functools.lru_cache(maxsize=1 << 16)
def folded(piece: str) -> Word:
    """The word in a piece, folded; its text is empty when nothing is left. Places are in it."""
    parts = _APOSTROPHE.split(piece)
    start, end = 0, len(piece)
    while len(parts) > 1 and fold(parts[0]) in _ELISIONS:
        start += len(parts.pop(0)) + 1
    if len(parts) > 1 and fold(parts[-1]) == "s":
        end -= len(parts.pop()) + 1
    return Word(fold("".join(parts))[:MAX_WORD], start, end)


@functools.lru_cache(maxsize=1 << 16)
def stem(word: str, lang: str) -> str:
    """The form that a folded word shares with its inflections in a language (`en` or `fr`)."""
    if word.isdigit():
        return word
    return _light_french(word) if lang == "fr" else _STEMMERS.english.stemWord(word)


class _Stemmers(threading.local):
    """A stemmer for each thread: one that two threads use at once mixes their words up."""

    def __init__(self) -> None:
        self.english = Stemmer.Stemmer("english")


_STEMMERS: Final = _Stemmers()


def _light_french(word: str) -> str:
    """The endings of plurals and a last `e`, after Savoy's minimal French stemmer (2006).

    Snowball's French stemmer gives `collect` for collectivités, collections and collectif alike;
    practitioners search for one of them and not the others.
    """
    if len(word) < 4:
        return word
    if word.endswith("aux") and not word.endswith("eaux"):
        return word[:-2] + "l" if len(word) > 4 else word
    if word.endswith("x"):
        return word[:-1]
    word = word.removesuffix("s") if not word.endswith("ss") else word
    word = word.removesuffix("e") if word.endswith("ee") else word
    return word.removesuffix("e") if len(word) > 4 else word


@functools.lru_cache(maxsize=1 << 16)
def variants(word: str) -> tuple[str, ...]:
    """The stems under which a query word may stand in the index: one per language."""
    return tuple(dict.fromkeys(stem(word, lang) for lang in LANGUAGES))


def stems(text: str, lang: str) -> list[str]:
    """The stems of a text's words in order: what the index holds of it."""
    return [*filter(None, map(_stemmed, _WORD.findall(text), repeat(lang)))]


@functools.lru_cache(maxsize=1 << 16)
def _stemmed(piece: str, lang: str) -> str:
    """The stem of what a piece holds; empty when that is nothing."""
    return stem(folded(piece).text, lang)


def is_stopword(word: str) -> bool:
    """Whether a folded word carries no meaning of its own in either language."""
    return any(word in stopwords for stopwords in _STOPWORDS.values())


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph, in order, with nothing lost but the space between them."""
    return [sentence for sentence in _SENTENCE_END.split(text) if sentence]


def list_marker(block: str) -> str:
    """What makes the block a list item: `•`, or its number such as `12`; otherwise nothing."""
    match = _LIST_MARKER.match(block)
    return (match[1] or "•") if match else ""


def without_marker(block: str) -> str:
    """The text of a list item, or the whole block if it is none."""
    return _LIST_MARKER.sub("", block)


def language(text: str) -> str | None:
    """`en` or `fr`, by which language's small words are more frequent; None when neither leads.

    Words that are small words in both languages do not count.
    """
    lead = sum(map(_leaning, _WORD.findall(text[:20_000])))
    if lead == 0:
        return None
    return "en" if lead > 0 else "fr"


def spaced(text: str, lang: str) -> str:
    """A text with its apostrophes curled and, in French, its spaces before marks and in numbers
    unbreakable; of the same length."""
    if "'" in text:
        straight = _STRAIGHT if _OPENING.search(text) else _STRAIGHT_AFTER_S
        text = straight.sub(lambda found: "’" if found[0] == "'" else found[0], text)
    return _FRENCH_SPACE.sub(_unbreakable, text) if lang == "fr" else text


def _unbreakable(space: re.Match[str]) -> str:
    return "\u202f" if space.group("narrow") else "\u00a0"


@functools.lru_cache(maxsize=1 << 16)
def _leaning(piece: str) -> int:
    """1 for a small word of English only, -1 for one of French only."""
    word = folded(piece).text
    return (word in _STOPWORDS["en"]) - (word in _STOPWORDS["fr"])


def slug(text: str) -> str:
    """The text as a name for an address: folded words joined by hyphens."""
    return "-".join(word.text for word in words(text.replace("_", " ")))
