"""One question asked of every dataset: what it takes as datasets get more, of one client and of eight at once.

There is no other engine beside it: the aim is a time. Beside each figure stands the same asked of one dataset after the
other, each by its own index.
"""

import random
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, milliseconds, p50, p95, timed
from benchmarks.upserts import WORDS
from colonnade import app
from colonnade.config import read_settings
from colonnade.core.columns import service as columns
from colonnade.core.columns.model import SentRow
from colonnade.core.datasets import service as datasets
from colonnade.core.people import service as people
from colonnade.core.search import service as search
from colonnade.core.work import SYSTEM, Actor, Portal
from colonnade.errors import Unavailable

DATASETS = (100, 1_000, 5_000)
LARGEST = 10_000
"""Rows of a dataset."""
CLIENTS = 8
TIMES, TIMES_ONE_BY_ONE = 30, 3
FOLLOWING_SECONDS = 3_600.0
AIM = "aim 150 ms"
QUESTIONS = (
    ("a rare word", "rare17"),
    ("a common word", "alpha"),
    ("two words", "golf rare18"),
    ("two words, both", "golf AND hotel"),
    ("a phrase", '"alpha bravo"'),
    ("a typed range", "column_int_age:[30 TO 31]"),
    ("a word since a minute ago", "last_modified:[NOW-1MINUTE TO *] AND alpha"),
)


def run(scratch: Path, rows: int) -> Iterator[Figure]:
    """`rows`: in all datasets together, where there are 1,000 of them."""
    folder = scratch / "across"
    with ExitStack() as cleanup:
        portal = app.open_portal(read_settings({}, data=folder), cleanup)
        reporter = _reporter(portal)
        made = 0
        for total in DATASETS:
            each = min(LARGEST, max(1, rows // 1_000))
            with timed() as watch:
                for number in range(made, total):
                    _make(portal, reporter, number, each)
            yield Figure(f"{total - made:,} datasets of {each:,} rows made", watch.seconds, "s")
            made = total
            yield from _asked(portal, reporter, total)
    shutil.rmtree(folder)


def _asked(portal: Portal, reporter: Actor, total: int) -> Iterator[Figure]:
    with timed() as watch:
        with suppress(Unavailable):  # very many tables are not asked one by one in the time of a query
            _ask(portal, reporter, "rare17")
        assert portal.overview is not None
        assert portal.overview.settle(FOLLOWING_SECONDS)
    yield Figure(f"{total:,} datasets: the first question, and all followed", watch.seconds, "s")
    alone = replace(portal, overview=None)
    for name, words in QUESTIONS:
        (first,) = milliseconds(lambda words=words: _ask(portal, reporter, words), 1)  # type: ignore[misc]
        ours = milliseconds(lambda words=words: _ask(portal, reporter, words), TIMES)  # type: ignore[misc]
        others = _one_by_one(alone, reporter, words) if total <= DATASETS[0] else None
        yield Figure(f"{total:,} datasets, {name}, p50", p50(ours), "ms", others)
        yield Figure("  the first time, before its counts are known", first, "ms")
        yield Figure("  p95", p95(ours), "ms", aim=AIM)
        yield Figure(f"  p95, {CLIENTS} clients", p95(_at_once(portal, reporter, words)), "ms", aim=AIM)


def _one_by_one(alone: Portal, reporter: Actor, words: str) -> float:
    return p50(milliseconds(lambda: _ask(alone, reporter, words), TIMES_ONE_BY_ONE))


def _at_once(portal: Portal, reporter: Actor, words: str) -> Sequence[float]:
    spent: list[float] = []
    threads = [
        threading.Thread(
            target=lambda: spent.extend(milliseconds(lambda: _ask(portal, reporter, words), TIMES // 3))
        )
        for _ in range(CLIENTS)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return spent


def _ask(portal: Portal, reporter: Actor, words: str) -> search.Found:
    with portal.reading(reporter) as work:
        return search.across(work, words=words)


def _reporter(portal: Portal) -> Actor:
    with portal.writing(SYSTEM) as work:
        people.ensure_members(work)
        return people.actor_of(work.db, people.add_person(work, "reporter", email="reporter@example.org"))


def _make(portal: Portal, reporter: Actor, number: int, each: int) -> None:
    chance = random.Random(number)
    planned = columns.planned(["name", "note", "age"], ["true"] * 3, ["unicode", "unicode", "int"])
    slug = f"dataset-{number}"
    with portal.writing(reporter) as work:
        columns.create(work, title=slug, slug=slug, columns=planned)
    with portal.reading(reporter) as work:
        rows = [SentRow(_cells(chance, number), None) for _ in range(each)]
        columns.write(work, datasets.editable(work, slug), rows)


def _cells(chance: random.Random, number: int) -> list[Any]:
    words = chance.choices(WORDS, k=7)
    if chance.random() < 0.002:
        words.append(f"rare{number % 50}")
    return [" ".join(words[:2]), " ".join(words[2:]), chance.randrange(100)]
