"""What is searched for: counted without who asked, shown only to staff, never in a search's way."""

from __future__ import annotations

import datetime as dt
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from indexer.catalogue import Catalogue
from tests.webapp import sample
from webapp import create_app, querycounts
from webapp.attempts import MOST
from webapp.querycounts import FILE, KEPT_DAYS, MOST_A_DAY, SHOWN_FROM, QueryCounts
from webapp.status import query_counts

TOKEN = "a token that nobody guesses"


class Days:
    """A calendar that tests turn."""

    def __init__(self) -> None:
        self.today = dt.date(2026, 11, 1)

    def __call__(self) -> dt.date:
        return self.today

    def pass_by(self, days: int = 1) -> None:
        self.today += dt.timedelta(days=days)


@pytest.fixture
def days() -> Days:
    return Days()


@pytest.fixture
def counts(tmp_path: Path, days: Days) -> QueryCounts:
    return QueryCounts(tmp_path / FILE, TOKEN, days)


def ask(counts: QueryCounts, text: str, times: int = 1, *, empty: bool = False) -> None:
    for _ in range(times):
        counts.count(text, empty=empty)
    counts.settle()


def often(counts: QueryCounts, days: Days, text: str, *, empty: bool = False) -> None:
    """Asks as often, and on as many days, as it takes to be shown."""
    ask(counts, text, SHOWN_FROM - 1, empty=empty)
    days.pass_by()
    ask(counts, text, empty=empty)


def test_what_many_ask_is_shown_with_how_often_and_how_often_in_vain(
    counts: QueryCounts, days: Days
) -> None:
    often(counts, days, "Street  Lighting")
    often(counts, days, "drones", empty=True)
    told = counts.summary()
    assert (told.asked, told.empty) == (2 * SHOWN_FROM, SHOWN_FROM)
    assert {search.text for search in told.top} == {"street lighting", "drones"}
    assert [(search.text, search.empty) for search in told.finding_nothing] == [
        ("drones", SHOWN_FROM)
    ]


@pytest.mark.parametrize(("times", "days_passed"), [(SHOWN_FROM - 1, 1), (4 * SHOWN_FROM, 0)])
def test_what_few_ask_stands_nowhere_in_clear(
    counts: QueryCounts, days: Days, tmp_path: Path, times: int, days_passed: int
) -> None:
    ask(counts, "my neighbour jane", times - 1)
    days.pass_by(days_passed)
    ask(counts, "my neighbour jane")
    assert counts.summary().asked == times
    assert counts.summary().top == ()
    assert b"neighbour" not in (tmp_path / FILE).read_bytes()


@pytest.mark.parametrize(
    "text", ["jane@example.org", "call 514 555-0199", "x" * (querycounts.LONGEST + 1)]
)
def test_what_may_name_a_person_is_never_kept(counts: QueryCounts, days: Days, text: str) -> None:
    often(counts, days, text)
    assert counts.summary().asked == SHOWN_FROM
    assert counts.summary().top == ()


def test_days_are_forgotten_and_words_with_them(
    counts: QueryCounts, days: Days, tmp_path: Path
) -> None:
    often(counts, days, "lamps")
    days.pass_by(KEPT_DAYS + 1)
    ask(counts, "gates")
    assert (counts.summary().asked, counts.summary().top) == (1, ())
    with sqlite3.connect(tmp_path / FILE) as file:
        assert file.execute("select count(*) from texts").fetchone() == (0,)
        assert file.execute("select count(*) from counts").fetchone() == (1,)
    file.close()


def test_a_flood_of_different_searches_is_kept_within_bounds(
    counts: QueryCounts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(querycounts, "MOST_A_DAY", 20)
    for number in range(50):
        ask(counts, f"flood {number}")
    assert counts.summary().asked == 50
    with sqlite3.connect(tmp_path / FILE) as file:
        assert file.execute("select count(*) from counts").fetchone() == (20,)
    file.close()
    assert MOST_A_DAY * KEPT_DAYS < 200_000


def test_threads_and_processes_count_into_one_file(tmp_path: Path, days: Days) -> None:
    code = (
        "import datetime as dt, pathlib, sys\n"
        "from webapp.querycounts import QueryCounts\n"
        "counts = QueryCounts(pathlib.Path(sys.argv[1]), sys.argv[2],"
        " lambda: dt.date(2026, 11, 1))\n"
        "for _ in range(100): counts.count('lamps', empty=False)\n"
        "counts.settle()\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / FILE), TOKEN]
    others = [subprocess.Popen(command) for _ in range(2)]
    here = QueryCounts(tmp_path / FILE, TOKEN, days)
    threads = [threading.Thread(target=ask, args=(here, "lamps", 25)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [other.wait() for other in others] == [0, 0]
    assert here.summary().asked == 300


def test_a_file_that_cannot_be_written_fails_no_count(
    tmp_path: Path, days: Days, caplog: pytest.LogCaptureFixture
) -> None:
    ask(QueryCounts(tmp_path / "none" / FILE, TOKEN, days), "lamps")
    assert "were not counted" in caplog.text


def test_when_too_many_wait_the_rest_is_dropped_at_once(
    counts: QueryCounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(counts, "_add", lambda *_: go_on.wait())
    for _ in range(5_000):
        counts.count("lamps", empty=False)
    go_on.set()
    counts.settle()


def test_the_file_is_for_its_owner_only(counts: QueryCounts, tmp_path: Path) -> None:
    ask(counts, "lamps")
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


@pytest.fixture
def counting(tmp_path: Path) -> Flask:
    """A site that counts."""
    config = sample.built(tmp_path, share_token=TOKEN, query_counts=True)
    return create_app(catalogue=Catalogue(config))


def settled(site: Flask) -> QueryCounts:
    with site.app_context():
        counts = query_counts()
    assert counts is not None
    counts.settle()
    return counts


def test_a_search_counts_once_and_not_for_each_page_filter_and_order(counting: Flask) -> None:
    client = counting.test_client()
    for more in ("", "&page=2", "&sort=newest", "&sector=youth", "&rating=mixed"):
        assert client.get(f"/en/search?q=mentoring{more}", follow_redirects=True).status_code == 200
    client.get("/en/search")
    client.head("/en/search?q=mentoring")
    client.get("/fr/search?q=xyzzy")
    told = settled(counting).summary()
    assert (told.asked, told.empty) == (2, 1)


def test_only_staff_see_what_is_searched_for(counting: Flask) -> None:
    client = counting.test_client()
    counts = settled(counting)
    yesterday = dt.date.today() - dt.timedelta(days=1)
    counts._today = lambda: yesterday
    ask(counts, "lamp posts", SHOWN_FROM)
    counts._today = dt.date.today
    ask(counts, "lamp posts")
    assert "lamp posts" not in client.get("/en/status").text
    wrong = client.post("/fr/status", data={"token": "guess"})
    assert wrong.status_code == 403
    assert "lamp posts" not in wrong.text
    shown = client.post("/fr/status", data={"token": TOKEN})
    assert shown.headers["Cache-Control"] == "no-store"
    row = BeautifulSoup(shown.text, "lxml").select_one("#searches ~ table tbody tr")
    assert row is not None
    assert [cell.text for cell in row.select("th, td")] == ["lamp posts", "6", "0"]
    assert TOKEN not in shown.text
    for _ in range(MOST):
        client.post("/en/status", data={"token": "guess"})
    assert client.post("/en/status", data={"token": TOKEN}).status_code == 429


def test_a_site_counts_nothing_unless_it_is_told_to(client: FlaskClient, site: Flask) -> None:
    client.get("/en/search?q=lamps")
    assert not (site.extensions["catalogue"].config.index / FILE).exists()
    assert "searched for" not in client.get("/en/status").text
    assert client.post("/en/status", data={"token": ""}).status_code == 403
