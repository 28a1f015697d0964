"""A document as a Word file with real heading styles, lists and tables."""

from __future__ import annotations

import io
from typing import Any

from rendering.archive import rezipped
from rendering.document import (
    Block,
    Document,
    Heading,
    List,
    PageBreak,
    Paragraph,
    Runs,
    Table,
    flat,
)


def docx(document: Document) -> bytes:
    """A Word document with real heading, list and table styles."""
    from docx import Document as new_document
    from docx.shared import Pt

    word = new_document()
    word.styles["Normal"].font.name = "Calibri"
    word.styles["Normal"].font.size = Pt(11)
    _core_properties(word, document)
    word.add_paragraph(document.title, style="Title")
    for block in document.blocks:
        _add_to_word(word, block)
    out = io.BytesIO()
    word.save(out)
    return rezipped(out.getvalue())


def _core_properties(word: Any, document: Document) -> None:
    core = word.core_properties
    created = document.created.replace(tzinfo=None)
    core.title, core.author, core.language = (
        document.title[:255],
        "; ".join(document.authors)[:255],
        document.lang,
    )
    core.created = core.modified = created
    core.comments, core.last_modified_by, core.revision = "", "", 1


def _add_to_word(word: Any, block: Block) -> None:
    match block:
        case Heading():
            # Word's own convention: below a Title, sections begin at Heading 1.
            _add_runs(word.add_paragraph(style=f"Heading {block.level - 1}"), block.runs)
        case Paragraph():
            _add_runs(word.add_paragraph(), block.runs)
        case List():
            _add_word_list(word, block)
        case Table():
            _add_word_table(word, block)
        case PageBreak():
            word.add_page_break()


def _add_runs(paragraph: Any, runs: Runs) -> None:
    for run in runs:
        added = paragraph.add_run(run.text)
        added.bold, added.italic = run.bold or None, run.italic or None


def _add_word_list(word: Any, block: List) -> None:
    numberings: dict[int, int] = {}
    for depth, ordered, number, item in flat(block):
        suffix = f" {min(depth, 2) + 1}" if depth else ""
        paragraph = word.add_paragraph(style=f"List {'Number' if ordered else 'Bullet'}{suffix}")
        if ordered:
            if number == 1:
                numberings[depth] = _restarted_numbering(word, paragraph.style)
            properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val = 0
            properties.get_or_add_numId().val = numberings[depth]
        _add_runs(paragraph, item.runs)


def _restarted_numbering(word: Any, style: Any) -> int:
    """A new numbering like the style's own that begins at 1 (Word would count on)."""
    numbering = word.part.numbering_part.element
    own = numbering.num_having_numId(style.element.pPr.numPr.numId.val)
    new = numbering.add_num(own.abstractNumId.val)
    new.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(new.numId)


def _add_word_table(word: Any, block: Table) -> None:
    table = word.add_table(rows=0, cols=len(block.rows[0]), style="Light Grid Accent 1")
    for row in block.rows:
        for cell, runs in zip(table.add_row().cells, row, strict=True):
            _add_runs(cell.paragraphs[0], runs)
