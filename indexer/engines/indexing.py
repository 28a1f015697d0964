"""What each passage contributes to each index field: the one rule for all engines."""

from __future__ import annotations

from collections.abc import Mapping

from indexer.fields import TEXT_NAMES, exact
from indexer.models import Passage, Report
from indexer.text import stem, words


def tokens(report: Report, passage: Passage) -> Mapping[str, list[str]]:
    """The terms of a passage by index field, in order: stems, and exact forms beside them."""
    contents = {
        "title": (report.title, report.lang),
        "heading": (" ".join(passage.headings), passage.lang),
        "summary": (report.summary or "", report.lang),
        "body": (passage.text, passage.lang),
    }
    indexed: dict[str, list[str]] = {}
    for name in TEXT_NAMES:
        content, lang = contents[name]
        forms = [word.text for word in words(content)]
        indexed[name] = [stem(form, lang) for form in forms]
        indexed[exact(name)] = forms
    return indexed
