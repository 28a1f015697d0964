"""The record of ids as it is kept: read strictly, written whole, never half."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from indexer.durable import renew_file, replace_file
from indexer.errors import IdentityError

FILE: Final = "identities.jsonl"
MAX_BYTES: Final = 500_000_000
_CONFLICT: Final = re.compile(rb"(?:<{7}|={7}|>{7}|\|{7})(?:\s|$)")


class Withdrawal(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """When a report left the corpus; why, and which ids to read instead, where somebody said so."""

    on: dt.date
    reason: str | None = None
    see: tuple[str, ...] = ()


class Identity(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One line of the record: what a report is called, and how to know it again.

    `content` is the beginning of the file's SHA-256, `text` the sketch of what it says; `source`
    is the address that it was fetched from, `gone` set when the report left the corpus.
    """

    id: str
    path: str
    content: str = ""
    text: str = ""
    title: str = ""
    lang: str = "en"
    added: dt.date | None = None
    source: str | None = None
    aliases: tuple[str, ...] = ()
    gone: Withdrawal | None = None


@dataclass(frozen=True, slots=True)
class Identities:
    """Every report that ever was, by id; `origin` is the record in the corpus that it goes on from,
    as that was read."""

    by_id: dict[str, Identity]
    origin: bytes = field(default=b"", repr=False)

    def __iter__(self) -> Iterator[Identity]:
        return iter(self.by_id.values())

    @property
    def names(self) -> frozenset[str]:
        """Every id and alias that a report has or had; no other report may get one of them."""
        return frozenset(name for known in self for name in (known.id, *known.aliases))

    @property
    def by_path(self) -> dict[str, Identity]:
        """The reports that are in the corpus, by the name of their file."""
        return {known.path: known for known in self if known.gone is None}

    def withdrawn(self, report_id: str) -> Identity | None:
        """The report that had this id or alias and left the corpus."""
        known = self.by_id.get(report_id)
        if known is None:
            known = next((known for known in self if report_id in known.aliases), None)
        return known if known and known.gone else None


class _Origin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line of a copy beside an index: the digest of the record that it continues."""

    origin: str


def load(corpus: Path, index: Path) -> Identities:
    """The record of a corpus; IdentityError names the line that cannot be read.

    Where the corpus could not be written, the copy beside the index goes on from it; a record that
    has changed since in the corpus is newer.
    """
    written, kept = _bytes(corpus / FILE), _bytes(index / FILE)
    if kept:
        head, _, rest = kept.partition(b"\n")
        origin = _decoded(head, index / FILE, 1, _Origin).origin
        if not written or origin == _digest(written):
            return Identities(_parsed(rest, index / FILE, 2), written)
    return Identities(_parsed(written, corpus / FILE, 1), written)


def save(identities: Identities, corpus: Path, index: Path) -> str | None:
    """Keeps the record in the corpus, or beside the index; says why if the corpus takes none.

    What other builds wrote into it since it was read stays: several indexes may be of one corpus.
    """
    path, content = corpus / FILE, _encoded(identities)

    def continued() -> bytes:
        written = _bytes(path)
        return content if written == identities.origin else _merging(identities, written, path)

    try:
        if content != _bytes(path):
            renew_file(path, continued)
        (index / FILE).unlink(missing_ok=True)
    except OSError as error:
        origin = msgspec.json.encode(_Origin(_digest(_bytes(path))))
        copy = origin + b"\n" + continued()
        if copy != _bytes(index / FILE):
            replace_file(index / FILE, copy)
        return error.strerror or str(error)
    return None


def _merging(ours: Identities, written: bytes, path: Path) -> bytes:
    """A record with what others have written meanwhile into the one that it goes on from.

    Where both say something new of one report, it is as two branches knew it.
    """
    before, theirs = _parsed(ours.origin, path, 1), _parsed(written, path, 1)
    new = [line for line in theirs.values() if line != before.get(line.id)]
    told = {line.id for line in new}
    kept = [line for line in ours if line.id not in told or line != before.get(line.id)]
    return _encoded(_merged([*new, *kept]).values())


def _bytes(path: Path) -> bytes:
    """What a record holds; nothing where there is none."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise IdentityError(
            f"{path}: cannot be read ({error.strerror}). Check its rights."
        ) from error
    if len(content) > MAX_BYTES:
        raise IdentityError(f"{path}: is larger than {MAX_BYTES:,} bytes. Restore it.")
    return content


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _encoded(lines: Iterable[Identity]) -> bytes:
    encode = msgspec.json.Encoder().encode
    return b"".join(encode(known) + b"\n" for known in sorted(lines, key=lambda known: known.id))


def _parsed(content: bytes, path: Path, first: int) -> dict[str, Identity]:
    lines = enumerate(content.split(b"\n"), start=first)
    return _merged(_lines(lines, path))


def _lines(lines: Iterable[tuple[int, bytes]], path: Path) -> Iterator[Identity]:
    decoder = msgspec.json.Decoder(Identity)
    for number, line in lines:
        if not line.strip():
            continue
        try:
            yield decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise _unreadable(line, path, number, error) from error


def _decoded(line: bytes, path: Path, number: int, kind: type[_Origin]) -> _Origin:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _unreadable(line, path, number, error) from error


def _unreadable(line: bytes, path: Path, number: int, error: Exception) -> IdentityError:
    if _CONFLICT.match(line):
        return IdentityError(
            f"{path}, line {number}: holds an unfinished merge. Keep the lines of both sides, "
            "delete the lines that begin with <<<<<<<, ======= or >>>>>>>, and build again."
        )
    return IdentityError(
        f"{path}, line {number}: is not the line of a report ({error}). Correct it, or restore the "
        "file from its history."
    )


def _merged(lines: Iterable[Identity]) -> dict[str, Identity]:
    """One identity for each id: two lines of one id are what two branches knew of it.

    The report is there when one of them says so, and keeps the former names of both.
    """
    merged: dict[str, Identity] = {}
    for line in lines:
        other = merged.get(line.id)
        if other is None:
            merged[line.id] = line
            continue
        kept, dropped = (other, line) if line.gone and not other.gone else (line, other)
        aliases = tuple(sorted({*kept.aliases, *dropped.aliases}))
        merged[line.id] = msgspec.structs.replace(kept, aliases=aliases)
    return merged
