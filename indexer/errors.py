"""Every way in which the indexer can fail, as one tree.

    IndexerError
    ├── ConfigError                  a setting is wrong or contradicts another
    ├── VocabularyError              sectors.yaml or a packaged list is wrong
    ├── ReadError                    a file could not be read (has .path)
    │   ├── UnsupportedFormat        not a format we read, or not the one its name says
    │   ├── NoText                   nothing to index: empty, scanned, a login page
    │   ├── BadEncoding              bytes that no text encoding explains
    │   ├── TooLarge                 larger than the limits allow
    │   ├── TimedOut                 took longer than the limits allow
    │   └── Encrypted                needs a password
    ├── MetadataError                a sidecar, front matter or value is wrong
    │   └── DuplicateId              two files claim one report id
    ├── IdentityError                the record of ids cannot be read
    ├── AddError                     a document cannot be added to the corpus
    ├── CorpusIncomplete             so much of the corpus is gone that a build would lose reports
    ├── EditorialError               a brief breaks the corpus's own rules
    ├── LinkError                    a link cannot be made, or the record of links be read
    │   └── LinkNotFound (LookupError) no short link has this name
    ├── EngineError                  the index cannot answer
    │   ├── IndexMissing             nothing has been built yet
    │   ├── IndexOutdated            built by another version
    │   ├── IndexLocked              another build is running
    │   └── EngineUnavailable        an engine is not installed or does not answer
    ├── QueryError (ValueError)      a query that no reading makes sense of
    └── ReportNotFound (LookupError) no report has this id
        └── ReportWithdrawn          a report had it, and left the corpus

A message says what happened, where, and what to do. Third-party exceptions are
converted in the one file that imports their library, with the cause chained.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path


class IndexerError(Exception):
    """Anything the indexer reports to a person; str() is the whole message."""


class ConfigError(IndexerError):
    """A setting is wrong or contradicts another."""


class VocabularyError(IndexerError):
    """A controlled list is malformed: the message names the file and the key."""


class ReadError(IndexerError):
    """A file could not be read; `path` says which."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(path, message)
        self.path = path
        self.message = message

    def __str__(self) -> str:
        return f"{self.path.name}: {self.message}"


class UnsupportedFormat(ReadError):
    """The file is in no format we read, or not in the one that its name says."""


class NoText(ReadError):
    """The file holds no text to index: empty, scanned images only, or a login page."""


class BadEncoding(ReadError):
    """The file's bytes make sense in no text encoding."""


class TooLarge(ReadError):
    """The file is larger than the limits allow."""


class TimedOut(ReadError):
    """Reading the file took longer than the limits allow."""


class Encrypted(ReadError):
    """The file needs a password."""


class MetadataError(IndexerError):
    """A sidecar, front matter or one of its values is wrong."""


class DuplicateId(MetadataError):
    """Two files claim one report id."""


class IdentityError(IndexerError):
    """The record of ids cannot be read: the message names the file and the line."""


class AddError(IndexerError):
    """A document cannot be added: it is there already, or cannot be put where it should stand."""


class CorpusIncomplete(IndexerError):
    """More of the corpus is gone than a build removes from an index without being told to."""


class EditorialError(IndexerError):
    """A brief breaks the rules that its corpus holds itself to."""


class LinkError(IndexerError):
    """A link cannot be made or checked, or the record of links cannot be read."""


class LinkNotFound(LinkError, LookupError):
    """No short link has this slug; `nearest` is the one most like it."""

    def __init__(self, slug: str, nearest: str | None = None) -> None:
        super().__init__(slug)
        self.slug = slug
        self.nearest = nearest

    def __str__(self) -> str:
        hint = f" Did you mean “{self.nearest}”?" if self.nearest else ""
        return f"There is no short link “{self.slug}”.{hint}"


class EngineError(IndexerError):
    """The index cannot answer."""


class IndexMissing(EngineError):
    """Nothing has been built yet."""


class IndexOutdated(EngineError):
    """The index was built by another version of the indexer, `newer` when by a later one; or,
    unless `whole`, only what is derived from it does not fit it and can be derived again."""

    def __init__(self, message: str, *, newer: bool = False, whole: bool = True) -> None:
        super().__init__(message)
        self.newer = newer
        self.whole = whole


class IndexLocked(EngineError):
    """Another build is running on this index."""


class EngineUnavailable(EngineError):
    """The engine is not installed or does not answer."""


class QueryError(IndexerError, ValueError):
    """The query has no sensible reading."""


class ReportNotFound(IndexerError, LookupError):
    """No report in the index has this id."""

    def __init__(self, report_id: str) -> None:
        super().__init__(report_id)
        self.report_id = report_id

    def __str__(self) -> str:
        return f"No report has the id “{self.report_id}”. Search for it by title instead."


class ReportWithdrawn(ReportNotFound):
    """The report left the corpus `on` a day; `lang` is the language of its title and of the reason,
    `alternatives` are ids of what to read instead."""

    def __init__(
        self,
        report_id: str,
        title: str,
        lang: str,
        on: dt.date | None,
        reason: str | None,
        alternatives: tuple[str, ...],
    ) -> None:
        super().__init__(report_id)
        self.title = title
        self.lang = lang
        self.on = on
        self.reason = reason
        self.alternatives = alternatives

    def __str__(self) -> str:
        day = f" on {self.on.isoformat()}" if self.on else ""
        why = f": {self.reason.rstrip('.')}" if self.reason else ""
        other = ", ".join(f"`{name}`" for name in self.alternatives)
        instead = f" Read instead: {other}." if other else ""
        return f"“{self.title or self.report_id}” was withdrawn{day}{why}.{instead}"
