"""The geometries that queries ask for: shared by threads, and there until their query is over."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.engine.support import REF, SETUPS, Sizes, put

from colonnade.engine import shapes
from colonnade.engine.port import Engine
from colonnade.errors import Unavailable
from colonnade.query.bind import bind
from colonnade.query.geometries import parsed, written
from colonnade.query.odsql import parse_where
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import Query

ROOT = Path(__file__).resolve().parents[2]
SPOTS = Schema((Field("spot", "Spot", FieldType.GEO_POINT),))
ROWS = 5_000
TRIANGLE = "POLYGON((0 0, 4 0, 0 4, 0 0))"


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An engine that keeps no geometry for later but the last one."""
    monkeypatch.setattr(shapes, "_KEPT_BYTES", 1)
    engine = SETUPS["embedded"].open(tmp_path, Sizes())
    engine.create(REF, SPOTS)
    put(engine, *({"spot": {"lon": 1.0, "lat": 1.0}} for _ in range(ROWS)), schema=SPOTS)
    return engine


def _key(geometry: str) -> shapes.Key:
    return shapes.keep(written(parsed(geometry)))


def _is_there(name: str) -> bool:
    """Asked of the functions' own books, after another geometry has taken the place that there is for old ones."""
    _key("POINT(0 0)")
    gc.collect()
    return name in shapes._ASKED._alive


def test_many_threads_ask_for_the_same_geometry() -> None:
    """In a process of its own: what GEOS makes of a geometry as it is first tested would else break the process."""
    command = [sys.executable, "-m", "tests.engine.shapes_asker", "1.5"]
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    wrong, rounds = map(int, done.stdout.split())
    assert wrong == 0
    assert rounds > 0


def test_a_geometry_is_there_until_the_last_row_of_its_query(engine: Engine) -> None:
    query = bind(Query(where=parse_where(f"within(spot, geom'{TRIANGLE}')")), visible=SPOTS)
    name = str(_key(TRIANGLE))
    with engine.read(REF) as reading:
        batches = reading.stream(query, {}, batch_rows=100)
        rows = next(batches).num_rows
        assert _is_there(name)
        rows += sum(one.num_rows for one in batches)
    assert rows == ROWS
    assert not _is_there(name)
    engine.close()


def test_many_geometries_in_one_query_are_all_there(engine: Engine) -> None:
    terms = " or ".join(f"within(spot, geom'POLYGON((0 0, {one} 0, 0 {one}, 0 0))')" for one in range(1, 40))
    with engine.read(REF) as reading:
        found = reading.select(bind(Query(where=parse_where(terms), limit=1), visible=SPOTS), {})
    assert found.total == ROWS
    engine.close()


def test_those_asked_for_lately_are_there_for_the_next_query(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as have room; the size is of what GEOS makes too, which is several times the geometry's own."""
    monkeypatch.setattr(shapes, "_KEPT_BYTES", 2 * shapes._Kept(written(parsed(TRIANGLE))).size)
    first, second, third = (str(_key(f"POLYGON((0 0, {one} 0, 0 9, 0 0))")) for one in (1, 2, 3))
    assert [one in shapes._ASKED._alive for one in (first, second, third)] == [False, True, True]


def test_a_fault_of_a_function_is_no_fault_of_the_question(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = bind(Query(where=parse_where(f"within(spot, geom'{TRIANGLE}')")), visible=SPOTS)

    def fail(name: str) -> shapes._Kept:
        raise KeyError(name)

    monkeypatch.setattr(shapes._ASKED, "get", fail)
    with engine.read(REF) as reading, pytest.raises(Unavailable) as caught:
        reading.select(query, {})
    assert caught.value.code == "rows.failed"
    engine.close()
