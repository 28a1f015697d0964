"""The default engine's index on disk: a Whoosh index that is complete without our columns.

It has Whoosh's own field types, so that any Whoosh program can open and search it. Each passage is
a document with its heading and text; so is each report, with its title, summary and metadata as
JSON; both have the year and the facets. Words stand folded and in order, so that words, phrases
and prefixes are found; an inflection is looked up in the columns. A segment is written from a
column segment, which has the same reports in the same order, and can be derived from it again.
This is the only file that imports whoosh.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec
import numpy as np
from whoosh import fields as schema
from whoosh.analysis import CharsetFilter, LowercaseFilter, RegexTokenizer
from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3PostingsWriter
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, clean_files, open_dir
from whoosh.support.charset import accent_map

from indexer.engines.postings import Documents, Words, documents_of
from indexer.engines.segment import Segment
from indexer.errors import EngineError
from indexer.fields import FACET_NAMES, TEXT_NAMES
from indexer.models import Passage, Report

_INDEX: Final = "MAIN"
_SEPARATOR: Final = "|"
# Most words stand once in a text; their places are encoded once for all.
_USUAL_PLACES: Final = 1_000
_EXAMPLE: Final = "x"

# What Whoosh knows of one of its segments.
WhooshSegment = Any


@dataclass(frozen=True, slots=True)
class _Term:
    """A term with its postings; `lengths` of their fields are empty where none count."""

    name: bytes
    ids: Sequence[int]
    weights: Sequence[float]
    values: Sequence[bytes]
    lengths: Sequence[int] = ()


def _schema() -> schema.Schema:
    # What a query of another program goes through, so that it looks for words as they are kept.
    folding = RegexTokenizer() | LowercaseFilter() | CharsetFilter(accent_map)
    facet = schema.KEYWORD(analyzer=RegexTokenizer(f"[^{re.escape(_SEPARATOR)}]+"))
    columns: dict[str, Any] = {"report_id": schema.ID(stored=True)}
    # One term for a year instead of one for each power of 16.
    columns["year"] = schema.NUMERIC(int, shift_step=0)
    columns |= dict.fromkeys(TEXT_NAMES, schema.TEXT(analyzer=folding))
    columns |= dict.fromkeys(FACET_NAMES, facet)
    stored = ("report_json", "facets_json", "number", "page", "headings", "text", "passage_lang")
    columns |= {name: schema.STORED() for name in stored}
    return schema.Schema(**columns)


class _Postings(W3PostingsWriter):  # type: ignore[misc]
    """Writes the postings of a term in whole blocks instead of one by one."""

    _ids: Any

    def add_all(self, term: _Term) -> None:
        """All postings of a term."""
        for start in range(0, len(term.ids), self._blocklimit):
            if self._ids:
                self._write_block()
            end = start + self._blocklimit
            self._ids = array("I", term.ids[start:end])
            self._weights = array("f", term.weights[start:end])
            self._values = term.values[start:end]
            self._maxweight = max(self._weights)
            if term.lengths:
                self._minlength = min(term.lengths[start:end])
                self._maxlength = max(term.lengths[start:end])


class _Codec(W3Codec):  # type: ignore[misc]
    def postings_writer(self, dbfile: Any, byteids: bool = False) -> _Postings:
        """A writer that takes whole terms."""
        return _Postings(dbfile, self._blocklimit, byteids, self._compression, self._inlinelimit)


class _Fields(W3FieldWriter):  # type: ignore[misc]
    """Writes the terms of fields; their names, and those of the terms, must come in order."""

    def add_field(self, name: str, kind: schema.FieldType, terms: Iterable[_Term]) -> None:
        """All terms of a field."""
        began = False
        for term in terms:
            if not began:
                self.start_field(name, kind)
                began = True
            self.start_term(term.name)
            self._postwriter.add_all(term)
            self.finish_term()
        if began:
            self.finish_field()


class _Places:
    """The places of words in a text as Whoosh keeps them."""

    def __init__(self) -> None:
        self._encode: Callable[[list[int]], bytes] = schema.TEXT().format.encode
        self._single = [self._encode([place]) for place in range(_USUAL_PLACES)]

    def encoded(self, words: Words) -> list[bytes]:
        """Those of each posting."""
        begins = np.cumsum(words.counts) - words.counts
        values = [self._one(place) for place in words.places[begins].tolist()]
        several = np.flatnonzero(words.counts > 1)
        ends = (begins + words.counts)[several].tolist()
        for row, start, end in zip(several.tolist(), begins[several].tolist(), ends, strict=True):
            values[row] = self._encode(words.places[start:end].tolist())
        return values

    def _one(self, place: int) -> bytes:
        return self._single[place] if place < _USUAL_PLACES else self._encode([place])


def write_segment(path: Path, columns: Segment) -> WhooshSegment:
    """A new segment in a folder, with what a column segment holds."""
    with converted(path), TemporaryDirectory(dir=path) as aside:
        storage = FileStorage(aside)
        # It is pickled into the table of contents, which others read: no class of ours in it.
        segment = W3Codec().new_segment(storage, _INDEX)
        documents, kinds = Documents(columns), _schema()
        _write_documents(W3Codec().per_document_writer(storage, segment), documents, kinds)
        fields = _Fields(_Codec(), storage, segment)
        for name in sorted((*TEXT_NAMES, *FACET_NAMES, "report_id", "year")):
            words = name in TEXT_NAMES
            terms = _words(documents, name) if words else _values(documents, name, kinds[name])
            fields.add_field(name, kinds[name], terms)
        fields.close()
        segment.set_doc_count(documents.count)
        for file in Path(aside).glob(f"{_INDEX}_*"):
            file.rename(path / file.name)
    return segment


def _write_documents(writer: Any, documents: Documents, kinds: schema.Schema) -> None:
    for number, (stored, lengths) in enumerate(documents.stored()):
        writer.start_doc(number)
        for name, value in stored.items():
            writer.add_field(name, kinds[name], value, 0)
        for name, length in lengths.items():
            writer.add_field(name, kinds[name], None, length)
        writer.finish_doc()
    writer.close()


def _words(documents: Documents, field: str) -> Iterator[_Term]:
    places = _Places()
    names = documents.segment.texts("form.name")
    for words in documents.words(field):
        values = places.encoded(words)
        ids, lengths = words.documents.tolist(), words.lengths.tolist()
        weights = words.counts.tolist()
        for term, (start, end) in zip(words.terms, itertools.pairwise(words.at), strict=True):
            rows = slice(start, end)
            yield _Term(names[term], ids[rows], weights[rows], values[rows], lengths[rows])


def _values(documents: Documents, field: str, kind: schema.FieldType) -> Iterator[_Term]:
    """The values of a facet, the years, or the ids, with all documents of the reports that have
    each."""
    example = 0 if field == "year" else _EXAMPLE
    ((_, _, weight, value),) = kind.index(example)
    for name, reports in documents.values(field):
        ids = [document for row in reports for document in documents_of(documents.segment, row)]
        values = [value] * len(ids) if value else []
        yield _Term(kind.to_bytes(name), ids, [weight] * len(ids), values)


def name_of(segment: WhooshSegment) -> str:
    """The name with which the names of a segment's files begin."""
    return str(segment.segment_id())


class Contents:
    """The table of contents of a Whoosh index, being changed: its segments by name."""

    def __init__(self, path: Path, *, new: bool) -> None:
        self._path = path
        self._storage = FileStorage(str(path))
        with converted(path):
            held = TOC(_schema(), [], 0) if new else TOC.read(self._storage, _INDEX)
        self._generation = held.generation
        self._segments = {name_of(segment): segment for segment in held.segments}

    def add(self, segment: WhooshSegment) -> None:
        """Takes a segment whose files are in the folder."""
        self._segments[name_of(segment)] = segment

    def remove(self, name: str, documents: Iterable[int]) -> None:
        """Removes documents of a segment."""
        for document in documents:
            self._segments[name].delete_document(document)

    def drop(self, name: str) -> None:
        """Leaves a segment out."""
        del self._segments[name]

    def commit(self) -> None:
        """Writes the table, and deletes the files of segments that were left out."""
        segments = list(self._segments.values())
        with converted(self._path):
            TOC(_schema(), segments, self._generation + 1).write(self._storage, _INDEX)
            clean_files(self._storage, _INDEX, self._generation + 1, segments)


Stored = tuple[Report, Sequence[Passage], Mapping[str, Sequence[str]]]


def stored(path: Path) -> Iterator[Stored]:
    """Every report of a Whoosh index with its passages and facets, from its stored fields; its
    passages come right after it."""
    with converted(path):
        report: dict[str, Any] | None = None
        passages: list[Passage] = []
        with contextlib.closing(open_dir(str(path))) as held, held.reader() as reader:
            for _, values in reader.iter_docs():
                if "report_json" in values:
                    if report:
                        yield _stored(report, passages)
                    report, passages = values, []
                else:
                    passages.append(_passage(values, report))
        if report:
            yield _stored(report, passages)


def _stored(report: Mapping[str, Any], passages: Sequence[Passage]) -> Stored:
    facets = msgspec.json.decode(report["facets_json"], type=dict[str, tuple[str, ...]])
    return msgspec.json.decode(report["report_json"], type=Report), tuple(passages), facets


def _passage(held: Mapping[str, Any], report: Mapping[str, Any] | None) -> Passage:
    if report is None or report["report_id"] != held["report_id"]:
        raise ValueError(f"a passage of {held['report_id']} stands apart from its report")
    return Passage(
        report_id=held["report_id"],
        number=held["number"],
        page=held.get("page"),
        headings=tuple(held["headings"]),
        text=held["text"],
        lang=held["passage_lang"],
    )


@contextlib.contextmanager
def converted(path: Path) -> Iterator[None]:
    """Whatever Whoosh raises, as an EngineError that says where and what to do; what a disk or
    its rights refuse says so itself."""
    try:
        yield
    except (EngineError, OSError):
        raise
    except Exception as error:
        raise EngineError(
            f"The Whoosh index in {path} failed ({type(error).__name__}: {error}). "
            "Run `indexer build --full`."
        ) from error
