from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.catalogue import Catalogue
from indexer.config import Config
from indexer.errors import MetadataError
from indexer.evaluate import Judged, evaluate, load_judgements, load_trec
from tests.conftest import MakeCorpus, build_index


@pytest.fixture
def catalogue(make_corpus: MakeCorpus, config: Config) -> Iterator[Catalogue]:
    make_corpus(
        {
            "lamps.md": "# Lamps\n\nLamps on streets reduce theft at night.\n",
            "gates.md": "# Gates\n\nGates across alleys reduce burglary; lamps too, perhaps.\n",
            "jeunes.md": "# Jeunes\n\nLes jeunes et la police de proximité se parlent.\n",
        }
    )
    build_index(config)
    opened = Catalogue(config)
    yield opened
    opened.close()


def test_the_measures_are_those_of_their_definitions(catalogue: Catalogue) -> None:
    measured = evaluate(
        catalogue,
        [
            Judged("right", "lamps", "en", {"lamps": 3, "gates": 1}),
            Judged("second", "lamps", "en", {"gates": 3}, ("synonym",)),
            Judged("missed", "tents", "fr", {"jeunes": 2}),
        ],
    )
    assert measured.queries["right"].ndcg_10 == pytest.approx(1.0)
    assert measured.queries["second"].ndcg_10 == pytest.approx(1 / math.log2(3))
    assert measured.queries["second"].mrr == pytest.approx(0.5)
    assert measured.queries["missed"].recall_100 == 0
    assert measured.overall.mrr == pytest.approx((1 + 0.5 + 0) / 3)
    assert measured.groups["en"].recall_100 == 1
    assert measured.groups["fr"].ndcg_10 == 0
    assert measured.groups["synonym"] == measured.queries["second"]


def test_judgements_are_read_from_yaml_and_from_trec_files(tmp_path: Path) -> None:
    (tmp_path / "j.yaml").write_text(
        "- {id: q1, text: lampes de rue, lang: fr, tags: [cross], grades: {lamps: 3, gates: 0}}\n"
    )
    (tmp_path / "q.tsv").write_text("q1\tlampes dans les rues\n")
    (tmp_path / "qrels").write_text("q1 0 lamps 3\nq1 0 gates 0\n")
    (judged,) = load_judgements(tmp_path / "j.yaml")
    assert judged == Judged("q1", "lampes de rue", "fr", {"lamps": 3, "gates": 0}, ("cross",))
    (judged,) = load_trec(tmp_path / "q.tsv", tmp_path / "qrels")
    assert judged == Judged("q1", "lampes dans les rues", "fr", {"lamps": 3, "gates": 0})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{}", "no list of queries"),
        ("- {id: a}", "entry 1: needs `id`"),
        ("- {id: a, text: b, lang: en, grades: {x: 4}}", "0, 1, 2 or 3"),
        ("- {id: a, text: b, lang: de, grades: {x: 1}}", "`en` or `fr`"),
        ("- {id: a, text: b, lang: en, grades: {x: 1}}\n" * 2, "stands twice"),
        ("[]", "holds no query"),
    ],
)
def test_wrong_judgements_are_named(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "judgements.yaml"
    path.write_text(content)
    with pytest.raises(MetadataError, match=told):
        load_judgements(path)


def test_wrong_trec_files_are_named_with_their_line(tmp_path: Path) -> None:
    queries, qrels = tmp_path / "q.tsv", tmp_path / "qrels"
    queries.write_text("q1 no tab\n")
    qrels.write_text("q1 0 lamps 3\n")
    with pytest.raises(MetadataError, match=r"q\.tsv, line 1: has no tab"):
        load_trec(queries, qrels)
    qrels.write_text("q1 0 lamps 3\nq1 lamps\n")
    with pytest.raises(MetadataError, match="qrels, line 2"):
        load_trec(queries, qrels)
    with pytest.raises(MetadataError, match="cannot be read"):
        load_trec(queries, tmp_path / "absent")
