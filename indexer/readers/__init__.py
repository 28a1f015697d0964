"""What does this file say? `read` picks the reader for a file by its name and its first bytes."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.errors import Encrypted, IndexerError, NoText, ReadError, TooLarge, UnsupportedFormat
from indexer.models import Extract

if TYPE_CHECKING:
    from indexer.readers.ocr import Ocr

_MODULES = {
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".odt": "odt",
    ".txt": "plain",
}

SUFFIXES = frozenset(_MODULES)

LIMIT = 200 * 1024 * 1024
UNZIPPED_LIMIT = 500 * 1024 * 1024
ENTRY_LIMIT = 10_000
# The text of a report of 500 pages is about 10 MB of XML, a tenth of that when packed.
PART_LIMIT = 100 * 1024 * 1024
RATIO_LIMIT = 200

_MEGABYTE = 1024 * 1024
# Office files before 2007, and encrypted ones since, are compound files; their directory is in
# UTF-16.
_COMPOUND = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PROLOGUE = 64 * 1024
# What zipfile raises for archives that it cannot make sense of.
_DAMAGE = (NotImplementedError, RuntimeError, ValueError, zlib.error)
_TEXT = frozenset({".md", ".html", ".htm", ".txt"})


def read(path: Path, ocr: Ocr | None = None) -> Extract:
    """What the file says; with `ocr` also what is recognised on scanned pages of a PDF.

    Raises ReadError (UnsupportedFormat, NoText, BadEncoding, TooLarge, Encrypted) if it cannot be
    read, and MemoryError. A file that nobody has checked is read in the `sandbox`.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        known = ", ".join(sorted(SUFFIXES))
        raise UnsupportedFormat(path, f"is in no format that is read here; convert it to {known}")
    try:
        _check(path, suffix)
        (module,) = modules([path])
        words = [ocr] if ocr and suffix == ".pdf" else []
        extract: Extract = import_module(module).read(path, *words)
    except (IndexerError, MemoryError):
        raise
    except OSError as error:
        reason = error.strerror or error
        raise ReadError(path, f"cannot be opened ({reason}); check its name and rights") from error
    except Exception as error:
        # What surprises a reader costs its own file, never the build.
        raise surprised(path, error) from error
    return extract


def modules(files: Iterable[Path]) -> frozenset[str]:
    """The modules that read these files."""
    names = {_MODULES.get(path.suffix.lower()) for path in files}
    return frozenset(f"{__name__}.{name}" for name in names if name)


def surprised(path: Path, error: Exception) -> ReadError:
    """An exception that no reader foresaw, as what is wrong with the file."""
    what = " ".join(f"{type(error).__name__}: {error}".split())
    return ReadError(path, f"surprised its reader ({what}); convert it, and tell us")


def _check(path: Path, suffix: str) -> None:
    """Refuse a file that is empty, too large, or not what its name says."""
    size = path.stat().st_size
    if size == 0:
        raise NoText(path, "is empty; copy it again from its source")
    if size > LIMIT:
        raise TooLarge(path, f"is larger than {LIMIT // _MEGABYTE} MB; split it")
    with path.open("rb") as file:
        start = file.read(1024)
    _check_signature(path, suffix, start)
    if suffix in (".docx", ".odt"):
        _check_archive(path, suffix)


def _check_signature(path: Path, suffix: str, start: bytes) -> None:
    """Refuse a file whose first bytes are those of another format."""
    if start.startswith(_COMPOUND) and _ENCRYPTED in path.read_bytes():
        raise Encrypted(path, "needs a password; save a copy without one")
    found = _signature(start)
    if found is None:
        if suffix in _TEXT:
            return
        raise UnsupportedFormat(
            path, f"is named {suffix} but is not one (damaged, or text); save it again as {suffix}"
        )
    kind, proper = found
    if proper == suffix or (proper == ".zip" and suffix in (".docx", ".odt")):
        return
    raise _misnamed(path, suffix, kind, proper)


def _signature(start: bytes) -> tuple[str, str | None] | None:
    """What the first bytes say that the file is, and the suffix it ought to have."""
    if b"%PDF-" in start:
        return "a PDF", ".pdf"
    for mark, kind, proper in (
        (b"PK\x03\x04", "a ZIP archive", ".zip"),
        (b"PK\x05\x06", "a ZIP archive", ".zip"),
        (_COMPOUND, "an old Office document (.doc, .xls, .ppt)", None),
        (b"{\\rtf", "a Rich Text document", None),
        (b"\x89PNG", "an image", None),
        (b"\xff\xd8\xff", "an image", None),
        (b"GIF8", "an image", None),
        (b"II*\0", "an image", None),
        (b"\x1f\x8b", "a gzip archive", None),
    ):
        if start.startswith(mark):
            return kind, proper
    return None


def _misnamed(path: Path, suffix: str, kind: str, proper: str | None) -> UnsupportedFormat:
    if proper == ".zip":
        kind, proper = _archive_kind(path)
    remedy = f"rename it to {proper}" if proper in SUFFIXES else "save it in a format read here"
    return UnsupportedFormat(path, f"is named {suffix} but holds {kind}; {remedy}")


def _archive_kind(path: Path) -> tuple[str, str | None]:
    """What a ZIP archive holds, and the suffix it ought to have."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "word/document.xml" in names:
                return "a Word document", ".docx"
            if "mimetype" in names and archive.read("mimetype").endswith(b".opendocument.text"):
                return "an OpenDocument text", ".odt"
    except (zipfile.BadZipFile, EOFError, OSError, *_DAMAGE):
        return "a damaged ZIP archive", None
    return "a ZIP archive", None


def _check_archive(path: Path, suffix: str) -> None:
    """Refuse an archive that would unpack to too much, or that is another kind of document.

    What is counted here holds: a part that unpacks to more than it says is not read to its end.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _refuse_bomb(path, entries)
            _refuse_entities(path, archive)
    except (zipfile.BadZipFile, EOFError, OSError, *_DAMAGE) as error:
        raise ReadError(path, f"is damaged ({error}); copy it again from its source") from error
    kind, proper = _archive_kind(path)
    if proper != suffix:
        raise _misnamed(path, suffix, kind, ".zip")


def _refuse_bomb(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    unzipped = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRY_LIMIT or unzipped > UNZIPPED_LIMIT:
        size = unzipped // _MEGABYTE
        raise TooLarge(
            path, f"unpacks to {len(entries)} parts of {size} MB; save a copy without its images"
        )
    for entry in entries:
        text = entry.filename.endswith(".xml")
        swollen = entry.file_size > RATIO_LIMIT * max(1, entry.compress_size)
        if text and (entry.file_size > PART_LIMIT or (swollen and entry.file_size > _MEGABYTE)):
            size = entry.file_size // _MEGABYTE
            raise TooLarge(path, f"unpacks to {size} MB of text ({entry.filename}); split it")


def _refuse_entities(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse text that defines its own abbreviations: no office program does, attacks do."""
    for name in archive.namelist():
        if name.endswith(".xml"):
            with archive.open(name) as part:
                start = part.read(_PROLOGUE).replace(b"\0", b"")
            if b"<!ENTITY" in start:
                raise ReadError(
                    path, f"defines XML entities ({name}); save it again, or convert it"
                )
