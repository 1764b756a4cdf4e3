"""A thousand datasets: listing them stays quick, what is open at a time stays bounded, and a page costs few queries."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import event
from tests.core.support import ADMIN, WORDS, live, opened, person, rows

from colonnade.core.catalogue import service as catalogue
from colonnade.core.datasets import service as datasets
from colonnade.core.people import service as people
from colonnade.core.records import service as records
from colonnade.core.tables import service as tables
from colonnade.core.work import ANONYMOUS, Actor, Portal
from colonnade.query import odsql
from colonnade.query.tree import Query

DATASETS = 1_000
WITH_ROWS = 60
OPEN = 16


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal of a thousand published datasets, some with live rows; few tables may be open at a time."""
    with opened(tmp_path_factory.mktemp("crowded"), open_tables=OPEN) as portal:
        with portal.writing(ADMIN) as work:
            for n in range(DATASETS):
                metadata = {"default": {"title": f"Dataset {n}", "keyword": [f"tenth{n % 10}"]}}
                made = datasets.create(work, metadata, wanted_slug=f"d{n:04}", is_restricted=n % 5 == 0)
                datasets.show(work, made.dataset)
                if n < WITH_ROWS:
                    tables.ensure(work, made.dataset.id)
        with portal.reading(ADMIN) as work:
            for n in range(WITH_ROWS):
                records.create_empty(work, datasets.editable(work, f"d{n:04}"), WORDS)
        catalogue.follow(portal)
        yield portal


def _search(portal: Portal, actor: Actor, where: str | None, limit: int = 20, offset: int = 0) -> int:
    query = Query(where=odsql.parse_where(where) if where else None, limit=limit, offset=offset)
    with portal.reading(actor) as work:
        found, total = catalogue.search(work, query)
        records.about(work, found)
    return total


def _median_ms(action: Callable[[], object], times: int = 15) -> float:
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        spent.append((time.perf_counter() - start) * 1000)
    return statistics.median(spent)


def test_listing_is_exact_for_everybody(crowded: Portal) -> None:
    assert _search(crowded, ADMIN, None) == DATASETS
    assert _search(crowded, ANONYMOUS, None) == DATASETS * 4 // 5
    assert _search(crowded, person(crowded), "keyword='tenth3'") == DATASETS // 10
    assert _search(crowded, ANONYMOUS, "'tenth5'") == 0
    print()
    for name, actor, where, offset in (
        ("all, page of 20", ADMIN, None, 500),
        ("anonymous, page of 20", ANONYMOUS, None, 500),
        ("keyword", ANONYMOUS, "keyword='tenth3'", 20),
        ("search", ANONYMOUS, "'dataset 7*'", 20),
        (f"page of 20 live ones, {OPEN} open", ADMIN, None, 0),
    ):
        spent = _median_ms(partial(_search, crowded, actor, where, 20, offset))
        print(f"catalogue of {DATASETS}, {name}: p50 {spent:.1f} ms")
    print(f"page of 100: p50 {_median_ms(partial(_search, crowded, ADMIN, None, 100, 500)):.1f} ms")


def test_open_tables_stay_bounded_while_all_are_read(crowded: Portal) -> None:
    before = _open_files()
    for n in range(WITH_ROWS):
        assert rows(crowded, f"d{n:04}") == []
        assert rows(crowded, f"d{n:04}", where="'x'") == []
    assert _open_files() - before < 8 * OPEN


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@contextmanager
def _counted(portal: Portal) -> Iterator[list[str]]:
    """The statements that the catalogue database is asked, without the beginnings of transactions."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    event.listen(portal.database.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(portal.database.engine, "before_cursor_execute", note)


def test_a_page_of_a_hundred_datasets_costs_no_more_queries_than_one_of_two(crowded: Portal) -> None:
    spent, actor = [], _reader(crowded)
    for limit in (2, 100):
        with _counted(crowded) as asked:
            _search(crowded, actor, None, limit=limit)
        spent.append(len(asked))
    print(f"\nstatements for a page of the catalogue, signed in: {spent}")
    assert spent[0] == spent[1] <= 4


def test_a_page_of_records_costs_few_queries(crowded: Portal) -> None:
    spent = {}
    for name, actor in (("anonymous", ANONYMOUS), ("signed in", _reader(crowded))):
        with _counted(crowded) as asked, crowded.reading(actor) as work:
            records.select(work, datasets.readable(work, "d0001"), Query(limit=10))
        spent[name] = len(asked)
    print(f"\nstatements for a page of records: {spent}")
    assert spent["anonymous"] <= 2
    assert spent["signed in"] <= 3


def test_knowing_who_asks_costs_one_query(crowded: Portal) -> None:
    with crowded.writing(ADMIN) as work:
        _, key = people.add_key(work, people.person(work, "admin"))
    with _counted(crowded) as asked, crowded.database.read() as db:
        people.actor_of_key(db, key)
    assert len(asked) == 1


def _reader(portal: Portal) -> Actor:
    return person(portal, groups=["readers"])


def test_the_catalogue_of_a_thousand_is_made_in_a_moment(crowded: Portal) -> None:
    start = time.perf_counter()
    catalogue.start(crowded)
    print(f"\ncatalogue of {DATASETS} made anew in {time.perf_counter() - start:.2f} s")
    assert _search(crowded, ADMIN, None) == DATASETS


def test_one_more_dataset_is_taken_up_quickly(crowded: Portal) -> None:
    uid, _ = live(crowded)
    start = time.perf_counter()
    catalogue.follow(crowded)
    print(f"\none more dataset of {DATASETS} taken up in {(time.perf_counter() - start) * 1000:.0f} ms")
    with crowded.reading(ANONYMOUS) as work:
        assert datasets.readable(work, uid)
