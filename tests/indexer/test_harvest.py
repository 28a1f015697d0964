from __future__ import annotations

import datetime as dt
import email.utils
import fcntl
import gzip
import io
import json
import math
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpcore
import pytest

from indexer import config, yamlfile
from indexer.errors import ConfigError
from indexer.harvest import Limits, Outcome, World, harvest, user_agent
from indexer.sources import Source
from tests.conftest import build_index
from tests.indexer.misbehaving import (
    PAGE,
    PDF,
    Answer,
    Handler,
    Site,
    conditional,
    dripping,
    endless,
    in_turn,
    redirect,
    robots,
    send,
    serving,
    silent,
    status,
    waiting,
)

NOW = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
ONE_TRY = Limits(allow_private=True, again_after=dt.timedelta(), backoff=())
OPEN = replace(ONE_TRY, backoff=(5.0, 20.0))


@dataclass
class Machine:
    """Time that passes only in pauses, and names that all lead to this machine."""

    seconds: float = 0.0
    today: dt.datetime = NOW
    pauses: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds

    @property
    def world(self) -> World:
        return World(
            clock=lambda: self.seconds,
            sleep=self.sleep,
            now=lambda: self.today,
            resolve=lambda host, port: ["127.0.0.1"],
        )


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "harvest"


@pytest.fixture
def fetch(site: Site, machine: Machine, folder: Path) -> Any:
    """Harvests one page of the site; may be called again."""

    def run(
        answer: Answer | None = None,
        limits: Limits = OPEN,
        path: str = "/lamps.pdf",
        **changes: Any,
    ) -> Outcome:
        if answer:
            site.pages[path] = answer
        return harvested(folder, [source(site, path, **changes)], limits, machine)[0]

    return run


def source(site: Site, path: str = "/lamps.pdf", **changes: Any) -> Source:
    entry = Source(
        id="lamps",
        title="Lamps: “and” crime",
        publisher="Ville de Québec",
        year=2019,
        lang="fr",
        url=site.url(path),
        type="guide",
        sectors=("youth", "housing"),
        licence="Open",
        harvest="allowed",
    )
    return replace(entry, **changes)


def harvested(
    folder: Path, entries: Sequence[Source], limits: Limits, machine: Machine, **options: Any
) -> tuple[Outcome, ...]:
    report = harvest(
        entries,
        folder,
        agent="evidence-index (test)",
        limits=limits,
        world=machine.world,
        **options,
    )
    assert report.ok == (not report.problems)
    return report.outcomes


def visible(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


# -- What is kept -------------------------------------------------------------------------------


def test_a_good_original_is_kept_with_a_sidecar_and_its_provenance(
    fetch: Any, folder: Path, site: Site
) -> None:
    outcome = fetch(send(PDF, ETag='"1"', Last_Modified="Tue, 03 Mar 2026 10:00:00 GMT"))
    assert outcome.kind == "fetched"
    assert outcome.file == "lamps.pdf"
    assert outcome.last_good == NOW
    assert visible(folder) == {"lamps.pdf", "lamps.pdf.yaml"}
    assert (folder / "lamps.pdf").read_bytes() == PDF
    sidecar = yamlfile.load_mapping(folder / "lamps.pdf.yaml")
    assert sidecar == {
        "id": "lamps",
        "title": "Lamps: “and” crime",
        "publisher": "Ville de Québec",
        "year": 2019,
        "lang": "fr",
        "type": "guide",
        "sectors": ["youth", "housing"],
        "source_url": site.url("/lamps.pdf"),
        "licence": "Open",
        "added": "2026-03-04",
    }
    record = json.loads((folder / ".lamps.json").read_text())
    assert record["etag"] == '"1"'
    assert record["final_url"] == site.url("/lamps.pdf")
    assert record["fetched"].startswith("2026-03-04T12:00")
    assert len(record["sha256"]) == 64


def test_the_folder_can_be_indexed_as_it_is(fetch: Any, folder: Path, tmp_path: Path) -> None:
    text = b"The lamps were lit in every street of the town for a year, and thefts fell. " * 9
    fetch(send(text, "text/plain"))
    build = build_index(config.load({"corpus": folder, "index": tmp_path / "index"}, {}))
    assert (build.reports, build.failures, build.warnings) == (1, (), ())


def test_the_robot_says_who_it_is_and_which_language_it_wants(fetch: Any, site: Site) -> None:
    fetch(send())
    assert site.header("/lamps.pdf", "user-agent") == ["evidence-index (test)"]
    assert site.header("/lamps.pdf", "accept-language") == ["fr"]
    assert site.header("/lamps.pdf", "host") == [f"127.0.0.1:{site.port}"]


def test_a_user_agent_is_plain_ascii_in_one_line() -> None:
    told = user_agent("Données (Québec)\n", "https://example.ca/about")
    assert told == "evidence-index (Donnees  Quebec  ; https://example.ca/about)"
    assert user_agent("Site", "") == "evidence-index (Site)"


def archive(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr(name, content)
    return file.getvalue()


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = b"application/vnd.oasis.opendocument.text"


@pytest.mark.parametrize(
    ("content", "content_type", "file"),
    [
        (PAGE, "text/html; charset=utf-8", "lamps.html"),
        (b"Plain words about lamps.", "text/plain", "lamps.txt"),
        (archive("word/document.xml", b"<w/>"), WORD, "lamps.docx"),
        (archive("mimetype", ODT), ODT.decode(), "lamps.odt"),
        (PDF, "application/octet-stream", "lamps.pdf"),
        (PDF, None, "lamps.pdf"),
    ],
)
def test_each_format_is_kept_under_its_suffix(
    fetch: Any, folder: Path, content: bytes, content_type: str | None, file: str
) -> None:
    assert fetch(send(content, content_type)).file == file
    assert (folder / file).read_bytes() == content


# -- What has not changed, moved or vanished ----------------------------------------------------


@pytest.mark.parametrize(
    "validators",
    [{"ETag": 'W/"7"'}, {"Last_Modified": "Tue, 03 Mar 2026 10:00:00 GMT"}],
    ids=["etag", "last-modified"],
)
def test_what_has_not_changed_is_not_sent_again(
    fetch: Any, folder: Path, machine: Machine, validators: dict[str, str]
) -> None:
    fetch(conditional(PDF, **validators))
    machine.today += dt.timedelta(days=30)
    outcome = fetch()
    assert (outcome.kind, outcome.status, outcome.file) == ("unchanged", 304, "lamps.pdf")
    assert outcome.last_good == machine.today
    assert (folder / "lamps.pdf").read_bytes() == PDF


def test_the_same_bytes_without_a_validator_are_unchanged(fetch: Any) -> None:
    assert [fetch(send()).kind, fetch().kind] == ["fetched", "unchanged"]


def test_new_bytes_replace_the_old_and_the_day_it_was_added_stays(
    fetch: Any, folder: Path, machine: Machine
) -> None:
    fetch(conditional(PDF, ETag='"1"'))
    machine.today += dt.timedelta(days=30)
    assert fetch(conditional(PDF + b"more", ETag='"2"')).kind == "fetched"
    assert (folder / "lamps.pdf").read_bytes() == PDF + b"more"
    assert yamlfile.load_mapping(folder / "lamps.pdf.yaml")["added"] == "2026-03-04"


def test_a_new_format_replaces_the_old_file_and_its_sidecar(fetch: Any, folder: Path) -> None:
    fetch(send(PAGE, "text/html"))
    fetch(send())
    assert visible(folder) == {"lamps.pdf", "lamps.pdf.yaml"}


def test_a_file_that_was_damaged_or_deleted_is_fetched_again(
    fetch: Any, folder: Path, site: Site
) -> None:
    fetch(conditional(PDF, ETag='"1"'))
    (folder / "lamps.pdf").write_bytes(b"damaged")
    assert fetch().kind == "fetched"
    (folder / "lamps.pdf").unlink()
    assert fetch().kind == "fetched"
    (folder / ".lamps.json").write_text("{")
    assert fetch().kind == "fetched"
    assert site.header("/lamps.pdf", "if-none-match") == [None] * 4


def test_a_corrected_catalogue_rewrites_the_sidecar_without_a_request(
    fetch: Any, folder: Path, site: Site
) -> None:
    fetch(send())
    outcome = fetch(limits=replace(OPEN, again_after=dt.timedelta(hours=1)), title="Corrected")
    assert outcome.kind == "unchanged"
    assert yamlfile.load_mapping(folder / "lamps.pdf.yaml")["title"] == "Corrected"
    assert site.paths() == ["/lamps.pdf"]


@pytest.mark.parametrize("code", [404, 410])
def test_what_vanished_is_named_with_its_last_good_day_and_its_copy_stays(
    fetch: Any, folder: Path, machine: Machine, code: int
) -> None:
    fetch(send())
    machine.today += dt.timedelta(days=30)
    outcome = fetch(status(code))
    assert (outcome.kind, outcome.status, outcome.last_good) == ("gone", code, NOW)
    assert "Last good on 2026-03-04; that copy is kept." in outcome.message
    assert outcome.file == "lamps.pdf"
    assert visible(folder) == {"lamps.pdf", "lamps.pdf.yaml"}


def test_what_never_was_there_leaves_nothing_behind(fetch: Any, folder: Path) -> None:
    outcome = fetch()
    assert (outcome.kind, outcome.status, outcome.file, outcome.last_good) == (
        "gone",
        404,
        None,
        None,
    )
    assert visible(folder) == set()


@pytest.mark.parametrize("code", [301, 308])
def test_a_permanent_redirect_is_followed_and_the_new_address_told(
    fetch: Any, site: Site, code: int
) -> None:
    site.pages["/new.pdf"] = conditional(PDF, ETag='"1"')
    outcome = fetch(redirect("/new.pdf", code))
    assert (outcome.kind, outcome.file) == ("moved", "lamps.pdf")
    assert outcome.final_url == site.url("/new.pdf")
    assert site.url("/new.pdf") in outcome.message
    again = fetch()
    assert (again.kind, again.status) == ("moved", 304)
    assert site.header("/lamps.pdf", "if-none-match") == [None, None]


def test_a_temporary_redirect_is_followed_without_a_word(fetch: Any, site: Site) -> None:
    site.pages["/today.pdf"] = send()
    outcome = fetch(redirect("/today.pdf"))
    assert (outcome.kind, outcome.final_url) == ("fetched", site.url("/today.pdf"))


def test_only_the_permanent_beginning_of_a_way_is_a_move(fetch: Any, site: Site) -> None:
    site.pages |= {"/b": redirect("/c", 302), "/c": redirect("/d", 301), "/d": send()}
    outcome = fetch(redirect("/b", 301))
    assert outcome.kind == "moved"
    assert f"has moved to {site.url('/b')}." in outcome.message


# -- Where redirects must not lead --------------------------------------------------------------


def test_a_redirect_loop_ends(fetch: Any, site: Site) -> None:
    site.pages["/b"] = redirect("/lamps.pdf")
    assert fetch(redirect("/b")).kind == "redirect-loop"
    assert len(site.paths()) == 6


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "ftp://a.example/x", "https://[::1", "http://user:pass@a.example/"],
)
def test_a_redirect_to_what_is_no_address_of_the_web_is_not_followed(
    fetch: Any, location: str, folder: Path
) -> None:
    outcome = fetch(redirect(location), ONE_TRY)
    assert outcome.kind == "failed"
    assert visible(folder) == set()


def resolving(machine: Machine, **names: str) -> World:
    """The machine's world, with names (`public_example`) that lead where they are told to."""
    known = {name.replace("_", "."): address for name, address in names.items()}
    return replace(machine.world, resolve=lambda host, port: [known.get(host, host)])


PRIVATE = (
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1%eth0",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
)


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_into_a_private_network_is_not_asked(
    machine: Machine, folder: Path, site: Site, address: str
) -> None:
    world = resolving(machine, public_example=address)
    entry = source(site, url="http://public.example/a.pdf")
    (outcome,) = harvest([entry], folder, agent="test", world=world).outcomes
    assert outcome.kind == "private-address"
    assert address in outcome.message


def test_one_private_address_among_public_ones_is_enough(
    machine: Machine, folder: Path, site: Site
) -> None:
    both = ["93.184.216.34", "127.0.0.1"]
    world = replace(machine.world, resolve=lambda host, port: both)
    (outcome,) = harvest([source(site)], folder, agent="test", world=world).outcomes
    assert outcome.kind == "private-address"
    assert site.asked == []


class Tunnel:
    """Lets tests reach the site under a public address, and notes where connections go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *public: str) -> None:
        self.connected: list[str] = []
        connect = httpcore.SyncBackend.connect_tcp

        def tunnelled(backend: Any, host: str, *rest: Any, **options: Any) -> Any:
            self.connected.append(host)
            there = "127.0.0.1" if host in public else host
            return connect(backend, there, *rest, **options)

        monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", tunnelled)


@pytest.mark.parametrize("host", ["127.0.0.1", "inside.example"])
def test_a_redirect_to_loopback_is_not_followed(
    machine: Machine, folder: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    tunnel = Tunnel(monkeypatch, "93.184.216.34")
    names = {"public_example": "93.184.216.34", "inside_example": "127.0.0.1"}
    with serving() as public, serving() as inside:
        public.pages["/lamps.pdf"] = redirect(inside.url("/secret", host))
        inside.pages["/secret"] = send()
        entry = source(public, url=public.url("/lamps.pdf", "public.example"))
        world = resolving(machine, **names)
        (outcome,) = harvest([entry], folder, agent="test", world=world).outcomes
    assert outcome.kind == "private-address"
    assert outcome.final_url == inside.url("/secret", host)
    assert inside.asked == []
    assert set(tunnel.connected) == {"93.184.216.34"}


def test_the_address_that_was_checked_is_the_one_connected_to(
    machine: Machine, folder: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that changes its answer between check and connection (DNS rebinding) gains nothing."""
    tunnel = Tunnel(monkeypatch, "93.184.216.34", "93.184.216.35")
    site.pages["/lamps.pdf"] = send()
    answers = iter(["93.184.216.34", "93.184.216.35", "127.0.0.1"])
    world = replace(machine.world, resolve=lambda host, port: [next(answers)])
    entry = source(site, url=site.url("/lamps.pdf", "rebinding.example"))
    (outcome,) = harvest([entry], folder, agent="test", world=world).outcomes
    assert outcome.kind == "fetched"
    assert tunnel.connected == ["93.184.216.34", "93.184.216.35"]
    assert site.header("/lamps.pdf", "host") == [f"rebinding.example:{site.port}"]


def test_the_next_address_of_a_name_is_tried(
    machine: Machine, folder: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages["/lamps.pdf"] = send()
    both = ["127.0.0.2", "127.0.0.1"]
    world = replace(machine.world, resolve=lambda host, port: both)
    (outcome,) = harvest([source(site)], folder, agent="t", limits=OPEN, world=world).outcomes
    assert outcome.kind == "fetched"


def test_proxies_of_the_environment_are_not_used(
    fetch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetch(send()).kind == "fetched"


# -- What is no document ------------------------------------------------------------------------

LOGIN = PAGE.replace(b"</h1>", b"</h1><form><input name=p type='password'></form>")


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "image/png"),
        (b"{}", "application/json"),
        (PAGE, "application/pdf"),
        (PDF, "text/html"),
        (b"\xd0\xcf\x11\xe0\0\0", "application/octet-stream"),
        (b"PK\x03\x04 damaged", "application/octet-stream"),
        (archive("other", b""), "application/octet-stream"),
        (b"", "text/html"),
    ],
)
def test_what_is_in_no_format_that_is_read_is_not_kept(
    fetch: Any, folder: Path, content: bytes, content_type: str
) -> None:
    assert fetch(send(content, content_type)).kind == "wrong-type"
    assert visible(folder) == set()


def test_a_page_where_the_catalogue_expects_a_pdf_is_not_kept(fetch: Any) -> None:
    outcome = fetch(send(PAGE, "text/html"), format="pdf")
    assert outcome.kind == "wrong-type"
    assert "is html, but the catalogue says pdf" in outcome.message


@pytest.mark.parametrize("expected", [None, "html", "pdf"])
def test_a_login_page_is_not_kept(fetch: Any, expected: str | None) -> None:
    outcome = fetch(send(LOGIN, "text/html"), format=expected)
    assert outcome.kind == "refused"
    assert "log in" in outcome.message


def test_a_long_page_with_a_place_to_log_in_is_a_page(fetch: Any) -> None:
    long = LOGIN.replace(b"It helps.", b"It helps much. " * 100)
    assert fetch(send(long, "text/html"), format="html").kind == "fetched"


@pytest.mark.parametrize("piece", [b"<", b"<script>", b"<input ", b"<input type ", b"type = "])
def test_a_page_made_to_be_slow_to_look_at_is_not(fetch: Any, piece: bytes) -> None:
    started = time.monotonic()
    fetch(send(LOGIN + piece * (1_000_000 // len(piece)), "text/html"))
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("code", [401, 403, 451])
def test_a_refusal_is_told(fetch: Any, code: int) -> None:
    outcome = fetch(status(code))
    assert (outcome.kind, outcome.status) == ("refused", code)


@pytest.mark.parametrize("code", [204, 206, 300, 304, 400, 418])
def test_an_answer_that_makes_no_sense_is_a_failure(fetch: Any, code: int) -> None:
    assert fetch(status(code)).kind == "failed"


# -- Too much -----------------------------------------------------------------------------------

SMALL = replace(ONE_TRY, size=1_000_000)


@pytest.mark.parametrize(
    "answer",
    [send(PDF, Content_Length="1000001"), send(PDF + b"x" * 1_000_000), endless()],
    ids=["announced", "sent", "endless"],
)
def test_a_body_that_is_too_large_is_not_kept(fetch: Any, folder: Path, answer: Answer) -> None:
    assert fetch(answer, SMALL).kind == "too-large"
    assert visible(folder) == set()


def test_the_limit_counts_what_a_compressed_body_inflates_to(fetch: Any) -> None:
    bomb = gzip.compress(b"%PDF-" + b"\0" * 50_000_000)
    assert len(bomb) < 100_000
    assert fetch(send(bomb, Content_Encoding="gzip"), SMALL).kind == "too-large"


def test_a_compressed_body_is_kept_as_it_was(fetch: Any, folder: Path) -> None:
    content = PDF + bytes(range(256)) * 10_000
    assert fetch(send(gzip.compress(content), Content_Encoding="gzip")).kind == "fetched"
    assert (folder / "lamps.pdf").read_bytes() == content


@pytest.mark.parametrize(
    "answer",
    [
        send(gzip.compress(PDF * 100)[:-20], Content_Encoding="gzip"),
        send(PDF, Content_Encoding="gzip"),
        send(PDF, Content_Encoding="gzip, gzip"),
        send(PDF, Content_Length=str(len(PDF) + 10)),
        send(PDF, Content_Length="-7"),
        send(PDF, Content_Length="many"),
        send(b"5\r\n%PDF-\r\nzz", Content_Length="", Transfer_Encoding="chunked"),
        lambda handler: handler.wfile.write(b"nonsense\r\n\r\n"),
        lambda handler: None,
    ],
    ids=[
        "gzip ends early",
        "not gzip",
        "gzip twice",
        "shorter than its length",
        "negative length",
        "length of letters",
        "damaged chunks",
        "not http",
        "nothing",
    ],
)
def test_a_damaged_answer_is_a_failure(fetch: Any, folder: Path, answer: Answer) -> None:
    outcome = fetch(answer, ONE_TRY)
    assert outcome.kind == "failed"
    assert visible(folder) == set()


# -- Too slow -----------------------------------------------------------------------------------


def test_headers_that_never_come_are_too_slow(fetch: Any, site: Site) -> None:
    outcome = fetch(silent(site), replace(ONE_TRY, silence=0.05))
    assert outcome.kind == "too-slow"


@pytest.mark.parametrize(
    "headers",
    [b"Content-Type: application/pdf\r\n\r\n%PDF-", b"X-Endless: "],
    ids=["body", "headers"],
)
def test_what_drips_for_ever_is_too_slow(site: Site, folder: Path, headers: bytes) -> None:
    site.pages["/lamps.pdf"] = dripping(site, headers)
    limits = replace(OPEN, seconds=0.2, delay=0)
    world = World(clock=time.monotonic, sleep=lambda seconds: None)
    (outcome,) = harvest([source(site)], folder, agent="t", limits=limits, world=world).outcomes
    assert outcome.kind == "too-slow"
    assert site.paths() == ["/lamps.pdf"]
    assert visible(folder) == set()


# -- Later --------------------------------------------------------------------------------------

IN_A_MINUTE = email.utils.format_datetime(NOW + dt.timedelta(seconds=60), usegmt=True)


@pytest.mark.parametrize("code", [429, 503])
@pytest.mark.parametrize("wish", ["60", IN_A_MINUTE], ids=["seconds", "date"])
def test_a_busy_host_is_asked_again_when_it_wishes(
    fetch: Any, machine: Machine, code: int, wish: str
) -> None:
    outcome = fetch(in_turn(status(code, Retry_After=wish), send()))
    assert outcome.kind == "fetched"
    assert machine.pauses == [2.0, 60.0]


@pytest.mark.parametrize("wish", ["86400", "9" * 400], ids=["a day", "for ever"])
def test_a_host_that_wants_a_long_rest_is_left_alone(
    site: Site, machine: Machine, folder: Path, wish: str
) -> None:
    site.pages |= {"/a": status(429, Retry_After=wish), "/b": send()}
    entries = [source(site, "/a", id="a"), source(site, "/b", id="b")]
    outcomes = harvested(folder, entries, OPEN, machine)
    assert [outcome.kind for outcome in outcomes] == ["later", "later"]
    assert site.paths() == ["/a"]


def test_a_host_that_stays_busy_is_left_alone(site: Site, machine: Machine, folder: Path) -> None:
    site.pages |= {"/a": status(429), "/b": send()}
    entries = [source(site, "/a", id="a"), source(site, "/b", id="b")]
    outcomes = harvested(folder, entries, OPEN, machine)
    assert [outcome.kind for outcome in outcomes] == ["later", "later"]
    assert site.paths() == ["/a", "/a", "/a"]


@pytest.mark.parametrize("wish", ["soon", "", "-5", "Tue, 99 Foo 2026", "1e9"])
def test_a_wish_that_makes_no_sense_is_an_ordinary_pause(
    fetch: Any, machine: Machine, wish: str
) -> None:
    assert fetch(in_turn(status(503, Retry_After=wish), send())).kind == "fetched"
    assert machine.pauses == [2.0, 5.0]


@pytest.mark.parametrize("trouble", [status(500), status(502), lambda handler: None])
def test_a_passing_trouble_is_tried_again(fetch: Any, machine: Machine, trouble: Answer) -> None:
    assert fetch(in_turn(trouble, trouble, send())).kind == "fetched"
    assert machine.pauses == [2.0, 5.0, 20.0]


def test_a_lasting_trouble_is_tried_three_times(fetch: Any, site: Site) -> None:
    outcome = fetch(status(500))
    assert (outcome.kind, outcome.status) == ("failed", 500)
    assert len(site.paths()) == 3


def test_a_name_without_an_address_is_told(machine: Machine, folder: Path, site: Site) -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    world = replace(machine.world, resolve=resolve)
    (outcome,) = harvest([source(site)], folder, agent="test", world=world).outcomes
    assert outcome.kind == "later"
    assert "has no address" in outcome.message


# -- Robots -------------------------------------------------------------------------------------


def test_what_robots_txt_forbids_is_not_asked_for(fetch: Any, site: Site) -> None:
    site.pages["/robots.txt"] = robots("User-agent: *\nDisallow: /lamps.pdf\n")
    assert fetch(send()).kind == "forbidden-by-robots"
    assert site.paths() == []


def test_a_rule_for_this_robot_alone_is_obeyed(fetch: Any, site: Site) -> None:
    site.pages["/robots.txt"] = robots(
        "User-agent: evidence-index\nDisallow: /\n\nUser-agent: *\nDisallow:\n"
    )
    assert fetch(send()).kind == "forbidden-by-robots"


def test_robots_txt_is_asked_once_for_all_pages_of_a_site(
    site: Site, machine: Machine, folder: Path
) -> None:
    site.pages |= {"/a": send(), "/b": send()}
    harvested(folder, [source(site, f"/{n}", id=n) for n in "ab"], OPEN, machine)
    assert [path for path, _ in site.asked] == ["/robots.txt", "/a", "/b"]


@pytest.mark.parametrize("code", [401, 403, 404, 410])
def test_a_site_without_robots_txt_allows_everything(fetch: Any, site: Site, code: int) -> None:
    site.pages["/robots.txt"] = status(code)
    assert fetch(send()).kind == "fetched"


@pytest.mark.parametrize("answer", [status(500), status(503), status(429), lambda handler: None])
def test_a_site_whose_robots_txt_cannot_be_had_is_left_for_later(
    fetch: Any, site: Site, answer: Answer
) -> None:
    site.pages["/robots.txt"] = answer
    outcome = fetch(send())
    assert outcome.kind == "later"
    assert "robots.txt" in outcome.message
    assert site.paths() == []


def test_the_robots_txt_of_each_site_on_the_way_is_obeyed(
    site: Site, machine: Machine, folder: Path
) -> None:
    with serving() as other:
        site.pages["/lamps.pdf"] = redirect(other.url("/b"))
        other.pages |= {"/robots.txt": robots("User-agent: *\nDisallow: /"), "/b": send()}
        (outcome,) = harvested(folder, [source(site)], OPEN, machine)
        assert outcome.kind == "forbidden-by-robots"
        assert other.paths() == []


def test_a_robots_txt_that_moved_or_never_ends_is_read_as_far_as_it_goes(
    fetch: Any, site: Site
) -> None:
    rules = b"User-agent: *\nDisallow: /lamps\n"
    site.pages["/robots.txt"] = redirect("/rules.txt", 301)
    site.pages["/rules.txt"] = endless(b"# more\n", Content_Type="text/plain")
    assert fetch(send()).kind == "fetched"
    site.pages["/rules.txt"] = send(rules + b"# more\n" * 100_000, "text/plain")
    assert fetch().kind == "forbidden-by-robots"


# -- One at a time, with pauses -----------------------------------------------------------------


def test_two_requests_to_one_host_have_the_pause_between_them(
    site: Site, machine: Machine, folder: Path
) -> None:
    site.pages |= {"/a": send(), "/b": send()}
    harvested(folder, [source(site, f"/{n}", id=n) for n in "ab"], OPEN, machine)
    assert machine.pauses == [2.0, 2.0]


@pytest.mark.parametrize(("wish", "pause"), [("7", 7.0), ("1", 2.0), ("9999", 60.0), ("x", 2.0)])
def test_a_site_may_ask_for_a_longer_pause(
    fetch: Any, site: Site, machine: Machine, wish: str, pause: float
) -> None:
    site.pages["/robots.txt"] = robots(f"User-agent: *\nCrawl-delay: {wish}\nDisallow:\n")
    fetch(in_turn(redirect("/lamps.pdf"), send()))
    assert machine.pauses[-1] == pause


def test_hosts_take_turns_so_that_pauses_overlap(machine: Machine, folder: Path) -> None:
    with serving() as one, serving() as two:
        for site in (one, two):
            site.pages |= {"/a": send(), "/b": send()}
        entries = [source(site, f"/{n}", id=f"{n}{site.port}") for site in (one, two) for n in "ab"]
        outcomes = harvested(folder, entries, OPEN, machine)
    assert [outcome.id for outcome in outcomes] == [entry.id for entry in entries]
    assert {outcome.kind for outcome in outcomes} == {"fetched"}
    # Each host wants two pauses; one after the other they would take 8 seconds.
    assert machine.seconds == pytest.approx(6.0)


def test_a_host_never_has_two_requests_at_once(site: Site, machine: Machine, folder: Path) -> None:
    site.pages |= {f"/{n}": waiting(site, in_turn(status(500), send())) for n in range(5)}
    harvested(folder, [source(site, f"/{n}", id=f"n{n}") for n in range(5)], OPEN, machine)
    assert len(site.paths()) == 10
    assert site.most_at_once == 1


# -- A harvest as a whole -----------------------------------------------------------------------


def test_a_harvest_that_was_stopped_goes_on_where_it_was(
    site: Site, machine: Machine, folder: Path
) -> None:
    site.pages |= {f"/{n}": send() for n in "abc"}
    entries = [source(site, f"/{n}", id=n) for n in "abc"]

    class Stopping:
        def begin(self, total: int) -> None:
            assert total == 3

        def advance(self, amount: int, name: str) -> None:
            if name == "b":
                raise KeyboardInterrupt

    limits = replace(OPEN, again_after=dt.timedelta(hours=12))
    with pytest.raises(KeyboardInterrupt):
        harvested(folder, entries, limits, machine, progress=Stopping())
    assert site.paths() == ["/a", "/b"]
    outcomes = harvested(folder, entries, limits, machine)
    assert [outcome.kind for outcome in outcomes] == ["unchanged", "unchanged", "fetched"]
    assert site.paths() == ["/a", "/b", "/c"]


def test_a_harvest_that_dies_while_it_writes_leaves_no_half_file(
    fetch: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(path: Path, content: bytes) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("indexer.harvest.shelf.replace_file", dying)
        with pytest.raises(KeyboardInterrupt):
            fetch(send())
    assert visible(folder) == set()
    assert fetch().kind == "fetched"


def test_a_full_disk_is_told_of_each_file(fetch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("indexer.harvest.shelf.replace_file", full)
    outcome = fetch(send())
    assert outcome.kind == "failed"
    assert "No space left on device" in outcome.message


def test_one_bad_page_does_not_keep_the_others_from_coming(
    site: Site, machine: Machine, folder: Path
) -> None:
    def surprised(handler: Handler) -> None:
        handler.wfile.write(b"\0" * 100)

    site.pages |= {"/a": surprised, "/b": send()}
    entries = [source(site, "/a", id="a"), source(site, "/b", id="b")]
    outcomes = harvested(folder, entries, ONE_TRY, machine)
    assert [outcome.kind for outcome in outcomes] == ["failed", "fetched"]


def test_what_the_catalogue_does_not_allow_is_not_asked_for(
    site: Site, machine: Machine, folder: Path
) -> None:
    entries = [source(site, id="a", harvest="ask"), source(site, id="b", url=None)]
    outcomes = harvested(folder, entries, OPEN, machine)
    assert [outcome.kind for outcome in outcomes] == ["not-allowed", "not-allowed"]
    assert "the catalogue says `ask`" in outcomes[0].message
    assert site.asked == []


def test_only_the_named_entries_are_fetched(site: Site, machine: Machine, folder: Path) -> None:
    site.pages |= {"/a": send(), "/b": send()}
    entries = [source(site, f"/{n}", id=n) for n in "ab"]
    outcomes = harvested(folder, entries, OPEN, machine, only=["b"])
    assert [outcome.id for outcome in outcomes] == ["b"]
    with pytest.raises(ConfigError, match=r"no entry “lampps”\. Did you mean `lamps`"):
        harvested(folder, [source(site)], OPEN, machine, only=["lampps"])


def test_a_folder_inside_the_corpus_is_refused(
    site: Site, machine: Machine, tmp_path: Path
) -> None:
    inside = tmp_path / "link"
    (tmp_path / "corpus").mkdir()
    inside.symlink_to(tmp_path / "corpus")
    for folder in (tmp_path / "corpus", tmp_path / "corpus" / "x", inside / "y"):
        with pytest.raises(ConfigError, match="inside the corpus"):
            harvested(folder, [source(site)], OPEN, machine, corpus=tmp_path / "corpus")


def test_a_folder_that_cannot_be_made_is_refused(
    site: Site, machine: Machine, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        harvested(tmp_path / "file" / "x", [source(site)], OPEN, machine)


def test_two_harvests_do_not_share_a_folder(site: Site, machine: Machine, folder: Path) -> None:
    folder.mkdir()
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ConfigError, match="Another harvest"):
            harvested(folder, [source(site)], OPEN, machine)


def test_a_limit_of_patience_is_finite_by_default() -> None:
    limits = Limits()
    assert not limits.allow_private
    for limit in (limits.seconds, limits.silence, limits.longest_wait, limits.size):
        assert 0 < limit < math.inf
