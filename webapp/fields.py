"""What is compared of reports: one field after the other, each report's cell in plain lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.models import Passage, Report
from webapp import weighing, wording
from webapp.addresses import report_url
from webapp.catalogue import label
from webapp.i18n import date, gettext as _, language_name


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a cell; `url` leads to where it stands, which is called `source`.

    `lang` is that of the report where its own words are told.
    """

    text: str
    lang: str | None = None
    source: str = ""
    url: str = ""


Cell = tuple[Line, ...]
Pinned = tuple[Report, Sequence[Passage]]


@dataclass(frozen=True, slots=True)
class Field:
    """A field and what each report says in it, in the order of the reports."""

    name: str
    cells: tuple[Cell, ...]
    rating: bool = False


def of(pinned: Sequence[Pinned]) -> Iterator[Field]:
    """The fields in which at least one report says something."""
    told = [_told(report, passages) for report, passages in pinned]
    names = list(dict.fromkeys(name for cells in told for name in cells))
    for name in names:
        cells = tuple(each.get(name, ()) for each in told)
        if any(cells):
            yield Field(name, cells, rating=name == _("Rating"))


def as_text(cell: Cell) -> str:
    """A cell for a spreadsheet."""
    return "\n".join(f"{line.text} ({line.source})" if line.source else line.text for line in cell)


def _told(report: Report, passages: Sequence[Passage]) -> dict[str, Cell]:
    """Every field by its name, in order, the same ones for each report."""
    lang = report.lang
    return {
        _("Rating"): _plain(label("rating", report.rating)),
        _("Why this rating"): _plain(report.rating_note, lang),
        _("In the sources’ own words"): _registries(report),
        _("In short"): _plain(report.summary, lang),
        _("For whom"): _plain(_labels("population", report.population)),
        _("Where it works"): _plain(_labels("setting", report.setting)),
        _("Outcomes looked at"): _plain(_labels("outcome", report.outcomes)),
        _("Place"): _plain(wording.place(report)),
        **_points(report, passages),
        _("Sectors"): _plain(_labels("sector", report.sectors)),
        _("Type of report"): _plain(label("type", report.type) if report.type else ""),
        _("Publisher"): _plain(report.publisher),
        _("Published"): _plain(str(report.year or "")),
        _("Last verified"): _plain(date(report.last_verified) if report.last_verified else ""),
        _("Language of the report"): _plain(language_name(lang)),
    }


def _plain(text: str | None, lang: str | None = None) -> Cell:
    return (Line(text, lang),) if text else ()


def _labels(facet: str, keys: Sequence[str]) -> str:
    return wording.SEPARATOR.join(label(facet, key) for key in keys)


def _registries(report: Report) -> Cell:
    return tuple(Line(f"{said.by}{_(':')} {said.rating}") for said in report.ratings)


def _points(report: Report, passages: Sequence[Passage]) -> dict[str, Cell]:
    return {
        point.name: tuple(
            Line(
                quote.text,
                report.lang,
                weighing.source(quote),
                report_url(report.id, quote.passage.number),
            )
            for quote in point.answer.quotes
        )
        for point in weighing.every_point(report, passages)
    }
