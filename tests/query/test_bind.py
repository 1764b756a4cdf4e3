"""What binding makes of a query."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.query.support import Case, cases, shown

from colonnade.errors import Invalid
from colonnade.query.bind import bind
from colonnade.query.odsql import parse_group_by, parse_order_by, parse_select, parse_where
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import (
    Aggregate,
    BoundQuery,
    Compare,
    CompareOp,
    Expr,
    FieldRef,
    HasAny,
    Literal,
    Named,
    Not,
    Order,
    Query,
    TextMatch,
)
from colonnade.query.walk import MAX_DEPTH


def _field(name: str, type_: FieldType, *, multivalued: bool = False) -> Field:
    return Field(name, name, type_, multivalued=multivalued)


VISIBLE = Schema(
    (
        _field("t", FieldType.TEXT),
        _field("n", FieldType.INT),
        _field("x", FieldType.DOUBLE),
        _field("d", FieldType.DATE),
        _field("w", FieldType.DATETIME),
        _field("h", FieldType.TIME),
        _field("b", FieldType.BOOLEAN),
        _field("j", FieldType.JSON),
        _field("g", FieldType.GEO_POINT),
        _field("m", FieldType.TEXT, multivalued=True),
    )
)
TABLE = Schema((*VISIBLE.fields, _field("secret", FieldType.INT)))


def _bound(
    where: str = "", select: str = "", group_by: str = "", order_by: str = "", *, zone: dt.tzinfo = dt.UTC
) -> BoundQuery:
    query = Query(
        select=parse_select(select) if select else None,
        where=parse_where(where) if where else None,
        group_by=parse_group_by(group_by) if group_by else (),
        order_by=parse_order_by(order_by) if order_by else (),
        zone=zone,
    )
    return bind(query, visible=VISIBLE, table=TABLE)


def _shown(where: Expr | None) -> str:
    return "True" if where is None else shown(where)


@pytest.mark.parametrize("case", cases("bind.txt"), ids=lambda case: case.text)
def test_a_condition_is_bound(case: Case) -> None:
    if not case.expected.startswith("!"):
        assert _shown(_bound(case.text).where) == case.expected
        return
    code, _, words = case.expected[1:].partition(" ")
    with pytest.raises(Invalid) as caught:
        _bound(case.text)
    assert caught.value.code == code
    assert words in caught.value.message


def test_dates_without_an_offset_are_read_in_the_zone() -> None:
    paris = ZoneInfo("Europe/Paris")
    assert _shown(_bound("w > '2025-09-10 09:00:00'", zone=paris).where) == "(> w 2025-09-10T07:00:00)"
    assert _shown(_bound("w > date'2025-09-10'", zone=paris).where) == "(> w 2025-09-09T22:00:00)"
    assert _shown(_bound("d > date'2025-09-10'", zone=paris).where) == "(> d 2025-09-10)"


def test_a_hidden_field_is_as_unknown_as_one_that_is_not_there() -> None:
    messages = []
    for name in ("secret", "absent"):
        field = FieldRef(name)
        for query in (
            Query(where=Compare(CompareOp.EQ, field, Literal(1))),
            Query(select=(Named(field, name),)),
            Query(group_by=(Named(field, name),)),
            Query(order_by=(Order(field),)),
        ):
            with pytest.raises(Invalid) as caught:
                bind(query, visible=VISIBLE, table=TABLE)
            messages.append(caught.value.message.replace(name, "NAME"))
    assert messages[:4] == messages[4:]
    assert messages[1] == (
        "ODSQL query is malformed: Unknown field: NAME. Clause(s) containing the error(s): select."
    )


def test_a_hidden_field_cannot_be_counted() -> None:
    with pytest.raises(Invalid, match="Unknown field: secret"):
        _bound(select="count(secret)")
    with pytest.raises(Invalid, match="Unknown field: secret"):
        _bound(order_by="count(secret)")


def test_nothing_selected_means_every_visible_field() -> None:
    assert [one.name for one in _bound().outputs] == list(VISIBLE.names)
    assert [one.name for one in _bound(select="*").outputs] == list(VISIBLE.names)


def test_outputs_carry_name_expression_and_type() -> None:
    outputs = _bound(select="t as a, count(*), m, 1.5 as c, n, count(g) as gs").outputs
    assert [(one.name, shown(one.expr), one.type, one.multivalued) for one in outputs] == [
        ("a", "t", FieldType.TEXT, False),
        ("count(*)", "(count *)", FieldType.INT, False),
        ("m", "m", FieldType.TEXT, True),
        ("c", "1.5", FieldType.DOUBLE, False),
        ("n", "n", FieldType.INT, False),
        ("gs", "(count g)", FieldType.INT, False),
    ]


def test_a_constant_has_its_own_type() -> None:
    text = "'x', true, 1, date'2017' as d1, date'2017-01-01T02:00+02:00' as w1, null"
    outputs = _bound(select=text).outputs
    assert [(shown(one.expr), one.type) for one in outputs] == [
        ("'x'", FieldType.TEXT),
        ("True", FieldType.BOOLEAN),
        ("1", FieldType.INT),
        ("2017-01-01", FieldType.DATE),
        ("2017-01-01T00:00:00", FieldType.DATETIME),
        ("None", FieldType.TEXT),
    ]


def test_the_same_item_twice_is_one_column() -> None:
    assert [one.name for one in _bound(select="t, *, t").outputs] == list(VISIBLE.names)


@pytest.mark.parametrize(
    ("select", "group_by"),
    [
        ("t as y, n as y", ""),
        ("t as y, t as y", ""),
        ("n as t, t", ""),
        ("n as y", "n as y"),
        ("count(*) as t", "t"),
    ],
)
def test_an_alias_stands_for_one_thing(select: str, group_by: str) -> None:
    with pytest.raises(Invalid, match=r"Alias '[yt]' is declared several times") as caught:
        _bound(select=select, group_by=group_by)
    assert caught.value.code == "odsql.semantic"


def test_a_condition_cannot_be_selected() -> None:
    with pytest.raises(Invalid, match="n = 1 is a condition, not a value"):
        _bound(select="n = 1")


def test_groups_without_select_are_their_keys() -> None:
    assert [one.name for one in _bound(group_by="t, n as number").outputs] == ["t", "number"]


def test_keys_stand_before_what_is_selected() -> None:
    outputs = _bound(select="count(*) as c, t", group_by="t, n as number").outputs
    assert [one.name for one in outputs] == ["t", "number", "c"]


def test_a_key_may_be_selected_again_under_an_alias() -> None:
    assert [one.name for one in _bound(select="t as a", group_by="t").outputs] == ["t", "a"]


@pytest.mark.parametrize("select", ["n", "*", "n as t2", "count(*), n"])
def test_a_plain_field_must_be_grouped(select: str) -> None:
    with pytest.raises(Invalid, match=r"must be in group_by. Clause\(s\) containing the error\(s\): select"):
        _bound(select=select, group_by="t")


def test_places_cannot_be_grouped() -> None:
    with pytest.raises(
        Invalid, match=r"Aggregation on geo point field is not possible\. Use the geo_cluster"
    ):
        _bound(group_by="g")


@pytest.mark.parametrize("text", ["count(*)", "1", "n = 1", "'x'"])
def test_only_fields_can_be_keys(text: str) -> None:
    with pytest.raises(Invalid, match="cannot be grouped by"):
        _bound(group_by=text)


def test_order_names_fields_aliases_and_aggregates() -> None:
    bound = _bound(select="t as n, count(*) as c", order_by="c desc, n, d desc")
    assert [(shown(one.expr), one.descending) for one in bound.order_by] == [
        ("(count *)", True),
        ("t", False),
        ("d", True),
    ]


def test_groups_are_ordered_by_keys_and_aggregates_alone() -> None:
    bound = _bound(select="count(*) as c", group_by="t as k", order_by="c, count(n) desc, -k, t")
    assert [shown(one.expr) for one in bound.order_by] == ["(count *)", "(count n)", "t", "t"]
    with pytest.raises(Invalid, match="Field n must be in group_by"):
        _bound(group_by="t", order_by="n")


def test_aggregates_come_before_keys_in_the_order_of_groups() -> None:
    with pytest.raises(Invalid, match="Aggregations must come before fields"):
        _bound(group_by="t", order_by="t, count(*)")


def test_the_alias_of_a_constant_orders_nothing() -> None:
    assert _bound(select="1 as one", order_by="one").order_by == ()


@pytest.mark.parametrize(
    ("text", "words"), [("g", "geographic field g"), ("1", "Only fields"), ("'x'", "Only")]
)
def test_what_has_no_order_is_refused(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        _bound(order_by=text)


def test_row_filter_and_guard_name_hidden_fields_and_system_columns() -> None:
    bound = bind(
        Query(where=parse_where("n = 1 or n = 2")),
        visible=VISIBLE,
        table=TABLE,
        row_filter=parse_where("secret = 7"),
        guard=Compare(CompareOp.EQ, FieldRef("_id"), Literal(5)),
    )
    assert _shown(bound.where) == "(and (= _id 5) (= secret 7) (in n 1 2))"


def test_a_row_filter_cannot_be_widened_by_the_query() -> None:
    bound = bind(
        Query(where=parse_where("true or n = 1")),
        visible=VISIBLE,
        table=TABLE,
        row_filter=parse_where("secret = 7"),
    )
    assert _shown(bound.where) == "(and (= secret 7) (or (= n 1) True))"


def test_a_row_filter_that_does_not_fit_any_more_names_no_field() -> None:
    with pytest.raises(Invalid) as caught:
        bind(Query(), visible=VISIBLE, table=VISIBLE, row_filter=parse_where("secret = 7"))
    assert caught.value.code == "filter.broken"
    assert "secret" not in caught.value.message
    assert caught.value.facts == {}


def test_a_search_of_the_reader_looks_into_visible_fields_alone() -> None:
    bound = bind(
        Query(where=parse_where('"x" and n = 1')), visible=VISIBLE, table=TABLE, row_filter=parse_where('"y"')
    )
    assert [(one.text, one.fields) for one in bound.matches] == [("y", TABLE.names), ("x", VISIBLE.names)]


def test_a_text_condition_is_listed_once() -> None:
    bound = _bound("'x' or not ('x' and search(t, 'y'))")
    assert [one.text for one in bound.matches] == ["x", "y"]


def test_system_columns_are_known_to_whom_asks_for_them() -> None:
    query = Query(select=parse_select("_id, t"), order_by=parse_order_by("_modified desc"))
    bound = bind(query, visible=VISIBLE, system=("_id", "_modified"))
    assert [(one.name, one.type) for one in bound.outputs] == [("_id", FieldType.INT), ("t", FieldType.TEXT)]
    with pytest.raises(Invalid, match="Unknown field: _modified"):
        bind(query, visible=VISIBLE, system=("_id",))


def test_a_permission_over_a_list_needs_a_multivalued_field() -> None:
    assert bind(Query(), visible=VISIBLE, guard=HasAny("m", ("a",))).where == HasAny("m", ("a",))
    with pytest.raises(Invalid):
        bind(Query(where=HasAny("t", ("a",))), visible=VISIBLE)


def test_deep_trees_of_any_door_are_refused() -> None:
    expr: Expr = FieldRef("b")
    for _ in range(MAX_DEPTH):
        expr = Not(expr)
    with pytest.raises(Invalid, match="nested"):
        bind(Query(where=expr), visible=VISIBLE)
    with pytest.raises(Invalid):
        bind(Query(), visible=VISIBLE, row_filter=expr)


@pytest.mark.parametrize(
    "expr", [TextMatch("\ud800"), Compare(CompareOp.EQ, FieldRef("t"), Literal("\ud800"))]
)
def test_half_a_character_is_refused(expr: Expr) -> None:
    with pytest.raises(Invalid, match="not valid Unicode"):
        bind(Query(where=expr), visible=VISIBLE)


def test_endless_pages_are_cut_to_what_an_engine_can_count() -> None:
    bound = bind(Query(limit=10**30, offset=10**30), visible=VISIBLE)
    assert (bound.limit, bound.offset) == (2**62 - 1, 2**62 - 1)


def test_the_count_of_all_rows_needs_no_group() -> None:
    assert _bound(select="count(*)").outputs[0].expr == Aggregate("count")


_TEXTS = st.sampled_from(
    [
        "t = 'a'",
        "n > 1",
        "d = '2017'",
        "m",
        "'x'",
        "1",
        "null",
        "secret",
        "count(*)",
        "b",
        "g",
        "w > '1'",
        "n = t",
    ]
)


@settings(deadline=None)
@given(st.lists(_TEXTS, min_size=1, max_size=5), st.sampled_from([" and ", " or ", " and not "]))
def test_any_parsed_condition_is_bound_or_invalid(parts: list[str], joint: str) -> None:
    try:
        where = _bound(joint.join(parts)).where
    except Invalid as error:
        code = error.code
    else:
        code = ""
        assert where is None or shown(where)
    assert code in {"", "odsql.semantic", "odsql.incompatible"}


def test_arithmetic_inside_arithmetic_is_bounded() -> None:
    chain = "n" + " + n" * 199
    assert _bound(f"(({chain}) * 2 + 1) * 3 > 1").where is not None
    with pytest.raises(Invalid, match="Arithmetic may have 500 operators at most") as caught:
        _bound(f"({chain}) * ({chain}) * ({chain}) > 1")
    assert caught.value.code == "odsql.semantic"
