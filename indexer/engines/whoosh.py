"""The default engine's index on disk: a Whoosh index that is complete without our columns.

It has Whoosh's own field types, so that any Whoosh program can open and search it. Each passage is
a document with its heading and text; so is each report, with its title, summary and metadata as
JSON; both have the year and the facets. Words stand folded and in order, so that words, phrases
and prefixes are found; an inflection is looked up in the columns, which are derived from here.
This is the only file that imports whoosh.
"""

from __future__ import annotations

import contextlib
import copyreg
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from whoosh import fields as schema, index
from whoosh.analysis import CharsetFilter, LowercaseFilter, RegexTokenizer
from whoosh.index import TOC
from whoosh.reading import SegmentReader
from whoosh.support.charset import accent_map

from indexer.engines.filling import Fields, Pool
from indexer.engines.streams import Cut
from indexer.errors import EngineError
from indexer.fields import FACET_NAMES, TEXT_NAMES
from indexer.models import Passage, Report

_SEPARATOR: Final = "|"
# Joining Whoosh segments reads every posting of them again, in Python: only small ones are joined.
MOST_SEGMENTS: Final = 8
_SMALL: Final = 10_000
# How many postings, of about 250 bytes each, are sorted in memory.
_MOST_POSTINGS: Final = 1_000_000
# Most words stand once in a text; their places are encoded once for all.
_USUAL_PLACES: Final = 1_000

Posting = tuple[bytes, int, float, bytes]


class _ReadyText(schema.TEXT):  # type: ignore[misc]
    """A TEXT field that takes postings, cut before; it is saved as a plain TEXT field."""

    def index(self, value: list[Posting], **_: Any) -> list[Posting]:
        """The postings as they are."""
        return value

    def __reduce__(self) -> tuple[Any, ...]:
        return copyreg._reconstructor, (schema.TEXT, object, None), self.__dict__  # type: ignore[attr-defined]


class _ReadyKeyword(schema.KEYWORD):  # type: ignore[misc]
    """A KEYWORD field that takes postings; it is saved as a plain KEYWORD field."""

    def index(self, value: list[Posting], **_: Any) -> list[Posting]:
        """The postings as they are."""
        return value

    def __reduce__(self) -> tuple[Any, ...]:
        return copyreg._reconstructor, (schema.KEYWORD, object, None), self.__dict__  # type: ignore[attr-defined]


def _schema() -> schema.Schema:
    # What a query of another program goes through, so that it looks for words as they are kept.
    folding = RegexTokenizer() | LowercaseFilter() | CharsetFilter(accent_map)
    facet = _ReadyKeyword(analyzer=RegexTokenizer(f"[^{re.escape(_SEPARATOR)}]+"))
    columns: dict[str, Any] = {"report_id": schema.ID(stored=True)}
    # One term for a year instead of one for each power of 16.
    columns["year"] = schema.NUMERIC(int, shift_step=0)
    columns |= dict.fromkeys(TEXT_NAMES, _ReadyText(analyzer=folding))
    columns |= dict.fromkeys(FACET_NAMES, facet)
    stored = ("report_json", "facets_json", "number", "page", "headings", "text", "passage_lang")
    columns |= {name: schema.STORED() for name in stored}
    return schema.Schema(**columns)


class _Postings:
    """Words and facet values -> Whoosh's postings."""

    def __init__(self) -> None:
        self._encode: Callable[[list[int]], bytes] = schema.TEXT().format.encode
        self._places: list[bytes] = [self._encode([place]) for place in range(_USUAL_PLACES)]
        keyword = schema.KEYWORD(analyzer=RegexTokenizer(".+"))
        self._value: Callable[[str], Iterable[Posting]] = keyword.index

    def words(self, cut: Cut) -> list[Posting]:
        """Folded words with their positions."""
        places: dict[bytes, list[int]] = {}
        for place, form in enumerate(cut.forms):
            if form in places:
                places[form].append(place)
            else:
                places[form] = [place]
        return [(form, len(at), float(len(at)), self._encoded(at)) for form, at in places.items()]

    def _encoded(self, places: list[int]) -> bytes:
        if len(places) == 1 and places[0] < _USUAL_PLACES:
            return self._places[places[0]]
        return self._encode(places)

    def facets(self, facets: Mapping[str, Sequence[str]]) -> dict[str, list[Posting]]:
        """The values of a report, by facet; a facet without values has no field."""
        return {
            name: [posting for value in values for posting in self._value(value)]
            for name, values in facets.items()
            if values
        }


class Documents:
    """Reports being written as documents of a Whoosh index."""

    def __init__(self, path: Path, *, new: bool) -> None:
        self._path = path
        self._postings = _Postings()
        self._common: dict[str, Any] = {}
        with converted(path):
            self._index = index.create_in(str(path), _schema()) if new else _open(path)
            # Not in one file for a segment: Whoosh would read all of it to find a single term.
            self._writer = self._index.writer(compound=False)
            self._writer.schema = _schema()
            self._writer.pool = Pool(self._writer.pool, _MOST_POSTINGS)
            self._writer.fieldwriter = Fields(self._writer.fieldwriter)

    def add_report(
        self, report: Report, title: Cut, summary: Cut, facets: Mapping[str, Sequence[str]]
    ) -> None:
        """Adds a report; the passages that are added next are its own."""
        with converted(self._path):
            common = {"report_id": report.id, "year": report.year}
            self._common = common | self._postings.facets(facets)
            self._writer.add_document(
                report_json=msgspec.json.encode(report),
                facets_json=msgspec.json.encode(facets),
                title=self._postings.words(title),
                summary=self._postings.words(summary),
                **self._common,
            )

    def add_passage(self, passage: Passage, heading: Cut, body: Cut) -> None:
        """Adds a passage of the report that was added last."""
        with converted(self._path):
            self._writer.add_document(
                number=passage.number,
                page=passage.page,
                headings=passage.headings,
                text=passage.text,
                passage_lang=passage.lang,
                heading=self._postings.words(heading),
                body=self._postings.words(body),
                **self._common,
            )

    def remove(self, report_id: str) -> None:
        """Removes a report of the former generation with its passages."""
        with converted(self._path):
            self._writer.delete_by_term("report_id", report_id)

    def commit(self, others: Sequence[Path] = ()) -> None:
        """Writes the documents, and takes over the segments of other indexes in other folders."""
        with converted(self._path):
            taken = [segment for other in others for segment in _moved(other, self._path)]
            self._writer.commit(mergetype=lambda w, held: [*_few_segments(w, held), *taken])
            self._index.close()

    def abandon(self) -> None:
        """Writes nothing."""
        with converted(self._path):
            self._writer.cancel()
            self._index.close()


def _open(path: Path) -> Any:
    return index.open_dir(str(path))


def _moved(source: Path, target: Path) -> list[Any]:
    """The segments of an index, after moving their files into another folder."""
    with contextlib.closing(_open(source)) as held:
        segments = TOC.read(held.storage, held.indexname).segments
    for segment in segments:
        for file in source.glob(f"{segment.segment_id()}*"):
            file.rename(target / file.name)
    return list(segments)


def _few_segments(writer: Any, segments: list[Any]) -> list[Any]:
    """Drops empty segments, and joins small ones to the new one when there are too many."""
    alive = [held for held in segments if held.doc_count()]
    small = [held for held in alive if held.doc_count() < _SMALL]
    if len(small) < MOST_SEGMENTS:
        return alive
    for held in small:
        with contextlib.closing(SegmentReader(writer.storage, writer.schema, held)) as reader:
            writer.add_reader(reader)
    return [held for held in alive if held not in small]


Stored = tuple[Report, Sequence[Passage], Mapping[str, Sequence[str]]]


def stored(path: Path) -> Iterator[Stored]:
    """Every report of a Whoosh index with its passages and facets, from its stored fields."""
    with converted(path):
        passages: dict[str, list[Passage]] = {}
        reports: list[tuple[bytes, bytes]] = []
        with contextlib.closing(_open(path)) as held, contextlib.closing(held.reader()) as reader:
            for _, values in reader.iter_docs():
                if "report_json" in values:
                    reports.append((values["report_json"], values["facets_json"]))
                else:
                    passages.setdefault(values["report_id"], []).append(_passage(values))
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


@contextlib.contextmanager
def converted(path: Path) -> Iterator[None]:
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
