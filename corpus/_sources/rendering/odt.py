"""A document as an OpenDocument text."""

from __future__ import annotations

from xml.sax.saxutils import escape

from rendering.archive import zipped
from rendering.document import (
    Block,
    Document,
    Heading,
    List,
    PageBreak,
    Paragraph,
    Run,
    Runs,
    Table,
)

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
    return zipped(((name, text.encode()) for name, text in files.items()), stored="mimetype")


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
