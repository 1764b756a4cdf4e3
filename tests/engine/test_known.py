"""What an engine looks up once of rows that nobody writes: answers are the same before and after, and after a write."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.engine.support import NEXT, REF, put

from colonnade.engine.embedded import EmbeddedEngine
from colonnade.engine.embedded.instance import Instance
from colonnade.engine.embedded.opened import OpenTables
from colonnade.engine.embedded.snapshots import reader_snapshot
from colonnade.engine.port import Engine, Selection, StateGoneError
from colonnade.errors import NotFound
from colonnade.query.bind import bind
from colonnade.query.odsql.parser import parse_group_by, parse_order_by, parse_select, parse_where
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import Query

SCHEMA = Schema(
    (
        Field("code", "Code", FieldType.TEXT),
        Field("name", "Name", FieldType.TEXT),
        Field("full", "Full", FieldType.TEXT),
        Field("size", "Size", FieldType.INT),
        Field("tags", "Tags", FieldType.TEXT, multivalued=True),
    )
)
NAMES = ("b", "Ánna", "anna", "Zoe", None)
ROWS = [
    {
        "code": str(one),
        "name": NAMES[one % 5],
        "full": "x" if one % 2 else "y",
        "size": one % 3,
        "tags": [["red", "blue"], [], ["red"]][one % 3],
    }
    for one in range(30)
]


@pytest.fixture
def still(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    """An engine that has written into nothing since it was opened."""
    before = _open(tmp_path)
    before.create(REF, SCHEMA)
    put(before, *ROWS, schema=SCHEMA)
    before.close()
    engine = _open(tmp_path)
    yield engine
    engine.close()


def _open(folder: Path) -> EmbeddedEngine:
    return EmbeddedEngine(
        folder / "generations", scratch=folder / "scratch", memory_bytes=256 << 20, threads=2
    )


def asked(engine: Engine, **parts: Any) -> Selection:
    """The same by itself as in a reading, and again."""
    query = bind(_query(parts), visible=SCHEMA)
    alone = [engine.select(REF, query, seconds=60) for _ in range(2)]
    with engine.read(REF) as reading:
        found = [reading.select(query, {}) for _ in range(2)]
    assert [(one.table.to_pylist(), one.total) for one in alone] == [
        (one.table.to_pylist(), one.total) for one in found
    ]
    assert found[0] == found[1]
    return found[0]


def _query(parts: Mapping[str, Any]) -> Query:
    readers: Mapping[str, Callable[[str], Any]] = {
        "select": parse_select,
        "where": parse_where,
        "group_by": parse_group_by,
        "order_by": parse_order_by,
    }
    return Query(**{name: readers[name](one) if name in readers else one for name, one in parts.items()})


def _column(found: Selection) -> list[Any]:
    values: list[Any] = found.table.column(0).to_pylist()
    return values


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_texts_are_sorted_alike_with_case_and_without(still: EmbeddedEngine, direction: str) -> None:
    def codes() -> list[Any]:
        return _column(asked(still, select="code", order_by=f"code {direction}", where="size >= 0", limit=40))

    assert codes() == sorted(codes(), reverse=direction == "desc")
    put(still, {"code": "É1", "size": 1}, {"code": "Z", "size": 1}, {"code": "e0", "size": 1}, schema=SCHEMA)
    written = [one for one in codes() if not one.isdigit()]
    assert written == (["e0", "É1", "Z"] if direction == "asc" else ["Z", "É1", "e0"])


def test_names_with_case_are_sorted_without_it(still: EmbeddedEngine) -> None:
    found = _column(asked(still, select="name", order_by="name, code", limit=40))
    assert found == sorted(found, key=_place)


def _place(name: str | None) -> int:
    return {"Ánna": 0, "anna": 0, "b": 1, "Zoe": 2, None: 3}[name]


def test_values_are_counted_where_some_are_missing_and_where_none_are(still: EmbeddedEngine) -> None:
    def counts() -> list[dict[str, int]]:
        found: list[dict[str, int]] = asked(
            still,
            select="count(name) as names, count(full) as fulls, count(*) as all, count(full) / 2 as half",
            group_by="size",
            order_by="count(full) desc",
            limit=10,
        ).table.to_pylist()
        return found

    assert [(one["names"], one["fulls"], one["all"], one["half"]) for one in counts()] == [(8, 10, 10, 5)] * 3
    put(still, {"size": 0}, {"size": 0, "full": "z"}, schema=SCHEMA)
    first = counts()[0]
    assert (first["size"], first["names"], first["fulls"], first["all"]) == (0, 8, 11, 12)


def test_an_empty_list_is_no_element_that_counts(still: EmbeddedEngine) -> None:
    found = asked(still, select="count(tags) as n", group_by="tags", limit=10).table.to_pylist()
    assert {one["tags"]: one["n"] for one in found} == {"red": 20, "blue": 10, None: 0}


def test_totals_are_those_of_the_condition_and_of_the_rows_that_there_are(still: EmbeddedEngine) -> None:
    def total(where: str, offset: int = 0) -> int:
        return asked(still, select="code", where=where, limit=2, offset=offset).total

    assert [total("full = 'x'", offset) for offset in (0, 2, 14, 500)] == [15] * 4
    assert [total(one) for one in ("full = 'y'", "size = 1", "size > 0", "size = 0 or size = 1")] == [
        15,
        10,
        20,
        20,
    ]
    assert total("size / 2 > 0.5") == total("size / 2.0 > 0.5") == 10
    assert asked(still, select="count(*) as n", group_by="code", limit=2).total == 30
    put(still, {"code": "new", "full": "x"}, schema=SCHEMA)
    assert total("full = 'x'") == 16
    assert asked(still, select="count(*) as n", group_by="code", limit=2).total == 31


def test_an_answer_by_itself_is_of_one_state(still: EmbeddedEngine) -> None:
    query = bind(_query({"select": "code", "limit": 2}), visible=SCHEMA)
    assert still.select(REF, query).total == 30
    put(still, {"code": "new"}, schema=SCHEMA)
    assert still.select(REF, query).total == 31
    with pytest.raises(NotFound):
        still.select(NEXT, query)


def test_an_answer_by_itself_is_of_no_two_states(still: EmbeddedEngine, tmp_path: Path) -> None:
    """Somebody begins to write between two of its statements."""
    still.close()
    instance = Instance(
        tmp_path / "generations", scratch=tmp_path / "scratch", memory_bytes=256 << 20, threads=2
    )
    tables = OpenTables(instance, tmp_path / "generations", limit=5)
    with tables.pinned(REF) as table:
        for is_brief in (False, True):  # the first one looks
            with reader_snapshot(instance, table, is_brief=is_brief) as state, state.asked():
                assert state.number(f"SELECT count(*) FROM {state.rows}") == 30
        with reader_snapshot(instance, table, is_brief=True) as state:
            with state.asked():
                state.number(f"SELECT count(*) FROM {state.rows}")
            table.takes_writes = True
            with pytest.raises(StateGoneError), state.asked():
                state.number(f"SELECT count(*) FROM {state.rows}")
    tables.detach_all()
    instance.close()
