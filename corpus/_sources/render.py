"""Render the corpus's Markdown sources as PDF, DOCX and ODT reports with their sidecars.

    python corpus/_sources/render.py                    every source, into corpus/<folder>/
    python corpus/_sources/render.py SOURCE.md OUT.pdf  one file (also .docx, .odt, .html, .txt)

A source is Markdown with YAML front matter; `format` names what it becomes and every other key
goes to the sidecar. `<!-- page -->` starts a new page. The same source always gives the same
bytes, so a rendered file changes only when its source or this script does.
"""

from __future__ import annotations

import argparse
import datetime as dt
import html
import io
import os
import sys
import textwrap
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import markdown
import yaml

SOURCES = Path(__file__).resolve().parent
PAGE_BREAK = "<!-- page -->"
LETTER_INCHES = (8.5, 11.0)


@dataclass(frozen=True)
class Run:
    """A stretch of text in one style."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str | None = None


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    """A section heading of level 2 or deeper."""

    level: int
    runs: Runs


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of running text."""

    runs: Runs


@dataclass(frozen=True)
class Item:
    """A list item with the lists inside it."""

    runs: Runs
    lists: tuple[List, ...]


@dataclass(frozen=True)
class List:
    """A numbered or bulleted list."""

    ordered: bool
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Table:
    """A table whose first row is its header."""

    rows: tuple[tuple[Runs, ...], ...]


@dataclass(frozen=True)
class PageBreak:
    """The start of a new page."""


Block = Heading | Paragraph | List | Table | PageBreak


@dataclass(frozen=True)
class Document:
    """A source, parsed: its metadata and its blocks without the title."""

    metadata: Mapping[str, Any]
    blocks: tuple[Block, ...]

    @property
    def title(self) -> str:
        """The title, which stands at the top of every rendering."""
        return str(self.metadata["title"])

    @property
    def authors(self) -> tuple[str, ...]:
        """The authors' names in order."""
        return tuple(str(author) for author in self.metadata.get("authors") or ())

    @property
    def lang(self) -> str:
        """The language tag, for Canadian readers."""
        return f"{self.metadata.get('lang', 'en')}-CA"

    @property
    def created(self) -> dt.datetime:
        """When the file claims to be created: the report's date, or the start of its year."""
        date = self.metadata.get("date")
        if not isinstance(date, dt.date):
            date = dt.date(int(self.metadata.get("year", 2000)), 1, 1)
        return dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC)


# -- Reading a source ---------------------------------------------------------------------------


def parse(text: str) -> Document:
    """The document that a Markdown source describes."""
    _, front, body = text.split("---\n", 2)
    metadata = yaml.safe_load(front)
    body = body.replace(PAGE_BREAK, "\n\n<hr />\n\n")
    xhtml = markdown.markdown(body, extensions=["tables", "sane_lists"], output_format="xhtml")
    tree = ElementTree.fromstring(f"<body>{_without_named_entities(xhtml)}</body>")
    return Document(metadata, tuple(_blocks(tree)))


def _without_named_entities(xhtml: str) -> str:
    named = {name: html.unescape(f"&{name};") for name in ("nbsp", "laquo", "raquo", "copy")}
    for name, character in named.items():
        xhtml = xhtml.replace(f"&{name};", character)
    return xhtml


def _blocks(body: ElementTree.Element) -> Iterator[Block]:
    for element in body:
        match element.tag:
            case "h1":
                continue
            case "h2" | "h3" | "h4":
                yield Heading(int(element.tag[1]), _runs(element))
            case "p":
                yield Paragraph(_runs(element))
            case "ul" | "ol":
                yield _list(element)
            case "table":
                yield Table(tuple(tuple(_runs(cell) for cell in row) for row in element.iter("tr")))
            case "hr":
                yield PageBreak()
            case "blockquote":
                yield from _blocks(element)
            case tag:
                raise ValueError(f"<{tag}> has no rendering; use the Markdown of README.md")


def _list(element: ElementTree.Element) -> List:
    return List(element.tag == "ol", tuple(_item(item) for item in element))


def _item(element: ElementTree.Element) -> Item:
    lists = [child for child in element if child.tag in ("ul", "ol")]
    for child in lists:
        element.remove(child)
    return Item(_runs(element), tuple(_list(child) for child in lists))


def _runs(element: ElementTree.Element) -> Runs:
    runs = [run for run in _styled(element, Run("")) if run.text]
    if not runs:
        return ()
    runs[0] = _with_text(runs[0], runs[0].text.lstrip())
    runs[-1] = _with_text(runs[-1], runs[-1].text.rstrip())
    return tuple(runs)


def _styled(element: ElementTree.Element, style: Run) -> Iterator[Run]:
    style = Run(
        "",
        style.bold or element.tag == "strong",
        style.italic or element.tag == "em",
        element.get("href", style.link),
    )
    yield _with_text(style, (element.text or "").replace("\n", " "))
    for child in element:
        yield from _styled(child, style)
        yield _with_text(style, (child.tail or "").replace("\n", " "))


def _with_text(run: Run, text: str) -> Run:
    return Run(text, run.bold, run.italic, run.link)


def _plain(runs: Runs) -> str:
    return "".join(run.text for run in runs)


# -- PDF ----------------------------------------------------------------------------------------

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
                yield _plain(block.runs)
            case List():
                yield from (_plain(item.runs) for _, _, _, item in _flat(block))
            case Table():
                yield from (_plain(cell) for row in block.rows for cell in row)


def _flat(block: List, depth: int = 0) -> Iterator[tuple[int, bool, int, Item]]:
    """The items of a list and of the lists inside it: depth, ordered, number, item."""
    for number, item in enumerate(block.items, 1):
        yield depth, block.ordered, number, item
        for inner in item.lists:
            yield from _flat(inner, depth + 1)


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
    from reportlab.platypus import PageBreak as NewPage, Paragraph as Text, Spacer

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
                yield from _pdf_items(block, styles["item"])
                yield Spacer(1, 4)
            case Table():
                yield _pdf_table(block, width, styles)
                yield Spacer(1, 10)
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

    for depth, ordered, number, item in _flat(block):
        indent = 20 * (depth + 1)
        indented = ParagraphStyle("indented", style, leftIndent=indent, bulletIndent=indent - 14)
        yield Text(_markup(item.runs), indented, bulletText=f"{number}." if ordered else "•")


def _pdf_table(block: Table, width: float, styles: Mapping[str, Any]) -> Any:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Paragraph as Text, Table as Grid

    cells = [[Text(_markup(cell), styles["cell"]) for cell in row] for row in block.rows]
    cells[0] = [Text(f"<b>{_markup(cell)}</b>", styles["cell"]) for cell in block.rows[0]]
    grid = Grid(cells, colWidths=_column_widths(block, width), repeatRows=1)
    grid.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("BACKGROUND", (0, 0), (-1, 0), HexColor("#e8eef2")),
            ("LINEBELOW", (0, 0), (-1, -1), 0.5, HexColor("#b5c2cc")),
        ]
    )
    return grid


def _column_widths(block: Table, width: float) -> list[float]:
    """Widths in proportion to the longest cells, so that no column starves."""
    columns = zip(*block.rows, strict=True)
    longest = [max(len(_plain(cell)) for cell in column) for column in columns]
    shares = [min(45, max(10, length)) for length in longest]
    return [width * share / sum(shares) for share in shares]


# -- DOCX ---------------------------------------------------------------------------------------


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
    return _rezipped(out.getvalue())


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
    for depth, ordered, number, item in _flat(block):
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


def _rezipped(data: bytes) -> bytes:
    """The same ZIP with fixed timestamps, in a fixed order."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return _zipped((name, archive.read(name)) for name in archive.namelist())


def _zipped(files: Iterable[tuple[str, bytes]], stored: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name == stored else zipfile.ZIP_DEFLATED
            info.create_system = 3
            archive.writestr(info, data)
    return out.getvalue()


# -- ODT ----------------------------------------------------------------------------------------

ODT_TYPE = "application/vnd.oasis.opendocument.text"

_ODT_NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
        "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
        "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
        "dc": "http://purl.org/dc/elements/1.1/",
        "xlink": "http://www.w3.org/1999/xlink",
    }.items()
)

_ODT_MANIFEST = f"""<manifest:manifest manifest:version="1.3"
 xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODT_TYPE}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
<manifest:file-entry manifest:full-path="styles.xml" manifest:media-type="text/xml"/>
<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/>
</manifest:manifest>"""

_ODT_FONT = 'fo:font-family="Liberation Sans" fo:color="#1f3a4d" fo:font-weight="bold"'

_ODT_STYLES = f"""<office:styles>
<style:default-style style:family="paragraph"><style:text-properties
 fo:font-family="Liberation Sans" fo:font-size="11pt" fo:language="{{language}}"
 fo:country="CA"/></style:default-style>
<style:style style:name="Standard" style:family="paragraph"/>
<style:style style:name="Text_20_body" style:display-name="Text body" style:family="paragraph"
 style:parent-style-name="Standard"><style:paragraph-properties fo:margin-bottom="0.25cm"
 fo:line-height="130%"/></style:style>
<style:style style:name="Title" style:family="paragraph" style:parent-style-name="Standard">
<style:text-properties {_ODT_FONT} fo:font-size="20pt"/></style:style>
<style:style style:name="Heading_20_1" style:display-name="Heading 1" style:family="paragraph"
 style:default-outline-level="1"><style:paragraph-properties fo:margin-top="0.5cm"
 fo:margin-bottom="0.2cm" fo:keep-with-next="always"/>
<style:text-properties {_ODT_FONT} fo:font-size="15pt"/></style:style>
<style:style style:name="Heading_20_2" style:display-name="Heading 2" style:family="paragraph"
 style:default-outline-level="2"><style:paragraph-properties fo:margin-top="0.4cm"
 fo:margin-bottom="0.15cm" fo:keep-with-next="always"/>
<style:text-properties {_ODT_FONT} fo:font-size="12.5pt"/></style:style>
<style:style style:name="Heading_20_3" style:display-name="Heading 3" style:family="paragraph"
 style:default-outline-level="3"><style:text-properties {_ODT_FONT}/></style:style>
<text:list-style style:name="Bullets">{{bullets}}</text:list-style>
<text:list-style style:name="Numbers">{{numbers}}</text:list-style>
</office:styles>"""

_ODT_AUTOMATIC = """<office:automatic-styles>
<style:style style:name="Break" style:family="paragraph" style:parent-style-name="Text_20_body">
<style:paragraph-properties fo:break-before="page"/></style:style>
<style:style style:name="Break1" style:family="paragraph" style:parent-style-name="Heading_20_1">
<style:paragraph-properties fo:break-before="page"/></style:style>
<style:style style:name="Break2" style:family="paragraph" style:parent-style-name="Heading_20_2">
<style:paragraph-properties fo:break-before="page"/></style:style>
<style:style style:name="Break3" style:family="paragraph" style:parent-style-name="Heading_20_3">
<style:paragraph-properties fo:break-before="page"/></style:style>
<style:style style:name="Bold" style:family="text">
<style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="Italic" style:family="text">
<style:text-properties fo:font-style="italic"/></style:style>
<style:style style:name="BoldItalic" style:family="text">
<style:text-properties fo:font-weight="bold" fo:font-style="italic"/></style:style>
<style:style style:name="Grid" style:family="table">
<style:table-properties fo:margin-bottom="0.4cm"/></style:style>
<style:style style:name="Cell" style:family="table-cell"><style:table-cell-properties
 fo:padding="0.1cm" fo:border="0.5pt solid #b5c2cc"/></style:style>
</office:automatic-styles>"""


def odt(document: Document) -> bytes:
    """An OpenDocument text with outline levels, list styles and page breaks."""
    body = f'<text:p text:style-name="Title">{escape(document.title)}</text:p>'
    content = f"{_ODT_AUTOMATIC}<office:body><office:text>{body}{_odt_body(document)}"
    content += "</office:text></office:body>"
    files = {
        "mimetype": ODT_TYPE,
        "content.xml": _odt_xml("document-content", content),
        "styles.xml": _odt_xml("document-styles", _odt_styles(document)),
        "meta.xml": _odt_xml("document-meta", _odt_meta(document)),
        "META-INF/manifest.xml": _ODT_MANIFEST,
    }
    return _zipped(((name, text.encode()) for name, text in files.items()), stored="mimetype")


def _odt_xml(root: str, content: str) -> str:
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
    opening = f'<office:{root} {_ODT_NAMESPACES} office:version="1.3">'
    return f"{declaration}{opening}{content}</office:{root}>"


def _odt_styles(document: Document) -> str:
    bullets = "".join(
        f'<text:list-level-style-bullet text:level="{level}" text:bullet-char="•">'
        f'<style:list-level-properties text:space-before="{level * 0.6}cm"'
        ' text:min-label-width="0.5cm"/></text:list-level-style-bullet>'
        for level in (1, 2, 3)
    )
    numbers = "".join(
        f'<text:list-level-style-number text:level="{level}" style:num-suffix="."'
        f' style:num-format="1"><style:list-level-properties text:space-before="{level * 0.6}cm"'
        ' text:min-label-width="0.6cm"/></text:list-level-style-number>'
        for level in (1, 2, 3)
    )
    return _ODT_STYLES.format(language=document.lang[:2], bullets=bullets, numbers=numbers)


def _odt_meta(document: Document) -> str:
    created = document.created.strftime("%Y-%m-%dT%H:%M:%S")
    creator = escape("; ".join(document.authors))
    return (
        "<office:meta><meta:generator>evidence-index</meta:generator>"
        f"<dc:title>{escape(document.title)}</dc:title>"
        f"<meta:initial-creator>{creator}</meta:initial-creator><dc:creator>{creator}</dc:creator>"
        f"<meta:creation-date>{created}</meta:creation-date><dc:date>{created}</dc:date>"
        f"<dc:language>{document.lang}</dc:language></office:meta>"
    )


def _odt_body(document: Document) -> str:
    parts: list[str] = []
    new_page = False
    for block in document.blocks:
        if isinstance(block, List | Table) and new_page:
            parts.append('<text:p text:style-name="Break"/>')
            new_page = False
        parts.append(_odt_block(block, new_page))
        new_page = isinstance(block, PageBreak)
    return "".join(parts)


def _odt_block(block: Block, new_page: bool) -> str:
    match block:
        case Heading(level, runs):
            style = f"Break{level - 1}" if new_page else f"Heading_20_{level - 1}"
            attributes = f'text:style-name="{style}" text:outline-level="{level - 1}"'
            return f"<text:h {attributes}>{_odt_runs(runs)}</text:h>"
        case Paragraph(runs):
            style = "Break" if new_page else "Text_20_body"
            return f'<text:p text:style-name="{style}">{_odt_runs(runs)}</text:p>'
        case List():
            return _odt_list(block)
        case Table():
            return _odt_table(block)
        case PageBreak():
            return ""


def _odt_runs(runs: Runs) -> str:
    return "".join(_odt_run(run) for run in runs)


def _odt_run(run: Run) -> str:
    text = escape(run.text)
    style = "Bold" * run.bold + "Italic" * run.italic
    if style:
        text = f'<text:span text:style-name="{style}">{text}</text:span>'
    if run.link:
        link = escape(run.link, {'"': "&quot;"})
        text = f'<text:a xlink:type="simple" xlink:href="{link}">{text}</text:a>'
    return text


def _odt_list(block: List) -> str:
    items = "".join(
        f'<text:list-item><text:p text:style-name="Text_20_body">{_odt_runs(item.runs)}</text:p>'
        f"{''.join(map(_odt_list, item.lists))}</text:list-item>"
        for item in block.items
    )
    style = "Numbers" if block.ordered else "Bullets"
    return f'<text:list text:style-name="{style}">{items}</text:list>'


def _odt_table(block: Table) -> str:
    columns = f'<table:table-column table:number-columns-repeated="{len(block.rows[0])}"/>'
    header, *rows = [
        "".join(
            '<table:table-cell table:style-name="Cell" office:value-type="string">'
            f"<text:p>{_odt_runs(cell)}</text:p></table:table-cell>"
            for cell in row
        ).join(("<table:table-row>", "</table:table-row>"))
        for row in block.rows
    ]
    header = f"<table:table-header-rows>{header}</table:table-header-rows>"
    return f'<table:table table:style-name="Grid">{columns}{header}{"".join(rows)}</table:table>'


# -- HTML and plain text (test data) ------------------------------------------------------------


def html_page(document: Document) -> bytes:
    """A web page as an agency would publish it: navigation around, meta tags above."""
    metadata = [("DC.title", document.title), *(("DC.creator", name) for name in document.authors)]
    metadata += [
        (f"DC.{name}", str(document.metadata[key]))
        for name, key in (("date", "date"), ("publisher", "publisher"), ("description", "summary"))
        if key in document.metadata
    ]
    tags = "".join(
        f'<meta name="{name}" content="{html.escape(value)}">\n' for name, value in metadata
    )
    title = html.escape(document.title)
    body = "\n".join(_html_block(block) for block in document.blocks)
    return f"""<!DOCTYPE html>
<html lang="{document.lang}">
<head>
<meta charset="utf-8">
<title>{title}</title>
{tags}</head>
<body>
<header><a href="/">Home</a> <a href="/library">Library</a></header>
<nav><ul><li><a href="/about">About us</a></li><li><a href="/contact">Contact</a></li></ul></nav>
<main>
<h1>{title}</h1>
{body}
</main>
<footer><p>Terms and conditions</p></footer>
</body>
</html>
""".encode()


def _html_block(block: Block) -> str:
    match block:
        case Heading(level, runs):
            return f"<h{level}>{_html_runs(runs)}</h{level}>"
        case Paragraph(runs):
            return f"<p>{_html_runs(runs)}</p>"
        case List():
            return _html_list(block)
        case Table(rows):
            cells = ("".join(f"<td>{_html_runs(cell)}</td>" for cell in row) for row in rows)
            return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"
        case PageBreak():
            return ""


def _html_runs(runs: Runs) -> str:
    return "".join(_html_run(run) for run in runs)


def _html_run(run: Run) -> str:
    text = html.escape(run.text)
    text = f"<strong>{text}</strong>" if run.bold else text
    text = f"<em>{text}</em>" if run.italic else text
    return f'<a href="{html.escape(run.link)}">{text}</a>' if run.link else text


def _html_list(block: List) -> str:
    items = "".join(
        f"<li>{_html_runs(item.runs)}{''.join(map(_html_list, item.lists))}</li>"
        for item in block.items
    )
    return f"<ol>{items}</ol>" if block.ordered else f"<ul>{items}</ul>"


def plain(document: Document) -> bytes:
    """A hard-wrapped text file with underlined headings and a form feed between pages."""
    parts = [_underlined(document.title, "="), *(_plain_block(block) for block in document.blocks)]
    return ("\n\n".join(parts) + "\n").encode()


def _underlined(text: str, mark: str) -> str:
    return f"{text}\n{mark * len(text)}"


def _plain_block(block: Block) -> str:
    match block:
        case Heading(level, runs):
            return _underlined(_plain(runs), "-~^"[level - 2])
        case Paragraph(runs):
            return textwrap.fill(_plain(runs), 72, break_on_hyphens=False, break_long_words=False)
        case List():
            return "\n".join(_plain_item(*entry) for entry in _flat(block))
        case Table(rows):
            return "\n".join(" | ".join(map(_plain, row)) for row in rows)
        case PageBreak():
            return "\f"


def _plain_item(depth: int, ordered: bool, number: int, item: Item) -> str:
    bullet = "  " * depth + (f"{number}. " if ordered else "- ")
    return textwrap.fill(
        _plain(item.runs),
        72,
        initial_indent=bullet,
        subsequent_indent=" " * len(bullet),
        break_on_hyphens=False,
        break_long_words=False,
    )


# -- The command line ---------------------------------------------------------------------------

RENDERERS: dict[str, Callable[[Document], bytes]] = {
    "pdf": pdf,
    "docx": docx,
    "odt": odt,
    "html": html_page,
    "txt": plain,
}


def render(source: Path, target: Path) -> None:
    """Render one source in the format that the target's suffix names."""
    document = parse(source.read_text(encoding="utf-8"))
    target.write_bytes(RENDERERS[target.suffix.removeprefix(".")](document))


def render_corpus(sources: Path) -> list[Path]:
    """Render every source below the folder beside it in the corpus; return what was written."""
    return [_render_report(source, sources.parent) for source in sorted(sources.glob("*/*.md"))]


def _render_report(source: Path, corpus: Path) -> Path:
    document = parse(source.read_text(encoding="utf-8"))
    metadata = dict(document.metadata)
    kind = metadata.pop("format")
    target = corpus / source.parent.name / f"{metadata['id']}.{kind}"
    target.write_bytes(RENDERERS[kind](document))
    sidecar = yaml.safe_dump(metadata, allow_unicode=True, sort_keys=False, width=100)
    target.with_name(f"{target.name}.yaml").write_text(sidecar, encoding="utf-8")
    return target


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit status is 0 unless a source cannot be rendered."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("source", nargs="?", type=Path)
    parser.add_argument("target", nargs="?", type=Path)
    options = parser.parse_args(arguments)
    if options.source is None:
        for path in render_corpus(SOURCES):
            print(path.relative_to(SOURCES.parent))
    elif options.target is None:
        parser.error("name the file to write after the source")
    else:
        render(options.source, options.target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
