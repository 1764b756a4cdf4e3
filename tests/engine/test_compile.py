"""Compiled queries, run on a small table and compared with what Python says."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.engine.sql.compile import SHORT_PAGE, ByIds, compile_query
from colonnade.query.bind import bind
from colonnade.query.odsql import parse_group_by, parse_order_by, parse_select, parse_where
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import (
    And,
    BoundQuery,
    Compare,
    CompareOp,
    Expr,
    FieldRef,
    In,
    IsNull,
    Literal,
    Not,
    Or,
    Query,
    TextMatch,
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
RELATION = ("memory", "main", "rows")


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
        if isinstance(page, ByIds):
            ids = [one["_id"] for one in self._run(page.ids.sql, page.ids.params)]
            page = page.rows(ids)
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


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with duckdb.connect() as connection:
        connection.register("given", _table())
        connection.execute("CREATE TABLE rows AS SELECT * FROM given")
        connection.execute("CREATE UNIQUE INDEX rows_by_id ON rows (_id)")
        yield Database(connection)


def _bound(
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


def _ids(database: Database, **clauses: Any) -> list[int]:
    return [row["_id"] for row in database.rows(_bound(**clauses))]


ALL = [row["_id"] for row in ROWS]


# conditions


def _holds(expr: Expr, row: Mapping[str, Any]) -> bool:
    """What a condition means, in Python."""
    match expr:
        case And(terms):
            return all(_holds(one, row) for one in terms)
        case Or(terms):
            return any(_holds(one, row) for one in terms)
        case Not(term):
            return not _holds(term, row)
        case IsNull(FieldRef(name), negated):
            return _is_empty(row[name]) is not negated
        case In(FieldRef(name), options):
            return any(
                _compared(CompareOp.EQ, row[name], one.value) for one in options if isinstance(one, Literal)
            )
        case Compare(op, FieldRef(name), Literal(value)):
            return _compared(op, row[name], value)
        case FieldRef(name):
            return row[name] is True
    raise AssertionError(expr)


def _is_empty(value: Any) -> bool:
    return value is None or value == []


def _compared(op: CompareOp, left: Any, right: Any) -> bool:
    if left is None or right is None:
        return False
    if isinstance(left, list):
        return any(_compared(op, one, right) for one in left)
    return bool(eval(f"left {'==' if op is CompareOp.EQ else op} right"))  # op is one of six


_OPS = st.sampled_from(CompareOp)
_EQUALITIES = st.sampled_from([CompareOp.EQ, CompareOp.NE])


def _comparisons(
    name: str, values: st.SearchStrategy[Any], ops: st.SearchStrategy[CompareOp] = _OPS
) -> st.SearchStrategy[Expr]:
    field, literals = st.just(FieldRef(name)), st.builds(Literal, values)
    return st.one_of(
        st.builds(Compare, ops, field, literals),
        st.builds(In, field, st.lists(literals, min_size=1, max_size=20).map(tuple)),
        st.builds(IsNull, field, st.booleans()),
    )


_CONDITIONS = st.one_of(
    _comparisons(
        "name", st.one_of(st.sampled_from(NAMES), st.text(st.characters(exclude_categories=["Cs"])))
    ),
    _comparisons("n", st.one_of(st.none(), st.integers(-3, 5), st.integers(), st.floats(allow_nan=False))),
    _comparisons("x", st.one_of(st.none(), st.integers(-3, 5), st.floats(allow_nan=False))),
    _comparisons(
        "day", st.one_of(st.none(), st.dates(dt.date(2020, 1, 1), dt.date(2020, 1, 25)), st.dates())
    ),
    _comparisons(
        "seen", st.one_of(st.none(), st.datetimes(), st.sampled_from([row["seen"] for row in ROWS]))
    ),
    _comparisons("ok", st.one_of(st.none(), st.booleans()), _EQUALITIES),
    _comparisons("tags", st.one_of(st.none(), st.sampled_from(["red", "blue", "été", "x"])), _EQUALITIES),
    _comparisons(ODD, st.sampled_from(["0", "1", "2", "'; DROP TABLE rows; --"])),
    st.just(FieldRef("ok")),
)


def _larger(terms: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    several = st.lists(terms, min_size=1, max_size=4).map(tuple)
    return st.one_of(st.builds(And, several), st.builds(Or, several), st.builds(Not, terms))


@given(where=st.recursive(_CONDITIONS, _larger, max_leaves=8))
def test_a_condition_selects_the_rows_for_which_it_holds(database: Database, where: Expr) -> None:
    query = bind(Query(select=parse_select("_id"), where=where), visible=SCHEMA, system=("_id",))
    expected = [row["_id"] for row in ROWS if _holds(where, row)]
    assert [row["_id"] for row in database.rows(query)] == expected
    assert database.total(query) in {len(expected), None}


def test_not_is_the_exact_complement(database: Database) -> None:
    equal, different = _ids(database, where="n = 1"), _ids(database, where="n != 1")
    nulls = _ids(database, where="n is null")
    assert nulls
    assert sorted(equal + different + nulls) == ALL
    assert _ids(database, where="not n = 1") == sorted(different + nulls)
    assert _ids(database, where="not n != 1") == sorted(equal + nulls)


def test_an_empty_list_is_null(database: Database) -> None:
    assert _ids(database, where="tags is null") == [row["_id"] for row in ROWS if not row["tags"]]


def test_an_element_may_differ(database: Database) -> None:
    expected = [row["_id"] for row in ROWS if row["tags"] and set(row["tags"]) - {"blue"}]
    assert _ids(database, where="tags != 'blue'") == expected


def test_fields_are_compared_with_fields(database: Database) -> None:
    expected = [row["_id"] for row in ROWS if None not in (row["n"], row["x"]) and row["n"] < row["x"]]
    assert _ids(database, where="n < x") == expected
    assert _ids(database, where="day < seen") == [r["_id"] for r in ROWS if r["day"] and r["seen"]]


def test_times_are_compared(database: Database) -> None:
    assert _ids(database, where="at >= '19:00'") == ALL[-2:]


def test_many_options_are_found_as_few_are(database: Database) -> None:
    few = ", ".join(map(str, range(3)))
    many = ", ".join(map(str, range(5_000)))
    assert _ids(database, where=f"n in ({many})") == _ids(database, where=f"n in ({few}, 3)")


def test_very_long_conditions_are_answered(database: Database) -> None:
    where = " or ".join(f"x > {number}.25" for number in range(2_000))
    assert _ids(database, where=where) == [row["_id"] for row in ROWS if row["x"] and row["x"] > 0.25]


def test_text_conditions_are_joined_by_their_ids(database: Database) -> None:
    query = _bound(where="'a' and not search(name, 'b')", select="_id", limit=5)
    first, second = query.matches
    database.connection.register("first", pa.table({"id": pa.array(ALL[:7], pa.int64())}))
    database.connection.register("second", pa.table({"id": pa.array(ALL[:3], pa.int64())}))
    hits = {first: "first", second: "second"}
    assert [row["_id"] for row in database.rows(query, hits=hits)] == ALL[3:7]
    assert database.total(query, hits=hits) == 4


@pytest.mark.parametrize("text", ["'; DROP TABLE rows; --", '" OR 1=1', "?", "$1", "\x00", "{}", "%s", "\\"])
def test_no_text_becomes_sql(database: Database, text: str) -> None:
    where = Compare(CompareOp.NE, FieldRef("name"), Literal(text))
    query = bind(Query(select=parse_select("_id"), where=where), visible=SCHEMA, system=("_id",))
    assert len(database.rows(query)) == len([row for row in ROWS if row["name"] is not None])
    statement = compile_query(query, relation=RELATION).page
    assert not isinstance(statement, ByIds)
    assert statement.params == (text,)
    assert text == "?" or text not in statement.sql


def test_names_are_quoted(database: Database) -> None:
    alias = '"; DROP TABLE rows; --'
    rows = database.rows(_bound(select=f"`{ODD}` as `{alias}`", order_by=f"-`{ODD}`", limit=1))
    assert rows == [{alias: "1"}]


# pages

_PAGES = [(limit, offset) for limit in (None, 0, 1, 7, 20, SHORT_PAGE + 1) for offset in (0, 3, 19, 20, 500)]


@pytest.mark.parametrize(("limit", "offset"), _PAGES)
def test_every_form_of_page_gives_the_same_rows(database: Database, limit: int | None, offset: int) -> None:
    expected = ALL[offset:] if limit is None else ALL[offset : offset + limit]
    plain = _bound(limit=limit, offset=offset)
    assert [row["_id"] for row in database.rows(plain, dense=(1, 20))] == expected
    assert [row["_id"] for row in database.rows(plain)] == expected
    assert _ids(database, where="_seq > 0", limit=limit, offset=offset) == expected
    backwards = _ids(database, order_by="_seq desc", limit=limit, offset=offset)
    assert backwards == (ALL[::-1][offset:] if limit is None else ALL[::-1][offset : offset + limit])


def test_plain_browsing_is_a_range_and_needs_no_count(database: Database) -> None:
    compiled = compile_query(_bound(limit=10, offset=5), relation=RELATION, dense=(1, 20))
    assert compiled.total is None
    assert not isinstance(compiled.page, ByIds)
    assert compiled.page.params == (6, 15)
    assert "BETWEEN ? AND ?" in compiled.page.sql


def test_a_total_counts_the_rows_before_the_page(database: Database) -> None:
    expected = len([row for row in ROWS if row["ok"]])
    assert database.total(_bound(where="ok", limit=2, offset=1)) == expected
    assert database.total(_bound(where="ok", limit=0)) == expected


@pytest.mark.parametrize("name", ["name", "n", "x", "day", "seen", "ok"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_nulls_stand_last_in_both_directions(database: Database, name: str, direction: str) -> None:
    ids = _ids(database, order_by=f"{name} {direction}", limit=20)
    are_null = [BY_ID[one][name] is None for one in ids]
    assert sorted(ids) == ALL
    assert any(are_null)
    assert are_null == sorted(are_null)


def test_text_is_sorted_without_case_and_accents(database: Database) -> None:
    rows = database.rows(_bound(select="name, _id", order_by="name"))
    names = [row["name"] for row in rows if row["name"]]
    assert len(names) == 16
    assert list(map(_folded, names)) == sorted(map(_folded, names))
    backwards = [row["name"] for row in database.rows(_bound(select="name", order_by="-name")) if row["name"]]
    assert list(map(_folded, backwards)) == sorted(map(_folded, names), reverse=True)


def _folded(text: str) -> str:
    return text.lower().replace("é", "e")


def test_equal_values_stand_in_the_order_of_the_rows(database: Database) -> None:
    for order in ("name", "name desc", "ok", "tags"):
        one_by_one = [_ids(database, order_by=order, limit=1, offset=at)[0] for at in range(20)]
        assert one_by_one == _ids(database, order_by=order)
    ids = _ids(database, order_by="ok desc")
    assert ids == sorted(ids, key=lambda one: ({True: 0, False: 1, None: 2}[BY_ID[one]["ok"]], one))


def test_lists_are_sorted_by_their_smallest_element(database: Database) -> None:
    ids = _ids(database, order_by="tags", where="tags is not null")
    smallest = [min(BY_ID[one]["tags"]) for one in ids]
    assert smallest == sorted(smallest, key=lambda one: "ete" if one == "été" else one)


def test_an_alias_does_not_hide_a_field(database: Database) -> None:
    rows = database.rows(_bound(select="x as n, _id", where="n = 1", order_by="_id"))
    assert [row["_id"] for row in rows] == [row["_id"] for row in ROWS if row["n"] == 1]
    ordered = database.rows(_bound(select="n as x, _id", order_by="x desc", limit=3))
    assert [row["x"] for row in ordered] == [3, 3, 3]


def test_outputs_that_differ_in_case_are_both_there(database: Database) -> None:
    (row,) = database.rows(_bound(select="n as a, x as A", where="_id = 101"))
    assert row == {"a": 0, "A": 0.5}


def test_a_table_without_visible_fields_has_rows_all_the_same(database: Database) -> None:
    query = bind(Query(limit=3), visible=Schema(()), table=SCHEMA)
    assert query.outputs == ()
    assert len(database.rows(query)) == 3


# aggregates and groups


def test_an_aggregate_without_groups_stands_in_every_row(database: Database) -> None:
    rows = database.rows(
        _bound(select="count(*), count(n) as c, _id, 'x' as k", where="ok", order_by="-_id", limit=2)
    )
    matching = [row for row in ROWS if row["ok"]]
    counted = len([row for row in matching if row["n"] is not None])
    assert rows == [
        {"count(*)": len(matching), "c": counted, "_id": row["_id"], "k": "x"} for row in matching[::-1][:2]
    ]


def test_an_order_by_an_aggregate_without_groups_changes_nothing(database: Database) -> None:
    assert _ids(database, order_by="count(*) desc", limit=20) == ALL


def test_a_group_is_counted(database: Database) -> None:
    rows = database.rows(_bound(select="count(*), count(n) as c", group_by="ok"))
    for row in rows:
        members = [one for one in ROWS if one["ok"] is row["ok"]]
        assert row["count(*)"] == len(members)
        assert row["c"] == len([one for one in members if one["n"] is not None])
    assert [row["ok"] for row in rows] == [False, True, None]
    assert list(rows[0]) == ["ok", "count(*)", "c"]


def test_groups_are_ordered_by_their_keys_nulls_last(database: Database) -> None:
    rows = database.rows(_bound(select="name", group_by="name"))
    names = [row["name"] for row in rows]
    assert names == ["", "b", "emile", "Émile", "Eta", "été", "it's", "Zoé", "zoe", None]


def test_groups_are_ordered_as_asked_and_then_by_key(database: Database) -> None:
    rows = database.rows(_bound(select="count(*) as c", group_by="n as k", order_by="c desc"))
    counts = [row["c"] for row in rows]
    assert counts == sorted(counts, reverse=True)
    first = [row["k"] for row in rows if row["c"] == counts[1]]
    assert first == sorted(first)
    assert [row["k"] for row in database.rows(_bound(select="n as k", group_by="n", order_by="k desc"))][
        -1
    ] is None


def test_groups_come_in_pages_with_a_total(database: Database) -> None:
    whole = database.rows(_bound(select="count(*)", group_by="name, ok"))
    query = _bound(select="count(*)", group_by="name, ok", limit=3, offset=4, where="n >= -1 or n is null")
    assert database.rows(query) == whole[4:7]
    assert database.total(query) == len(whole)
    assert database.rows(_bound(select="count(*)", group_by="name", limit=0)) == []


def test_a_row_belongs_to_the_group_of_each_of_its_elements(database: Database) -> None:
    rows = database.rows(_bound(select="count(*) as c", group_by="tags"))
    found = {row["tags"]: row["c"] for row in rows}
    assert list(found) == ["blue", "été", "red", None]
    assert found["blue"] == len([row for row in ROWS if "blue" in (row["tags"] or [])])
    assert found[None] == len([row for row in ROWS if not row["tags"]])
    assert database.total(_bound(select="count(*)", group_by="tags")) == 4


def test_a_list_under_two_names_is_one_key(database: Database) -> None:
    rows = database.rows(_bound(select="count(*) as c", group_by="tags, tags as again", where="tags = 'red'"))
    assert {(row["tags"], row["again"]) for row in rows} == {(one, one) for one in ("red", "blue")}


def test_values_in_groups_and_conditions_keep_their_places(database: Database) -> None:
    query = _bound(
        select="'first' as a, count(*) as c, 2 as b",
        group_by="ok",
        where="n > 0 and name != 'zoe'",
        order_by="c desc",
    )
    rows = database.rows(query)
    matching = [row for row in ROWS if (row["n"] or 0) > 0 and row["name"] not in (None, "zoe")]
    assert sum(row["c"] for row in rows) == len(matching)
    assert {(row["a"], row["b"]) for row in rows} == {("first", 2)}


def test_a_text_condition_filters_groups(database: Database) -> None:
    match = TextMatch("x", ("name",))
    query = bind(
        Query(select=parse_select("count(*) as c"), where=match, group_by=parse_group_by("ok")),
        visible=SCHEMA,
    )
    database.connection.register("found", pa.table({"id": pa.array(ALL[:3], pa.int64())}))
    assert [row["c"] for row in database.rows(query, hits={match: "found"})] == [1, 1, 1]
    assert database.total(query, hits={match: "found"}) == 3
