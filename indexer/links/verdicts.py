"""Does a link that was sent still do what it was sent for? One verdict for each link."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from indexer import repair
from indexer.catalogue import Catalogue
from indexer.errors import LinkNotFound, ReportNotFound, ReportWithdrawn
from indexer.links.finding import Occurrence
from indexer.links.wrappers import hides, unwrapped
from indexer.permalinks import PARAMETERS
from indexer.repair import Link
from indexer.shortlinks import Made, Registry

# From what needs nothing to what fails its readers.
VERDICTS: Final = ("ok", "fewer", "moved", "empty", "broken")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a link: `repaired` is the address to use instead, if there is a better one.

    `then` is how many reports its search found when it was `made` (a date), if that was kept; `now`
    how many it finds today. `reasons` say why it is not `ok`, by kind, with a value each.
    """

    url: str
    text: str
    verdict: str
    reasons: tuple[tuple[str, str], ...] = ()
    repaired: str | None = None
    made: str | None = None
    then: int | None = None
    now: int | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found out of one link, before it is judged."""

    verdicts: tuple[str, ...]
    reasons: tuple[tuple[str, str], ...]
    path: str | None
    made: Made | None = None
    now: int | None = None


class Checker:
    """Checks the links of newsletters that point to a site, whatever host it had when they went."""

    def __init__(self, catalogue: Catalogue, registry: Registry) -> None:
        """The `base_url` of the catalogue's settings must be set; `former_base_urls` may be."""
        config = catalogue.config
        self._catalogue, self._registry = catalogue, registry
        self._base = config.base_url
        self._bases = [_Base(base) for base in (config.base_url, *config.former_base_urls)]
        self._totals: dict[str, int] = {}

    def check(self, occurrences: Iterable[Occurrence]) -> Iterator[Verdict]:
        """A verdict for each of the links that points here, in their order."""
        for occurrence in occurrences:
            ours = self._ours(occurrence.url)
            if ours is not None:
                yield self._verdict(occurrence, *ours)

    def hidden(self, occurrences: Iterable[Occurrence]) -> int:
        """How many links go through trackers that do not tell whether they point here."""
        return sum(self._ours(one.url) is None and hides(one.url) for one in occurrences)

    def _ours(self, url: str) -> tuple[str, bool] | None:
        """The address from the root of the site, and whether its host is a former one."""
        for address in unwrapped(url):
            for number, base in enumerate(self._bases):
                inside = base.inside(address)
                if inside is not None:
                    return inside, number > 0
        return None

    def _verdict(self, occurrence: Occurrence, address: str, former: bool) -> Verdict:
        link = repair.link(address, self._catalogue.vocabulary)
        found = self._followed(link, address) if link else _broken("no-page", address)
        verdicts, reasons = found.verdicts, found.reasons
        if former:
            verdicts, reasons = (*verdicts, "moved"), (*reasons, ("former-address", self._base))
        worst = max(("ok", *verdicts), key=VERDICTS.index)
        better = self._base + found.path if found.path is not None and worst != "ok" else None
        made = found.made
        return Verdict(
            occurrence.url,
            occurrence.text,
            worst,
            reasons,
            better,
            made.made.isoformat() if made else None,
            made.results if made else None,
            found.now,
        )

    def _followed(self, link: Link, address: str) -> _Found:
        mangled = not _is_written_well(link, address)
        found = self._judged(link)
        if not mangled:
            return found
        return replace(
            found, verdicts=(*found.verdicts, "moved"), reasons=(*found.reasons, ("mangled", ""))
        )

    def _judged(self, link: Link) -> _Found:
        match link.kind:
            case "short":
                return self._short(link)
            case "report":
                return self._report(link)
            case "search":
                return self._search(link)
        return _Found((), (), link.path)

    def _short(self, link: Link) -> _Found:
        try:
            made = self._registry.current(link.name)
        except LinkNotFound as error:
            return _broken("no-short-link", error.nearest or "")
        target = repair.link(made.target, self._catalogue.vocabulary)
        if target is None or target.kind == "short":
            return _broken("no-page", made.target)
        there = self._judged(target)
        verdicts, reasons = list(there.verdicts), list(there.reasons)
        if _is_fewer(there.now, made) and "fewer" not in verdicts:
            verdicts.append("fewer")
            reasons.append(("fewer", str(made.results)))
        return _Found(tuple(verdicts), tuple(reasons), link.path, made, there.now)

    def _report(self, link: Link) -> _Found:
        try:
            report = self._catalogue.report(link.name)
        except ReportWithdrawn as gone:
            return _broken("withdrawn", gone.reason or "", self._instead(link, gone.alternatives))
        except ReportNotFound:
            return _broken("no-report", link.name)
        if report.withdrawn:
            others = [other.id for other in self._catalogue.alternatives(report)]
            return _broken("withdrawn", report.withdrawn, self._instead(link, others))
        if report.id != link.name:
            return _Found(("moved",), (("renamed", report.id),), link.for_report(report.id).path)
        return _Found((), (), link.path)

    def _instead(self, link: Link, others: Sequence[str]) -> str | None:
        return link.for_report(others[0]).path.partition("#")[0] if others else None

    def _search(self, link: Link) -> _Found:
        search = link.search
        assert search is not None
        now = self._total(link)
        made = self._registry.by_target.get(link.lasting)
        verdicts: list[str] = []
        reasons: list[tuple[str, str]] = []
        for notice in search.notices:
            replaced = "successor" in notice.values
            lost = notice.kind != "retired-value"
            verdicts.append("broken" if lost else "moved")
            reasons.append(
                (
                    "unknown-value" if lost else "replaced-value" if replaced else "retired-value",
                    notice.values.get("value", ""),
                )
            )
        if now == 0:
            verdicts.append("empty")
            reasons.append(("empty", ""))
        elif made and _is_fewer(now, made):
            verdicts.append("fewer")
            reasons.append(("fewer", str(made.results)))
        return _Found(tuple(verdicts), tuple(reasons), link.lasting, made, now)

    def _total(self, link: Link) -> int:
        assert link.search is not None
        query = replace(link.search.query, page=1, size=1)
        key = repr(query)
        if key not in self._totals:
            self._totals[key] = self._catalogue.count(query)
        return self._totals[key]


def _is_fewer(now: int | None, made: Made) -> bool:
    return now is not None and made.results is not None and 0 < now < made.results


class _Base:
    """An address of the site, with or without `www.`, by either scheme."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        self._host, self._prefix = _bare_host(parts.hostname, parts.port), parts.path.rstrip("/")

    def inside(self, url: str) -> str | None:
        """The address from the root of the site, or None when it is elsewhere."""
        try:
            parts = urlsplit(url.strip())
            host = _bare_host(parts.hostname, parts.port)
        except ValueError:
            return None
        begun = parts.path.lower().startswith(self._prefix.lower())
        if parts.scheme.lower() not in ("http", "https") or host != self._host or not begun:
            return None
        rest = url.strip().partition("//")[2]
        path = rest[len(parts.netloc) :][len(self._prefix) :]
        return path if path.startswith("/") else f"/{path}"


def _bare_host(host: str | None, port: int | None) -> str:
    name = (host or "").lower().removeprefix("www.").rstrip(".")
    return name if port in (None, 80, 443) else f"{name}:{port}"


def _broken(reason: str, value: str, path: str | None = None) -> _Found:
    return _Found(("broken",), ((reason, value[:200]),), path)


def _is_written_well(link: Link, address: str) -> bool:
    """Whether an address needs no repair: trackers and the order of parameters are no damage."""
    path, _, query = address.partition("#")[0].partition("?")
    if path != link.path.partition("#")[0].partition("?")[0]:
        return False
    if link.search is None:
        return True
    given = {pair for pair in parse_qsl(query) if pair[0] in PARAMETERS}
    return given == set(parse_qsl(link.search.parameters)) and "#038;" not in address
