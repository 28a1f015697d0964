"""A newsletter made on the share page is sent, mangled on the way, and every link still lands."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from urllib.parse import quote, urlencode, urlsplit

import pytest
import waitress  # type: ignore[import-untyped]
from bs4 import BeautifulSoup

from indexer import permalinks, repair
from indexer.catalogue import Catalogue
from indexer.links.finding import occurrences
from tests.indexer.test_repair import MANGLERS, VOCABULARY
from tests.webapp import sample
from webapp import create_app

BASE = "https://evidence.example"
TOKEN = "a token that nobody guesses"
# What a browser does to an address before it sends it (URL standard, query state).
SENT = "/?&=;%+#:@!$'()*,-._~"
BEHIND = re.compile(r"(?:0?38|x26);", re.IGNORECASE)
SHORTENED = {"en": "study-list", "fr": "etudes"}
SHARED = (
    {"q": "study", "sector": "youth", "rating": ["mixed", "promising"], "from": "2001"},
    {"q": '"street lighting" éclairage', "lang": ["en", "fr"], "since": "2026-01-01"},
    {"report": "street-lighting"},
    {"sort": "newest", "type": "evaluation", "campaign": ""},
    {"q": "study", "short": SHORTENED},
)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a site with an address of its own answers, on this machine only."""
    folder = tmp_path_factory.mktemp("newsletter")
    config = sample.built(folder, base_url=BASE, share_token=TOKEN)
    app = create_app(catalogue=Catalogue(config))
    for lang, slug in SHORTENED.items():
        made = app.test_client().post(
            f"/{lang}/share/short?q=study", data={"name": slug, "token": TOKEN}
        )
        assert made.status_code == 303
    server = waitress.create_server(app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.effective_port}"
    server.trigger.pull_trigger(server.close)
    thread.join(timeout=10)
    server.task_dispatcher.shutdown()


def get(host: str, address: str) -> tuple[int, str, str]:
    """Status, where it redirects to, and the page, as a browser asks for it."""
    connection = HTTPConnection(host, timeout=10)
    connection.request("GET", quote(address.partition("#")[0], safe=SENT))
    answer = connection.getresponse()
    place, page = answer.getheader("Location") or "", answer.read().decode()
    connection.close()
    return answer.status, place, page


def landed(host: str, address: str) -> tuple[str, int]:
    """The final address of a link, and how many redirects in a row led to it; it must open."""
    redirects = 0
    for _ in range(6):
        before, _mark, fragment = address.partition("#")
        status, place, _page = get(host, before)
        if status == 200 and not ("/search" in before and BEHIND.match(fragment)):
            return before, redirects
        if status == 200:
            # What search.js does with the rest of an ampersand, which no server sees.
            rest = fragment.replace("#", "%23")
            address, redirects = f"{before}&{rest}", 0
            continue
        assert status in (301, 302), address
        assert re.match(r"/(?!/)", place), address
        address = place if "#" in place else f"{place}#{fragment}"
        redirects += 1
    raise AssertionError(f"{address} goes on redirecting")


def newsletter(host: str, lang: str, shared: Mapping[str, object], form: str) -> list[str]:
    """The links of the block that the share page makes, as mail programs find them."""
    short = {"short": SHORTENED[lang]} if "short" in shared else {}
    asked = urlencode({"campaign": "Autumn", **shared, **short}, doseq=True)
    status, _, page = get(host, f"/{lang}/share?{asked}")
    assert status == 200
    text = BeautifulSoup(page, "lxml").select(f"#as-{form}")[0].get_text()
    name = {"html": "sent.html", "markdown": "sent.md", "text": "sent.txt"}[form]
    return [found.url for found in occurrences(text.encode(), name)]


def meant(link: str) -> str:
    """Where a link leads that nothing happened to: without the tag of its campaign."""
    parts = urlsplit(link)
    pairs = [pair for pair in parts.query.split("&") if not pair.startswith("utm_")]
    return permalinks.with_parameters(parts.path, "&".join(filter(None, pairs)))


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("form", ["html", "markdown", "text"])
def test_every_link_of_every_newsletter_lands_however_it_was_mangled(
    host: str, lang: str, form: str
) -> None:
    for shared in SHARED:
        links = newsletter(host, lang, shared, form)
        assert links
        for link in links:
            assert link.startswith(f"{BASE}/")
            target, _ = landed(host, meant(link))
            for name, mangle in MANGLERS.items():
                mangled = mangle(link.removeprefix(BASE))
                place, redirects = landed(host, mangled)
                assert same(place, target), f"{name}: {mangled}"
                assert redirects <= 2 if "/s/" in link else redirects <= 1, f"{name}: {mangled}"


def same(place: str, target: str) -> bool:
    """Whether two addresses open the same report or mean the same search."""
    one, other = urlsplit(place), urlsplit(target)
    searches = [repair.search(parts.query, VOCABULARY).query for parts in (one, other)]
    return one.path == other.path and searches[0] == searches[1]
