"""The contract: many threads at once, many tables at once, deadlines and bounds."""

import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest
from tests.engine.support import AT, REF, SCHEMA, Setup, Sizes, ask, column, put

from colonnade.engine.port import Delete, Engine, Upsert
from colonnade.errors import NotFound, Unavailable
from colonnade.generation import GenerationRef
from colonnade.query.bind import bind
from colonnade.query.odsql.parser import parse_group_by, parse_select
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import FieldRef as Ref
from colonnade.query.tree import Order, Query

KEYS = [f"k{at}" for at in range(200)]
EVERYTHING = bind(Query(), visible=SCHEMA)


def _write_batch(engine: Engine, number: int, ref: GenerationRef = REF) -> None:
    rows = pa.table({"_key": KEYS, "size": pa.array([number] * len(KEYS), pa.int64())})
    engine.write(ref, SCHEMA, Upsert(rows, "re_1"), AT)


def _seen(engine: Engine, ref: GenerationRef = REF) -> int:
    """The batch that a reader sees; fails if it is not whole."""
    with engine.read(ref) as reading:
        found = reading.select(EVERYTHING, {})
        sizes = set(found.table.column("size").to_pylist())
        assert (len(sizes), found.total, reading.rows) == (1, len(KEYS), len(KEYS))
        assert reading.mark.seq == reading.mark.counter * len(KEYS)
        return int(sizes.pop())


def _until(done: threading.Event, work: Callable[[], object]) -> int:
    times = 0
    while not done.is_set() or times == 0:
        work()
        times += 1
    return times


def test_readers_beside_a_writer_see_whole_batches(engine: Engine) -> None:
    _write_batch(engine, 0)
    done = threading.Event()
    with ThreadPoolExecutor(6) as pool:
        readers = [pool.submit(_until, done, lambda: _seen(engine)) for _ in range(5)]
        for number in range(1, 16):
            _write_batch(engine, number)
        done.set()
        assert all(one.result() > 0 for one in readers)
    assert _seen(engine) == 15
    assert engine.check(REF, SCHEMA) == []


def test_many_tables_are_read_and_written_at_once(setup: Setup, tmp_path: Path) -> None:
    engine = setup.open(tmp_path, Sizes(open_tables=4))
    refs = [GenerationRef(f"ta_{at}", 1) for at in range(8)]

    def work(ref: GenerationRef) -> int:
        engine.create(ref, SCHEMA)
        for number in range(3):
            _write_batch(engine, number, ref)
            assert _seen(engine, ref) == number
        return _seen(engine, ref)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, refs)) == [2] * len(refs)
        assert set(pool.map(lambda at: _seen(engine, refs[at % len(refs)]), range(80))) == {2}
    engine.close()


def test_readings_go_on_while_their_generation_is_dropped(engine: Engine, tmp_path: Path) -> None:
    _write_batch(engine, 7)
    with engine.read(REF) as reading:
        before = reading.select(EVERYTHING, {})
        engine.drop(REF)
        for folder in tmp_path.rglob("ta_1"):
            shutil.rmtree(folder)
        assert reading.rows == len(KEYS)
        assert reading.select(EVERYTHING, {}).table.equals(before.table)
        with pytest.raises(NotFound):
            engine.mark(REF)
    with pytest.raises(NotFound):
        engine.mark(REF)
    engine.drop(REF)


def test_swapping_generations_under_readers_loses_none(engine: Engine) -> None:
    """As the catalogue does it: the pointer moves first, then the old generation is dropped."""
    current = [REF]
    _write_batch(engine, 1)
    done = threading.Event()

    def read() -> None:
        try:
            assert _seen(engine, current[0]) >= 1
        except NotFound:
            assert _seen(engine, current[0]) >= 1

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(_until, done, read) for _ in range(3)]
        for number in range(2, 12):
            fresh = GenerationRef("ta_1", number)
            engine.create(fresh, SCHEMA)
            _write_batch(engine, number, fresh)
            old, current[0] = current[0], fresh
            engine.drop(old)
        done.set()
        assert all(one.result() > 0 for one in readers)


def test_three_hundred_tables_are_served_with_few_open(setup: Setup, tmp_path: Path) -> None:
    engine = setup.open(tmp_path, Sizes(open_tables=20))
    refs = [GenerationRef(f"ta_{at}", 1) for at in range(300)]
    for ref in refs:
        engine.create(ref, SCHEMA)
    for at in range(0, 300, 15):
        put(engine, {"size": at}, ref=refs[at])
    assert [engine.mark(ref).counter for ref in refs] == [int(at % 15 == 0) for at in range(300)]
    assert [column(engine, "size", refs[at]) for at in range(0, 300, 15)] == [
        [at] for at in range(0, 300, 15)
    ]
    engine.close()


@pytest.fixture
def large(empty: Engine) -> Engine:
    """A table on which a query can take its time."""
    empty.create(REF, SCHEMA)
    names = [f"name {at * 7919 % 400_009}" for at in range(400_000)]
    empty.write(REF, SCHEMA, Upsert(pa.table({"name": names}), "re_1"), AT)
    return empty


def _slow() -> Query:
    return Query(order_by=(Order(Ref("name")),))


def test_a_deadline_ends_a_query_and_nothing_else(large: Engine) -> None:
    query = bind(_slow(), visible=SCHEMA)
    with large.read(REF) as other:
        with large.read(REF) as reading, pytest.raises(Unavailable) as caught:
            reading.select(query, {}, seconds=0.001)
        assert caught.value.code == "query.deadline"
        assert other.select(bind(Query(limit=1), visible=SCHEMA), {}, seconds=30).total == 400_000
    assert ask(large, Query(limit=1), seconds=30).total == 400_000


def test_deadlines_of_many_readers_are_apart(large: Engine) -> None:
    query = bind(_slow(), visible=SCHEMA)

    def impatient(_: int) -> str:
        with large.read(REF) as reading, pytest.raises(Unavailable) as caught:
            reading.select(query, {}, seconds=0.01)
        return caught.value.code

    def patient(_: int) -> int:
        return ask(large, Query(limit=5), seconds=60).total

    with ThreadPoolExecutor(6) as pool:
        hurried = pool.map(impatient, range(6))
        calm = pool.map(patient, range(12))
        assert set(hurried) == {"query.deadline"}
        assert set(calm) == {400_000}


def test_a_query_in_time_is_not_touched_by_its_deadline(engine: Engine) -> None:
    put(engine, {"name": "a"})
    with engine.read(REF) as reading:
        for _ in range(50):
            assert reading.select(EVERYTHING, {}, seconds=30).total == 1
        assert reading.select(EVERYTHING, {}, seconds=1).total == 1
        time.sleep(1.1)
        assert reading.select(EVERYTHING, {}, seconds=30).total == 1


def test_too_much_memory_is_refused_and_the_engine_stays(setup: Setup, tmp_path: Path) -> None:
    if not setup.bounds_memory:
        pytest.xfail("This engine leaves memory to its server.")
    engine = setup.open(tmp_path, Sizes(memory_bytes=40 << 20))
    wide = Schema((Field("name", "Name", FieldType.TEXT), Field("body", "Body", FieldType.TEXT)))
    engine.create(REF, wide)
    for part in range(4):
        bodies = [f"{part} {at} " * 200 for at in range(5_000)]
        engine.write(REF, wide, Upsert(pa.table({"name": bodies, "body": bodies}), "re_1"), AT)
    query = Query(select=parse_select("count(*) as n"), group_by=parse_group_by("name, body"))
    with pytest.raises(Unavailable) as caught:
        ask(engine, query, schema=wide)
    assert caught.value.code == "query.memory"
    assert ask(engine, Query(limit=1), schema=wide).total == 20_000
    assert engine.write(REF, wide, Delete(sources=["re_1"]), AT).count == 20_000
    engine.close()
