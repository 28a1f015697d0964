"""A search that finds nothing says which nearby searches find something, and how much."""

from __future__ import annotations

from collections.abc import Callable

from indexer.query import Nearby, Query
from indexer.relaxing import relaxed


def counts(*known: tuple[Query, int]) -> Callable[[Query], int]:
    """What the engine would say of these searches; 0 of any other."""
    return lambda query: next((total for other, total in known if other == query), 0)


BOTH = Query("gangs", {"sector": ("housing", "youth"), "type": ("review",)})


def test_each_filter_is_dropped_whole_and_the_one_that_helps_most_comes_first() -> None:
    without_sector = Query("gangs", {"type": ("review",)})
    without_type = Query("gangs", {"sector": ("housing", "youth")})
    found = relaxed(BOTH, counts((without_sector, 2), (without_type, 5)))
    assert found == (
        Nearby("filter", without_type, 5, {"filter": "type"}),
        Nearby("filter", without_sector, 2, {"filter": "sector"}),
    )


def test_filters_that_exclude_each_other_are_dropped_together() -> None:
    found = relaxed(BOTH, counts((Query("gangs"), 9)))
    assert found == (Nearby("filters", Query("gangs"), 9),)


def test_one_filter_is_not_offered_to_be_dropped_twice() -> None:
    found = relaxed(Query("gangs", {"type": ("review",)}), counts((Query("gangs"), 9)))
    assert [nearby.kind for nearby in found] == ["filter"]


def test_years_are_one_filter() -> None:
    query = Query("gangs", {}, year_from=1990, year_to=1995)
    found = relaxed(query, counts((Query("gangs"), 9)))
    assert found == (Nearby("years", Query("gangs"), 9),)


def test_a_language_is_exchanged_for_the_other() -> None:
    french = Query("gangs", {"lang": ("fr",)})
    found = relaxed(Query("gangs", {"lang": ("en",)}), counts((french, 3), (Query("gangs"), 3)))
    assert found == (Nearby("language", french, 3, {"lang": "fr"}),)


def test_quotes_and_fields_are_loosened() -> None:
    loose = counts((Query("body:hot spots"), 4), (Query("“hot spots”"), 5))
    found = relaxed(Query("body:“hot spots”"), loose)
    assert found == (
        Nearby("quotes", Query("body:hot spots"), 4),
        Nearby("fields", Query("“hot spots”"), 5),
    )
    assert relaxed(Query("antibody:x"), lambda query: 1) == ()


def test_the_filters_alone_come_last() -> None:
    query = Query("zzz", {"type": ("review",)})
    found = relaxed(query, counts((Query("", {"type": ("review",)}), 7)))
    assert found == (Nearby("words", Query("", {"type": ("review",)}), 7),)


def test_what_finds_nothing_either_is_not_offered() -> None:
    assert relaxed(BOTH, lambda query: 0) == ()


def test_the_page_and_its_size_begin_anew_and_the_order_stays() -> None:
    query = Query("gangs", {"type": ("review",)}, sort="newest", page=4)
    (found, *_) = relaxed(query, lambda query: 1)
    assert (found.query.page, found.query.sort) == (1, "newest")


def test_the_questions_are_bounded() -> None:
    asked: list[Query] = []
    every = dict.fromkeys(("sector", "type", "rating", "lang", "province", "outcome"), ("x",))
    more = {name: tuple(map(str, range(50))) for name in ("population", "publisher")}
    query = Query("title:“a b”", every | more, year_from=2000)

    def count(other: Query) -> int:
        asked.append(other)
        return 1

    relaxed(query, count)
    assert len(asked) <= 9 + 2 + 4
