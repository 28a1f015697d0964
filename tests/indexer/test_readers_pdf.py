"""PDF: what is refused, and how lines become text."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from indexer.errors import Encrypted, NoText
from indexer.readers import read

Draw = Callable[[Any], None]


def pdf(path: Path, *pages: Draw, **options: Any) -> Path:
    canvas = Canvas(str(path), pagesize=LETTER, **options)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return path


def lines(
    *texts: str, top: float = 640, left: float = 72, size: float = 11, font: str = "Helvetica"
) -> Draw:
    """Draws lines at a line's usual distance; an empty text leaves a gap."""

    def draw(canvas: Any) -> None:
        text = canvas.beginText(left, top)
        text.setFont(font, size, 1.3 * size)
        for line in texts:
            text.textLine(line)
        canvas.drawText(text)

    return draw


def together(*parts: Draw) -> Draw:
    def draw(canvas: Any) -> None:
        for part in parts:
            part(canvas)

    return draw


def image(canvas: Any) -> None:
    data = io.BytesIO()
    Image.new("RGB", (40, 40), "gray").save(data, "PNG")
    data.seek(0)
    canvas.drawImage(ImageReader(data), 72, 300, 400, 400)


def blocks(path: Path) -> list[str]:
    return [block for section in read(path).sections for block in section.blocks]


PARAGRAPH = (
    "This is the first line of a paragraph that somebody wrote for a test,",
    "and this is its second line, which is about as long as the first one,",
    "and here it ends.",
)
WHOLE = " ".join(PARAGRAPH)


def test_a_password_is_asked_for(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", lines(*PARAGRAPH), encrypt="secret")
    with pytest.raises(Encrypted, match="password"):
        read(path)


def test_scanned_images_need_ocr(tmp_path: Path) -> None:
    with pytest.raises(NoText, match="--ocr"):
        read(pdf(tmp_path / "a.pdf", image, image))


def test_a_pdf_without_pages_has_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    document = pypdfium2.PdfDocument.new()
    document.save(path)
    document.close()
    with pytest.raises(NoText, match="no pages"):
        read(path)


def test_a_page_without_text_is_a_warning_with_its_number(tmp_path: Path) -> None:
    found = read(pdf(tmp_path / "a.pdf", lines(*PARAGRAPH), image, lines("The end.")))
    assert [(warning.kind, warning.page) for warning in found.warnings] == [
        ("page-without-text", 2)
    ]
    assert found.pages == 3
    assert found.characters == (len(WHOLE), 0, len("The end."))
    assert [section.page for section in found.sections] == [1, 3]


def test_lines_become_one_paragraph_and_gaps_separate_two(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", lines(*PARAGRAPH, "", *PARAGRAPH))
    assert blocks(path) == [WHOLE, WHOLE]


def test_an_indent_begins_a_paragraph(tmp_path: Path) -> None:
    first, second, third = PARAGRAPH
    draw = together(
        lines(*PARAGRAPH),
        lines(first, left=90, top=640 - 3 * 14.3),
        lines(second, third, top=640 - 4 * 14.3),
    )
    assert blocks(pdf(tmp_path / "a.pdf", draw)) == [WHOLE, WHOLE]


def test_words_cut_at_line_ends_are_joined(tmp_path: Path) -> None:
    path = pdf(
        tmp_path / "a.pdf",
        lines(
            "It is a night-time question of crime preven-",
            "tion in the city, and an Anglo-",
            "Canadian one; it happens mostly at night-",
            "time and elsewhere.",
        ),
    )
    assert blocks(path) == [
        "It is a night-time question of crime prevention in the city, and an Anglo-Canadian one;"
        " it happens mostly at night-time and elsewhere."
    ]


def test_addresses_cut_at_line_ends_are_joined(tmp_path: Path) -> None:
    path = pdf(
        tmp_path / "a.pdf",
        lines("The report is at https://example.org/a-long/", "path/to-the.html and elsewhere."),
    )
    assert blocks(path) == [
        "The report is at https://example.org/a-long/path/to-the.html and elsewhere."
    ]


@pytest.mark.parametrize("bullet", ["•", "▪", "-", "–", "*"])
def test_list_items_are_blocks_with_one_bullet(tmp_path: Path, bullet: str) -> None:
    path = pdf(
        tmp_path / "a.pdf",
        lines("We found:", f"{bullet} one thing,", f"{bullet} another thing;", "the end"),
    )
    assert blocks(path) == ["We found:", "• one thing,", "• another thing;", "the end"]


@pytest.mark.parametrize("form", ["{}.", "{})", "({})"])
def test_numbered_items_are_blocks_with_their_numbers(tmp_path: Path, form: str) -> None:
    items = (f"{form.format(number)} a thing," for number in (1, 2))
    path = pdf(tmp_path / "a.pdf", lines("We found:", *items))
    assert blocks(path) == ["We found:", "1. a thing,", "2. a thing,"]


@pytest.mark.parametrize("markers", [("a)", "b)"), ("(a)", "(b)"), ("i.", "ii.")])
def test_letters_and_roman_numerals_stay_as_written(
    tmp_path: Path, markers: tuple[str, str]
) -> None:
    items = [f"{marker} a thing," for marker in markers]
    assert blocks(pdf(tmp_path / "a.pdf", lines("We found:", *items))) == ["We found:", *items]


def test_wrapped_items_are_joined_and_a_number_in_them_begins_none(tmp_path: Path) -> None:
    path = pdf(
        tmp_path / "a.pdf",
        lines("133. Author. A title. Journal of Something, 12,", "376. Publisher, 2021"),
        lines("134. Another author. Another title", top=640 - 2 * 14.3),
    )
    assert blocks(path) == [
        "133. Author. A title. Journal of Something, 12, 376. Publisher, 2021",
        "134. Another author. Another title",
    ]


def test_a_number_within_a_sentence_stays(tmp_path: Path) -> None:
    path = pdf(
        tmp_path / "a.pdf", lines("They were followed up to the age of", "19. Then it ended.")
    )
    assert blocks(path) == ["They were followed up to the age of 19. Then it ended."]


def test_cells_side_by_side_are_a_table_row(tmp_path: Path) -> None:
    columns: Sequence[tuple[float, tuple[str, ...]]] = (
        (72, ("Theft from", "vehicles")),
        (220, ("41.5",)),
        (320, ("A long", "remark")),
    )
    cells = [lines(*texts, left=left, top=600) for left, texts in columns]
    row = [lines(text, left=72 + 124 * n, top=560) for n, text in enumerate(("Robbery", "3", "-"))]
    path = pdf(tmp_path / "a.pdf", together(lines(*PARAGRAPH, top=700), *cells, *row))
    assert blocks(path) == [
        WHOLE,
        "Theft from vehicles | 41.5 | A long remark",
        "Robbery | 3 | -",
    ]


def furniture(number: int, header: str = "Annual report 2019") -> Draw:
    return together(
        lines(header, top=760, size=8),
        lines(f"Page {number} of 3", top=30, size=8),
        lines(*(f"{line} Page {number}." for line in PARAGRAPH)),
    )


def test_running_headers_and_page_numbers_are_removed(tmp_path: Path) -> None:
    found = blocks(pdf(tmp_path / "a.pdf", *(furniture(number) for number in (1, 2, 3))))
    assert len(found) == 3
    assert not any("Annual" in block or "of 3" in block for block in found)


def test_headers_of_left_and_right_pages_are_removed(tmp_path: Path) -> None:
    pages = [furniture(n, "City of Example" if n % 2 else "Safety plan") for n in range(1, 7)]
    assert not any(
        "City" in block or "plan" in block for block in blocks(pdf(tmp_path / "a.pdf", *pages))
    )


def test_headers_that_name_the_chapter_are_removed(tmp_path: Path) -> None:
    pages = [furniture(n, f"Chapter {'ABCDE'[n // 2]}") for n in range(1, 9)]
    found = blocks(pdf(tmp_path / "a.pdf", *pages))
    assert not any("Chapter B" in block or "Chapter C" in block for block in found)


def test_a_first_line_that_is_not_repeated_stays(tmp_path: Path) -> None:
    pages = [lines(f"{word} begins here.", top=760) for word in ("One", "Two", "Three")]
    assert blocks(pdf(tmp_path / "a.pdf", *pages)) == [
        "One begins here.",
        "Two begins here.",
        "Three begins here.",
    ]


def test_larger_type_makes_headings_ranked_by_size(tmp_path: Path) -> None:
    bold = "Helvetica-Bold"
    draw = together(
        lines("A Study of Something", top=720, size=24),
        lines("Methods", top=680, size=16),
        lines(*PARAGRAPH),
        lines("Sampling", top=580, size=13),
        lines(*PARAGRAPH, top=560),
        lines("A detail", top=500, font=bold),
        lines(*PARAGRAPH, top=480),
        lines("Results", top=420, size=16),
        lines(*PARAGRAPH, top=400),
    )
    found = read(pdf(tmp_path / "a.pdf", draw))
    assert found.properties["title"] == "A Study of Something"
    assert [(section.heading, section.level) for section in found.sections] == [
        ("Methods", 2),
        ("Sampling", 3),
        ("A detail", 4),
        ("Results", 2),
    ]


def test_bold_words_in_a_paragraph_are_no_heading(tmp_path: Path) -> None:
    draw = together(
        lines("Note well: ", font="Helvetica-Bold"),
        lines("this paragraph goes on in ordinary type.", left=140),
    )
    found = read(pdf(tmp_path / "a.pdf", draw))
    assert [section.heading for section in found.sections] == [""]


def test_a_section_over_a_page_break_is_given_once_per_page(tmp_path: Path) -> None:
    titled = together(lines("Title", top=720, size=20), lines("Methods", top=680, size=16))
    first = together(titled, lines(*PARAGRAPH))
    found = read(pdf(tmp_path / "a.pdf", first, lines(*PARAGRAPH)))
    assert [(section.heading, section.page) for section in found.sections] == [
        ("Methods", 1),
        ("Methods", 2),
    ]


def test_a_title_recorded_by_a_program_is_not_taken(tmp_path: Path) -> None:
    draw = together(lines("The Real Title", top=720, size=24), lines(*PARAGRAPH))
    path = pdf(tmp_path / "a.pdf", draw)
    canvas_default = read(path).properties
    assert canvas_default["title"] == "The Real Title"
    assert "authors" not in canvas_default


def test_a_recorded_title_wins_and_the_visible_one_stays_as_a_heading(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        canvas.setTitle("The Recorded Title")
        together(lines("Cover Line", top=720, size=24), lines(*PARAGRAPH))(canvas)

    found = read(pdf(tmp_path / "a.pdf", draw))
    assert found.properties["title"] == "The Recorded Title"
    assert found.sections[0].heading == "Cover Line"
    assert found.sections[0].blocks == (WHOLE,)


def test_two_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = ("This column is on the left", "and it goes on for some", "lines, until at last")
    right = ("it reaches the second one,", "which stands on the right", "and ends.")
    draw = together(
        *(lines(*left[:2], *left[:2] * 4, left[2], left=72),),
        lines(*right, left=330),
    )
    assert blocks(pdf(tmp_path / "a.pdf", draw))[-1].endswith(
        "until at last it reaches the second one, which stands on the right and ends."
    )


def test_lines_of_a_table_of_contents_are_left_out(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", lines("Introduction ................ 3", "", *PARAGRAPH))
    assert blocks(path) == [WHOLE]
