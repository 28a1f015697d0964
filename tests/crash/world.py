"""A small corpus before and after an edit, its index, and what it answers."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from indexer import build, digests, generations, identity, prepare, vocabulary
from indexer.build import BuildReport
from indexer.catalogue import Catalogue
from indexer.config import Config, load
from indexer.prepare import Prepared, Task
from indexer.query import Query
from indexer.vocabulary import Vocabulary

REPORT = "---\ntitle: {title}\nlang: en\nadded: 2026-01-02\n---\n\n{text}\n"
OLD = {
    "lamps.md": REPORT.format(title="Lamps", text="Lamps reduce theft at night."),
    "mentors.md": REPORT.format(title="Mentors", text="Mentors meet young people."),
    "gates.md": REPORT.format(title="Gates", text="Gates close the lanes behind houses."),
    "parks.md": REPORT.format(title="Parks", text="Parks are safe when they are used."),
}
NEW = {
    "lamps.md": REPORT.format(title="Lamps", text="Lamps reduce burglary too, in 13 studies."),
    "mentors.md": OLD["mentors.md"],
    "parks.md": OLD["parks.md"],
    "police.md": REPORT.format(title="Police", text="Police walk where theft happens."),
}
QUERIES = ("theft", "lamps", "houses", "")

Answers = tuple[object, ...]
# The concepts take longer to make ready than everything else.
WORDS = replace(vocabulary.load(), terms={}, everyday={})


def config_of(folder: Path, **settings: object) -> Config:
    """The settings of the world in a folder."""
    return load({"corpus": folder / "corpus", "index": folder / "index", **settings}, {})


def write(folder: Path, files: dict[str, str]) -> None:
    """Makes the corpus hold exactly these reports; what is beside them stays."""
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for path in corpus.glob("*.md"):
        if path.name not in files:
            path.unlink()
    for name, content in files.items():
        if not (corpus / name).exists() or (corpus / name).read_text() != content:
            (corpus / name).write_text(content)


def built(folder: Path, **settings: Any) -> BuildReport:
    """A build in this process, readers included, so that nothing but the disk is in its way."""
    with mock.patch.object(prepare, "prepared", _prepared):
        return build.run(config_of(folder), WORDS, jobs=1, **settings)


def _prepared(
    tasks: Sequence[Task], words: Vocabulary, _limits: object, _jobs: int, _kept: object
) -> Generator[Prepared]:
    for task in tasks:
        yield prepare.prepare(words, task)


@contextmanager
def catalogue(folder: Path) -> Iterator[Catalogue]:
    """A catalogue as a site opens it; to read the vocabulary takes longer than all the rest."""
    with (
        mock.patch.object(vocabulary, "load", return_value=WORDS),
        closing(Catalogue(config_of(folder))) as opened,
    ):
        yield opened


def answers(folder: Path) -> Answers:
    """What a site that is started now says of everything."""
    with catalogue(folder) as opened:
        return asked(opened)


def asked(opened: Catalogue) -> Answers:
    """What a catalogue says of everything."""
    told = [(r.id, r.title, tuple(p.text for p in opened.passages(r.id))) for r in opened.reports()]
    found = [tuple(h.report.id for h in opened.search(Query(text)).hits) for text in QUERIES]
    return (*told, *found)


def copied(folder: Path, target: Path) -> Path:
    """The world in another folder, which is emptied before."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target)
    return target


def leftovers(folder: Path) -> list[str]:
    """The files of an index and its corpus that nobody needs."""
    index = folder / "index"
    kept = {generations.CURRENT, generations.LAST_BUILD, generations.LOCK, digests.FILE}
    # The copy of the record of ids, where the corpus could not take it.
    kept.add(identity.FILE)
    current = generations.current(index)
    whole = (current, *generations.earlier(index))
    for one in whole:
        kept |= {f"{one.name}/{name}" for name in (*one.files, generations.DESCRIPTION)}
    found = {p.relative_to(index).as_posix() for p in index.rglob("*") if not p.is_dir()}
    folders = {p.name for p in index.iterdir() if p.is_dir()}
    beside = [p.name for p in (folder / "corpus").iterdir() if p.name.startswith(".")]
    more = [one.name for one in whole[2:]]
    return sorted(found - kept) + sorted(folders - {one.name for one in whole}) + beside + more
