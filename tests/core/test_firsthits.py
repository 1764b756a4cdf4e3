"""Pages of very many hits: the same as those that come of all of them."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from tests.engine.support import SETUPS, Sizes

from colonnade.core.firsthits import MANY
from colonnade.core.rowstore import RowStore
from colonnade.engine.port import Delete, Upsert
from colonnade.generation import GenerationRef
from colonnade.index.tantivy_store import TantivyStore
from colonnade.query.bind import bind
from colonnade.query.odsql import parse_select, parse_where
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import And, Literal, Query

REF = GenerationRef("tb_many", 1)
AT = dt.datetime(2024, 5, 1, 12)
ROWS = 3 * MANY
SCHEMA = Schema((Field("n", "N", FieldType.INT), Field("title", "Title", FieldType.TEXT)))


@pytest.fixture(params=list(SETUPS), scope="module")
def rows(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RowStore]:
    """Rows of which every second one has the word `even`, every third `third`; some were deleted, some came last."""
    folder = tmp_path_factory.mktemp("many")
    engine, index = SETUPS[request.param].open(folder, Sizes()), TantivyStore(folder / "index")
    store = RowStore(engine, index)
    store.create(REF, SCHEMA)
    store.write(REF, SCHEMA, _upsert(range(ROWS)), AT)
    store.write(REF, SCHEMA, Delete(keys=[str(one) for one in range(100, 140)]), AT)
    store.write(REF, SCHEMA, _upsert(range(6)), AT)
    yield store
    index.close()
    engine.close()


def _upsert(numbers: range) -> Upsert:
    texts = [
        " ".join(word for step, word in ((2, "even"), (3, "third")) if number % step == 0)
        for number in numbers
    ]
    keys = pa.array([str(one) for one in numbers], pa.string())
    return Upsert(pa.table({"_key": keys, "n": pa.array(list(numbers)), "title": texts}), "re_1")


def _numbers(rows: RowStore, query: Query) -> tuple[list[int], int]:
    found = rows.select(REF, SCHEMA, bind(query, visible=SCHEMA), 60.0)
    return found.table.column("n").to_pylist(), found.total


@pytest.mark.parametrize("where", ['"even"', "search('even')", "title like 'thir*'", '"even third"'])
@pytest.mark.parametrize("page", [(10, 0), (100, 45), (100, 9_900), (1, 0), (700, 3)])
def test_a_page_of_many_hits_is_that_of_all_of_them(
    rows: RowStore, where: str, page: tuple[int, int]
) -> None:
    limit, offset = page
    condition = parse_where(where)
    query = Query(select=parse_select("n"), where=condition, limit=limit, offset=offset)
    # A condition more is answered by way of all ids.
    longer = replace(query, where=And((condition, parse_where("n >= 0"))))
    expected = _numbers(rows, longer)
    assert _numbers(rows, query) == expected
    assert len(expected[0]) == min(limit, expected[1] - offset)


def test_the_first_rows_are_those_that_were_written_first(rows: RowStore) -> None:
    query = Query(select=parse_select("n"), where=parse_where('"even"'), limit=60, offset=0)
    numbers, total = _numbers(rows, query)
    assert numbers[:4] == [6, 8, 10, 12]
    assert not {100, 102, 138} & set(numbers)
    assert total == ROWS // 2 - 20


def test_what_counts_all_of_them_has_no_short_way(rows: RowStore) -> None:
    query = Query(select=parse_select("count(*) as c, n"), where=parse_where('"even"'), limit=2)
    found = rows.select(REF, SCHEMA, bind(query, visible=SCHEMA), 60.0)
    assert found.table.to_pylist() == [{"c": found.total, "n": 6}, {"c": found.total, "n": 8}]


def test_a_hidden_row_is_not_counted(rows: RowStore) -> None:
    query = Query(select=parse_select("n"), where=parse_where('"even"'), limit=10)
    nothing = bind(query, visible=SCHEMA, row_filter=Literal(value=False), table=SCHEMA)
    assert rows.select(REF, SCHEMA, nothing, 60.0).total == 0


@pytest.mark.parametrize("setup", list(SETUPS))
def test_pages_of_rows_in_the_order_of_their_ids_come_from_the_index(setup: str, tmp_path: Path) -> None:
    """Opened anew, the rows are as a build leaves them: nothing was written live since."""
    engine, index = SETUPS[setup].open(tmp_path, Sizes()), TantivyStore(tmp_path / "index")
    store = RowStore(engine, index)
    store.create(REF, SCHEMA)
    store.write(REF, SCHEMA, _upsert(range(3_000)), AT)
    engine.close()
    engine = SETUPS[setup].open(tmp_path, Sizes())
    store = RowStore(engine, index)
    with engine.read(REF) as reading:
        assert reading.in_id_order
    for where, step in (('"even"', 2), ("search('third')", 3), ('"even third"', 6), ('"nothing"', 10_000)):
        for limit, offset in ((10, 0), (100, 45), (100, 490), (2_000, 1), (10, 5_000)):
            query = Query(select=parse_select("n"), where=parse_where(where), limit=limit, offset=offset)
            every = [one for one in range(0, 3_000, step) if step < 3_000]
            assert _numbers(store, query) == (every[offset : offset + limit], len(every))
    store.write(REF, SCHEMA, _upsert(range(6)), AT)
    with engine.read(REF) as reading:
        assert not reading.in_id_order
    query = Query(select=parse_select("n"), where=parse_where('"third"'), limit=2, offset=998)
    assert _numbers(store, query) == ([0, 3], 1_000)
    index.close()
    engine.close()
