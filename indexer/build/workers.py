"""Who reads the documents? This process when they are few, else several at once."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import multiprocessing
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import Final

from indexer import prepare
from indexer.corpus import Source
from indexer.errors import ReadError
from indexer.prepare import Prepared, failure
from indexer.vocabulary import Vocabulary

# Starting worker processes takes about as long as reading this many bytes in this one.
WORTH_WORKERS: Final = 2_000_000
# How many files a worker may be ahead: what was read waits in memory until it is written.
AHEAD: Final = 8

_UnderWay = tuple[Source, "concurrent.futures.Future[Prepared]"]


def prepared(
    sources: Sequence[Source], vocabulary: Vocabulary, added: Mapping[str, dt.date], jobs: int
) -> Generator[Prepared]:
    """The sources prepared, in order; `added` is the date of adding of each that says none."""
    if jobs > 1 and sum(source.size for source in sources) > WORTH_WORKERS:
        yield from _in_workers(sources, vocabulary, added, jobs)
    else:
        for source in sources:
            yield prepare.prepare(source, vocabulary, added[source.name])


def _in_workers(
    sources: Sequence[Source], vocabulary: Vocabulary, added: Mapping[str, dt.date], jobs: int
) -> Iterator[Prepared]:
    """The sources prepared by worker processes, in order; a crash costs only the guilty file."""
    waiting = deque(sources)
    while waiting:
        under_way: deque[_UnderWay] = deque()
        with _pool(jobs) as pool:
            try:
                while waiting or under_way:
                    while waiting and len(under_way) < jobs * AHEAD:
                        source = waiting[0]
                        arguments = source, vocabulary, added[source.name]
                        under_way.append((source, pool.submit(prepare.prepare, *arguments)))
                        waiting.popleft()
                    item = under_way[0][1].result()
                    under_way.popleft()
                    yield item
            except BrokenProcessPool:
                # One reader took all workers with it; alone, only the guilty file fails.
                yield from (
                    _alone(source, vocabulary, added[source.name]) for source, _ in under_way
                )
            finally:
                pool.shutdown(cancel_futures=True)


def _alone(source: Source, vocabulary: Vocabulary, added: dt.date) -> Prepared:
    with _pool(1) as pool:
        try:
            return pool.submit(prepare.prepare, source, vocabulary, added).result()
        except BrokenProcessPool as error:
            problem = ReadError(
                source.path, "crashed its reader; open and save it again, or convert it."
            )
            problem.__cause__ = error
            return Prepared(source, None, (), (failure(source.name, "read", problem),))


def _pool(jobs: int) -> concurrent.futures.ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return concurrent.futures.ProcessPoolExecutor(max_workers=jobs, mp_context=context)
