"""Which reports may leave the index? Those whose files are gone from a corpus that was seen whole.

A folder that cannot be listed, a network drive that is not mounted, or another folder by mistake
look like a corpus from which reports were deleted. So nothing is removed unless the whole corpus
could be listed and read, and not even then when much of it is gone, until somebody says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from indexer.build.planning import Former
from indexer.build.reporting import listed
from indexer.config import Config
from indexer.corpus import Scan
from indexer.errors import ConfigError, CorpusIncomplete
from indexer.identity import Identities, content_key, stem

# The share of its files that a corpus may lose between two builds without being asked about it.
MOST_LOST: Final = 0.3


def held(
    config: Config, scan: Scan, former: Former, identities: Identities, *, allowed: bool
) -> frozenset[str]:
    """The files that the corpus does not hold any more and whose reports stay in the index.

    `allowed` says that the corpus may have lost as much as it did. CorpusIncomplete when it may
    not; also when not all of it could be read and there is no index that holds the rest.
    """
    _check_folder(config, former)
    known = _known(former, identities)
    unread = {name for name in known if _is_unread(name, scan)}
    lost = _lost(scan, known.keys() - unread, known)
    emptied = known and not scan.sources and not scan.unreadable
    if not allowed and (emptied or _is_much(len(lost), len(known))):
        raise CorpusIncomplete(
            f"{len(lost)} of the {len(known)} files of known reports are gone from {config.corpus} "
            f"({listed(lost)}), so nothing was changed. If its disk or network drive is not there, "
            "mount it and build again. If they were removed on purpose, build with "
            "--allow-removals. If this is another corpus, name another index with --index."
        )
    if not scan.unreadable:
        return frozenset()
    kept = former.entries.keys() - {source.name for source in scan.sources}
    dropped = sorted(unread - kept)
    if dropped:
        raise CorpusIncomplete(
            f"{len(dropped)} files of known reports in {config.corpus} cannot be read "
            f"({listed(dropped)}), and a new index would not have them, so nothing was changed. "
            "Correct their rights, or move away what cannot be read, and build again."
        )
    return frozenset(kept)


def _check_folder(config: Config, former: Former) -> None:
    """Indexing one folder of a corpus never touches the others."""
    if former.good is None:
        return
    whole, asked = (path.resolve() for path in (former.good.corpus, config.corpus))
    if whole in asked.parents and whole.is_dir():
        raise ConfigError(
            f"{config.corpus} is a folder of {whole}, which the index in {config.index} is of. "
            f"Build {whole}, which reads only what changed, or name another index with --index."
        )


def _known(former: Former, identities: Identities) -> dict[str, str]:
    """What the known files held. The build of another index may have recorded what a file of this
    one holds under its new name."""
    ids = identities.by_id
    known = {name: ids[own].content if own in ids else "" for name, own in former.names.items()}
    return known | {name: one.content for name, one in identities.by_path.items()}


def _is_unread(name: str, scan: Scan) -> bool:
    return any(place in (".", name) or name.startswith(f"{place}/") for place, _ in scan.unreadable)


def _lost(scan: Scan, names: set[str], known: Mapping[str, str]) -> list[str]:
    """The files that are in the corpus neither under another name nor in another format."""
    found = {stem(source.name) for source in scan.sources}
    contents = {content_key(source.content) for source in scan.sources}
    return sorted(name for name in names if stem(name) not in found and known[name] not in contents)


def _is_much(lost: int, known: int) -> bool:
    """Whether so many are more than a person deletes in passing; one file of a few is not."""
    return lost > 1 and lost > MOST_LOST * known
