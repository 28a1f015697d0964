"""A link outlives whatever happens to the corpus: it ends at its report, or where that says why."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from indexer import build, vocabulary
from indexer.catalogue import Catalogue
from indexer.config import Config, load
from indexer.links.finding import Occurrence
from indexer.links.verdicts import Checker
from indexer.shortlinks import Registry
from webapp import create_app

OPERATIONS = 1_000
BUILDS = 25
REPORTS = 10
_SPOKEN = """
street lamp theft night town youth mentor school police home care plan council work study result
effect cost year park bus shelter door window fence garden dog watch patrol
"""
WORDS = _SPOKEN.split()


@dataclass
class World:
    """A corpus that is worked on, and every link that was handed out for it."""

    folder: Path
    chance: random.Random
    files: dict[str, int] = field(default_factory=dict)
    dead: set[int] = field(default_factory=set)
    links: dict[str, int] = field(default_factory=dict)
    bases: list[str] = field(default_factory=lambda: ["https://site-0.example"])
    sectors: list[str] = field(default_factory=lambda: [f"sector-{n}" for n in range(40)])
    retired: dict[str, str] = field(default_factory=dict)
    born: int = 0

    @property
    def corpus(self) -> Path:
        return self.folder / "corpus"

    @property
    def config(self) -> Config:
        places = {"corpus": self.corpus, "index": self.folder / "index", "engine": "memory"}
        return load(places, {})

    def any_file(self) -> Path:
        return self.corpus / self.chance.choice(sorted(self.files))

    def sentence(self, length: int) -> str:
        return " ".join(self.chance.choice(WORDS) for _ in range(length)).capitalize() + "."

    # -- What people do to a corpus ---------------------------------------------------------------

    def add(self) -> None:
        self.born += 1
        sector = self.chance.choice(self.sectors)
        head = f"---\ntitle: Report {self.born}\nlang: en\nsectors: [{sector}]\n---\n"
        body = "\n\n".join(
            [f"Mark{self.born} stands here.", *(self.sentence(12) for _ in range(25))]
        )
        self.write(f"report-{self.born}.md", head + body + "\n")
        self.files[f"report-{self.born}.md"] = self.born

    def write(self, name: str, content: str) -> None:
        path = self.corpus / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    def moved(self, old: Path, new: str) -> None:
        target = self.corpus / new
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            old.rename(target)
            self.files[new] = self.files.pop(old.relative_to(self.corpus).as_posix())

    def rename(self) -> None:
        old = self.any_file()
        name = f"{self.chance.choice(WORDS)}-{self.chance.randrange(1000)}{old.suffix}"
        self.moved(old, (old.relative_to(self.corpus).parent / name).as_posix())

    def move(self) -> None:
        old = self.any_file()
        self.moved(old, f"{self.chance.choice(WORDS)}/{old.name}")

    def edit(self) -> None:
        path = self.any_file()
        path.write_text(path.read_text() + f"\n{self.sentence(6)}\n")

    def delete(self) -> None:
        if len(self.files) > REPORTS // 2:
            path = self.any_file()
            path.unlink()
            self.dead.add(self.files.pop(path.relative_to(self.corpus).as_posix()))

    def name_it(self) -> None:
        path = self.any_file()
        text = path.read_text()
        if "\nid:" not in text:
            number = self.files[path.relative_to(self.corpus).as_posix()]
            path.write_text(text.replace("---\n", f"---\nid: named-{number}\n", 1))

    def rebuild(self) -> None:
        shutil.rmtree(self.folder / "index", ignore_errors=True)

    def retire(self) -> None:
        if len(self.sectors) > 5:
            old = self.sectors.pop(self.chance.randrange(len(self.sectors)))
            self.retired[old] = self.chance.choice(self.sectors)

    def change_address(self) -> None:
        self.bases.append(f"https://site-{len(self.bases)}.example")

    # -- What is built and handed out -------------------------------------------------------------

    def build(self) -> None:
        rows = [f"- {{key: {key}, label: {{en: {key}, fr: {key}}}}}" for key in self.sectors]
        gone = ", ".join(f"{old}: {new}" for old, new in self.retired.items())
        self.write("sectors.yaml", "\n".join([*rows, f"- retired: {{{gone}}}"]) + "\n")
        former = ", ".join(self.bases[:-1])
        self.write("config.yaml", f"base_url: {self.bases[-1]}\nformer_base_urls: [{former}]\n")
        # One concept reads faster than all that are packaged.
        self.write("terms.yaml", "lamps: {en: [lamp], fr: [lampe]}\n")
        report = build.run(self.config, vocabulary.load(self.corpus), allow_removals=True, jobs=1)
        assert {failure.step for failure in report.failures} <= {"metadata"}

    def hand_out(self) -> None:
        """Links to every report as it is called today, and to a search that finds it."""
        with closing(Catalogue(self.config)) as opened:
            assert len(opened.reports()) == len(self.files)
            for report in opened.reports():
                number = self.files[report.path]
                lang = self.chance.choice(["en", "fr"])
                self.links[f"{self.bases[-1]}/{lang}/report/{report.id}"] = number
                search = f"q=mark{number}&sector={report.sectors[0]}"
                self.links[f"{self.bases[-1]}/{lang}/search?{search}"] = number


def operations(world: World) -> list[Callable[[], None]]:
    often = [world.rename, world.move, world.edit, world.edit]
    seldom = [world.add, world.delete, world.name_it]
    return often * 6 + seldom * 2 + [world.rebuild, world.retire, world.change_address]


def test_a_link_made_before_a_thousand_operations_ends_at_its_report_or_where_it_says_why(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, random.Random(7))
    for _ in range(REPORTS):
        world.add()
    for number in range(OPERATIONS):
        if number % (OPERATIONS // BUILDS) == 0:
            world.build()
            world.hand_out()
        world.chance.choice(operations(world))()
    world.build()
    with closing(Catalogue(world.config)) as opened:
        _check_every_link(world, opened)


def _check_every_link(world: World, opened: Catalogue) -> None:
    checker = Checker(opened, Registry())
    client = create_app(catalogue=opened).test_client()
    verdicts = {found.url: found for found in checker.check(map(Occurrence, world.links))}
    assert len(verdicts) == len(world.links) > 200
    assert world.dead
    answers = {
        path: client.get(path, follow_redirects=True)
        for path in {_path(url) for url in world.links}
    }
    for url, number in world.links.items():
        answer = answers[_path(url)]
        assert len(answer.history) <= 1, url
        if number in world.dead and "/report/" in url:
            assert (answer.status_code, verdicts[url].verdict) == (410, "broken"), url
        elif number in world.dead:
            assert (answer.status_code, verdicts[url].verdict) == (200, "empty"), url
        else:
            assert answer.status_code == 200, url
            assert f"Report {number}" in answer.text, url
            assert verdicts[url].verdict in ("ok", "moved"), url


def _path(url: str) -> str:
    return "/" + url.split("/", 3)[3]
