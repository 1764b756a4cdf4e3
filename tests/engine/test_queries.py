"""The contract: a bound query is answered with a page, an exact total and promised types."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pytest
from tests.engine.support import AT, REF, SCHEMA, ask, put

from colonnade.engine.port import Delete, Engine
from colonnade.generation import LIVE_IDS_FROM
from colonnade.query.bind import bind
from colonnade.query.odsql.parser import parse_group_by, parse_order_by, parse_select, parse_where
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import And, Compare, CompareOp, FieldRef, HasAny, Literal, Query, TextMatch

FRUIT = Schema(
    (
        Field("name", "Name", FieldType.TEXT),
        Field("kind", "Kind", FieldType.TEXT),
        Field("weight", "Weight", FieldType.DOUBLE),
        Field("count", "Count", FieldType.INT),
        Field("picked", "Picked", FieldType.DATE),
        Field("tags", "Tags", FieldType.TEXT, multivalued=True),
        Field("place", "Place", FieldType.GEO_POINT),
    )
)
ROWS: list[dict[str, Any]] = [
    {"name": "apple", "kind": "pome", "weight": 0.2, "count": 5, "tags": ["red", "sweet"]},
    {"name": "pear", "kind": "pome", "weight": 0.3, "count": 3, "picked": dt.date(2024, 9, 1)},
    {"name": "Plum", "kind": "stone", "weight": None, "count": 9, "tags": ["blue"]},
    {"name": "cherry", "kind": "stone", "weight": 0.01, "count": 3, "tags": []},
    {"name": "fig", "kind": None, "weight": 0.05, "count": None, "place": {"lon": 1.0, "lat": 2.0}},
]


@pytest.fixture
def fruit(empty: Engine) -> Engine:
    empty.create(REF, FRUIT)
    put(empty, *ROWS, schema=FRUIT)
    return empty


def _query(
    where: str = "",
    select: str = "",
    group_by: str = "",
    order_by: str = "",
    limit: int | None = 10,
    offset: int = 0,
) -> Query:
    return Query(
        select=parse_select(select) if select else None,
        where=parse_where(where) if where else None,
        group_by=parse_group_by(group_by) if group_by else (),
        order_by=parse_order_by(order_by) if order_by else (),
        limit=limit,
        offset=offset,
    )


def _names(engine: Engine, query: Query) -> tuple[list[str], int]:
    found = ask(engine, query, schema=FRUIT)
    return found.table.column("name").to_pylist(), found.total


def test_without_conditions_rows_come_in_their_order(fruit: Engine) -> None:
    names = [one["name"] for one in ROWS]
    assert _names(fruit, Query()) == (names, 5)
    assert _names(fruit, Query(limit=2, offset=1)) == (names[1:3], 5)
    assert _names(fruit, Query(limit=2, offset=4)) == (names[4:], 5)
    assert _names(fruit, Query(limit=2, offset=99)) == ([], 5)
    assert _names(fruit, Query(limit=0)) == ([], 5)


def test_pages_have_no_gaps_after_deletions(fruit: Engine) -> None:
    fruit.write(REF, FRUIT, Delete(ids=[LIVE_IDS_FROM + 2, LIVE_IDS_FROM + 3]), AT)
    assert _names(fruit, Query(limit=2)) == (["apple", "cherry"], 3)
    assert _names(fruit, Query(limit=2, offset=2)) == (["fig"], 3)
    fruit.write(REF, FRUIT, Delete(sources=["re_1"]), AT)
    assert _names(fruit, Query(limit=2)) == ([], 0)


def test_an_answer_has_the_types_that_were_promised(fruit: Engine) -> None:
    table = ask(fruit, Query(limit=1), schema=FRUIT).table
    assert table.schema.equals(
        pa.schema(
            [
                ("name", pa.string()),
                ("kind", pa.string()),
                ("weight", pa.float64()),
                ("count", pa.int64()),
                ("picked", pa.date32()),
                ("tags", pa.list_(pa.string())),
                ("place", pa.struct([("lon", pa.float64()), ("lat", pa.float64())])),
            ]
        )
    )
    counted = ask(fruit, _query(select="count(*) as n", group_by="kind"), schema=FRUIT).table
    assert counted.schema.field("n").type == pa.int64()


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ('kind = "pome"', ["apple", "pear"]),
        ("count > 3", ["apple", "Plum"]),
        ("weight <= 0.2", ["apple", "cherry", "fig"]),
        ("picked is null and count = 3", ["cherry"]),
        ("not (count = 3)", ["apple", "Plum", "fig"]),
        ("count = 9 or count = 5", ["apple", "Plum"]),
    ],
)
def test_conditions_choose_rows(fruit: Engine, where: str, names: list[str]) -> None:
    assert _names(fruit, _query(where)) == (names, len(names))
    assert _names(fruit, _query(where, limit=1)) == (names[:1], len(names))
    assert _names(fruit, _query(where, limit=None)) == (names, len(names))


def test_rows_are_ordered_with_nulls_last(fruit: Engine) -> None:
    assert _names(fruit, _query(order_by="weight"))[0] == ["cherry", "fig", "apple", "pear", "Plum"]
    assert _names(fruit, _query(order_by="weight desc"))[0] == ["pear", "apple", "fig", "cherry", "Plum"]
    assert _names(fruit, _query(order_by="count, name desc", limit=None))[0] == [
        "pear",
        "cherry",
        "apple",
        "Plum",
        "fig",
    ]


def test_groups_are_counted(fruit: Engine) -> None:
    query = _query(select="count(*) as n", group_by="kind", order_by="n desc, kind")
    found = ask(fruit, query, schema=FRUIT)
    rows = {(one.get("kind"), one["n"]) for one in found.table.to_pylist()}
    assert {one[1] for one in rows} == {1, 2}
    assert found.total == 3
    page = ask(fruit, _query(select="count(*) as n", group_by="kind", limit=1), schema=FRUIT)
    assert (page.table.num_rows, page.total) == (1, 3)


def _hits(found: Mapping[TextMatch, list[int]]) -> dict[TextMatch, Any]:
    return {match: pa.array([LIVE_IDS_FROM + one for one in ids], pa.int64()) for match, ids in found.items()}


def test_text_conditions_are_answered_by_the_given_ids(fruit: Engine) -> None:
    red, big = TextMatch("red", ("name",)), TextMatch("big", ("kind",))
    both = bind(Query(where=And((red, big))), visible=FRUIT)
    assert set(both.matches) == {red, big}
    with fruit.read(REF) as reading:
        for found, names in (
            ({red: [1, 2, 3], big: [2, 3, 5]}, ["pear", "Plum"]),
            ({red: [], big: [1]}, []),
            ({red: [4, 999], big: [4, 999]}, ["cherry"]),
        ):
            answer = reading.select(both, _hits(found))
            assert (answer.table.column("name").to_pylist(), answer.total) == (names, len(names))


def test_a_million_hits_are_no_trouble(fruit: Engine) -> None:
    match = TextMatch("common", ("name",))
    query = bind(
        Query(where=And((match, Compare(CompareOp.NE, FieldRef("name"), Literal(""))))), visible=FRUIT
    )
    ids = pa.array(range(LIVE_IDS_FROM, LIVE_IDS_FROM + 1_000_000), pa.int64())
    with fruit.read(REF) as reading:
        assert reading.select(query, {match: ids}).total == 5


def test_a_list_field_is_searched_for_any_of_some_values(fruit: Engine) -> None:
    assert _names(fruit, Query(where=HasAny("tags", ("blue", "sweet")))) == (["apple", "Plum"], 2)
    assert _names(fruit, Query(where=HasAny("tags", ()))) == ([], 0)


def test_a_row_filter_may_name_what_its_reader_does_not_see(fruit: Engine) -> None:
    keep = Compare(CompareOp.EQ, FieldRef("kind"), Literal("stone"))
    query = bind(Query(), visible=FRUIT.only(["name"]), row_filter=keep, table=FRUIT)
    with fruit.read(REF) as reading:
        found = reading.select(query, {})
    assert found.table.to_pylist() == [{"name": "Plum"}, {"name": "cherry"}]
    assert found.total == 2


def test_values_are_values_and_never_sql(fruit: Engine) -> None:
    for text in ("' OR 1=1 --", '"; DROP TABLE rows; --', "\\", "?", "$1"):
        where = Compare(CompareOp.EQ, FieldRef("name"), Literal(text))
        assert _names(fruit, Query(where=where)) == ([], 0)
    assert ask(fruit, Query(), schema=FRUIT).total == 5


def test_one_reading_answers_many_queries_from_one_state(engine: Engine) -> None:
    put(engine, {"name": "a"})
    query = bind(Query(limit=10), visible=SCHEMA)
    with engine.read(REF) as reading:
        put(engine, {"name": "b"})
        first = reading.select(query, {})
        put(engine, {"name": "c"})
        second = reading.select(query, {})
        assert first.table.equals(second.table)
        assert (first.total, second.total, reading.rows, reading.mark.counter) == (1, 1, 1, 1)
    assert ask(engine, Query()).total == 3
