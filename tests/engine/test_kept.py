"""What the embedded engine keeps from one query to the next: written statements, and the state of files that take no
writes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.engine.compiled import RELATION
from tests.engine.compiled import SCHEMA as COMPILED
from tests.engine.support import REF, SCHEMA, ask, put

from colonnade.engine.embedded import EmbeddedEngine
from colonnade.engine.port import StateGoneError
from colonnade.engine.sql.compile import ByIds, Placed
from colonnade.engine.sql.kept import compiled
from colonnade.errors import NotFound
from colonnade.query.bind import bind
from colonnade.query.odsql.parser import parse_select, parse_where
from colonnade.query.tree import BoundQuery, Query

SIZES = Query(select=parse_select("size"), limit=10)


def _bound(where: str) -> BoundQuery:
    return bind(Query(select=parse_select("n"), where=parse_where(where), limit=5), visible=COMPILED)


def _params(where: str) -> list[tuple[object, type]]:
    page = compiled(_bound(where), RELATION, {}, dense=None, with_total=True).page
    assert isinstance(page, ByIds)
    return [(one, type(one)) for one in page.ids.params]


def test_values_that_are_equal_in_python_are_not_one_query() -> None:
    assert _params("x > 1") == _params("x > 1")
    assert _params("x * 1 > 2") != _params("x * 1.0 > 2")
    assert _params("x / 0.0 > 1") != _params("x / 1.0 > 1")


def test_the_same_query_is_written_once() -> None:
    first = compiled(_bound("x > 3"), RELATION, {}, dense=None, with_total=True)
    assert compiled(_bound("x > 3"), RELATION, {}, dense=None, with_total=True) is first
    assert compiled(_bound("x > 3"), RELATION, {}, dense=None, with_total=False) is not first


@pytest.mark.parametrize("columns", ["n", "n, 1.5 * n"])
def test_pages_by_their_place_are_one_statement(columns: str) -> None:
    first, second = (_page(columns, limit, offset) for limit, offset in ((5, 0), (7, 20)))
    assert second.statement.sql == first.statement.sql
    assert first.statement.params[-2:] == (1, 5)
    assert second.statement.params[-2:] == (21, 27)
    assert _page(columns, 100, 1 << 61).statement.params[-2:] == ((1 << 61) + 1, 30)
    assert _page("n, 2 * n", 5, 0).statement.params[-2:] == (1, 5)


def _page(columns: str, limit: int, offset: int) -> Placed:
    query = bind(Query(select=parse_select(columns), limit=limit, offset=offset), visible=COMPILED)
    page = compiled(query, RELATION, {}, dense=(1, 30)).page
    assert isinstance(page, Placed)
    return page


@pytest.fixture
def reopened(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    """An engine that has not written into the generation `REF` of three rows, and whose readers have seen it."""
    before = _open(tmp_path)
    before.create(REF, SCHEMA)
    put(before, *({"_key": str(one), "size": one} for one in range(3)))
    before.close()
    engine = _open(tmp_path)
    assert ask(engine, SIZES).total == 3
    yield engine
    engine.close()


def _open(folder: Path) -> EmbeddedEngine:
    return EmbeddedEngine(
        folder / "generations", scratch=folder / "scratch", memory_bytes=256 << 20, threads=2
    )


def test_a_state_is_not_assumed_once_somebody_has_written(reopened: EmbeddedEngine) -> None:
    with reopened.read(REF) as reading:
        put(reopened, {"_key": "3", "size": 3})
        with pytest.raises(StateGoneError):
            reading.select(bind(SIZES, visible=SCHEMA), {})
    found = ask(reopened, SIZES)
    assert found.total == 4


def test_a_reading_that_has_begun_keeps_its_state(reopened: EmbeddedEngine) -> None:
    query = bind(SIZES, visible=SCHEMA)
    with reopened.read(REF) as reading:
        assert reading.select(query, {}).total == 3
        put(reopened, {"_key": "3", "size": 3})
        assert reading.select(query, {}).total == 3
        assert reading.mark.counter == 1


def test_rows_that_are_dropped_before_the_first_look_are_gone(reopened: EmbeddedEngine) -> None:
    with reopened.read(REF) as reading:
        reopened.drop(REF)
        with pytest.raises(NotFound):
            reading.select(bind(SIZES, visible=SCHEMA), {})


@pytest.mark.parametrize("where", ["size < 2", "size > 0"])
def test_a_filtered_page_has_the_order_of_the_rows(reopened: EmbeddedEngine, where: str) -> None:
    query = Query(select=parse_select("size"), where=parse_where(where), limit=2)
    expected = [one for one in range(3) if (one < 2 if where == "size < 2" else one > 0)]
    found = ask(reopened, query)
    assert (found.table.column("size").to_pylist(), found.total) == (expected, 2)
    put(reopened, {"_key": "1", "size": 1})  # rewritten, it moves last
    found = ask(reopened, query)
    assert (found.table.column("size").to_pylist(), found.total) == (
        sorted(expected, key=lambda one: one == 1),
        2,
    )
