"""Columns answer as the reference engine does: any corpus, any query, however it was built."""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from whoosh import index

from indexer import engines, syntax
from indexer.engines import compacting, counting, taking, terms, volumes
from indexer.engines.base import Engine, Favour, Feedback, Matches, Request
from indexer.engines.ranking import ORDERS
from indexer.fields import FACET_NAMES, TEXT_NAMES
from indexer.models import Passage, Report
from indexer.text import fold, words

_ENGLISH = "police polices Policing policed lamp Lamps first housing housings theft thefts"
_FRENCH = "lampe lampes été ETE l’été eaux eau l’eau jeune jeunes d’ aujourd’hui œuvre"
WORDS = (*_ENGLISH.split(), *_FRENCH.split(), "O'Neill's", "2015", "\u200b")
LANGS = st.sampled_from(("en", "fr"))
VALUES = ("a", "b", "ç")

some_words = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
few_words = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)
some_facets = st.fixed_dictionaries(
    {name: st.lists(st.sampled_from(VALUES), unique=True, max_size=2) for name in FACET_NAMES[:3]}
)

# A list of sources is shown only where nothing else matched.
headings = st.lists(few_words | st.just("Sources"), max_size=2).map(tuple)

Content = tuple[Report, tuple[Passage, ...], dict[str, list[str]]]
# What one build does: removes the reports with these ids, and adds these.
Build = tuple[frozenset[str], tuple[Content, ...]]


@st.composite
def contents(draw: st.DrawFn, report_id: str) -> Content:
    """A report with some passages and facet values."""
    lang = draw(LANGS)
    passages = tuple(
        Passage(report_id, number, draw(st.sampled_from((None, number))), above, text, language)
        for number, (above, text, language) in enumerate(
            draw(
                st.lists(
                    st.tuples(headings, some_words, LANGS),
                    max_size=5,
                )
            ),
            start=1,
        )
    )
    report = Report(
        id=report_id,
        path=f"{report_id}.md",
        format="md",
        title=draw(few_words),
        lang=lang,
        fingerprint="f",
        added=dt.date(2026, 1, draw(st.integers(1, 3))),
        summary=draw(st.none() | some_words),
        translation_of=draw(st.none() | st.sampled_from("abcdz")),
        year=draw(st.none() | st.integers(2010, 2013)),
        passages=len(passages),
    )
    return report, passages, draw(some_facets)


@st.composite
def builds(draw: st.DrawFn, most: int = 4) -> tuple[Build, ...]:
    """One full build, and some that change what is there; `most` in all."""
    held: set[str] = set()
    steps: list[Build] = []
    for _ in range(draw(st.integers(1, most))):
        changed = draw(st.sets(st.sampled_from("abcdefghijkl"), max_size=8))
        gone = draw(st.sets(st.sampled_from(sorted(held)), max_size=4)) if held else set()
        added = tuple(draw(contents(name)) for name in sorted(changed))
        steps.append((frozenset((gone | changed) & held), added))
        held = (held - gone) | changed
    return tuple(steps)


leaves = st.one_of(
    st.sampled_from(WORDS),
    st.lists(st.sampled_from(WORDS), min_size=2, max_size=4).map(lambda w: f'"{" ".join(w)}"'),
    st.sampled_from(("pol*", "la*", "ho*", "je*", "ea*", "et*", "20*", "zz*", "unknown")),
)
clauses = st.one_of(
    leaves,
    leaves.map(lambda leaf: f"-{leaf}"),
    st.tuples(st.sampled_from(TEXT_NAMES), leaves).map(":".join),
    st.tuples(st.sampled_from(TEXT_NAMES), leaves).map(lambda pair: "-" + ":".join(pair)),
    st.lists(leaves, min_size=2, max_size=3).map(" OR ".join),
)
queries = st.lists(clauses, max_size=5).map(" ".join)
a_word = st.sampled_from(WORDS).map(fold).filter(str.isalnum)
expressions = st.lists(a_word, min_size=1, max_size=3).map(tuple).map(syntax.Expression)
ways = st.builds(
    syntax.Alternative, st.one_of(a_word.map(syntax.Word), expressions), st.sampled_from((0.5, 1.0))
)
synonyms = st.builds(
    syntax.Synonyms,
    st.lists(a_word.map(syntax.Word), min_size=1, max_size=3, unique=True).map(tuple),
    st.lists(ways, max_size=4).map(tuple),
)
boosts = st.builds(syntax.Boost, expressions, st.sampled_from((0.1, 0.5)))
meant = st.lists(st.one_of(expressions, synonyms, synonyms, boosts), max_size=3).map(tuple)
favours = st.builds(
    Favour,
    st.sampled_from(FACET_NAMES[:3]),
    st.frozensets(st.sampled_from(VALUES), max_size=2),
    st.sampled_from((0.1, 0.3)),
)
feedback = st.builds(Feedback, st.integers(1, 3), st.integers(1, 5), st.sampled_from((0.5, 0.8)))
years = st.none() | st.integers(2009, 2014)
requests = st.builds(
    Request,
    clauses=st.tuples(queries.map(lambda text: syntax.parse(text).clauses), meant).map(
        lambda pair: (*pair[0], *pair[1])
    ),
    filters=st.dictionaries(
        st.sampled_from(FACET_NAMES[:3]),
        st.frozensets(st.sampled_from((*VALUES, "none")), min_size=1, max_size=2),
        max_size=2,
    ),
    year_from=years,
    year_to=years,
    facets=st.just(FACET_NAMES),
    sort=st.sampled_from(tuple(ORDERS)),
    offset=st.integers(0, 6),
    limit=st.integers(1, 6),
    snippets=st.integers(0, 4),
    lang=st.sampled_from((None, "en", "fr")),
    favours=st.lists(favours, max_size=2).map(tuple),
    feedback=st.none() | feedback,
)


axes = st.lists(st.sampled_from((*FACET_NAMES[:4], "year")), min_size=1, max_size=3, unique=True)


def _build(name: str, folder: Path, steps: Sequence[Build]) -> Path:
    """The last generation of the builds."""
    former: Path | None = None
    for number, (removed, added) in enumerate(steps):
        path = folder / f"{name}-{number}"
        path.mkdir()
        writer = engines.open_writer(name, path, former)
        for report_id in sorted(removed):
            writer.remove(report_id)
        for report, passages, facets in added:
            writer.add(report, passages, facets)
        writer.commit()
        former = path
    assert former is not None
    return former


@contextlib.contextmanager
def _both(steps: Sequence[Build]) -> Iterator[tuple[Engine, Engine]]:
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        memory, columns = (
            engines.open_engine(name, _build(name, Path(folder), steps))
            for name in ("memory", "whoosh")
        )
        stack.callback(memory.close)
        stack.callback(columns.close)
        yield memory, columns


@contextlib.contextmanager
def _small(run: int) -> Iterator[None]:
    """Everything that is done some rows at a time is done a few at a time."""
    with (
        mock.patch.multiple(volumes, RUN=run),
        mock.patch.multiple(terms, POSTINGS=run),
        mock.patch.multiple(taking, REPORTS=run),
        mock.patch.multiple(compacting, FANOUT=2, SMALLEST=4),
    ):
        yield


def shape(matches: Matches) -> object:
    """What two engines must say alike."""
    return (
        matches.total,
        [(match.report, match.passages) for match in matches.page],
        {name: dict(counts) for name, counts in matches.facets.items()},
    )


@settings(suppress_health_check=list(HealthCheck))
@given(
    builds(),
    st.lists(requests, min_size=1, max_size=12),
    axes,
    st.sampled_from((1, 5, 100)),
    st.sampled_from((0, 3, 64)),
)
def test_columns_answer_as_memory_does(
    steps: tuple[Build, ...], asked: list[Request], crossed: list[str], run: int, bits: int
) -> None:
    with (
        _small(run),
        mock.patch.object(counting, "BITS_A_PAIR", bits),
        _both(steps) as (memory, columns),
    ):
        for request in asked:
            expected, found = memory.search(request), columns.search(request)
            assert shape(found) == shape(expected)
            combined = columns.combinations(request, crossed)
            assert combined == memory.combinations(request, crossed)
            assert [match.score for match in found.page] == pytest.approx(
                [match.score for match in expected.page], rel=1e-9
            )
        assert list(columns.reports()) == list(memory.reports())
        assert list(columns.entries()) == list(memory.entries())
        assert columns.report_count() == memory.report_count()
        assert columns.passage_count() == memory.passage_count()
        for lang in ("en", "fr"):
            assert columns.forms(lang) == memory.forms(lang)
            assert list(columns.forms(lang)) == list(memory.forms(lang))
        for report in memory.reports():
            assert columns.passages(report.id) == memory.passages(report.id)


Occurrences = dict[tuple[str, str], dict[tuple[str, int | None], list[int]]]


def _in_whoosh(path: Path) -> Occurrences:
    """What a program that knows only Whoosh finds in the index."""
    found: Occurrences = defaultdict(dict)
    with contextlib.closing(index.open_dir(str(path))) as held, held.reader() as reader:
        for field in TEXT_NAMES:
            for term in reader.lexicon(field):
                matcher = reader.postings(field, term)
                while matcher.is_active():
                    stored = reader.stored_fields(matcher.id())
                    place = stored["report_id"], stored.get("number")
                    found[field, term.decode()][place] = list(matcher.value_as("positions"))
                    assert matcher.weight() == len(found[field, term.decode()][place])
                    matcher.next()
    return found


def _in_texts(contents: Iterable[Content]) -> Occurrences:
    """The same from the texts; a report without passages has no words."""
    found: Occurrences = defaultdict(lambda: defaultdict(list))
    for report, passages, _ in contents:
        texts: list[tuple[str, int | None, str]]
        texts = [("title", None, report.title), ("summary", None, report.summary or "")]
        for passage in passages:
            texts.append(("heading", passage.number, " ".join(passage.headings)))
            texts.append(("body", passage.number, passage.text))
        for field, number, text in texts if passages else ():
            for position, word in enumerate(words(text)):
                found[field, word.text][report.id, number].append(position)
    return found


@settings(suppress_health_check=list(HealthCheck))
@given(builds(), st.sampled_from((1, 5, 100)))
def test_the_whoosh_index_has_every_word_in_its_place(steps: tuple[Build, ...], run: int) -> None:
    held: dict[str, Content] = {}
    for removed, added in steps:
        held = {name: content for name, content in held.items() if name not in removed}
        held |= {content[0].id: content for content in added}
    with _small(run), tempfile.TemporaryDirectory() as folder:
        path = _build("whoosh", Path(folder), steps)
        assert _in_whoosh(path) == _in_texts(held.values())
        engines.compare("whoosh", path)
        derived = Path(folder) / "derived"
        derived.mkdir()
        engines.derive("whoosh", path, derived)
        assert _in_whoosh(derived) == _in_texts(held.values())
