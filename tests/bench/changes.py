"""One report changed in a large corpus: until a search finds what is new, beside a full build."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from indexer.catalogue import Catalogue
from indexer.config import Config
from indexer.query import Query
from tests.bench import corpus, ours
from tests.bench.corpus import Item
from tests.bench.peers import Indexes
from tests.bench.waiting import ROOT

NEW_WORD: Final = "zyzzyvalike"


def measure(indexes: Indexes, folder: Path) -> dict[str, Any]:
    """Seconds of both, once as the command `indexer build` over a folder of Markdown files, with
    listing and reading them, and once in the index alone."""
    documents, index = folder / "documents", folder / "index"
    _write(indexes.items, documents)
    full = command(documents, index)
    changed = _visible_after_command(documents, index)
    alone = _visible_in_index(indexes)
    built = indexes.built["ours"].seconds
    return {
        "command": _compared(changed, full),
        "index": _compared(alone, built),
    }


def command(documents: Path, index: Path) -> float:
    """The seconds of `indexer build`, started and ended."""
    started = time.perf_counter()
    given = ["build", str(documents), "--index", str(index)]
    done = subprocess.run([sys.executable, "-m", "indexer", *given], cwd=ROOT, capture_output=True)
    if done.returncode:
        raise RuntimeError(done.stderr.decode() + done.stdout.decode())
    return time.perf_counter() - started


def _compared(changed: float, full: float) -> dict[str, float]:
    return {
        "changed_s": round(changed, 3),
        "full_s": round(full, 2),
        "ratio": round(changed / full, 4),
    }


def _write(items: Path, documents: Path) -> None:
    for item in corpus.read(items):
        path = documents / item.report.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(corpus.as_markdown(item), encoding="utf-8")


def _visible_after_command(documents: Path, index: Path) -> float:
    catalogue = Catalogue(Config(corpus=documents, index=index))
    catalogue.search(Query(NEW_WORD))
    path = min(documents.rglob("*.md"))
    path.write_text(path.read_text(encoding="utf-8") + f"\n{NEW_WORD}.\n", encoding="utf-8")
    started = time.perf_counter()
    command(documents, index)
    return _until_found(catalogue, started)


def _visible_in_index(indexes: Indexes) -> float:
    index = indexes.folders["ours"]
    catalogue = Catalogue(Config(corpus=indexes.items.parent, index=index))
    catalogue.search(Query(NEW_WORD))
    item = _with_new_word(next(corpus.read(indexes.items)))
    started = time.perf_counter()
    ours.replace(item, index)
    return _until_found(catalogue, started)


def _with_new_word(item: Item) -> Item:
    first = item.passages[0]
    passages = (replace(first, text=f"{first.text} {NEW_WORD}."), *item.passages[1:])
    return replace(item, passages=passages)


def _until_found(catalogue: Catalogue, started: float) -> float:
    if catalogue.search(Query(NEW_WORD)).total != 1:
        raise RuntimeError("what was changed is not found")
    return time.perf_counter() - started
