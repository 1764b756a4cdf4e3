"""Heavy queries: they wait for each other, and light ones go on beside them."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import duckdb
import pyarrow as pa
import pytest
from tests.engine.support import AT, REF, SCHEMA, ask, put

from colonnade.engine.embedded import EmbeddedEngine
from colonnade.engine.embedded.lanes import WAITING, Lane, Lanes
from colonnade.engine.embedded.snapshots import roll_back
from colonnade.engine.port import StateGoneError, Upsert
from colonnade.errors import Unavailable
from colonnade.generation import LIVE_IDS_FROM
from colonnade.query.bind import bind
from colonnade.query.odsql.parser import parse_group_by, parse_order_by, parse_select, parse_where
from colonnade.query.tree import Query

ROWS = 150_000
SORTED = Query(order_by=parse_order_by("name"))
"""All rows in an order: slow, and large."""
LIGHT = Query(select=parse_select("size"), limit=3)


def _open(
    folder: Path, *, light_seconds: float, wait_seconds: float = 60.0, memory_bytes: int = 256 << 20
) -> EmbeddedEngine:
    return EmbeddedEngine(
        folder / "generations",
        scratch=folder / "scratch",
        memory_bytes=memory_bytes,
        threads=2,
        wait_seconds=wait_seconds,
        light_seconds=light_seconds,
    )


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a generation of `ROWS` rows."""
    folder = tmp_path_factory.mktemp("rows")
    engine = _open(folder, light_seconds=10)
    engine.create(REF, SCHEMA)
    names = [f"{number * 7919 % ROWS:06} " * 10 for number in range(ROWS)]
    engine.write(REF, SCHEMA, Upsert(pa.table({"name": names, "size": range(ROWS)}), "re_1"), AT)
    engine.close()
    return folder


@pytest.fixture
def strict(rows: Path) -> Iterator[EmbeddedEngine]:
    """An engine to which nearly every query is heavy."""
    engine = _open(rows, light_seconds=0.003)
    yield engine
    engine.close()


def test_a_query_that_proves_heavy_is_begun_again_and_answered(strict: EmbeddedEngine) -> None:
    for _ in range(2):  # the second time it is known
        names = ask(strict, SORTED).table.column("name").to_pylist()
        assert len(names) == ROWS
        assert names == sorted(names)


def test_a_long_answer_that_proves_heavy_is_whole(strict: EmbeddedEngine) -> None:
    with strict.read(REF) as reading:
        batches = list(reading.stream(bind(SORTED, visible=SCHEMA), {}))
    assert sum(one.num_rows for one in batches) == ROWS
    assert batches[0].column("name")[0].as_py().startswith("000000 ")


def test_a_long_answer_to_a_text_that_proves_heavy_is_whole(strict: EmbeddedEngine) -> None:
    query = bind(Query(where=parse_where('"word"'), order_by=parse_order_by("name")), visible=SCHEMA)
    ids = pa.array(range(LIVE_IDS_FROM + 1, LIVE_IDS_FROM + 1 + ROWS, 2), pa.int64())
    with strict.read(REF) as reading:
        batches = list(reading.stream(query, {query.matches[0]: ids}))
    assert sum(one.num_rows for one in batches) == ROWS // 2


def test_heavy_queries_beside_a_heavy_one_are_refused_and_light_ones_are_not(rows: Path) -> None:
    engine = _open(rows, light_seconds=0.02, wait_seconds=0.001)
    for _ in range(3):  # the first one opens what the others use, and may take long
        ask(engine, LIGHT)

    def heavy(_: int) -> str:
        try:
            return str(ask(engine, SORTED).total)
        except Unavailable as error:
            return f"{error.code} {error.facts['retry_after']}"

    with ThreadPoolExecutor(6) as pool:
        found = pool.map(heavy, range(6))
        light = [ask(engine, LIGHT).total for _ in range(20)]
        assert set(light) == {ROWS}
        codes = set(found)
        assert "query.busy 1" in codes
        assert codes <= {"query.busy 1", str(ROWS)}
    engine.close()


def test_a_reading_that_would_begin_anew_after_a_write_says_so(tmp_path: Path) -> None:
    engine = _open(tmp_path, light_seconds=0.0)
    engine.create(REF, SCHEMA)
    put(engine, {"name": "a", "size": 1})
    filtered = bind(Query(where=parse_where("size > 0")), visible=SCHEMA)
    with engine.read(REF) as reading:
        put(engine, {"name": "b", "size": 2})
        with pytest.raises(StateGoneError):
            reading.select(filtered, {})
    with engine.read(REF) as reading:
        assert reading.select(filtered, {}).total == 2
    engine.close()


def test_a_query_without_enough_memory_harms_no_other(rows: Path) -> None:
    engine = _open(rows, light_seconds=10, memory_bytes=24 << 20)
    query = Query(select=parse_select("count(distinct name) as n"), group_by=parse_group_by("name"))

    def hog(_: int) -> str:
        with pytest.raises(Unavailable) as raised:
            ask(engine, query)
        return raised.value.code

    with ThreadPoolExecutor(2) as pool:
        hogs = pool.map(hog, range(2))
        assert {ask(engine, LIGHT).total for _ in range(50)} == {ROWS}
        assert set(hogs) == {"query.memory"}
    assert ask(engine, LIGHT).total == ROWS
    engine.close()


def test_a_transaction_is_ended_as_soon_as_there_is_memory_for_it() -> None:
    class Full(list[str]):
        """A cursor that finds no memory twice: when a real one does is a matter of luck."""

        def rollback(self) -> None:
            self.append("rollback")
            if len(self) < 3:
                raise duckdb.OutOfMemoryException("failed to allocate data of size 2.0 KiB")

    cursor = Full()
    roll_back(cast(duckdb.DuckDBPyConnection, cursor))
    assert len(cursor) == 3


def test_a_lane_takes_only_so_many_who_wait_and_all_that_was_begun() -> None:
    lane, gate = Lane("test", slots=1, wait_seconds=5.0), threading.Event()
    with ThreadPoolExecutor(WAITING + 2) as pool:
        runs = [pool.submit(lane.run, gate.wait) for _ in range(WAITING + 1)]
        begun = pool.submit(lane.run, lambda: "done", is_begun=True)
        while lane.waiting < WAITING:
            pass
        with pytest.raises(Unavailable) as raised:
            lane.run(gate.wait)
        assert raised.value.code == "query.busy"
        gate.set()
        assert all(one.result() for one in runs)
        assert begun.result() == "done"
    lane.close()


def test_an_error_in_a_lane_is_the_callers() -> None:
    lane = Lane("test", slots=1, wait_seconds=5.0)
    with pytest.raises(ZeroDivisionError):
        lane.run(lambda: 1 // 0)
    assert lane.run(lambda: 2) == 2
    lane.close()


def test_what_was_heavy_is_known_until_it_is_quick() -> None:
    lanes = Lanes(slots=1, wait_seconds=1.0)
    for seconds, is_heavy in ((0.5, False), (1.5, True), (0.5, True), (0.1, False)):
        lanes.learn("shape", seconds)
        assert lanes.is_heavy("shape") is is_heavy
    for number in range(2_000):
        lanes.learn(f"shape {number}", 2.0)
    assert not lanes.is_heavy("shape 0")
    assert lanes.is_heavy("shape 1999")
    lanes.close()
