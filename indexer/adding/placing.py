"""New documents into the corpus, and from there into the index: all of one document, or nothing.

A sidecar is placed before its document, so that no build ever takes the document without it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from indexer import build, identity
from indexer.adding import sidecar
from indexer.adding.drafting import Draft
from indexer.build import BuildReport, Progress
from indexer.config import Config
from indexer.corpus import SIDECAR_SUFFIX
from indexer.durable import replace_file
from indexer.errors import AddError
from indexer.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Added:
    """A document that is in the corpus and in the index now, by the id of its report."""

    draft: Draft
    id: str


def add(
    drafts: Sequence[Draft],
    config: Config,
    vocabulary: Vocabulary,
    today: dt.date,
    progress: Progress | None = None,
) -> tuple[tuple[Added, ...], BuildReport]:
    """Copies the documents into the corpus with their sidecars, and builds.

    A document that the build does not take is removed from the corpus again, and is among the
    failures of the build report; when the build fails, every document is. AddError when a name is
    taken or the corpus cannot be written.
    """
    with ExitStack() as undo:
        for draft in drafts:
            _place(draft, config.corpus, today, undo)
        report = build.run(config, vocabulary, progress=progress, today=today)
        undo.pop_all()
    indexed = identity.load(config.corpus, config.index).by_path
    refused = {failure.path for failure in report.failures if failure.step != "metadata"}
    added = []
    for draft in drafts:
        if draft.name in indexed and draft.name not in refused:
            added.append(Added(draft, indexed[draft.name].id))
        else:
            path = config.corpus / draft.name
            path.unlink(missing_ok=True)
            _beside(path).unlink(missing_ok=True)
    return tuple(added), report


def _place(draft: Draft, corpus: Path, today: dt.date, undo: ExitStack) -> None:
    """Puts a document and its sidecar into the corpus."""
    path = corpus / draft.name
    text = sidecar.written(draft.values, draft.remarks, today)
    try:
        content = draft.file.read_bytes()
        if hashlib.sha256(content).hexdigest() != draft.content:
            raise AddError(f"{draft.file} changed while it was looked at. Add it again.")
        path.parent.mkdir(parents=True, exist_ok=True)
        _create(_beside(path), text.encode(), undo)
        _create(path, content, undo)
    except FileExistsError as error:
        raise AddError(f"{path} is there already. Give the document another `id`.") from error
    except OSError as error:
        raise AddError(f"{path} cannot be written ({error.strerror}). Check its rights.") from error


def _create(path: Path, content: bytes, undo: ExitStack) -> None:
    # The name is taken first, so that nothing that is there is ever written over.
    path.open("xb").close()
    undo.callback(path.unlink, missing_ok=True)
    replace_file(path, content)


def _beside(path: Path) -> Path:
    return path.with_name(path.name + SIDECAR_SUFFIX)
