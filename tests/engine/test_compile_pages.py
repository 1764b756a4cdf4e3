"""Pages, orders and groups of compiled queries, run on a small table."""

from collections.abc import Iterator

import pyarrow as pa
import pytest
from tests.engine.compiled import ALL, BY_ID, RELATION, ROWS, SCHEMA, Database, bound, ids_of, small_database

from colonnade.engine.sql.compile import SHORT_PAGE, ByIds, Placed, compile_query
from colonnade.query.bind import bind
from colonnade.query.odsql import parse_group_by, parse_select
from colonnade.query.schema import Schema
from colonnade.query.tree import (
    Query,
    TextMatch,
)


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with small_database() as made:
        yield made


_PAGES = [(limit, offset) for limit in (None, 0, 1, 7, 20, SHORT_PAGE + 1) for offset in (0, 3, 19, 20, 500)]


@pytest.mark.parametrize(("limit", "offset"), _PAGES)
def test_every_form_of_page_gives_the_same_rows(database: Database, limit: int | None, offset: int) -> None:
    expected = ALL[offset:] if limit is None else ALL[offset : offset + limit]
    plain = bound(limit=limit, offset=offset)
    assert [row["_id"] for row in database.rows(plain, dense=(1, 20))] == expected
    assert [row["_id"] for row in database.rows(plain)] == expected
    assert ids_of(database, where="_seq > 0", limit=limit, offset=offset) == expected
    backwards = ids_of(database, order_by="_seq desc", limit=limit, offset=offset)
    assert backwards == (ALL[::-1][offset:] if limit is None else ALL[::-1][offset : offset + limit])


@pytest.mark.parametrize(
    "where", ["ok", "_seq > 4", "n is null", "startswith(name, 'e') or x > 1", "_id = 0"]
)
@pytest.mark.parametrize(("limit", "offset"), [(1, 0), (3, 2), (100, 0), (100, 3), (0, 0)])
def test_the_first_rows_in_the_order_of_the_file_are_the_page(
    database: Database, where: str, limit: int, offset: int
) -> None:
    query = bound(where=where, limit=limit, offset=offset)
    assert not isinstance(compile_query(query, relation=RELATION, in_place=True).page, ByIds)
    assert database.rows(query, in_place=True) == database.rows(query)
    ordered = bound(where=where, limit=limit, offset=offset, order_by="-_seq")
    assert database.rows(ordered, in_place=True) == database.rows(ordered)


def test_plain_browsing_is_a_range_and_needs_no_count(database: Database) -> None:
    compiled = compile_query(bound(limit=10, offset=5), relation=RELATION, dense=(1, 20))
    assert compiled.total is None
    assert isinstance(compiled.page, Placed)
    assert compiled.page.statement.params == (6, 15)
    assert "BETWEEN ? AND ?" in compiled.page.statement.sql


@pytest.mark.parametrize(
    ("places", "ranges"),
    [
        ([*range(30, 0, -1)], ['"t"."_seq" BETWEEN 1 AND 30']),
        ([*range(5, 15), *range(9_000, 9_010)], ["BETWEEN 5 AND 14", "BETWEEN 9000 AND 9009"]),
        ([*range(5, 15), 9_000], []),
        ([*range(1, 50_000, 2_000)], []),
        ([], []),
    ],
)
def test_sorted_rows_that_lie_near_each_other_are_looked_for_there(
    places: list[int], ranges: list[str]
) -> None:
    page = compile_query(bound(order_by="name", limit=30), relation=RELATION).page
    assert isinstance(page, ByIds)
    sql = page.rows([(one + 100, one) for one in places]).statement.sql
    assert sql.count(" BETWEEN ") == len(ranges)
    assert all(one in sql for one in ranges)
    assert ('"t"."_id" IN (' in sql) == bool(places)


def test_a_total_counts_the_rows_before_the_page(database: Database) -> None:
    expected = len([row for row in ROWS if row["ok"]])
    assert database.total(bound(where="ok", limit=2, offset=1)) == expected
    assert database.total(bound(where="ok", limit=0)) == expected


@pytest.mark.parametrize("name", ["name", "n", "x", "day", "seen", "ok"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_nulls_stand_last_in_both_directions(database: Database, name: str, direction: str) -> None:
    ids = ids_of(database, order_by=f"{name} {direction}", limit=20)
    are_null = [BY_ID[one][name] is None for one in ids]
    assert sorted(ids) == ALL
    assert any(are_null)
    assert are_null == sorted(are_null)


def test_text_is_sorted_without_case_and_accents(database: Database) -> None:
    rows = database.rows(bound(select="name, _id", order_by="name"))
    names = [row["name"] for row in rows if row["name"]]
    assert len(names) == 16
    assert list(map(_folded, names)) == sorted(map(_folded, names))
    backwards = [row["name"] for row in database.rows(bound(select="name", order_by="-name")) if row["name"]]
    assert list(map(_folded, backwards)) == sorted(map(_folded, names), reverse=True)


def _folded(text: str) -> str:
    return text.lower().replace("é", "e")


def test_equal_values_stand_in_the_order_of_the_rows(database: Database) -> None:
    for order in ("name", "name desc", "ok", "tags"):
        one_by_one = [ids_of(database, order_by=order, limit=1, offset=at)[0] for at in range(20)]
        assert one_by_one == ids_of(database, order_by=order)
    ids = ids_of(database, order_by="ok desc")
    assert ids == sorted(ids, key=lambda one: ({True: 0, False: 1, None: 2}[BY_ID[one]["ok"]], one))


def test_lists_are_sorted_by_their_smallest_element(database: Database) -> None:
    ids = ids_of(database, order_by="tags", where="tags is not null")
    smallest = [min(BY_ID[one]["tags"]) for one in ids]
    assert smallest == sorted(smallest, key=lambda one: "ete" if one == "été" else one)


def test_an_alias_does_not_hide_a_field(database: Database) -> None:
    rows = database.rows(bound(select="x as n, _id", where="n = 1", order_by="_id"))
    assert [row["_id"] for row in rows] == [row["_id"] for row in ROWS if row["n"] == 1]
    ordered = database.rows(bound(select="n as x, _id", order_by="x desc", limit=3))
    assert [row["x"] for row in ordered] == [3, 3, 3]


def test_outputs_that_differ_in_case_are_both_there(database: Database) -> None:
    (row,) = database.rows(bound(select="n as a, x as A", where="_id = 101"))
    assert row == {"a": 0, "A": 0.5}


def test_a_table_without_visible_fields_has_rows_all_the_same(database: Database) -> None:
    query = bind(Query(limit=3), visible=Schema(()), table=SCHEMA)
    assert query.outputs == ()
    assert len(database.rows(query)) == 3


def test_an_aggregate_without_groups_stands_in_every_row(database: Database) -> None:
    rows = database.rows(
        bound(select="count(*), count(n) as c, _id, 'x' as k", where="ok", order_by="-_id", limit=2)
    )
    matching = [row for row in ROWS if row["ok"]]
    counted = len([row for row in matching if row["n"] is not None])
    assert rows == [
        {"count(*)": len(matching), "c": counted, "_id": row["_id"], "k": "x"} for row in matching[::-1][:2]
    ]


def test_an_order_by_an_aggregate_without_groups_changes_nothing(database: Database) -> None:
    assert ids_of(database, order_by="count(*) desc", limit=20) == ALL


def test_a_group_is_counted(database: Database) -> None:
    rows = database.rows(bound(select="count(*), count(n) as c", group_by="ok"))
    for row in rows:
        members = [one for one in ROWS if one["ok"] is row["ok"]]
        assert row["count(*)"] == len(members)
        assert row["c"] == len([one for one in members if one["n"] is not None])
    assert [row["ok"] for row in rows] == [False, True, None]
    assert list(rows[0]) == ["ok", "count(*)", "c"]


def test_groups_are_ordered_by_their_keys_nulls_last(database: Database) -> None:
    rows = database.rows(bound(select="name", group_by="name"))
    names = [row["name"] for row in rows]
    assert names == ["", "b", "emile", "Émile", "Eta", "été", "it's", "Zoé", "zoe", None]


def test_groups_are_ordered_as_asked_and_then_by_key(database: Database) -> None:
    rows = database.rows(bound(select="count(*) as c", group_by="n as k", order_by="c desc"))
    counts = [row["c"] for row in rows]
    assert counts == sorted(counts, reverse=True)
    first = [row["k"] for row in rows if row["c"] == counts[1]]
    assert first == sorted(first)
    assert [row["k"] for row in database.rows(bound(select="n as k", group_by="n", order_by="k desc"))][
        -1
    ] is None


def test_groups_come_in_pages_with_a_total(database: Database) -> None:
    whole = database.rows(bound(select="count(*)", group_by="name, ok"))
    query = bound(select="count(*)", group_by="name, ok", limit=3, offset=4, where="n >= -1 or n is null")
    assert database.rows(query) == whole[4:7]
    assert database.total(query) == len(whole)
    assert database.rows(bound(select="count(*)", group_by="name", limit=0)) == []


def test_a_row_belongs_to_the_group_of_each_of_its_elements(database: Database) -> None:
    rows = database.rows(bound(select="count(*) as c", group_by="tags"))
    found = {row["tags"]: row["c"] for row in rows}
    assert list(found) == ["blue", "été", "red", None]
    assert found["blue"] == len([row for row in ROWS if "blue" in (row["tags"] or [])])
    assert found[None] == len([row for row in ROWS if not row["tags"]])
    assert database.total(bound(select="count(*)", group_by="tags")) == 4


def test_a_list_under_two_names_is_one_key(database: Database) -> None:
    rows = database.rows(bound(select="count(*) as c", group_by="tags, tags as again", where="tags = 'red'"))
    assert {(row["tags"], row["again"]) for row in rows} == {(one, one) for one in ("red", "blue")}


def test_values_in_groups_and_conditions_keep_their_places(database: Database) -> None:
    query = bound(
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
