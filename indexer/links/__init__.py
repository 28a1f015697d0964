"""Do the links of a newsletter that was sent still work? A verdict for each that points here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from indexer import shortlinks
from indexer.catalogue import Catalogue
from indexer.errors import ConfigError, IndexerError, LinkError
from indexer.links.finding import occurrences
from indexer.links.verdicts import VERDICTS, Checker, Verdict
from indexer.prepare import Failure, failure

__all__ = ["NEWSLETTERS", "VERDICTS", "Checked", "Newsletter", "Verdict", "check", "past"]

# Where a corpus keeps the newsletters that were sent; the underscore says that they are no reports.
NEWSLETTERS: Final = "_newsletters"
MAX_BYTES: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class Newsletter:
    """The verdicts of one newsletter; `hidden` links go through trackers that keep where they lead
    to themselves, so that nobody can tell whether they point here."""

    name: str
    links: tuple[Verdict, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class Checked:
    """Every newsletter that was checked, and what could not be; `ok` when no link is broken."""

    ok: bool
    newsletters: tuple[Newsletter, ...]
    failures: tuple[Failure, ...]


def past(catalogue: Catalogue) -> list[str]:
    """The newsletters of a corpus: the files of its folder, and those that its settings list."""
    config = catalogue.config
    folder = config.corpus / NEWSLETTERS
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    seen = [str(path) for path in files if not path.name.startswith(".")]
    return seen + [
        name if _is_address(name) else str(config.corpus / name) for name in config.newsletters
    ]


def check(catalogue: Catalogue, names: Sequence[str], *, allow_private: bool = False) -> Checked:
    """Checks newsletters by file name or address. One that cannot be had costs only itself.

    ConfigError when the settings do not say where the site is.
    """
    if not catalogue.config.base_url:
        raise ConfigError(
            "Which links point here? Set `base_url` in config.yaml or EVIDENCE_BASE_URL."
        )
    checker = Checker(catalogue, shortlinks.load(catalogue.config.corpus))
    newsletters: list[Newsletter] = []
    failures: list[Failure] = []
    for name in names:
        try:
            content, content_type = _content(name, catalogue, allow_private)
        except IndexerError as error:
            failures.append(failure(name, "read", error))
            continue
        found = occurrences(content, name, content_type)
        verdicts = tuple(checker.check(found))
        newsletters.append(Newsletter(name, verdicts, checker.hidden(found)))
    broken = any(link.verdict == "broken" for letter in newsletters for link in letter.links)
    return Checked(not (broken or failures), tuple(newsletters), tuple(failures))


def _is_address(name: str) -> bool:
    return name.lower().startswith(("http://", "https://"))


def _content(name: str, catalogue: Catalogue, allow_private: bool) -> tuple[bytes, str]:
    if _is_address(name):
        # httpx takes longer to import than most newsletters take to check.
        from indexer import harvest

        config = catalogue.config
        agent = harvest.user_agent(config.site_name, config.base_url)
        return harvest.page(name, agent, allow_private=allow_private)
    try:
        with Path(name).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise LinkError(f"{name}: cannot be read ({error.strerror}).") from error
    if len(content) > MAX_BYTES:
        raise LinkError(f"{name}: is larger than {MAX_BYTES:,} bytes, which is no newsletter.")
    return content, ""
