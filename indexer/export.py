"""Whole result lists for other programs: tables, citations, and a record of the search itself.

Every format is written piece by piece, so that an export of everything needs no more memory than
one report; a workbook is kept in a temporary file until it is whole.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import msgspec

from indexer import answers, citations
from indexer.answers import Voice
from indexer.models import Report
from indexer.query import IndexState, Query

_BLOCK: Final = 64 * 1024
# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection); the full-width
# signs are those of East Asian ones.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What a workbook cannot hold (ECMA-376): control characters, and more text than this in a cell.
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LONGEST_CELL: Final = 32_767
_LONGEST_LINK: Final = 2_000
# A sheet holds 65,530 links (Excel specifications and limits), and a workbook being written keeps
# each in memory; the addresses of further rows are plain text.
_LINKED: Final = ("source_url", "url")
_MOST_LINKED_ROWS: Final = 65_530 // len(_LINKED)

_HEADS: Final = {
    "id": {"en": "Id", "fr": "Identifiant"},
    "title": {"en": "Title", "fr": "Titre"},
    "lang": {"en": "Language", "fr": "Langue"},
    "year": {"en": "Year", "fr": "Année"},
    "authors": {"en": "Authors", "fr": "Auteurs"},
    "publisher": {"en": "Publisher", "fr": "Éditeur"},
    "type": {"en": "Type", "fr": "Type"},
    "sector": {"en": "Sectors", "fr": "Secteurs"},
    "rating": {"en": "Rating", "fr": "Cote"},
    "rating_note": {"en": "Why this rating", "fr": "Raison de la cote"},
    "outcome": {"en": "Outcomes", "fr": "Effets étudiés"},
    "population": {"en": "Who it is for", "fr": "Public visé"},
    "setting": {"en": "Setting", "fr": "Milieu"},
    "municipality": {"en": "Municipality", "fr": "Municipalité"},
    "province": {"en": "Province or territory", "fr": "Province ou territoire"},
    "country": {"en": "Country", "fr": "Pays"},
    "summary": {"en": "Summary", "fr": "Résumé"},
    "licence": {"en": "Licence", "fr": "Licence"},
    "source_url": {"en": "Original", "fr": "Original"},
    "url": {"en": "Link", "fr": "Lien"},
    "added": {"en": "Added", "fr": "Ajouté"},
    "last_verified": {"en": "Last verified", "fr": "Dernière vérification"},
    "ratings": {"en": "In the sources’ own words", "fr": "Dans les mots des sources"},
}
_RECORD: Final = {
    "query": {"en": "Searched for", "fr": "Recherche"},
    "filters": {"en": "Filters", "fr": "Filtres"},
    "sort": {"en": "Order", "fr": "Ordre"},
    "searched_at": {"en": "Searched on", "fr": "Date de la recherche"},
    "total": {"en": "Reports found", "fr": "Rapports trouvés"},
    "searched_reports": {"en": "Reports searched", "fr": "Rapports examinés"},
    "searched_passages": {"en": "Passages searched", "fr": "Passages examinés"},
    "generation": {"en": "Index generation", "fr": "Génération de l’index"},
    "built_at": {"en": "Index built on", "fr": "Index construit le"},
    "url": {"en": "Run it again", "fr": "Refaire la recherche"},
}
_SHEETS: Final = {
    "en": ("Reports", "Search"),
    "fr": ("Rapports", "Recherche"),
}


@dataclass(frozen=True, slots=True)
class Record:
    """What was searched, when and where, with how many reports found: for a review's appendix."""

    query: Query
    total: int
    index: IndexState
    searched_at: dt.datetime


Cell = str | int | dt.date | None
Write = Callable[[Iterable[Report], Record, Voice], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a result list: the ending of the file's name, its media type, the writer."""

    suffix: str
    media_type: str
    write: Write


def _row(report: Report, voice: Voice) -> dict[str, Cell]:
    """What a table tells of a report: controlled values by their names, lists joined by `; `."""

    def named(facet: str, *keys: str | None) -> str:
        return "; ".join(voice.vocabulary.label(facet, key, voice.lang) for key in keys if key)

    return {
        "id": report.id,
        "title": report.title,
        "lang": report.lang,
        "year": report.year,
        "authors": "; ".join(report.authors),
        "publisher": report.publisher,
        "type": named("type", report.type),
        "sector": named("sector", *report.sectors),
        "rating": named("rating", report.rating),
        "rating_note": report.rating_note,
        "outcome": named("outcome", *report.outcomes),
        "population": named("population", *report.population),
        "setting": named("setting", *report.setting),
        "municipality": report.municipality,
        "province": named("province", report.province),
        "country": report.country,
        "summary": report.summary,
        "licence": report.licence,
        "source_url": report.source_url,
        "url": _address(report, voice),
        "added": report.added,
        "last_verified": report.last_verified,
        "ratings": "; ".join(f"{said.by}: {said.rating}" for said in report.ratings),
    }


def _address(report: Report, voice: Voice) -> str:
    return voice.base_url + answers.report_address(report.id, voice)


def _csv(reports: Iterable[Report], record: Record, voice: Voice) -> Iterator[bytes]:
    """A table in UTF-8, with the mark by which spreadsheets know it."""
    yield codecs.BOM_UTF8
    yield csv_line(head[voice.lang] for head in _HEADS.values())
    for report in reports:
        yield csv_line(_row(report, voice).values())


def csv_line(cells: Iterable[Cell]) -> bytes:
    """One line of a CSV table, with no cell that a spreadsheet would run."""
    line = io.StringIO()
    csv.writer(line).writerow(map(_defused, cells))
    return line.getvalue().encode("utf-8", "replace")


def _defused(cell: Cell) -> Cell:
    """A text that a spreadsheet would run, behind the apostrophe that makes it plain text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _xlsx(reports: Iterable[Report], record: Record, voice: Voice) -> Iterator[bytes]:
    """A workbook: the reports under a frozen head, typed and linked, and the search's record."""
    # It takes longer to import than most commands take to run.
    from openpyxl import Workbook

    names = _SHEETS[voice.lang]
    book = Workbook(write_only=True)
    _report_sheet(book.create_sheet(names[0]), reports, voice)
    _record_sheet(book.create_sheet(names[1]), record, voice)
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while block := file.read(_BLOCK):
            yield block


_WIDTHS: Final = {"title": 60, "summary": 80, "rating_note": 50, "publisher": 28, "sector": 32}


def _report_sheet(sheet: Any, reports: Iterable[Report], voice: Voice) -> None:
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "C2"
    for number, name in enumerate(_HEADS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(name, 16)
    sheet.append([_cell(sheet, head[voice.lang], bold=True) for head in _HEADS.values()])
    row = 1
    for row, report in enumerate(reports, start=2):
        linked = _LINKED if row - 1 <= _MOST_LINKED_ROWS else ()
        told = _row(report, voice).items()
        sheet.append([_cell(sheet, value, link=name in linked) for name, value in told])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(_HEADS))}{row}"


def _record_sheet(sheet: Any, record: Record, voice: Voice) -> None:
    sheet.column_dimensions["A"].width = 24
    sheet.column_dimensions["B"].width = 80
    for name, value in _recorded(record, voice):
        sheet.append([_cell(sheet, name, bold=True), _cell(sheet, value, link=True)])


def _cell(sheet: Any, value: Cell, *, bold: bool = False, link: bool = False) -> Any:
    """A cell that holds what it shows: a text is never a formula; with `link` an address is one."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    text: Any = _UNWRITABLE.sub(" ", value)[:_LONGEST_CELL] if isinstance(value, str) else value
    cell = WriteOnlyCell(sheet, text)
    if isinstance(text, str):
        cell.data_type = "s"
        if link and text.startswith(("https://", "http://")) and len(text) <= _LONGEST_LINK:
            cell.hyperlink = text
            cell.font = Font(color="0563C1", underline="single")
    if bold:
        cell.font = Font(bold=True)
    return cell


def _ris(reports: Iterable[Report], record: Record, voice: Voice) -> Iterator[bytes]:
    for report in reports:
        yield citations.ris(report, _address(report, voice)).encode("utf-8", "replace")


def _bibtex(reports: Iterable[Report], record: Record, voice: Voice) -> Iterator[bytes]:
    for report in reports:
        yield citations.bibtex(report, _address(report, voice)).encode("utf-8", "replace")


def _json(reports: Iterable[Report], record: Record, voice: Voice) -> Iterator[bytes]:
    """The record of the search, and each report as the API gives it."""
    search = msgspec.json.encode(recorded(record, voice))
    yield b'{"ok": true, "search": ' + search + b', "reports": ['
    for number, report in enumerate(reports):
        yield (b",\n" if number else b"\n") + msgspec.json.encode(answers.known(report, voice))
    yield b"\n]}\n"


def _text(reports: Iterable[Report], record: Record, voice: Voice) -> Iterator[bytes]:
    """The record of the search, line by line."""
    colon = "\u00a0:" if voice.lang == "fr" else ":"
    for name, value in _recorded(record, voice):
        yield f"{name}{colon} {value}\n".encode()


def recorded(record: Record, voice: Voice) -> dict[str, Any]:
    """The record of a search, ready for JSON."""
    return {
        "query": answers.query(record.query),
        "url": answers.search_address(record.query, voice),
        "total": record.total,
        "searched_at": f"{record.searched_at:%Y-%m-%dT%H:%M:%SZ}",
        "index": answers.index(record.index),
    }


def _recorded(record: Record, voice: Voice) -> Iterator[tuple[str, Cell]]:
    """Each line of a record in words."""
    query, index = record.query, record.index
    told: dict[str, Cell] = {
        "query": query.text or "*",
        "filters": "; ".join(_filters(query, voice)) or "–",
        "sort": query.sort,
        "searched_at": f"{record.searched_at:%Y-%m-%d %H:%M} UTC",
        "total": record.total,
        "searched_reports": index.reports,
        "searched_passages": index.passages,
        "generation": index.generation,
        "built_at": f"{index.built_at:%Y-%m-%d %H:%M} UTC",
        "url": answers.search_address(query, voice),
    }
    for key, value in told.items():
        yield _RECORD[key][voice.lang], value


def _filters(query: Query, voice: Voice) -> Iterator[str]:
    for facet, values in query.filters.items():
        labels = (voice.vocabulary.label(facet, value, voice.lang) for value in values)
        yield f"{_HEADS[facet][voice.lang]} = {' | '.join(labels)}"
    if query.year_from or query.year_to:
        years = f"{query.year_from or ''}–{query.year_to or ''}"
        yield f"{_HEADS['year'][voice.lang]} = {years}"


FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        "csv": Format("csv", "text/csv; charset=utf-8", _csv),
        "xlsx": Format(
            "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx
        ),
        "ris": Format("ris", "application/x-research-info-systems; charset=utf-8", _ris),
        "bibtex": Format("bib", "application/x-bibtex; charset=utf-8", _bibtex),
        "json": Format("json", "application/json", _json),
        "record": Format("txt", "text/plain; charset=utf-8", _text),
    }
)
