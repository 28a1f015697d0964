"""A link comes back mangled, and still opens what was meant."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings, strategies as st

from indexer import permalinks, repair, vocabulary
from indexer.query import SORTS, Query

DATA = Path(__file__).parents[1] / "data"
VOCABULARY = vocabulary.load()


def lines(name: str) -> list[str]:
    written = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line for line in written if not line.startswith("# ")]


MANGLED = [tuple(line.split("\t")) for line in lines("mangled.tsv")]
PUBLISHED = [tuple(line.split(" ")) for line in lines("permalinks.txt")]


def path(address: str) -> str:
    link = repair.link(address, VOCABULARY)
    assert link is not None, address
    return link.path


def test_there_are_enough_mangled_forms() -> None:
    assert len({mangled for _, mangled, _ in MANGLED}) >= 100


@pytest.mark.parametrize(("mangled", "meant"), [row[1:] for row in MANGLED])
def test_a_mangled_link_means_what_was_meant(mangled: str, meant: str) -> None:
    assert path(mangled) == meant


@pytest.mark.parametrize(("published", "meant"), PUBLISHED)
def test_every_form_ever_published_goes_on_working(published: str, meant: str) -> None:
    assert path(published) == meant


@pytest.mark.parametrize("meant", sorted({row[-1] for row in (*MANGLED, *PUBLISHED)}))
def test_what_a_repair_gives_is_not_repaired_again(meant: str) -> None:
    assert path(meant) == meant


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example/en/search",
        "/\\evil.example",
        "/%2F%2Fevil.example/en/search",
        "/%5Cevil.example/en/report/x",
        "https://evil.example/en/search",
        "/en/nothing",
        "/about",
        "/en/s/slug",
        "/en/report/",
        "/en/report/%00",
    ],
)
def test_an_address_that_is_none_of_ours_is_no_link(address: str) -> None:
    assert repair.link(address, VOCABULARY) is None


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_any_query_string_means_one_search(raw: str | bytes) -> None:
    found = repair.search(raw, VOCABULARY)
    again = repair.search(permalinks.write(found.query), VOCABULARY)
    assert again.query == found.query


@given(st.text(max_size=300))
def test_any_address_means_at_most_one_path(address: str) -> None:
    link = repair.link(address, VOCABULARY)
    if link is not None:
        assert link.path.startswith("/")
        assert not link.path.startswith("//")
        assert path(link.path) == link.path


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("q=R%26D", "R&D"),
        ("q=what+works%3F", "what works?"),
        ("q=U.S.", "U.S."),
        ("q=C%2B%2B", "C++"),
        ("q=100%25", "100%"),
        ("q=3D+printing", "3D printing"),
        ("q=polic*", "polic*"),
        ("q=%28police%29", "(police)"),
        ("q=%C2%AB+logement+%C2%BB", "« logement »"),
        ("q=a%3Bb", "a;b"),
    ],
)
def test_what_people_type_is_not_taken_for_damage(raw: str, text: str) -> None:
    assert repair.search(raw, VOCABULARY).query.text == text


def test_a_publisher_keeps_its_full_stop() -> None:
    found = repair.search("publisher=Acme+Inc.", VOCABULARY)
    assert found.query.filters == {"publisher": ("Acme Inc.",)}


def test_the_longest_address_is_read_in_linear_time_and_cut() -> None:
    for piece in ("&amp;", "%25", "&amp;sector=", "%26amp%3B", "?", "q=", "a+", "&#", "=%0A"):
        repair.link("/en/search?" + piece * 100_000, VOCABULARY)


# Each of these was seen; a mailer, a word processor and a tracker may all have had the same link.
MANGLERS: dict[str, Callable[[str], str]] = {
    "html": lambda address: address.replace("&", "&amp;"),
    "html twice": lambda address: html.escape(html.escape(address.replace('"', "%22"))),
    "wordpress": lambda address: address.replace("&", "&#038;"),
    "semicolons": lambda address: address.replace("&", ";"),
    "%20": lambda address: address.replace("+", "%20"),
    "escaped": lambda address: address.replace("%", "%25"),
    "encoded": lambda address: quote(address, safe="/"),
    "capital names": lambda address: address.replace("&sector=", "&SECTOR=").replace("q=", "Q="),
    "stop": lambda address: address + ").",
    "guillemet": lambda address: address + "%C2%A0%C2%BB",
    "tracked": lambda address: address + ("&" if "?" in address else "?") + "utm_source=a&mc_cid=b",
    "line": lambda address: address.replace("&", "&%0D%0A"),
    "soft hyphen": lambda address: address.replace("sector=", "sec%C2%ADtor="),
    "cut": lambda address: address + "&",
    "quoted-printable": lambda address: address[:-2] + "=%0D%0A" + address[-2:],
}

SEARCHES = st.builds(
    Query,
    text=st.sampled_from(
        ["street lighting", "éclairage public", '"housing first" -shelter', "l’été", "polic*"]
    ),
    filters=st.fixed_dictionaries(
        {
            "sector": st.sampled_from([("housing", "youth"), ("urban-planning",)]),
            "lang": st.sampled_from([("fr",), ("en", "fr")]),
        }
    ),
    year_from=st.none() | st.integers(1950, 2026),
    sort=st.sampled_from(SORTS),
    page=st.integers(1, 3),
    expand=st.booleans(),
)


@given(SEARCHES, st.lists(st.sampled_from(sorted(MANGLERS)), max_size=4, unique=True))
@settings(max_examples=300)
def test_a_search_survives_manglers_in_any_order(query: Query, names: list[str]) -> None:
    meant = address = permalinks.search_path(query, "fr")
    for name in names:
        address = MANGLERS[name](address)
    assert path(address) == meant
