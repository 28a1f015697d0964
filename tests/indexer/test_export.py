"""A result list in every format, read back by programs that people open it with."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
import rispy
from click.testing import CliRunner
from pybtex.database import parse_string

from indexer import export, vocabulary
from indexer.answers import Voice
from indexer.catalogue import Catalogue
from indexer.cli import main
from indexer.config import Config
from indexer.models import Rating, Report
from indexer.query import IndexState, Query
from tests.conftest import MakeCorpus, build_index

NOW = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)
RECORD = export.Record(
    Query(text="lamps", filters={"sector": ("urban-planning",)}, year_from=2000),
    total=2,
    index=IndexState("g-1", 10, 99, NOW),
    searched_at=NOW,
)
HOSTILE = '=HYPERLINK("http://evil.example","click")'


def report(name: str, **values: Any) -> Report:
    known = {"title": f"Report {name}", "lang": "en", "fingerprint": "", "added": NOW.date()}
    return Report(id=name, path=f"{name}.md", format="md", **{**known, **values})


REPORTS = (
    report("one", title=HOSTILE, year=2008, rating="effective", authors=("Ann Lee",)),
    report("two", title="Éclairer\x07 la rue", lang="fr", summary="-5 % de vols\nla nuit"),
)


def voice(lang: str = "en") -> Voice:
    words = vocabulary.load()
    return Voice(
        lang, words, lambda told: told.kind, lambda other, _: other.kind, "https://example.org"
    )


def written(name: str, lang: str = "en", reports: tuple[Report, ...] = REPORTS) -> bytes:
    return b"".join(export.FORMATS[name].write(reports, RECORD, voice(lang)))


@pytest.mark.parametrize(("lang", "rating"), [("en", "Effective"), ("fr", "Efficace")])
def test_a_table_has_a_row_for_each_report_in_the_words_of_the_language(
    lang: str, rating: str
) -> None:
    head, one, two = csv.reader(io.StringIO(written("csv", lang).decode("utf-8-sig")))
    assert len(head) == len(one) == len(two)
    assert one[:1] + two[:1] == ["one", "two"]
    assert rating in one
    assert f"https://example.org/{lang}/report/two" in two


def test_no_cell_of_a_table_is_run_as_a_formula() -> None:
    rows = csv.reader(io.StringIO(written("csv").decode("utf-8-sig")))
    cells = [cell for row in rows for cell in row]
    assert "'" + HOSTILE in cells
    assert "'-5 % de vols\nla nuit" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_what_begins_like_a_formula_is_text_to_a_spreadsheet(begins: str) -> None:
    (row,) = csv.reader(io.StringIO(export.csv_line([f"{begins}1+1"]).decode(), newline=""))
    assert row == [f"'{begins}1+1"]


def test_a_workbook_is_typed_linked_frozen_and_holds_no_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx")))
    reports, search = book.worksheets
    head = [cell.value for cell in reports[1]]
    row: dict[object, Any] = dict(zip(head, reports[2], strict=True))
    assert (row["Year"].value, row["Year"].data_type) == (2008, "n")
    assert row["Added"].is_date
    assert (row["Title"].value, row["Title"].data_type) == (HOSTILE, "s")
    assert row["Link"].hyperlink.target == "https://example.org/en/report/one"
    assert reports.freeze_panes == "C2"
    assert reports[3][1].value == "Éclairer  la rue"
    told = {name.value: value.value for name, value in search.iter_rows()}
    assert told["Searched for"] == "lamps"
    assert told["Index generation"] == "g-1"


def test_a_text_longer_than_a_cell_can_hold_is_cut() -> None:
    long = (report("long", summary="x" * 40_000),)
    sheet = openpyxl.load_workbook(io.BytesIO(written("xlsx", reports=long))).worksheets[0]
    assert max(len(str(cell.value)) for cell in sheet[2]) == 32_767


@pytest.mark.parametrize("name", ["csv", "ris", "bibtex", "json"])
def test_an_export_of_thousands_is_sent_report_by_report(name: str) -> None:
    made = 0

    def many() -> Iterator[Report]:
        nonlocal made
        for made in range(1, 5_001):
            yield report(f"r{made}", summary="Lamps at night. " * 20)

    for sent, block in enumerate(export.FORMATS[name].write(many(), RECORD, voice()), start=1):
        # Nothing waits for the reports to come, and no block grows with those that were.
        assert made <= sent
        assert len(block) < 4_096
    assert made == 5_000


def test_a_workbook_of_many_needs_no_more_memory_than_one_of_few(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(export, "_MOST_LINKED_ROWS", 100)

    def peak(count: int) -> int:
        many = (report(f"r{n}", summary=f"Lamps at night {n}.") for n in range(count))
        tracemalloc.start()
        for _ in export.FORMATS["xlsx"].write(many, RECORD, voice()):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(900) < peak(300) + 100_000


def test_a_workbook_links_only_as_many_rows_as_a_sheet_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "_MOST_LINKED_ROWS", 1)
    sheet = openpyxl.load_workbook(io.BytesIO(written("xlsx"))).worksheets[0]
    (column,) = [cell.column for cell in sheet[1] if cell.value == "Link"]
    first, second = (sheet.cell(row, column) for row in (2, 3))
    assert first.hyperlink is not None
    assert (second.hyperlink, second.value) == (None, "https://example.org/en/report/two")


def test_a_table_holds_the_registries_own_words_and_the_last_check() -> None:
    known = (
        report(
            "one",
            ratings=(Rating("Blueprints", "Model"), Rating("CrimeSolutions", "Effective")),
            last_verified=dt.date(2026, 11, 30),
        ),
    )
    head, row = csv.reader(io.StringIO(written("csv", reports=known).decode("utf-8-sig")))
    told = dict(zip(head, row, strict=True))
    assert told["In the sources’ own words"] == "Blueprints: Model; CrimeSolutions: Effective"
    assert told["Last verified"] == "2026-11-30"


def test_citations_have_an_entry_for_each_report() -> None:
    assert [entry["id"] for entry in rispy.loads(written("ris").decode())] == ["one", "two"]
    assert list(parse_string(written("bibtex").decode(), "bibtex").entries) == ["one", "two"]


def test_json_holds_the_search_and_each_report() -> None:
    told = json.loads(written("json"))
    assert [report["id"] for report in told["reports"]] == ["one", "two"]
    assert told["search"]["total"] == 2
    assert told["search"]["index"]["generation"] == "g-1"
    assert json.loads(written("json", reports=()))["reports"] == []


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "en",
            [
                "Searched for: lamps",
                "Filters: Sectors = Urban planning and safe design; Year = 2000–",
                "Searched on: 2026-11-22 09:30 UTC",
                "Reports found: 2",
                "Index generation: g-1",
                "Run it again: https://example.org/en/search?q=lamps&sector=urban-planning&from=2000",
            ],
        ),
        (
            "fr",
            [
                "Recherche\u00a0: lamps",
                "Date de la recherche\u00a0: 2026-11-22 09:30 UTC",
                "Rapports trouvés\u00a0: 2",
            ],
        ),
    ],
)
def test_the_record_of_a_search_tells_how_to_run_it_again(lang: str, lines: list[str]) -> None:
    assert set(lines) <= set(written("record", lang).decode().splitlines())


def test_an_export_holds_every_report_and_not_only_a_page(
    make_corpus: MakeCorpus, config: Config
) -> None:
    make_corpus({f"report-{n:03}.md": f"# Report {n}\n\nLamps at night." for n in range(230)})
    build_index(config)
    catalogue = Catalogue(config)
    total, index, reports = catalogue.every(Query(text="lamps", sort="title"))
    assert (total, index.reports) == (230, 230)
    ids = [found.id for found in reports]
    assert len(ids) == len(set(ids)) == 230


def test_the_command_writes_to_stdout_or_to_a_file(make_corpus: MakeCorpus, config: Config) -> None:
    corpus = make_corpus({"lamps.md": "# Lamps\n\nLamps at night.", "dark.md": "# Dark\n\nNight."})
    build_index(config)
    where = ["--corpus", str(corpus), "--index", str(config.index)]
    shown = CliRunner().invoke(main, ["export", "lamps", "--format", "ris", *where])
    assert [entry["id"] for entry in rispy.loads(shown.stdout)] == ["lamps"]
    file = corpus.parent / "out.xlsx"
    saved = CliRunner().invoke(main, ["export", "--format", "xlsx", "--output", str(file), *where])
    assert (saved.exit_code, saved.stdout) == (0, "")
    assert openpyxl.load_workbook(file).worksheets[0].max_row == 3
    told = CliRunner().invoke(main, ["export", "lamps", "--json", *where])
    assert [report["id"] for report in json.loads(told.stdout)["reports"]] == ["lamps"]
