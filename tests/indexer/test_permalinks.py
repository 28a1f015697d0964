from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, strategies as st

from indexer import permalinks, vocabulary
from indexer.query import SORTS, Notice, Query

VOCABULARY = vocabulary.load()


def read(address: str) -> tuple[Query, list[str]]:
    query, notices = permalinks.read(parse_qsl(address, keep_blank_values=True), VOCABULARY)
    return query, [notice.kind for notice in notices]


def test_a_link_says_the_whole_search_in_canonical_order() -> None:
    query = Query(
        "street lighting",
        {"type": ("review",), "sector": ("housing", "youth")},
        year_from=2000,
        sort="newest",
        page=2,
    )
    address = permalinks.write(query)
    assert address == (
        "q=street+lighting&sector=housing&sector=youth&type=review&from=2000&sort=newest&page=2"
    )
    assert read(address) == (query, [])


def test_the_search_for_everything_has_no_parameters() -> None:
    assert permalinks.write(Query()) == ""


def test_parameters_in_any_order_are_one_search() -> None:
    first, _ = read("sector=youth&q=x&sector=housing")
    second, _ = read("q=x&sector=housing&sector=youth&sector=housing&utm_source=mail")
    assert permalinks.write(first) == permalinks.write(second)


@pytest.mark.parametrize("mangled", ["amp;sector", "%26sector", "#038;sector", "AMP;SECTOR"])
def test_an_escaped_ampersand_is_repaired(mangled: str) -> None:
    query, _ = permalinks.read([("q", "x"), (mangled, "youth")], VOCABULARY)
    assert query.filters == {"sector": ("youth",)}


@pytest.mark.parametrize(
    ("address", "notice"),
    [
        ("sector=nonsense", "unknown-value"),
        ("from=soon", "bad-year"),
        ("to=99999", "bad-year"),
        ("expand=perhaps", "bad-expand"),
        ("sort=random", "bad-sort"),
        ("page=0", "bad-page"),
        ("page=-1", "bad-page"),
        ("page=٣", "bad-page"),
        ("page=" + "9" * 400, "bad-page"),
        ("size=5000", "bad-size"),
    ],
)
def test_a_value_that_makes_no_sense_is_dropped_with_a_notice(address: str, notice: str) -> None:
    query, notices = read(address)
    assert notices == [notice]
    assert query in (Query(), Query(size=100))


def test_an_unknown_value_comes_with_the_nearest() -> None:
    _, notices = permalinks.read([("sector", "Housing first")], VOCABULARY)
    assert notices[0].values["nearest"] == "housing"


def test_control_characters_and_lone_surrogates_never_reach_the_search() -> None:
    query, _ = permalinks.read([("q", "a\x00b\udc80 \n c")], VOCABULARY)
    assert query.text == "a b c"
    permalinks.write(query).encode()


@given(
    st.builds(
        Query,
        text=st.text().map(lambda text: permalinks.read([("q", text)], VOCABULARY)[0].text),
        filters=st.dictionaries(
            st.just("sector"),
            st.lists(st.sampled_from(VOCABULARY.keys("sector")), min_size=1, unique=True).map(
                lambda keys: tuple(sorted(keys))
            ),
        ),
        year_from=st.none() | st.integers(1000, 2999),
        year_to=st.none() | st.integers(1000, 2999),
        sort=st.sampled_from(SORTS),
        page=st.integers(1, 1000),
        size=st.integers(1, 100),
        expand=st.booleans(),
    )
)
def test_every_search_survives_its_own_link(query: Query) -> None:
    assert read(permalinks.write(query)) == (query, [])


RETIRING = replace(
    VOCABULARY,
    retired={"sector": {"lodging": "homes", "homes": "housing", "broken-windows": None}},
)


def test_a_retired_value_is_replaced_by_what_stands_for_it_today() -> None:
    query, notices = permalinks.read([("sector", "lodging"), ("sector", "Housing")], RETIRING)
    assert query.filters == {"sector": ("housing",)}
    told = {"filter": "sector", "value": "lodging", "successor": "housing"}
    assert notices == (Notice("retired-value", told),)


def test_a_retired_value_without_successor_is_dropped_with_a_notice() -> None:
    query, notices = permalinks.read([("sector", "broken-windows")], RETIRING)
    assert query == Query()
    assert notices == (Notice("retired-value", {"filter": "sector", "value": "broken-windows"}),)


def test_an_address_tells_of_retired_values_and_means_the_same_search() -> None:
    query, notices = permalinks.read([("q", "x"), ("sector", "lodging")], RETIRING)
    told = permalinks.write_told(query, notices)
    assert told == "q=x&sector=housing&retired=sector%3Alodging"
    assert permalinks.read(parse_qsl(told), RETIRING) == (query, notices)


@pytest.mark.parametrize(
    ("facet", "value", "key"),
    [
        ("sector", "URBAN-PLANNING", "urban-planning"),
        ("sector", "urban-planning).", "urban-planning"),
        ("sector", "urban–planning", "urban-planning"),
        ("sector", "urban- planning", "urban-planning"),
        ("sector", "urban-plann", "urban-planning"),
        ("province", "qc", "QC"),
    ],
)
def test_a_value_is_known_in_any_case_and_with_residue(facet: str, value: str, key: str) -> None:
    query, notices = permalinks.read([(facet, value)], VOCABULARY)
    assert (query.filters, notices) == ({facet: (key,)}, ())


def test_the_beginning_of_two_keys_is_neither() -> None:
    query, notices = permalinks.read([("sector", "s")], VOCABULARY)
    assert (query.filters, notices[0].kind) == ({}, "unknown-value")
