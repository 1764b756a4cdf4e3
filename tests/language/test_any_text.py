"""Any text in any clause gives rows or is refused; random trees mean what Python says they mean."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.language.support import Portal, query_of
from tests.language.table import ROWS

from colonnade.errors import Invalid
from colonnade.query.odsql import parse_select
from colonnade.query.tree import (
    And,
    Arithmetic,
    ArithmeticOp,
    Between,
    Call,
    Compare,
    CompareOp,
    Expr,
    FieldRef,
    IsNull,
    Literal,
    Not,
    Or,
    Query,
    StartsWith,
)

_CODES = {"odsql.syntax", "odsql.semantic", "odsql.incompatible"}

_WORDS = st.sampled_from(
    [
        "a",
        "n",
        "x",
        "ok",
        "name",
        "note",
        "day",
        "seen",
        "at",
        "tags",
        "path",
        "paths",
        "spot",
        "shape",
        "blob",
        "year",
        "id",
        "`source-data`",
        "and",
        "or",
        "not",
        "in",
        "is",
        "null",
        "true",
        "false",
        "as",
        "asc",
        "desc",
        "like",
        "to",
        "distinct",
        "(",
        ")",
        "[",
        "]",
        ",",
        "=",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        ":",
        "+",
        "-",
        "*",
        "/",
        "..",
        "'x'",
        '"blue*"',
        "1",
        ".5",
        "1e400",
        "99999999999999999999",
        "date'2020'",
        "date'x'",
        "geom'POINT(1",
        "2)'",
        "count(*)",
        "sum(n)",
        "avg(x)",
        "min(day)",
        "max(seen)",
        "median(n)",
        "percentile(x,5)",
        "year(seen)",
        "month(day)",
        "hour(seen)",
        "lower(name)",
        "length(name)",
        "ifnull(n,1)",
        "now()",
        "now(days=-1)",
        "date_format(day,'E')",
        "search('pariz')",
        "suggest(name,'li')",
        "startswith('l')",
        "random(1)",
        "include(n*)",
        "exclude(x)",
        "range(n,5)",
        "range(x,.5)",
        "range(seen,1 d)",
        "range(day,1 M)",
        "range(seen,7 m)",
        "range(n,*,2,5,*)",
        "range(seen,*,date'2020')",
        "range(n,]1,2[)",
        "json_format(sent)",
        "json_format(sent,null)",
        "quarter(day)",
        "upper(name)",
        "date_format(seen,'EEEE d MMM')",
        "since",
        "sent",
        "within_distance(spot,geom'x',1km)",
        "count(distinct",
        "tags)",
        "10km",
        "]1,2[",
        "pa*",
        "\\",
        "'",
        '"',
        "`",
        "é",
    ]
)
_TEXTS = st.one_of(
    st.lists(_WORDS, max_size=9).map(" ".join),
    st.lists(_WORDS, max_size=6).map("".join),
    st.text(max_size=30),
)
_CLAUSES = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("where", "select", "group_by", "order_by", "refine", "exclude"), _TEXTS),
        "timezone": st.sampled_from(["UTC", "Europe/Paris", "Asia/Kathmandu"]),
        "limit": st.sampled_from(["0", "1", "5"]),
        "lang": st.sampled_from(["en", "fr", "eu"]),
    },
)


@settings(max_examples=300, deadline=None)
@given(clauses=_CLAUSES)
@example(clauses={"where": "-n = n / x or x * 1e308 * 10 > 1"})
@example(clauses={"select": "x * 1e308 * 1e308 as v, x - x * 1e308 * 1e308 as w"})
@example(clauses={"where": "refine", "refine": "day:99999"})
@example(clauses={"where": "\x00 = '\x00'"})
@example(clauses={"refine": "name:\x00"})
@example(clauses={"select": "n as `\x00`"})
@example(clauses={"select": "n as `\ud800`"})
@example(clauses={"where": "name = '\ud800' or \ud800 = 1"})
@example(clauses={"select": "n as `a`, x as `A`"})
@example(clauses={"select": "exclude(a*, b*, i*, n*, x, o*, d*, s*, t*, p*, y*)"})
def test_any_text_gives_rows_or_is_refused(portal: Portal, clauses: Mapping[str, str]) -> None:
    asked = {name: [text] for name, text in clauses.items()}
    code = ""
    try:
        portal.ask(query_of(asked))
    except Invalid as error:
        code = error.code
    assert code in _CODES | {""}


_PARIS = ZoneInfo("Europe/Paris")
_NUMBERS = st.sampled_from(["n", "x", "id"]).map(FieldRef)
_SMALL = st.one_of(st.integers(-4, 13), st.sampled_from([0.5, 1.5, -2.0, 100.0])).map(Literal)


def _chain(first: Expr, op: ArithmeticOp, second: Expr) -> Expr:
    return Arithmetic(first, ((op, second),))


_VALUES = st.recursive(
    st.one_of(_NUMBERS, _SMALL),
    lambda inner: st.one_of(
        st.builds(_chain, inner, st.sampled_from(ArithmeticOp), inner),
        inner.map(lambda one: Call("negate", (one,))),
    ),
    max_leaves=4,
)
_COMPUTED = st.one_of(
    _VALUES,
    st.sampled_from(["year", "month", "day", "hour"]).map(lambda one: Call(one, (FieldRef("seen"),))),
    st.just(Call("length", (FieldRef("name"),))),
)
_DAYS = st.dates(dt.date(2018, 1, 1), dt.date(2021, 12, 31)).map(Literal)
_LEAVES = st.one_of(
    st.builds(Compare, st.sampled_from(CompareOp), _COMPUTED, _COMPUTED),
    st.builds(Compare, st.sampled_from(CompareOp), st.just(FieldRef("seen")), _DAYS),
    st.builds(Between, _VALUES, _SMALL, _SMALL, st.booleans(), st.booleans()),
    st.builds(IsNull, _VALUES, st.booleans()),
    st.builds(
        StartsWith,
        st.sampled_from(["", "P", "pa", "Ł", "l", "red"]),
        st.lists(st.sampled_from(["name", "note", "tags"]), min_size=1).map(tuple),
    ),
    st.just(FieldRef("ok")),
)
_TREES = st.recursive(
    _LEAVES,
    lambda terms: st.one_of(
        st.builds(And, st.lists(terms, min_size=1, max_size=3).map(tuple)),
        st.builds(Or, st.lists(terms, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, terms),
    ),
    max_leaves=5,
)


@settings(max_examples=120, deadline=None)
@given(where=_TREES)
def test_a_condition_means_what_the_model_says(portal: Portal, where: Expr) -> None:
    answer = portal.ask(Query(select=parse_select("id"), where=where, zone=_PARIS))
    assert [one for (one,) in answer.rows] == [row["id"] for row in ROWS if _holds(where, row)]


def _holds(expr: Expr, row: Mapping[str, Any]) -> bool:
    match expr:
        case And(terms):
            return all(_holds(one, row) for one in terms)
        case Or(terms):
            return any(_holds(one, row) for one in terms)
        case Not(term):
            return not _holds(term, row)
        case IsNull(value, negated):
            return (_value(value, row) is None) is not negated
        case Compare(op, left, right):
            return _compared(op, _value(left, row), _value(right, row))
        case Between(value, low, high, low_closed, high_closed):
            found, first, last = (_value(one, row) for one in (value, low, high))
            begun = CompareOp.GE if low_closed else CompareOp.GT
            ended = CompareOp.LE if high_closed else CompareOp.LT
            return _compared(begun, found, first) and _compared(ended, found, last)
        case StartsWith(text, fields):
            values = (row[name] for name in fields or ())
            texts = (one for value in values for one in (value if isinstance(value, list) else [value]))
            return any(one is not None and one.startswith(text) for one in texts)
        case FieldRef(name):
            return row[name] is True
    raise AssertionError(expr)


def _compared(op: CompareOp, left: Any, right: Any) -> bool:
    if left is None or right is None:
        return False
    if isinstance(left, float) != isinstance(right, float) and not isinstance(left, dt.date):
        left, right = float(left), float(right)  # an integer beside a double is one
    return bool(eval(f"left {'==' if op is CompareOp.EQ else op} right"))  # op is one of six


def _value(expr: Expr, row: Mapping[str, Any]) -> Any:
    match expr:
        case FieldRef("seen"):
            return None if row["seen"] is None else row["seen"].replace(tzinfo=dt.UTC)
        case FieldRef(name):
            return row[name]
        case Literal(value):
            return dt.datetime.combine(value, dt.time(), _PARIS) if isinstance(value, dt.date) else value
        case Call("negate", (one,)):
            return _computed(ArithmeticOp.SUBTRACT, 0, _value(one, row))
        case Call("length", (one,)):
            text = _value(one, row)
            return None if text is None else len(text)
        case Call(function, (one,)):
            moment = _value(one, row)
            return None if moment is None else getattr(moment.astimezone(_PARIS), function)
        case Arithmetic(first, ((op, second),)):
            return _computed(op, _value(first, row), _value(second, row))
    raise AssertionError(expr)


_OPERATIONS: Mapping[ArithmeticOp, Callable[[Any, Any], Any]] = {
    ArithmeticOp.ADD: lambda a, b: a + b,
    ArithmeticOp.SUBTRACT: lambda a, b: a - b,
    ArithmeticOp.MULTIPLY: lambda a, b: a * b,
    ArithmeticOp.DIVIDE: lambda a, b: float(a) / float(b) if b else None,
}


def _computed(op: ArithmeticOp, left: Any, right: Any) -> Any:
    if left is None or right is None:
        return None
    if op is not ArithmeticOp.DIVIDE and (isinstance(left, float) or isinstance(right, float)):
        left, right = float(left), float(right)
    result = _OPERATIONS[op](left, right)
    if isinstance(result, int) and not -(2**63) <= result < 2**63:
        return None
    return result


@given(seed=st.integers(-(10**9), 10**9))
@settings(max_examples=20, deadline=None)
def test_a_shuffle_is_the_same_each_time_and_backwards_its_reverse_explore_10_3_random(
    portal: Portal, seed: int
) -> None:
    def shuffled(order: str) -> list[int]:
        return [one for (one,) in portal.ask(query_of({"order_by": [order]})).rows]

    once = shuffled(f"random({seed})")
    assert sorted(once) == [row["id"] for row in ROWS]
    assert shuffled(f"random({seed}) asc") == once
    assert shuffled(f"random({seed}) desc") == once[::-1]


@pytest.mark.parametrize("order", ["random(1)", "count(*), random(2)"])
def test_groups_are_shuffled_by_their_keys(portal: Portal, order: str) -> None:
    def shuffled(direction: str) -> list[Any]:
        asked = {"group_by": ["ok, n"], "order_by": [f"{order} {direction}"]}
        return portal.ask(query_of(asked)).rows

    once = shuffled("asc")
    assert len(once) == len(ROWS)
    assert shuffled("asc") == once
    assert shuffled("desc") == once[::-1]


def test_different_seeds_shuffle_differently(portal: Portal) -> None:
    orders = [portal.ask(query_of({"order_by": [f"random({seed})"]})).rows for seed in range(5)]
    assert any(one != orders[0] for one in orders)
