"""What every reader refuses, and how it says so."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer import readers
from indexer.errors import Encrypted, NoText, ReadError, TooLarge, UnsupportedFormat
from indexer.readers import SUFFIXES, read

DATA = Path(__file__).parents[1] / "data" / "readers"


def copied(source: str, target: Path) -> Path:
    target.write_bytes((DATA / source).read_bytes())
    return target


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_an_empty_file_has_no_text(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"empty{suffix}"
    path.touch()
    with pytest.raises(NoText, match="is empty"):
        read(path)


@pytest.mark.parametrize("suffix", [".md", ".html", ".txt"])
def test_a_file_of_blanks_has_no_text(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"blank{suffix}"
    path.write_text(" \n\n\t \n")
    with pytest.raises(NoText):
        read(path)


def test_a_missing_file_is_a_read_error_that_knows_its_path(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot be opened") as caught:
        read(tmp_path / "gone.pdf")
    assert caught.value.path == tmp_path / "gone.pdf"
    assert isinstance(caught.value.__cause__, OSError)


def test_a_folder_is_a_read_error(tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(ReadError):
        read(tmp_path / "folder.txt")


def test_an_unknown_suffix_is_refused_with_those_that_are_read(tmp_path: Path) -> None:
    path = tmp_path / "slides.pptx"
    path.write_bytes(b"x")
    with pytest.raises(UnsupportedFormat, match=r"convert it to \.docx, \.htm"):
        read(path)


@pytest.mark.parametrize("suffix", [".PDF", ".Pdf"])
def test_suffixes_may_be_in_capitals(tmp_path: Path, suffix: str) -> None:
    assert read(copied("report.pdf", tmp_path / f"report{suffix}")).format == "pdf"


def test_htm_is_html(tmp_path: Path) -> None:
    assert read(copied("report.html", tmp_path / "report.htm")).format == "html"


@pytest.mark.parametrize(
    ("source", "name", "message"),
    [
        ("report.pdf", "a.docx", r"is named \.docx but holds a PDF; rename it to \.pdf"),
        ("report.pdf", "a.txt", r"is named \.txt but holds a PDF; rename it to \.pdf"),
        ("report.docx", "a.pdf", r"is named \.pdf but holds a Word document; rename it to \.docx"),
        ("report.docx", "a.odt", r"is named \.odt but holds a Word document; rename it to \.docx"),
        ("report.odt", "a.md", r"is named \.md but holds an OpenDocument text; rename it to \.odt"),
        ("report.txt", "a.docx", r"is named \.docx but is not one"),
    ],
)
def test_a_wrong_suffix_is_named_with_the_right_one(
    tmp_path: Path, source: str, name: str, message: str
) -> None:
    with pytest.raises(UnsupportedFormat, match=message):
        read(copied(source, tmp_path / name))


def test_an_old_word_document_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.docx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(UnsupportedFormat, match="old Office document"):
        read(path)


def test_an_encrypted_word_document_asks_for_a_copy_without_password(tmp_path: Path) -> None:
    path = tmp_path / "secret.docx"
    directory = "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + directory)
    with pytest.raises(Encrypted, match="password"):
        read(path)


def test_a_file_above_the_limit_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "LIMIT", 1000)
    with pytest.raises(TooLarge, match="split it"):
        read(copied("report.pdf", tmp_path / "report.pdf"))


@pytest.mark.parametrize("suffix", [".docx", ".odt"])
def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"bomb{suffix}"
    megabyte = bytes(1024 * 1024)
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w") as part,
    ):
        for _ in range(501):
            part.write(megabyte)
    with pytest.raises(TooLarge, match="unpacks to 1 parts of 501 MB"):
        read(path)


def test_an_archive_of_too_many_parts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "parts.docx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(10_001):
            archive.writestr(str(number), b"")
    with pytest.raises(TooLarge):
        read(path)


@pytest.mark.parametrize("suffix", [".pdf", ".docx", ".odt"])
def test_a_truncated_file_is_a_read_error(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"half{suffix}"
    path.write_bytes((DATA / f"report{suffix}").read_bytes()[:2000])
    with pytest.raises(ReadError) as caught:
        read(path)
    assert caught.value.__cause__ is not None


def test_a_parser_is_imported_only_for_its_own_format() -> None:
    script = (
        "import sys; from pathlib import Path; from indexer.readers import read;"
        f"read(Path({str(DATA / 'report.txt')!r}));"
        "parsers = {'docx', 'odfdo', 'pypdfium2', 'bs4', 'markdown', 'lxml'};"
        "print(sorted(parsers & set(sys.modules)))"
    )
    command = [sys.executable, "-c", script]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def repacked(form: str, path: Path, change: Callable[[bytes], bytes]) -> Path:
    """A copy of the good document in which the XML of its text is changed."""
    with (
        zipfile.ZipFile(DATA / f"report.{form}") as good,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for name in good.namelist():
            data = good.read(name)
            bad.writestr(name, change(data) if name in TEXTS else data)
    return path


TEXTS = ("word/document.xml", "content.xml")
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
)


@pytest.mark.parametrize("form", ["docx", "odt"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_that_defines_xml_entities_is_refused(
    tmp_path: Path, form: str, encoding: str
) -> None:
    def laughing(data: bytes) -> bytes:
        text = data.replace(b"?>", b"?>" + LAUGHS + b"]>", 1).decode()
        return text.replace("UTF-8", encoding.upper(), 1).encode(encoding)

    with pytest.raises(ReadError, match="defines XML entities"):
        read(repacked(form, tmp_path / f"laughs.{form}", laughing))


@pytest.mark.parametrize("form", ["docx", "odt"])
def test_text_that_unpacks_to_too_much_is_refused_unread(tmp_path: Path, form: str) -> None:
    def swollen(data: bytes) -> bytes:
        return data.replace(b"?>", b"?>" + b" " * 2_000_000, 1)

    with pytest.raises(TooLarge, match="unpacks to 1 MB of text"):
        read(repacked(form, tmp_path / f"swollen.{form}", swollen))


def test_a_part_that_unpacks_to_more_than_it_says_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = repacked("docx", tmp_path / "lies.docx", lambda data: data)
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("word/document.xml").file_size
    data = path.read_bytes()
    assert data.count(size.to_bytes(4, "little")) == 2
    path.write_bytes(data.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little")))
    with pytest.raises(ReadError, match=r"lies\.docx: is"):
        read(path)
