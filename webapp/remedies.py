"""What to do about each kind of failure of a build, for the people who keep the corpus."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from indexer.prepare import Failure
from webapp.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Group:
    """The failures of one class of errors.py, what it is called, and what to do about it."""

    name: str
    remedy: str
    failures: tuple[Failure, ...]


def groups(failures: Iterable[Failure]) -> list[Group]:
    """The failures by their class, the largest group first."""
    by_class: dict[str, list[Failure]] = {}
    for failure in failures:
        by_class.setdefault(failure.error, []).append(failure)
    largest = sorted(by_class.items(), key=lambda item: (-len(item[1]), item[0]))
    return [Group(*_told(error), failures=tuple(same)) for error, same in largest]


def _told(error: str) -> tuple[str, str]:
    """What a class of errors.py is called, and what to do about it."""
    match error:
        case "UnsupportedFormat":
            return _("Formats that are not read"), _(
                "Save the file as PDF, DOCX, ODT, HTML, Markdown or text; if its name says so "
                "already, it is another kind of file under that name."
            )
        case "NoText":
            return _("Files without text"), _(
                "Recognize the text of a scan (OCR), or fetch the document itself where a login "
                "page was saved in its place."
            )
        case "BadEncoding":
            return _("Letters that cannot be read"), _("Save the file again as UTF-8.")
        case "ReadError":
            return _("Damaged files"), _(
                "Fetch the file again, or save it anew from the program that made it."
            )
        case "TooLarge":
            return _("Files beyond the limits"), _(
                "Split the file, or allow more memory (read_megabytes)."
            )
        case "TimedOut":
            return _("Files that took too long"), _(
                "Save the file anew from the program that made it, or allow more time "
                "(read_seconds)."
            )
        case "Encrypted":
            return _("Files with a password"), _("Put a copy without a password in its place.")
        case "DuplicateId":
            return _("Ids that two files claim"), _(
                "Give one of the two another id in its sidecar."
            )
        case "MetadataError":
            return _("Details that are wrong"), _(
                "Correct the line of the sidecar or of the document; all else was indexed."
            )
    return _("Other failures"), _(
        "Run “indexer inspect” on the file; it says what happens, step by step."
    )
