"""Every kind of page in every state, as addresses below the language."""

from __future__ import annotations

from typing import Final

# What each address answers, where it is not 200.
FAILURES: Final = {
    "/nothing": 404,
    "/report/street-lightning": 404,
    "/report/once-there": 410,
    "/report/withdrawn": 410,
    "/fail/400": 400,
    "/fail/500": 500,
    "/fail/503": 503,
}
SEARCHES: Final = (
    "/search?q=study",
    "/search?q=study&sector=youth&rating=mixed&rating=harmful&type=evaluation&from=2001&to=2012",
    "/search?q=lamps&expand=off&sort=oldest",
    "/search?q=zzz&sector=youth",
    "/search?q=study&rating=nothing&from=19x&page=99",
    "/search?q=" + "Donaudampfschiff" * 12,
)
REPORTS: Final = (
    "/report/street-lighting",
    "/report/eclairage",
    "/report/suggested",
    "/report/mentoring-2",
    "/report/hostile",
)
MAPS: Final = (
    "/map",
    "/map?q=study&rows=decade&columns=rating",
    "/map?q=zzz",
    "/map?q=zzz&rows=decade",
    "/map?sector=youth&outcome=violence&from=2001",
)
OTHERS: Final = (
    "/",
    "/compare",
    "/compare?report=street-lighting&report=eclairage&report=gone&q=study",
    "/compare?report=street-lighting&report=eclairage&report=mentoring-1&report=suggested",
    "/about",
    "/status",
)
# With its script this one has buttons that copy, which would do nothing without it.
SHARED: Final = ("/share?q=study&since=2025-01-01&short=none", "/share?report=eclairage")
STATES: Final = (*OTHERS, *SEARCHES, *REPORTS, *MAPS, *SHARED, *FAILURES)


def in_both(paths: tuple[str, ...]) -> list[str]:
    """The addresses in English and in French."""
    return [f"/{lang}{path}" for path in paths for lang in ("en", "fr")]
