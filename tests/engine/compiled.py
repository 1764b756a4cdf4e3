"""A small table in a DuckDB of its own, asked with compiled queries as an engine asks."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from colonnade.engine.embedded.ordering import in_order
from colonnade.engine.sql.compile import ByIds, Listed, Placed, compile_query
from colonnade.engine.sql.parts import Relation
from colonnade.query.bind import bind
from colonnade.query.odsql import parse_group_by, parse_order_by, parse_select, parse_where
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import (
    BoundQuery,
    Query,
)

SCHEMA = Schema(
    (
        Field("name", "Name", FieldType.TEXT),
        Field("n", "N", FieldType.INT),
        Field("x", "X", FieldType.DOUBLE),
        Field("day", "Day", FieldType.DATE),
        Field("seen", "Seen", FieldType.DATETIME),
        Field("at", "At", FieldType.TIME),
        Field("ok", "OK", FieldType.BOOLEAN),
        Field("tags", "Tags", FieldType.TEXT, multivalued=True),
        Field('odd "name"; --', "Odd", FieldType.TEXT),
    )
)
ODD = 'odd "name"; --'
NAMES = ("Émile", "zoe", "emile", "Zoé", None, "été", "Eta", "b", "", "it's")
RELATION = Relation("memory", "main", "rows")


def _row(number: int) -> dict[str, Any]:
    return {
        "_id": 100 + number,
        "_key": None,
        "_source": "re_1",
        "_seq": number,
        "_modified": dt.datetime(2024, 1, 1),
        "name": NAMES[number % 10],
        "n": None if number % 4 == 3 else number % 5 - 1,
        "x": None if number % 6 == 5 else number / 2,
        "day": None if number % 7 == 6 else dt.date(2020, 1, 1 + number),
        "seen": None if number % 5 == 4 else dt.datetime(2020, 1, 1 + number, 12),
        "at": dt.time(number, 30),
        "ok": (True, False, None)[number % 3],
        "tags": (["red", "blue"], [], None, ["blue", "blue"], ["été"])[number % 5],
        ODD: str(number % 2),
    }


ROWS = [_row(number) for number in range(1, 21)]
BY_ID = {row["_id"]: row for row in ROWS}
TYPES: Mapping[FieldType, Any] = {
    FieldType.TEXT: pa.string(),
    FieldType.INT: pa.int64(),
    FieldType.DOUBLE: pa.float64(),
    FieldType.DATE: pa.date32(),
    FieldType.DATETIME: pa.timestamp("us"),
    FieldType.TIME: pa.time64("us"),
    FieldType.BOOLEAN: pa.bool_(),
}


def _table() -> Any:
    system = [
        ("_id", pa.int64()),
        ("_key", pa.string()),
        ("_source", pa.string()),
        ("_seq", pa.int64()),
        ("_modified", pa.timestamp("us")),
    ]
    fields = [
        (one.name, pa.list_(pa.string()) if one.multivalued else TYPES[one.type]) for one in SCHEMA.fields
    ]
    return pa.Table.from_pylist(ROWS, schema=pa.schema([*system, *fields]))


@dataclass(frozen=True)
class Database:
    """A DuckDB with the rows of this module, asked as an engine asks."""

    connection: duckdb.DuckDBPyConnection

    def rows(self, query: BoundQuery, **situation: Any) -> list[dict[str, Any]]:
        page = compile_query(query, relation=RELATION, **situation).page
        places = None
        if isinstance(page, ByIds):
            found = self._run(page.ids.sql, page.ids.params)
            page = page.rows([(one["_id"], one["_seq"]) for one in found])
            places = pa.array([one["_seq"] for one in found], pa.int64())
        if isinstance(page, Placed):
            table = self.connection.execute(page.statement.sql, list(page.statement.params)).to_arrow_table()
            rows: list[dict[str, Any]] = in_order(table, places).to_pylist()
            return rows
        assert not isinstance(page, Listed), "nobody said that the ids are known"
        return self._run(page.sql, page.params)

    def total(self, query: BoundQuery, **situation: Any) -> int | None:
        total = compile_query(query, relation=RELATION, **situation).total
        if total is None:
            return None
        (row,) = self._run(total.sql, total.params)
        (number,) = row.values()
        return int(number)

    def _run(self, sql: str, params: tuple[Any, ...]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.connection.execute(sql, list(params)).to_arrow_table().to_pylist()
        return found


def bound(
    *,
    select: str = "_id",
    where: str | None = None,
    group_by: str | None = None,
    order_by: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> BoundQuery:
    query = Query(
        select=parse_select(select),
        where=parse_where(where) if where else None,
        group_by=parse_group_by(group_by) if group_by else (),
        order_by=parse_order_by(order_by) if order_by else (),
        limit=limit,
        offset=offset,
    )
    return bind(query, visible=SCHEMA, system=("_id", "_seq"))


def ids_of(database: Database, **clauses: Any) -> list[int]:
    return [row["_id"] for row in database.rows(bound(**clauses))]


ALL = [row["_id"] for row in ROWS]


@contextmanager
def small_database() -> Iterator[Database]:
    with duckdb.connect() as connection:
        connection.register("given", _table())
        connection.execute("CREATE TABLE rows AS SELECT * FROM given")
        connection.execute("CREATE UNIQUE INDEX rows_by_id ON rows (_id)")
        yield Database(connection)
