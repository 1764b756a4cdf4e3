"""Compiled conditions, run on a small table and compared with what Python says."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.compiled import (
    ALL,
    NAMES,
    ODD,
    RELATION,
    ROWS,
    SCHEMA,
    Database,
    bound,
    ids_of,
    small_database,
)

from colonnade.engine.sql.compile import compile_query
from colonnade.engine.sql.parts import Statement
from colonnade.query.bind import bind
from colonnade.query.odsql import parse_select
from colonnade.query.tree import (
    And,
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
)


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with small_database() as made:
        yield made


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


@settings(deadline=None)
@given(where=st.recursive(_CONDITIONS, _larger, max_leaves=8))
def test_a_condition_selects_the_rows_for_which_it_holds(database: Database, where: Expr) -> None:
    query = bind(Query(select=parse_select("_id"), where=where), visible=SCHEMA, system=("_id",))
    expected = [row["_id"] for row in ROWS if _holds(where, row)]
    assert [row["_id"] for row in database.rows(query)] == expected
    assert database.total(query) in {len(expected), None}


def test_not_is_the_exact_complement(database: Database) -> None:
    equal, different = ids_of(database, where="n = 1"), ids_of(database, where="n != 1")
    nulls = ids_of(database, where="n is null")
    assert nulls
    assert sorted(equal + different + nulls) == ALL
    assert ids_of(database, where="not n = 1") == sorted(different + nulls)
    assert ids_of(database, where="not n != 1") == sorted(equal + nulls)


def test_an_empty_list_is_null(database: Database) -> None:
    assert ids_of(database, where="tags is null") == [row["_id"] for row in ROWS if not row["tags"]]


def test_an_element_may_differ(database: Database) -> None:
    expected = [row["_id"] for row in ROWS if row["tags"] and set(row["tags"]) - {"blue"}]
    assert ids_of(database, where="tags != 'blue'") == expected


def test_fields_are_compared_with_fields(database: Database) -> None:
    expected = [row["_id"] for row in ROWS if None not in (row["n"], row["x"]) and row["n"] < row["x"]]
    assert ids_of(database, where="n < x") == expected
    assert ids_of(database, where="day < seen") == [r["_id"] for r in ROWS if r["day"] and r["seen"]]


def test_times_are_compared(database: Database) -> None:
    assert ids_of(database, where="at >= '19:00'") == ALL[-2:]


def test_many_options_are_found_as_few_are(database: Database) -> None:
    few = ", ".join(map(str, range(3)))
    many = ", ".join(map(str, range(5_000)))
    assert ids_of(database, where=f"n in ({many})") == ids_of(database, where=f"n in ({few}, 3)")


def test_very_long_conditions_are_answered(database: Database) -> None:
    where = " or ".join(f"x > {number}.25" for number in range(2_000))
    assert ids_of(database, where=where) == [row["_id"] for row in ROWS if row["x"] and row["x"] > 0.25]


@pytest.mark.parametrize(
    ("term", "like"),
    [
        pytest.param("(n = {0} and x > {0})", "x > n and n > 0", id="ands"),
        pytest.param("not (n > {0} or ok)", "not (n > 499 or ok)", id="nots"),
        pytest.param("n + 1 = {0}", "n > -1", id="equalities-of-one-value"),
        pytest.param("(n = {0} and (x > {0} or ok and n < {0}))", "x > n and n > 0", id="nested"),
    ],
)
def test_a_long_condition_means_what_a_short_one_does(database: Database, term: str, like: str) -> None:
    """As often as a request may say it, each took DuckDB many seconds to plan."""
    where = " or ".join(term.format(number) for number in range(1, 500))
    assert ids_of(database, where=where) == ids_of(database, where=like)


def test_a_list_may_mix_values_and_fields(database: Database) -> None:
    expected = [row["_id"] for row in ROWS if row["n"] is not None and row["n"] in (1, row["x"])]
    assert ids_of(database, where=f"n in (x, {', '.join(['1'] * 5_000)}, x)") == expected


def test_text_conditions_are_joined_by_their_ids(database: Database) -> None:
    query = bound(where="'a' and not search(name, 'b')", select="_id", limit=5)
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
    assert isinstance(statement, Statement)
    assert statement.params == (text,)
    assert text == "?" or text not in statement.sql


def test_names_are_quoted(database: Database) -> None:
    alias = '"; DROP TABLE rows; --'
    rows = database.rows(bound(select=f"`{ODD}` as `{alias}`", order_by=f"-`{ODD}`", limit=1))
    assert rows == [{alias: "1"}]
