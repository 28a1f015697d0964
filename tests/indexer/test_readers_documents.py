"""DOCX and ODT: what word processors do that python-docx and odfdo would pass over."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from indexer.errors import Encrypted, ReadError
from indexer.models import Extract
from indexer.readers import read

DATA = Path(__file__).parents[1] / "data" / "readers"


def word(path: Path, *paragraphs: str) -> Extract:
    """What is read from a Word document whose body holds this XML."""
    document = docx.Document()
    body: Any = document.element.body
    for number, paragraph in enumerate(paragraphs):
        body.insert(number, parse_xml(paragraph.replace(">", f" {nsdecls('w')}>", 1)))
    document.save(str(path))
    return read(path)


def text(content: str) -> str:
    return f"<w:r><w:t>{content}</w:t></w:r>"


BREAK = '<w:r><w:br w:type="page"/></w:r>'
RECORDED = "<w:r><w:lastRenderedPageBreak/></w:r>"


def test_word_has_no_pages_without_breaks(tmp_path: Path) -> None:
    found = word(tmp_path / "a.docx", f"<w:p>{text('One.')}</w:p>")
    assert found.pages is None
    assert found.sections[0].page is None


def test_a_break_that_word_also_recorded_counts_once(tmp_path: Path) -> None:
    found = word(
        tmp_path / "a.docx",
        f"<w:p>{text('One.')}{BREAK}</w:p>",
        f"<w:p>{RECORDED}{text('Two.')}</w:p>",
        f"<w:p>{text('Two still,')}{RECORDED}{text('three.')}</w:p>",
    )
    assert found.pages == 3
    assert [(section.page, section.blocks) for section in found.sections] == [
        (1, ("One.",)),
        (2, ("Two.", "Two still,")),
        (3, ("three.",)),
    ]


def test_text_in_content_controls_and_insertions_is_read(tmp_path: Path) -> None:
    found = word(
        tmp_path / "a.docx",
        f"<w:sdt><w:sdtContent><w:p>{text('Controlled.')}</w:p></w:sdtContent></w:sdt>",
        f'<w:p>{text("Kept")}<w:ins w:id="1" w:author="x">{text(" and added")}</w:ins>'
        '<w:del w:id="2" w:author="x"><w:r><w:delText> and deleted</w:delText></w:r></w:del></w:p>',
    )
    assert found.sections[0].blocks == ("Controlled.", "Kept and added")


def test_a_french_heading_style_and_an_outline_level_are_headings(tmp_path: Path) -> None:
    document = docx.Document()
    document.styles.add_style("Titre 2", 1)
    document.add_paragraph("Le titre", style="Title")
    document.add_paragraph("Partie", style="Heading 1")
    document.add_paragraph("Sous-partie", style="Titre 2")
    document.add_paragraph("Du texte.")
    outlined: Any = document.add_paragraph("Par niveau")
    outlined._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="1"/>'))
    document.save(str(tmp_path / "a.docx"))
    found = read(tmp_path / "a.docx")
    assert found.properties["title"] == "Le titre"
    assert [(section.heading, section.level) for section in found.sections] == [
        ("Partie", 2),
        ("Sous-partie", 3),
        ("Par niveau", 3),
    ]


def numbered(content: str, number: int, level: int = 0) -> str:
    """A paragraph of the numbering and level."""
    given = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return f"<w:p><w:pPr>{given}</w:pPr>{text(content)}</w:p>"


# Numbering 1 and 2 share a definition, 3 begins it anew at 5, and 4 has bullets.
NUMBERING = (
    '<w:abstractNum w:abstractNumId="90"><w:lvl w:ilvl="0"><w:start w:val="3"/>'
    '<w:numFmt w:val="decimal"/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/>'
    '<w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%2)"/></w:lvl></w:abstractNum>',
    '<w:abstractNum w:abstractNumId="91"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/>'
    '<w:lvlText w:val="&#xF0B7;"/></w:lvl></w:abstractNum>',
    '<w:num w:numId="1"><w:abstractNumId w:val="90"/></w:num>',
    '<w:num w:numId="2"><w:abstractNumId w:val="90"/></w:num>',
    '<w:num w:numId="3"><w:abstractNumId w:val="90"/><w:lvlOverride w:ilvl="0">'
    '<w:startOverride w:val="5"/></w:lvlOverride></w:num>',
    '<w:num w:numId="4"><w:abstractNumId w:val="91"/></w:num>',
)


def test_word_lists_count_as_they_are_displayed(tmp_path: Path) -> None:
    document: Any = docx.Document()
    numbering = document.part.numbering_part.element
    numbering.clear()
    for definition in NUMBERING:
        numbering.append(parse_xml(definition.replace(">", f" {nsdecls('w')}>", 1)))
    paragraphs = (
        *(numbered("a", 1), numbered("b", 1), numbered("inner", 1, 1), numbered("inner", 1, 1)),
        *(numbered("c", 2), numbered("inner", 2, 1), numbered("d", 3), numbered("e", 3)),
        *(numbered("f", 4), numbered("g", 0), numbered("h", 77)),
    )
    for position, paragraph in enumerate(paragraphs):
        xml = paragraph.replace(">", f" {nsdecls('w')}>", 1)
        document.element.body.insert(position, parse_xml(xml))
    document.save(str(tmp_path / "a.docx"))
    assert read(tmp_path / "a.docx").sections[0].blocks == (
        *("3. a", "4. b", "1. inner", "2. inner", "5. c", "1. inner", "5. d", "6. e"),
        *("• f", "g", "h"),
    )


def test_list_styles_of_word_have_markers(tmp_path: Path) -> None:
    document: Any = docx.Document()
    # As other programs write it: a style named for its list, without a numbering.
    own = document.styles["List Number 2"].element.pPr
    own.remove(own.numPr)
    for content, style in (
        *(("one", "List Bullet"), ("two", "List Number"), ("three", "List Number")),
        *(("four", "List Number 2"), ("five", "List Number 2"), ("text", None)),
        ("six", "List Number 2"),
    ):
        document.add_paragraph(content, style=style)
    document.save(str(tmp_path / "a.docx"))
    assert read(tmp_path / "a.docx").sections[0].blocks == (
        *("• one", "1. two", "2. three", "1. four", "2. five", "text", "1. six"),
    )


def test_a_table_of_one_cell_is_a_frame(tmp_path: Path) -> None:
    document = docx.Document()
    cell = document.add_table(1, 1).cell(0, 0)
    cell.text = "First."
    cell.add_paragraph("Second.")
    document.save(str(tmp_path / "a.docx"))
    assert read(tmp_path / "a.docx").sections[0].blocks == ("First.", "Second.")


def test_placeholders_of_word_are_no_metadata(tmp_path: Path) -> None:
    found = word(tmp_path / "a.docx", f"<w:p>{text('One.')}</w:p>")
    assert "title" not in found.properties
    assert "authors" not in found.properties


def test_a_docx_without_its_document_is_a_read_error(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<not")
    with pytest.raises(ReadError) as caught:
        read(path)
    assert caught.value.__cause__ is not None


def odt(path: Path, body: str, styles: str = "", manifest: str = "") -> Path:
    """An ODT with this body, these automatic styles and this in its manifest."""
    with zipfile.ZipFile(io.BytesIO((DATA / "report.odt").read_bytes())) as source:
        parts = {name: source.read(name).decode() for name in source.namelist()}
    head, _, rest = parts["content.xml"].partition("</office:automatic-styles>")
    rest = f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    parts["content.xml"] = f"{head}{styles}</office:automatic-styles>{rest}"
    ending = "</manifest:manifest>"
    parts["META-INF/manifest.xml"] = parts["META-INF/manifest.xml"].replace(
        ending, manifest + ending
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_soft_page_breaks_count_pages_even_inside_a_paragraph(tmp_path: Path) -> None:
    path = odt(
        tmp_path / "a.odt",
        "<text:p>One,<text:soft-page-break/>two.</text:p><text:soft-page-break/>"
        '<text:p text:style-name="Break">Three.</text:p>',
    )
    found = read(path)
    assert [(section.page, section.blocks) for section in found.sections] == [
        (1, ("One,",)),
        (2, ("two.",)),
        (3, ("Three.",)),
    ]


def test_odt_spaces_notes_and_deletions(tmp_path: Path) -> None:
    path = odt(
        tmp_path / "a.odt",
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>Gone.</text:p>"
        "</text:deletion></text:changed-region></text:tracked-changes>"
        "<text:p>Two<text:s/>words<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>A note.</text:p></text:note-body></text:note>"
        "<text:span> and <text:span>more</text:span></text:span>.</text:p>",
    )
    assert read(path).sections[0].blocks == ("Two words and more.", "A note.")


LISTS = (
    '<text:list-style style:name="L"><text:list-level-style-number text:level="1"'
    ' style:num-format="1" text:start-value="3"/><text:list-level-style-bullet text:level="2"'
    ' text:bullet-char="-"/></text:list-style><text:list-style style:name="Hidden">'
    '<text:list-level-style-number text:level="1" style:num-format=""/></text:list-style>'
)


def item(content: str, attributes: str = "") -> str:
    return f"<text:list-item {attributes}><text:p>{content}</text:p></text:list-item>"


def test_odt_lists_count_as_they_are_displayed(tmp_path: Path) -> None:
    inner = f"<text:list>{item('inner')}</text:list>"
    nine = item("nine", 'text:start-value="9"')
    path = odt(
        tmp_path / "a.odt",
        '<text:list text:style-name="L" xml:id="first"><text:list-header><text:p>head</text:p>'
        f"</text:list-header>{item('three')}<text:list-item><text:p>four</text:p>"
        f"<text:p>more</text:p>{inner}</text:list-item>"
        f"<text:list-item>{inner}</text:list-item>{nine}"
        f'</text:list><text:list text:style-name="L">{item("three")}</text:list>'
        f'<text:list text:style-name="L" text:continue-numbering="true">{item("four")}</text:list>'
        f'<text:list text:style-name="L" text:continue-list="first">{item("ten")}</text:list>'
        f'<text:list text:style-name="Hidden">{item("bare")}</text:list>'
        f"<text:list>{item('unstyled')}</text:list>",
        LISTS,
    )
    assert read(path).sections[0].blocks == (
        *("head", "3. three", "4. four", "more", "• inner", "• inner", "9. nine"),
        *("3. three", "4. four", "10. ten", "bare", "• unstyled"),
    )


def test_a_paragraph_in_a_style_derived_from_title_is_the_title(tmp_path: Path) -> None:
    path = odt(
        tmp_path / "a.odt",
        '<text:p text:style-name="P9">The Title</text:p><text:p>Text.</text:p>',
        '<style:style style:name="P9" style:family="paragraph" style:parent-style-name="Title"/>',
    )
    assert read(path).properties["title"] == "The Title"


def test_an_encrypted_odt_asks_for_a_copy_without_password(tmp_path: Path) -> None:
    path = odt(
        tmp_path / "a.odt",
        "<text:p>x</text:p>",
        manifest='<manifest:file-entry manifest:full-path="x"><manifest:encryption-data/>'
        "</manifest:file-entry>",
    )
    with pytest.raises(Encrypted, match="password"):
        read(path)
