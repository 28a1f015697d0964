"""Which pages did a reader not make sense of? Those that are garbled, that lost a table, or that
are in another language than the rest."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from indexer import text
from indexer.findings import finding
from indexer.models import ReadWarning

# The commonest pairs of letters of English and French: of real pages of prose, tables and
# references in corpus/, at least 0.69 of the pairs are among them; of the same pages with their
# letters shifted by 1, 3 or 13 as in a PDF without a character map, at most 0.34.
_COMMON: Final = """
    re es on an in en th er nt it he le ti te de at or ou co nd ar me ce ne st se al io un ve is ng
    ri ed et ra ro la pr ic om ur ca ea li to ha ns nc as tr vi ie ll el ch ty pa ts rs ec il ho si
    ol of ni no ci fe pl ta di ai pe na po am so rt fo us sa ut ge tt ct ac be ad su ev em mo lo mi
    ht ss ot qu mm we im ee ps ir gr fi wh ue ow ma bl id hi do tp af ul ew
"""
_PAIRS: Final = frozenset(_COMMON.split())
_LEAST_KNOWN: Final = 0.5
_ENOUGH_PAIRS: Final = 200
_WORD: Final = re.compile(r"[^\W\d_]+")
# Replacement characters, private use (but for the bullets of Symbol fonts) and controls.
_NO_TEXT: Final = re.compile(
    "[\ufffd\ue000-\uf0a6\uf0a8-\uf0b6\uf0b8-\uf0d7\uf0d9-\uf8ff\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"
)
_MOST_NO_TEXT: Final = 0.05
# UTF-8 that was read as a Western encoding: “Ã©”, “â€™”.
_MISREAD: Final = re.compile(r"Ã[\x80-\xbf©¨ª«®´¹»¼]|â€[\x80-\x9f™œ\u009d“”˜¦]|Â[«»°\xa0]")
_MOST_MISREAD: Final = 0.01
# Fewer words, in a block or in all that are long enough, say too little of a page's language.
_PARAGRAPH: Final = 30
_ENOUGH_PROSE: Final = 60
_CAPTION: Final = re.compile(r"^(?:table|tableau)\s+(?:\d+|[A-Z]|[IVX]+)(?:\.\d+)*\s?[.:–—-]", re.I)
_LONGEST_CAPTION: Final = 40
_ROW: Final = " | "
# Captions one below the other are a list of tables.
_LIST_OF_TABLES: Final = 3


def findings(pages: Sequence[Sequence[str]], paged: bool) -> Iterator[ReadWarning]:
    """What is to be said of the pages, each a list of its blocks as they were read."""
    for number, blocks in enumerate(pages, 1):
        if is_garbled(" ".join(blocks)):
            yield finding("garbled", number if paged else None)
    if paged:
        yield from (finding("table-lost", page) for page in _without_their_tables(pages))
        yield from _in_another_language(pages)


def is_garbled(page: str) -> bool:
    """Whether a page is made of signs that stand for no text, or of letters that make no words."""
    size = len(page)
    no_text = len(_NO_TEXT.findall(page))
    misread = len(_MISREAD.findall(page))
    if no_text > max(10, _MOST_NO_TEXT * size) or misread > max(3, _MOST_MISREAD * size):
        return True
    pairs = Counter(before + after for word in _words(page) for before, after in pairwise(word))
    total = pairs.total()
    known = sum(count for pair, count in pairs.items() if pair in _PAIRS)
    return total >= _ENOUGH_PAIRS and known < _LEAST_KNOWN * total


def _words(page: str) -> Iterable[str]:
    """The words in small letters without accents; those in capitals may be names and acronyms."""
    bare = "".join(c for c in unicodedata.normalize("NFD", page) if not unicodedata.combining(c))
    return (word.lower() for word in _WORD.findall(bare) if len(word) > 5 or not word.isupper())


def _without_their_tables(pages: Sequence[Sequence[str]]) -> Iterator[int]:
    """The pages with the caption of a table but no row of one, there or on the next page."""
    rows = [any(_ROW in block for block in page) for page in pages]
    for number, page in enumerate(pages):
        captions = sum(map(_is_caption, page))
        if 0 < captions < _LIST_OF_TABLES and not any(rows[number : number + 2]):
            yield number + 1


def _is_caption(block: str) -> bool:
    return bool(_CAPTION.match(block)) and len(block.split()) <= _LONGEST_CAPTION


def _in_another_language(pages: Sequence[Sequence[str]]) -> Iterator[ReadWarning]:
    """The pages that are not in the language of most."""
    found = [_language(page) for page in pages]
    counts = Counter(language for language in found if language)
    for number, language in enumerate(found, 1):
        if language and language != counts.most_common(1)[0][0]:
            yield finding("language-switch", number, language=language)


def _language(page: Sequence[str]) -> str | None:
    """The language of a page's paragraphs; entries of lists and tables name things in any."""
    prose = " ".join(block for block in page if len(block.split()) >= _PARAGRAPH)
    return text.language(prose) if len(prose.split()) >= _ENOUGH_PROSE else None
