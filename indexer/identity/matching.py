"""Which of the reports that were ever known is this file? An explicit id says so; then the record.

In order: the id that the report gives itself; the file of the record, unchanged; the same bytes
under another name; the same name; the same text, or the same source and title, in another file.
What is left is a new report, whose id no other report ever had.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from indexer.identity.likeness import SAME, likeness
from indexer.identity.naming import id_from_path, numbered, stem
from indexer.identity.record import Identities, Identity, Withdrawal
from indexer.text import fold


@dataclass(frozen=True, slots=True)
class Claim:
    """A file that was read, and what may tell which report it is.

    `id` is None unless the report gives itself one; `dated` whether it says itself when it was
    `added`.
    """

    path: str
    content: str
    text: str
    title: str
    lang: str
    added: dt.date
    dated: bool = False
    source: str | None = None
    id: str | None = None


class Matching:
    """One pass over a corpus: each file finds its identity once, and no two find the same.

    `first` are the files to settle before others: what they held stands under another name now.
    """

    def __init__(self, known: Identities, found: Mapping[str, str]) -> None:
        """`found` maps the name of every report file to the SHA-256 of its content."""
        self._found = {name: content_key(content) for name, content in found.items()}
        self._free = dict(known.by_id)
        self._origin = known.origin
        self._settled: dict[str, Identity] = {}
        self._before: dict[str, tuple[Identity, ...]] = {}
        self._of_stem: defaultdict[str, set[str]] = defaultdict(set)
        self._by_content: defaultdict[str, list[str]] = defaultdict(list)
        for identity in known:
            self._by_content[identity.content].append(identity.id)
        self._by_path = {identity.path: identity.id for identity in known}
        self._by_path |= {path: identity.id for path, identity in known.by_path.items()}
        self._taken = set(known.names)
        for name, content in self._found.items():
            own = self._of_path(name)
            if own and own.content == content and not own.gone:
                self._settled[name] = self._free.pop(own.id)
        held = {content for name, content in self._found.items() if name not in self._settled}
        self.first = frozenset(
            identity.path
            for identity in self._free.values()
            if identity.path in self._found and identity.content in held
        )

    def unchanged(self, path: str) -> Identity | None:
        """The identity of a file that is as the record knows it."""
        return self._settled.get(path)

    def settle(self, claim: Claim) -> Identity:
        """The identity of a file that was read; it is this file's from now on."""
        known = self._settled.pop(claim.path, None) or self._recognized(claim)
        former = known
        if claim.id is not None and (known is None or known.id != claim.id):
            former = self._free.pop(claim.id, None)
        identity = self._identity(claim, known, former)
        self._taken.update((identity.id, *identity.aliases))
        self._of_stem[stem(claim.path)].add(identity.id)
        self._before[claim.path] = tuple(before for before in (known, former) if before)
        self._settled[claim.path] = identity
        return identity

    def refuse(self, path: str) -> None:
        """Takes back the identity of a file, because it claims the id of another one."""
        del self._settled[path]
        self._free |= {identity.id: identity for identity in self._before.pop(path)}

    def identities(self, today: dt.date, lost: Iterable[str] = ()) -> Identities:
        """The record after the pass; who is in no file any more has left, unless its file could
        not be read or lies in a folder of `lost`, which could not be listed."""
        lost = tuple(lost)
        unread = {c: n for n, c in self._found.items() if n not in self._settled}
        kept: dict[str, Identity] = {}
        for identity in self._free.values():
            moved = unread.get(identity.content)
            if identity.gone:
                kept[identity.id] = identity
            elif moved is not None:
                kept[identity.id] = msgspec.structs.replace(identity, path=moved)
            elif self._is_unread(identity.path, lost):
                kept[identity.id] = identity
            else:
                gone = Withdrawal(today)
                kept[identity.id] = msgspec.structs.replace(identity, gone=gone)
        kept |= {identity.id: identity for identity in self._settled.values()}
        live = {identity.id for identity in kept.values() if identity.gone is None}
        lines = {report_id: _without(live, line) for report_id, line in kept.items()}
        return Identities(lines, self._origin)

    def _is_unread(self, path: str, lost: tuple[str, ...]) -> bool:
        below = any(path.startswith(f"{folder}/") or folder in (".", path) for folder in lost)
        return below or (path in self._found and path not in self._settled)

    def _of_path(self, path: str) -> Identity | None:
        return self._free.get(self._by_path.get(path, ""))

    def _recognized(self, claim: Claim) -> Identity | None:
        """The identity that a file has without saying so, taken from those that are free."""
        own = self._of_path(claim.path)
        if own and not self._is_in_place(own, claim):
            own = None
        identity = self._moved(claim) or own or self._same_text(claim)
        return self._free.pop(identity.id) if identity else None

    def _is_in_place(self, own: Identity, claim: Claim) -> bool:
        """Whether the report that had this name still has it, whatever was edited.

        A withdrawn one, and one whose bytes now stand under another name, has to be known by its
        text: another report may have taken the name.
        """
        if own.gone is None and own.path not in self.first:
            return True
        return likeness(own.text, claim.text) >= SAME

    def _moved(self, claim: Claim) -> Identity | None:
        """The report with these bytes, unless its own file is there and still to be settled."""
        ids = self._by_content.get(content_key(claim.content), ())
        there = [self._free[report_id] for report_id in ids if report_id in self._free]
        moved = [identity for identity in there if self._has_left(identity)]
        return min(
            moved, key=lambda identity: (identity.gone is not None, identity.id), default=None
        )

    def _has_left(self, identity: Identity) -> bool:
        """Whether a report is no more in its file: it is gone, or holds another known report."""
        return (
            identity.gone is not None
            or identity.path not in self._found
            or identity.path in self._settled
            or self._found[identity.path] in self._by_content
        )

    def _same_text(self, claim: Claim) -> Identity | None:
        """The report that left its file and is most like this one, if it is the same."""
        left = [identity for identity in self._free.values() if self._has_left(identity)]
        scored = [(self._sameness(identity, claim), identity) for identity in left]
        same = [(score, identity) for score, identity in scored if score >= SAME]
        return min(same, key=lambda pair: (-pair[0], pair[1].id))[1] if same else None

    def _sameness(self, identity: Identity, claim: Claim) -> float:
        titled = fold(identity.title) == fold(claim.title) and identity.lang == claim.lang
        fetched_again = claim.source is not None and identity.source == claim.source
        if titled and fetched_again:
            return 1.0
        if identity.gone is None and stem(identity.path) == stem(claim.path):
            return 1.0
        return likeness(identity.text, claim.text)

    def _identity(self, claim: Claim, known: Identity | None, former: Identity | None) -> Identity:
        """The line of the record: `known` is what the file was, `former` what had its id."""
        report_id = claim.id or (known.id if known else self._new_id(claim.path))
        before = [identity for identity in (known, former) if identity]
        names = {n for identity in before for n in (identity.id, *identity.aliases)} - {report_id}
        dates = [identity.added for identity in (former, known) if identity and identity.added]
        return Identity(
            report_id,
            claim.path,
            content_key(claim.content),
            claim.text,
            claim.title,
            claim.lang,
            claim.added if claim.dated or not dates else dates[0],
            claim.source,
            tuple(sorted(names)),
        )

    def _new_id(self, path: str) -> str:
        wanted = id_from_path(path)
        # Two formats of one report side by side are told as what they are, not given two names.
        beside = self._of_stem.get(stem(path), ())
        return wanted if wanted in beside else numbered(wanted, self._taken)


def _without(live: set[str], identity: Identity) -> Identity:
    """The identity without former names that are another report's name now."""
    aliases = tuple(alias for alias in identity.aliases if alias not in live)
    if aliases == identity.aliases:
        return identity
    return msgspec.structs.replace(identity, aliases=aliases)


def content_key(content: str) -> str:
    """As much of a SHA-256 as the record keeps: 128 bits."""
    return content[:32]
