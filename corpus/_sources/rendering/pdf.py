"""A document as a PDF: set pages with a running header, page numbers and an outline."""

from __future__ import annotations

import io
import os
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any
from xml.sax.saxutils import escape

from rendering.document import (
    LETTER_INCHES,
    Document,
    Heading,
    List,
    PageBreak,
    Paragraph,
    Run,
    Runs,
    Table,
    flat,
    plain_text,
)

# The embedded font (Bitstream Vera, which reportlab carries) lacks these characters.
SUBSTITUTES = str.maketrans({"\u202f": "\u00a0", "\u2009": " ", "\u2011": "-"})


def pdf(document: Document) -> bytes:
    """A Letter PDF with bookmarks, a running header and numbered pages."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name, file in _FONT_FILES.items():
        pdfmetrics.registerFont(TTFont(name, file))
    pdfmetrics.registerFontFamily("Vera", *_FONT_FILES)
    _check_glyphs(document, pdfmetrics.getFont("Vera").face.charToGlyph)
    # The one way that reportlab offers to choose the creation date.
    os.environ["SOURCE_DATE_EPOCH"] = str(int(document.created.timestamp()))
    out = io.BytesIO()
    template = _pdf_template(out, document)
    template.build(list(_flowables(document, template.width)))
    return out.getvalue()


_FONT_FILES = {
    "Vera": "Vera.ttf",
    "Vera-Bold": "VeraBd.ttf",
    "Vera-Italic": "VeraIt.ttf",
    "Vera-BoldItalic": "VeraBI.ttf",
}


def _check_glyphs(document: Document, glyphs: Mapping[int, int]) -> None:
    text = "".join(_all_text(document)).translate(SUBSTITUTES)
    if missing := sorted({character for character in text if ord(character) not in glyphs}):
        raise ValueError(f"the PDF font has no {missing}; reword, or add to SUBSTITUTES")


def _all_text(document: Document) -> Iterator[str]:
    yield document.title
    for block in document.blocks:
        match block:
            case Heading() | Paragraph():
                yield plain_text(block.runs)
            case List():
                yield from (plain_text(item.runs) for _, _, _, item in flat(block))
            case Table():
                yield from (plain_text(cell) for row in block.rows for cell in row)


def _pdf_template(out: io.BytesIO, document: Document) -> Any:
    from reportlab.lib.pagesizes import LETTER
    from reportlab.lib.units import inch
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

    template = BaseDocTemplate(
        out,
        pagesize=LETTER,
        leftMargin=inch,
        rightMargin=inch,
        topMargin=inch,
        bottomMargin=inch,
        title=document.title,
        author="; ".join(document.authors),
        subject=str(document.metadata.get("summary") or ""),
        creator="evidence-index",
        lang=document.lang,
        invariant=1,
    )
    frame = Frame(inch, inch, template.width, template.height, 0, 0, 0, 0)

    def decorate(canvas: Any, _template: Any) -> None:
        _page_furniture(canvas, _shortened(document.title.translate(SUBSTITUTES)))

    template.addPageTemplates(PageTemplate("report", frame, onPage=decorate))
    template.afterFlowable = lambda flowable: _bookmark(template.canv, flowable)
    return template


def _shortened(title: str) -> str:
    return textwrap.shorten(title, 88, placeholder="…")


def _page_furniture(canvas: Any, header: str) -> None:
    width, height = (inches * 72 for inches in LETTER_INCHES)
    canvas.saveState()
    canvas.setFont("Vera", 8)
    canvas.setFillGray(0.35)
    canvas.drawString(72, height - 45, header)
    canvas.drawCentredString(width / 2, 40, str(canvas.getPageNumber()))
    canvas.setStrokeGray(0.75)
    canvas.setLineWidth(0.5)
    canvas.line(72, height - 52, width - 72, height - 52)
    canvas.restoreState()


def _bookmark(canvas: Any, flowable: Any) -> None:
    level = getattr(flowable, "outline_level", None)
    if level is not None:
        canvas.bookmarkPage(flowable.outline_key)
        canvas.addOutlineEntry(flowable.getPlainText(), flowable.outline_key, level)


def _pdf_styles() -> dict[str, Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import ParagraphStyle

    ink = HexColor("#1f3a4d")
    body = ParagraphStyle(
        "body",
        fontName="Vera",
        fontSize=10.5,
        leading=15,
        spaceAfter=8,
        allowWidows=0,
        allowOrphans=0,
    )

    def heading(name: str, size: float, before: float) -> Any:
        return ParagraphStyle(
            name,
            body,
            fontName="Vera-Bold",
            fontSize=size,
            leading=size * 1.25,
            spaceBefore=before,
            spaceAfter=size * 0.45,
            textColor=ink,
            keepWithNext=1,
        )

    return {
        "body": body,
        "title": heading("title", 20, 0),
        "h2": heading("h2", 15, 12),
        "h3": heading("h3", 12.5, 8),
        "h4": heading("h4", 10.5, 6),
        "item": ParagraphStyle(
            "item", body, spaceAfter=4, bulletFontName="Vera", bulletFontSize=10.5
        ),
        "cell": ParagraphStyle("cell", body, fontSize=9, leading=12, spaceAfter=0),
        "ink": ink,
    }


def _flowables(document: Document, width: float) -> Iterator[Any]:
    from reportlab.platypus import Paragraph as Text
    from reportlab.platypus.doctemplate import NotAtTopPageBreak as NewPage

    styles = _pdf_styles()
    keys = (f"heading-{number}" for number in count(1))
    title = Text(_markup((Run(document.title),)), styles["title"])
    title.outline_level, title.outline_key = 0, next(keys)
    yield title
    for block in document.blocks:
        match block:
            case Heading():
                heading = Text(_markup(block.runs), styles[f"h{block.level}"])
                heading.outline_level, heading.outline_key = block.level - 1, next(keys)
                yield heading
            case Paragraph():
                yield Text(_markup(block.runs), styles["body"])
            case List():
                *others, last = _pdf_items(block, styles["item"])
                last.spaceAfter = 4 + styles["item"].spaceAfter
                yield from (*others, last)
            case Table():
                table = _pdf_table(block, width, styles)
                table.spaceAfter = 10
                yield table
            case PageBreak():
                yield NewPage()


def _markup(runs: Runs) -> str:
    """The runs in reportlab's inline mark-up."""
    return "".join(_marked(run) for run in runs)


def _marked(run: Run) -> str:
    text = escape(run.text.translate(SUBSTITUTES))
    text = f"<b>{text}</b>" if run.bold else text
    text = f"<i>{text}</i>" if run.italic else text
    quoted = {'"': "&quot;"}
    return f'<link href="{escape(run.link, quoted)}">{text}</link>' if run.link else text


def _pdf_items(block: List, style: Any) -> Iterator[Any]:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph as Text

    for depth, ordered, number, item in flat(block):
        indent = 20 * (depth + 1)
        indented = ParagraphStyle("indented", style, leftIndent=indent, bulletIndent=indent - 14)
        yield Text(_markup(item.runs), indented, bulletText=f"{number}." if ordered else "•")


def _pdf_table(block: Table, width: float, styles: Mapping[str, Any]) -> Any:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Paragraph as Text, Table as Grid

    cells = [[Text(_markup(cell), styles["cell"]) for cell in row] for row in block.rows]
    cells[0] = [Text(f"<b>{_markup(cell)}</b>", styles["cell"]) for cell in block.rows[0]]
    widths = _column_widths(block, width, styles["cell"].fontSize)
    grid = Grid(cells, colWidths=widths, repeatRows=1)
    grid.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("BACKGROUND", (0, 0), (-1, 0), HexColor("#e8eef2")),
            ("LINEBELOW", (0, 0), (-1, -1), 0.5, HexColor("#b5c2cc")),
        ]
    )
    return grid


# What reportlab leaves free on both sides of a cell, and a hair more.
_CELL_PADDING = 12.5


def _column_widths(block: Table, width: float, size: float) -> list[float]:
    """Widths in proportion to the longest cells, but none too narrow for its longest word."""
    columns = list(zip(*block.rows, strict=True))
    longest = [max(len(plain_text(cell)) for cell in column) for column in columns]
    shares = [min(45, max(10, length)) for length in longest]
    least = [_longest_word(column, size) + _CELL_PADDING for column in columns]
    if sum(least) >= width:
        return [width * needed / sum(least) for needed in least]
    fixed: dict[int, float] = {}
    while True:
        left = width - sum(fixed.values())
        rest = sum(share for column, share in enumerate(shares) if column not in fixed)
        widths = [fixed.get(column, left * share / rest) for column, share in enumerate(shares)]
        narrow = {n: least[n] for n, given in enumerate(widths) if given < least[n]}
        if not narrow:
            return widths
        fixed |= narrow


def _longest_word(column: Iterable[Runs], size: float) -> float:
    """The width of the longest word if it is bold, as those in the head are."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    words = (word for cell in column for word in plain_text(cell).translate(SUBSTITUTES).split(" "))
    return max(float(stringWidth(word, "Vera-Bold", size)) for word in words)
