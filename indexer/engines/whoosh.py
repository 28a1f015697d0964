"""The default engine's writer: a Whoosh index on disk, with columns beside it that answer.

The index is complete and has Whoosh's own field types, so that any Whoosh program can open and
search it: each passage is a document; so is each report, with its metadata as JSON. The columns
hold nothing that cannot be derived from it. This is the only file that imports whoosh.
"""

from __future__ import annotations

import contextlib
import copyreg
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from whoosh import fields as schema, index
from whoosh.analysis import RegexTokenizer, SpaceSeparatedTokenizer
from whoosh.reading import SegmentReader
from whoosh.system import pack_uint

from indexer.engines import compacting, manifest
from indexer.engines.shards import open_shards
from indexer.engines.streams import Collector, Cut
from indexer.errors import EngineError
from indexer.fields import FACET_NAMES, TEXT_FIELDS, exact
from indexer.generations import link_files
from indexer.models import Passage, Report

_SEPARATOR: Final = "|"
# Joining Whoosh segments reads every posting of them again.
_MOST_SEGMENTS: Final = 8

Posting = tuple[bytes, int, float, bytes]


class _Ready(schema.TEXT):  # type: ignore[misc]
    """A TEXT field that takes postings, cut before; it is saved as a plain TEXT field."""

    def index(self, value: list[Posting], **_: Any) -> list[Posting]:
        """The postings as they are."""
        return value

    def __reduce__(self) -> tuple[Any, ...]:
        return copyreg._reconstructor, (schema.TEXT, object, None), self.__dict__  # type: ignore[attr-defined]


def _schema() -> schema.Schema:
    stems = _Ready(analyzer=SpaceSeparatedTokenizer(), phrase=False)
    forms = _Ready(analyzer=SpaceSeparatedTokenizer(), phrase=True)
    facet = schema.KEYWORD(analyzer=RegexTokenizer(f"[^{re.escape(_SEPARATOR)}]+"))
    columns: dict[str, Any] = {"report_id": schema.ID(stored=True), "year": schema.NUMERIC(int)}
    for field in TEXT_FIELDS:
        columns |= {field.name: stems, exact(field.name): forms}
    columns |= dict.fromkeys(FACET_NAMES, facet)
    stored = ("report_json", "facets_json", "number", "page", "headings", "text", "passage_lang")
    columns |= {name: schema.STORED() for name in stored}
    return schema.Schema(**columns)


class _Postings:
    """Words -> Whoosh's postings, each encoded once."""

    def __init__(self) -> None:
        self._format = schema.TEXT(phrase=True).format
        self._counts = [pack_uint(count) for count in range(1_000)]
        self._places = [self._format.encode([place]) for place in range(1_000)]

    def stems(self, cut: Cut) -> list[Posting]:
        """Stems with their frequencies."""
        return [(stem, n, float(n), self._count(n)) for stem, n in Counter(cut.stems).items()]

    def forms(self, cut: Cut) -> list[Posting]:
        """Exact forms with their positions."""
        places: dict[bytes, list[int]] = {}
        for place, form in enumerate(cut.forms):
            places.setdefault(form, []).append(place)
        return [(form, len(at), float(len(at)), self._encoded(at)) for form, at in places.items()]

    def _count(self, count: int) -> bytes:
        packed: bytes = self._counts[count] if count < len(self._counts) else pack_uint(count)
        return packed

    def _encoded(self, places: list[int]) -> bytes:
        if len(places) == 1 and places[0] < len(self._places):
            single: bytes = self._places[places[0]]
            return single
        encoded: bytes = self._format.encode(places)
        return encoded


class WhooshWriter:
    """A Whoosh index and its columns being written in one process."""

    def __init__(self, path: Path, base: Path | None) -> None:
        self._path = path
        self._collector = Collector()
        self._postings = _Postings()
        self._parts: list[manifest.Part] = []
        self._places: dict[str, tuple[int, int]] = {}
        self._deleted: dict[int, list[int]] = {}
        with _converted(path):
            if base:
                self._begin_with(base)
                self._index = index.open_dir(str(path))
            else:
                self._index = index.create_in(str(path), _schema())
            self._writer = self._index.writer(limitmb=256)
            self._writer.schema = _schema()

    def _begin_with(self, base: Path) -> None:
        link_files(base, self._path)
        self._parts = list(manifest.read(base).parts)
        for number, shard in enumerate(open_shards(base).parts):
            live = shard.live_reports.tolist()
            for row, name in enumerate(shard.ids):
                if live[row]:
                    self._places[name.decode()] = number, row

    def add(
        self, report: Report, passages: Iterable[Passage], facets: Mapping[str, Sequence[str]]
    ) -> None:
        """Adds a report as one document, and each of its passages as another."""
        values = {name: _SEPARATOR.join(found) for name, found in facets.items() if found}
        with _converted(self._path):
            self._writer.add_document(
                report_id=report.id,
                report_json=msgspec.json.encode(report),
                facets_json=msgspec.json.encode(facets),
            )
            shared: dict[str, list[Posting]] = {}
            for passage, cuts in self._collector.add(report, passages, facets):
                for name in ("title", "summary"):
                    if name not in shared:
                        shared |= self._indexed(name, cuts[name])
                content = shared | {
                    indexed: postings
                    for name in ("heading", "body")
                    for indexed, postings in self._indexed(name, cuts[name]).items()
                }
                self._writer.add_document(
                    report_id=report.id,
                    number=passage.number,
                    page=passage.page,
                    headings=passage.headings,
                    text=passage.text,
                    passage_lang=passage.lang,
                    year=report.year,
                    **content,
                    **values,
                )

    def _indexed(self, name: str, cut: Cut) -> dict[str, list[Posting]]:
        return {name: self._postings.stems(cut), exact(name): self._postings.forms(cut)}

    def remove(self, report_id: str) -> None:
        """Removes a report with its passages."""
        with _converted(self._path):
            self._writer.delete_by_term("report_id", report_id)
        part, row = self._places.pop(report_id)
        self._deleted.setdefault(part, []).append(row)

    def commit(self) -> None:
        """Writes the segments, the table of contents, and the manifest of the columns."""
        with _converted(self._path):
            self._writer.commit(mergetype=_few_segments)
            self._index.close()
            parts = [
                compacting.without(part, self._deleted.get(number, ()))
                for number, part in enumerate(self._parts)
            ]
            streams = self._collector.streams()
            if streams.reports.ids:
                parts.append(compacting.write_part(self._path, streams))
            manifest.write(self._path, compacting.compact(self._path, parts))

    def abandon(self) -> None:
        """Cancels the writer."""
        with _converted(self._path):
            self._writer.cancel()
            self._index.close()


def _few_segments(writer: Any, segments: list[Any]) -> list[Any]:
    """Joins the smallest segments to the new one when there are too many, and drops empty ones."""
    alive = [held for held in segments if held.doc_count()]
    if len(alive) < _MOST_SEGMENTS:
        return alive
    alive.sort(key=lambda held: held.doc_count(), reverse=True)
    for held in alive[_MOST_SEGMENTS // 2 :]:
        with contextlib.closing(SegmentReader(writer.storage, writer.schema, held)) as reader:
            writer.add_reader(reader)
    return alive[: _MOST_SEGMENTS // 2]


def derive(source: Path, target: Path) -> None:
    """The index of one folder linked into another, with columns derived from it anew."""
    link_files(source, target)
    for file in (*target.glob("*.columns"), target / manifest.FILE):
        file.unlink(missing_ok=True)
    collector = Collector()
    with _converted(source):
        for report, passages, facets in _stored(source):
            for _ in collector.add(report, passages, facets):
                pass
    streams = collector.streams()
    parts = (compacting.write_part(target, streams),) if streams.reports.ids else ()
    manifest.write(target, parts)


Stored = tuple[Report, Sequence[Passage], Mapping[str, Sequence[str]]]


def _stored(path: Path) -> Iterator[Stored]:
    """Every report of a Whoosh index with its passages and facets, from its stored fields."""
    passages: dict[str, list[Passage]] = {}
    reports: list[tuple[bytes, bytes]] = []
    with contextlib.closing(index.open_dir(str(path)).reader()) as reader:
        for _, held in reader.iter_docs():
            if "report_json" in held:
                reports.append((held["report_json"], held["facets_json"]))
            else:
                passages.setdefault(held["report_id"], []).append(_passage(held))
    for content, told in reports:
        report = msgspec.json.decode(content, type=Report)
        facets = msgspec.json.decode(told, type=dict[str, tuple[str, ...]])
        yield report, sorted(passages.pop(report.id, ()), key=lambda p: p.number), facets


def _passage(held: Mapping[str, Any]) -> Passage:
    return Passage(
        report_id=held["report_id"],
        number=held["number"],
        page=held.get("page"),
        headings=tuple(held["headings"]),
        text=held["text"],
        lang=held["passage_lang"],
    )


def open_writer(path: Path, base: Path | None) -> WhooshWriter:
    """A writer for a new generation that begins with the segments of `base`, or empty."""
    return WhooshWriter(path, base)


@contextlib.contextmanager
def _converted(path: Path) -> Iterator[None]:
    """Whatever Whoosh raises, as an EngineError that says where and what to do."""
    try:
        yield
    except EngineError:
        raise
    except Exception as error:
        raise EngineError(
            f"The Whoosh index in {path} failed ({type(error).__name__}: {error}). "
            "Run `indexer build --full`."
        ) from error
