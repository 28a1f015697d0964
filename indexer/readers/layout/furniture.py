"""Which lines are no part of the text: running headers, footers and page numbers?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from indexer.readers.blocks import clean
from indexer.readers.layout.placed import Fragment, Page, body_size

# Of the page's height, where running headers, footers and page numbers stand.
_MARGIN = 0.12
# Of the document's pages, how many repeat a line that is no part of the text. Less than half,
# because left and right pages may have headers of their own.
_REPEATED = 0.4
_PAGE_NUMBER = re.compile(
    r"^(?:page|p\.)?\s*[-–—]?\s*(?:\d{1,4}|[ivxlc]{1,6})\s*[-–—]?"
    r"(?:\s*(?:/|of|de|sur|\|)\s*\d{1,4})?$",
    re.IGNORECASE,
)


def without_furniture(pages: Sequence[Page]) -> list[Page]:
    """The pages without running headers, footers and page numbers."""
    body = body_size(pages)
    keys = [{_key(f) for f in page.fragments if _in_margin(page, f)} for page in pages]
    lines = Counter(key for page in keys for key in page)
    heights = Counter(height for page in keys for height in {height for _, height in page})
    needed = max(2, _REPEATED * len(pages))

    def is_furniture(page: Page, fragment: Fragment) -> bool:
        if not _in_margin(page, fragment) or fragment.size > body * 1.05:
            return False
        key = _key(fragment)
        # The second: a header that names the chapter, and so changes from one to the next.
        repeated = lines[key] >= needed or (lines[key] > 1 and heights[key[1]] >= needed)
        return repeated or bool(_PAGE_NUMBER.match(fragment.text))

    return [
        Page(page.bottom, page.top, tuple(f for f in page.fragments if not is_furniture(page, f)))
        for page in pages
    ]


def _in_margin(page: Page, fragment: Fragment) -> bool:
    margin = _MARGIN * (page.top - page.bottom)
    return not page.bottom + margin < fragment.baseline < page.top - margin


def _key(fragment: Fragment) -> tuple[str, int]:
    """What a running header has in common on all its pages: its height, its text but for digits."""
    return re.sub(r"\d+", "#", clean(fragment.text)), round(fragment.baseline / 3)
