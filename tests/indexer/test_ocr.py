"""Scanned pages are recognised when that is asked for: just those, once, and it is said."""

from __future__ import annotations

import io
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import reportlab
from click.testing import CliRunner
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from indexer.catalogue import Catalogue
from indexer.cli import main
from indexer.config import Config
from indexer.models import Report
from indexer.query import Query
from indexer.readers import ocr, read
from tests.conftest import MakeCorpus, build_index

needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None,
    reason="tesseract is not installed: apt install tesseract-ocr tesseract-ocr-eng -fra",
)

SCANNED = (
    "Les caméras et l’éclairage réduisent les vols\n"
    "dans les stationnements de la ville.\n\n"
    "Burglary fell by 14 percent in Sudbury."
)


def scan(text: str) -> Image.Image:
    """A page as a scanner gives it: a picture of printed text, at 150 dots an inch."""
    picture = Image.new("L", (1275, 1650), 245)
    font = ImageFont.truetype(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf", 34)
    ImageDraw.Draw(picture).multiline_text((130, 200), text, fill=20, font=font, spacing=24)
    return picture.rotate(0.4, fillcolor=245)


def pdf(*pages: str | Image.Image) -> bytes:
    """A PDF whose pages are texts or pictures."""
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(612, 792))
    for page in pages:
        if isinstance(page, str):
            canvas.drawString(72, 700, page)
        else:
            canvas.drawImage(ImageReader(page), 0, 0, 612, 792)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


@pytest.fixture
def half(make_corpus: MakeCorpus) -> Path:
    """A corpus of one report: a page of text, a scan, and a blank page that was scanned too."""
    pages = pdf("Mentors meet young people once a week.", scan(SCANNED), scan(""))
    return make_corpus({"plan.pdf": pages})


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with one line for each call of tesseract."""
    real, log = shutil.which("tesseract"), tmp_path / "calls"
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "tesseract"
    program.write_text(f'#!/bin/sh\necho "$@" >> {log}\nexec {real} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    # Readers that were started before would look for it where it was.
    monkeypatch.setattr("pytesseract.pytesseract.tesseract_cmd", str(program))
    log.touch()
    return log


def report(config: Config) -> Report:
    catalogue = Catalogue(config)
    try:
        return catalogue.report("plan")
    finally:
        catalogue.close()


def found(config: Config, text: str) -> list[int | None]:
    """The pages of the passages that a search shows."""
    catalogue = Catalogue(config)
    try:
        hits = catalogue.search(Query(text)).hits
        return [snippet.page for hit in hits for snippet in hit.snippets]
    finally:
        catalogue.close()


def kinds(told: Report) -> list[tuple[str, int | None]]:
    return [(warning.kind, warning.page) for warning in told.warnings]


@needs_tesseract
def test_scanned_pages_are_recognised_when_that_is_asked_for_and_not_before(
    half: Path, config: Config
) -> None:
    build_index(config)
    assert half.is_dir()
    assert kinds(report(config)) == [("page-without-text", 2), ("page-without-text", 3)]
    assert found(config, "burglary") == []

    recognising = replace(config, ocr=True)
    assert build_index(recognising).changed == 1
    told = report(config)
    assert kinds(told) == [("read-by-ocr", 2), ("no-text-by-ocr", 3)]
    assert found(config, "burglary") == [2]
    assert 2 in found(config, '"l’éclairage réduisent les vols"')

    # What was read so stays, whether the next build asks for it or not.
    assert build_index(recognising).unchanged == 1
    assert build_index(config).unchanged == 1


@needs_tesseract
def test_a_page_is_recognised_once_whatever_becomes_of_its_file(
    half: Path, config: Config, calls: Path
) -> None:
    recognising = replace(config, ocr=True)
    reader = ocr.of(recognising)
    assert reader
    config.index.mkdir()
    first = read(half / "plan.pdf", reader)
    assert calls.read_text().count(ocr.LANGUAGES) == 2
    (half / "plan.pdf").rename(half / "renamed.pdf")
    assert read(half / "renamed.pdf", reader) == first
    assert calls.read_text().count(ocr.LANGUAGES) == 2


@needs_tesseract
def test_what_was_recognised_is_kept_within_the_size_that_is_set(
    half: Path, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    recognising = replace(config, ocr=True)
    build_index(recognising)
    assert half.is_dir()
    assert len(list((config.index / ocr.FOLDER).iterdir())) == 2
    monkeypatch.setattr(ocr, "_MEGABYTE", 1)
    build_index(replace(recognising, ocr_megabytes=1))
    assert list((config.index / ocr.FOLDER).iterdir()) == []


@needs_tesseract
def test_a_document_of_scans_alone_is_read_too(make_corpus: MakeCorpus, config: Config) -> None:
    corpus = make_corpus({"plan.pdf": pdf(scan(SCANNED))})
    places = ["--corpus", str(corpus), "--index", str(config.index)]
    without = CliRunner().invoke(main, ["build", *places])
    assert without.exit_code == 3
    assert "build with --ocr" in without.stderr
    inspected = CliRunner().invoke(main, ["inspect", "--ocr", *places, str(corpus / "plan.pdf")])
    assert "page 1: read by text recognition" in inspected.stderr
    assert CliRunner().invoke(main, ["build", "--ocr", *places]).exit_code == 0
    assert found(config, "burglary") == [1]


def test_without_the_program_it_says_what_to_install_and_changes_nothing(
    half: Path, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    places = ["--corpus", str(half), "--index", str(config.index)]
    result = CliRunner().invoke(main, ["build", "--ocr", *places])
    assert result.exit_code == 1
    assert "apt install tesseract-ocr" in result.stderr
    assert not (config.index / "CURRENT").exists()
