"""Which works come first is told from the best passages alone, and as it is in the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from hypothesis import given, strategies as st

from indexer.engines.opensearch.standings import Standings
from indexer.engines.ranking import newest, worth

# A passage: its score, the work, the report, its year, and its number.
Place = tuple[float, str, str, int, int]


@st.composite
def places(draw: st.DrawFn) -> list[Place]:
    """Passages of some reports, two of which may be one work, the best first."""
    found: list[Place] = []
    for number in range(draw(st.integers(1, 30))):
        scores = draw(st.lists(st.integers(20, 40), min_size=1, max_size=6))
        of = (f"work{number // draw(st.integers(1, 2))}", f"report{number}")
        year = draw(st.sampled_from((0, 2001, 2020)))
        found += [(score / 4, *of, year, place) for place, score in enumerate(scores)]
    return sorted(found, key=lambda place: (-place[0], *place[1:]))


def exact(passages: Sequence[Place]) -> dict[str, float]:
    """What each report is worth, from all its passages."""
    scores: dict[str, list[float]] = defaultdict(list)
    for score, _, report, _, _ in passages:
        scores[report].append(score)
    return {report: worth(held) for report, held in scores.items()}


def in_order(passages: Sequence[Place]) -> list[str]:
    """All works in the order of the report of each that is worth most."""
    worths = exact(passages)
    reports = {(report, work, year) for _, work, report, year, _ in passages}
    ordered = sorted(reports, key=lambda told: (-worths[told[0]], *newest(told[2], told[0])))
    return [*dict.fromkeys(work for _, work, _ in ordered)]


@given(places(), st.integers(1, 5), st.integers(1, 8))
def test_the_first_works_are_among_the_contenders_and_in_order_once_settled(
    passages: list[Place], count: int, step: int
) -> None:
    standings, seen = Standings(), 0
    works = None
    while works is None:
        some = passages[seen : seen + step]
        seen += len(some)
        standings.see(some, len(some) < step, standings.last)
        works = standings.contenders(count)
    worths = exact(passages)
    work_of = {report: work for _, work, report, _, _ in passages}
    unsettled = standings.unsettled(works)
    for report, value in worths.items():
        if work_of[report] in unsettled:
            standings.settle(report, value)
    assert standings.ordered(works)[:count] == in_order(passages)[:count]


def test_passages_that_cannot_change_the_first_works_are_not_looked_at() -> None:
    standings = Standings()
    ahead = [(9.0 - place, f"work{place}", f"report{place}", 0, 1) for place in range(3)]
    standings.see([*ahead, (4.0, "far", "far", 0, 1)], whole=False)
    assert standings.contenders(2) == ["work0", "work1", "work2"]
    assert standings.contenders(3) is not None
    assert standings.contenders(4) is None


def test_a_report_whose_passages_that_count_were_seen_is_settled() -> None:
    standings = Standings()
    standings.see([(9.0, "work", "report", 0, number) for number in range(3)], whole=False)
    standings.see([(8.0, "other", "other", 0, 1)], False, standings.last)
    assert standings.unsettled(["work", "other"]) == ["other"]
    standings.see([], True, standings.last)
    assert standings.unsettled(["work", "other"]) == []


def test_passages_that_another_thread_added_are_not_added_twice() -> None:
    standings = Standings()
    for _ in range(2):
        standings.see([(9.0, "work", "report", 0, 1)], whole=False)
    assert standings.seen == 1
