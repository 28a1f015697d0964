"""A small corpus with everything that a page can show, and the site over it."""

from __future__ import annotations

from pathlib import Path

from indexer import build, engines, generations, vocabulary
from indexer.catalogue import Catalogue
from indexer.config import Config, load
from indexer.models import Passage, Report
from indexer.prepare import facets

LIGHTING = """Lighting a street

Better street lighting reduced theft by 14 % in the areas that had it.
\fFindings

The review covers thirteen studies. See https://example.org/studies?a=1&b=2.
\fCosts

A lamp costs little beside a burglary.
"""
LIGHTING_METADATA = """
id: street-lighting
aliases: [old-lighting]
title: Street lighting and theft
lang: en
year: 2008
added: 2026-03-01
authors: [Brandon Welsh, David Farrington]
publisher: Campbell Collaboration
type: review
sectors: [urban-planning, neighbourhoods]
rating: effective
rating_note: Thirteen studies agree.
ratings:
  - {by: CrimeSolutions, rating: Effective, url: "https://crimesolutions.example/1"}
  - {by: College of Policing, rating: Overall decrease}
outcomes: [property-crime, fear-of-crime]
population: [general]
setting: [urban]
municipality: Sherbrooke
province: QC
country: CA
source_url: https://example.org/lighting.pdf
licence: CC BY 4.0
summary: Lamps that work reduce theft, at night and by day.
"""
ECLAIRAGE = """---
id: eclairage
title: "L’éclairage public et le vol"
lang: fr
translation_of: street-lighting
year: 2009
added: 2026-03-02
type: review
sectors: [urban-planning]
rating: effective
province: QC
summary: "Des lampes qui fonctionnent réduisent le vol : le jour comme la nuit."
---
## Constats

Un meilleur éclairage public a réduit le vol de 14 % dans les rues éclairées ; le jour aussi.

| Rue | Avant | Après |
|---|---|---|
| Principale | 12 | 7 |
| Du Parc | 9 | 8 |
"""
SUGGESTED = """---
id: suggested
title: Gangs and guns in one city
lang: en
year: 2019
added: 2026-02-01
type: programme
---
Street gangs and gun violence fell after gang intervention workers were hired.
"""
WITHDRAWN = """---
id: withdrawn
title: A plan that was replaced
lang: en
added: 2025-01-01
withdrawn: "Replaced by the plan of 2026."
---
The plan of a town.
"""
FILLER = """---
id: mentoring-{number}
title: Mentoring study {number}
lang: en
year: {year}
added: 2026-01-01
type: evaluation
sectors: [youth]
rating: {rating}
publisher: Publisher {number}
summary: Mentors met young people each week for a year.
---
## Findings of study {number}

Mentoring helped young people to stay in school.
"""
RATINGS = ("promising", "mixed", "no-effect", "harmful", "not-rated")
TAGS = """---
id: hostile
title: "<script>alert('x')</script>"
lang: en
added: 2025-01-01
---
A page about &lt;script&gt;alert(1)&lt;/script&gt; tags.
"""
HOSTILE = '<script>alert("x")</script>'


def files() -> dict[str, str]:
    """The files of the corpus by name."""
    fillers = {
        f"mentoring-{number}.md": FILLER.format(
            number=number, year=2000 + number, rating=RATINGS[number % len(RATINGS)]
        )
        for number in range(1, 13)
    }
    return {
        "lighting.txt": LIGHTING,
        "lighting.txt.yaml": LIGHTING_METADATA,
        "eclairage.md": ECLAIRAGE,
        "suggested.md": SUGGESTED,
        "withdrawn.md": WITHDRAWN,
        "hostile.md": TAGS,
        "empty.md": "---\ntitle: Nothing\n---\n",
        **fillers,
    }


def built(folder: Path, **settings: object) -> Config:
    """The corpus written into a folder and indexed with the reference engine."""
    for name, content in files().items():
        path = folder / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    places = {"corpus": folder / "corpus", "index": folder / "index", "engine": "memory"}
    config = load(places | settings, {})
    build.run(config, vocabulary.load(config.corpus), jobs=1)
    return config


def catalogue_of(folder: Path, *contents: tuple[Report, tuple[Passage, ...]]) -> Catalogue:
    """A catalogue of exactly these reports, whatever their metadata says."""
    config = load({"corpus": folder / "none", "index": folder / "index"}, {})
    with generations.exclusive(config.index):
        path = generations.start(config.index)
        writer = engines.open_writer("memory", path)
        words = vocabulary.load()
        for report, passages in contents:
            writer.add(report, passages, facets(report, words))
        writer.commit()
        generations.promote(config.index, path, "memory", config.corpus)
    return Catalogue(config)
