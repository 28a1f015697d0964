"""What is wrong with how a rendered page is written: its marks, its spaces, its languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bs4 import BeautifulSoup, Comment, NavigableString, Tag

from indexer.text import language

# What is typed as it stands is not set like text.
_VERBATIM: Final = ("kbd", "code", "pre", "textarea", "script", "style")
_ADDRESS: Final = re.compile(r"https?://\S+|\b[\w.-]+\.(?:ca|com|org|net|fr)\b\S*")
# A sentence of fewer words may be a name, or a title in the other language.
_FEWEST_WORDS: Final = 12
AGES: Final = {"ages that can break": re.compile(r"\(\d+-\d+|\d (?:ans|years)\)")}
FRENCH: Final = {
    **AGES,
    "a straight mark": re.compile(r"\"|\w'\w"),
    "a space that can break": re.compile(r" [:;?!»]|« "),
    "a mark without its space": re.compile(r"\w[;?!](?=\s|$)|[^\W\d]:(?=\s|$)"),
    "guillemets without their space": re.compile(r"«(?![\u00a0\u202f])|(?<![\u00a0\u202f])»"),
    "a plural of nought or one": re.compile(r"\b[01]\s(?:rapports|passages|actifs|autres)\b"),
}
ENGLISH: Final = {
    **AGES,
    "a straight mark": re.compile(r"\w'\w"),
    "a space before a mark": re.compile(r"\w [;:?!](?=\s)"),
    "a plural of one": re.compile(r"\b1 (?:reports|passages)\b"),
}


def faults(html: str) -> Iterator[str]:
    """Each text of a page that breaks a rule of its language, or that is in another language than
    the page says."""
    page = BeautifulSoup(html, "lxml")
    for lang, text in _texts(page):
        for rule, pattern in (FRENCH if lang == "fr" else ENGLISH).items():
            if found := pattern.search(_ADDRESS.sub("", text)):
                yield f"{rule} ({lang}): {text[max(0, found.start() - 30) : found.end() + 30]}"
        if len(text.split()) >= _FEWEST_WORDS and language(text) not in (lang, None):
            yield f"not in {lang}: {text[:80]}"


def _texts(page: BeautifulSoup) -> Iterator[tuple[str, str]]:
    """The language and the text of each innermost element, and of the title."""
    for node in page.find_all(string=True):
        if isinstance(node, Comment) or not node.strip() or not node.parent:
            continue
        if node.find_parent(_VERBATIM) is None and node.find_parent("body"):
            yield _language(node), _run(node)


def _run(node: NavigableString) -> str:
    """A text; with its spaces at the ends, which may stand beside another element."""
    return " ".join(node.split(" ")).strip("\n")


def _language(node: NavigableString) -> str:
    named = next(
        parent for parent in node.parents if isinstance(parent, Tag) and parent.get("lang")
    )
    return str(named["lang"])[:2]
