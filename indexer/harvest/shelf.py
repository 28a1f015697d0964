"""The folder that a harvest fills: files, their sidecars, and where and when each was had."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from indexer.durable import replace_file
from indexer.harvest.answer import CONTENT_TYPES, Answer
from indexer.sources import Source


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where and when a file was had, as kept in `.<id>.json`.

    `url` is the address in the catalogue, `final_url` the one that answered; `last_good` is when
    it was last there, changed or not.
    """

    url: str
    final_url: str
    file: str
    size: int
    sha256: str
    content_type: str
    etag: str | None
    last_modified: str | None
    fetched: dt.datetime
    last_good: dt.datetime
    added: dt.date


@dataclass(frozen=True, slots=True)
class Shelf:
    """The files that earlier harvests brought, with their sidecars and provenance."""

    folder: Path
    now: Callable[[], dt.datetime]

    def kept(self, source: Source) -> Provenance | None:
        """The provenance of the copy in the folder, if it is there and undamaged."""
        try:
            record = self._record(source).read_bytes()
            kept = msgspec.json.decode(record, type=Provenance)
            with (self.folder / kept.file).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except (OSError, msgspec.MsgspecError):
            return None
        return kept if digest == kept.sha256 else None

    def confirm(self, source: Source, kept: Provenance) -> Provenance:
        """The copy is still the original's state today."""
        confirmed = replace(kept, url=str(source.url), last_good=self.now())
        self.describe(source, confirmed)
        self._remember(source, confirmed)
        return confirmed

    def store(self, source: Source, kept: Provenance | None, answer: Answer) -> Provenance:
        """The answer as the file of its source; the provenance comes last: it proves the rest."""
        content = answer.content or b""
        now = self.now()
        stored = Provenance(
            url=str(source.url),
            final_url=answer.url,
            file=f"{source.id}.{answer.format}",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            content_type=answer.content_type,
            etag=answer.etag,
            last_modified=answer.last_modified,
            fetched=now,
            last_good=now,
            added=kept.added if kept else now.date(),
        )
        replace_file(self.folder / stored.file, content)
        self.describe(source, stored)
        self._remove_other_formats(source, stored.file)
        self._remember(source, stored)
        return stored

    def describe(self, source: Source, kept: Provenance) -> None:
        """The sidecar of the file, as the catalogue has it today."""
        values = {
            "id": source.id,
            "title": source.title,
            "publisher": source.publisher,
            "year": source.year,
            "lang": source.lang,
            "type": source.type,
            "sectors": source.sectors,
            "source_url": source.url,
            "licence": source.licence,
            "added": kept.added.isoformat(),
        }
        # A JSON value is a YAML value.
        lines = [
            f"{key}: {json.dumps(value, ensure_ascii=False)}\n"
            for key, value in values.items()
            if value
        ]
        content = "".join(lines).encode()
        path = self.folder / f"{kept.file}.yaml"
        if not path.exists() or path.read_bytes() != content:
            replace_file(path, content)

    def _record(self, source: Source) -> Path:
        return self.folder / f".{source.id}.json"

    def _remember(self, source: Source, kept: Provenance) -> None:
        replace_file(self._record(source), msgspec.json.format(msgspec.json.encode(kept)))

    def _remove_other_formats(self, source: Source, file: str) -> None:
        for suffix in CONTENT_TYPES:
            other = f"{source.id}.{suffix}"
            if other != file:
                (self.folder / other).unlink(missing_ok=True)
                (self.folder / f"{other}.yaml").unlink(missing_ok=True)
