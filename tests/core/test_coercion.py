"""Values as they are sent to values as columns hold them: every JSON value has an answer, and none is lost."""

import datetime as dt
import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.builder import lenient
from colonnade.core.records.coercion import LiveRow, arrow_rows
from colonnade.engine.layout import arrow_type
from colonnade.errors import Invalid
from colonnade.query.raw import came, printed
from colonnade.query.schema import Field, FieldType, Schema

NUMBERS = st.integers(-(10**400), 10**400) | st.integers(-(2**65), 2**65) | st.floats(allow_nan=False)
TEXTS = st.text() | st.from_regex(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", fullmatch=True)
TIMES = (
    st.datetimes().map(str)
    | st.dates().map(str)
    | st.times().map(str)
    | st.sampled_from(
        [
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "2024-W01-1",
            "9" * 5000,
            "90,180",
            "91,0",
            "true",
            "1e5",
            "nan",
            "\x00",
        ]
    )
)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS | TIMES
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.builds(
    Field,
    name=st.just("field"),
    label=st.just("Field"),
    type=st.sampled_from(FieldType),
    keeps_raw=st.booleans(),
    lenient=st.booleans(),
)


def _kept(field: Field, value: Any) -> tuple[Any, Any]:
    """What the typed column and the raw one hold of a value; the raw one None if there is none."""
    table = arrow_rows(Schema((field,)), [LiveRow("k", {field.name: value})])
    raw = table.column(field.raw_name).to_pylist()[0] if field.keeps_raw else None
    return table.column(field.name).to_pylist()[0], raw


def _field(type_: FieldType, **more: Any) -> Field:
    return Field("field", "Field", type_, **more)


@given(FIELDS, VALUES)
def test_any_value_becomes_a_value_of_the_column_or_a_message(field: Field, value: Any) -> None:
    refused: Invalid | None = None
    try:
        table = arrow_rows(Schema((field,)), [LiveRow(None, {"field": value})])
    except Invalid as error:
        refused = error
    if refused is None:
        assert table.column("field").type == arrow_type(field)
        assert table.num_rows == 1
    else:
        assert not field.lenient
        assert list(refused.fields) == ["field"]
        assert refused.fields["field"][0].startswith("row 1: ")
        assert len(refused.message) < 200


@given(FIELDS.filter(lambda field: field.keeps_raw), VALUES)
def test_what_was_sent_comes_back(field: Field, value: Any) -> None:
    try:
        held, raw = _kept(field, value)
    except Invalid:
        return
    if field.lenient and field.type in lenient.READERS:
        back = came(printed(held), raw)
        assert (back, json.dumps(back)) == (value, json.dumps(value))
    elif raw is not None:
        assert raw == value if isinstance(value, str) else json.loads(raw) == value
    elif value is None:
        assert held is None
    elif isinstance(held, dt.date):
        assert held.isoformat() == value
    else:
        assert held == value
        assert isinstance(held, bool) == isinstance(value, bool)


@pytest.mark.parametrize(
    ("type_", "sent", "held"),
    [
        (FieldType.TEXT, "a", "a"),
        (FieldType.TEXT, 5, "5"),
        (FieldType.TEXT, True, "true"),
        (FieldType.TEXT, {"a": [1]}, '{"a":[1]}'),
        (FieldType.TEXT, "", None),
        (FieldType.INT, 5, 5),
        (FieldType.INT, "5", 5),
        (FieldType.INT, 5.0, 5),
        (FieldType.INT, -(2**63), -(2**63)),
        (FieldType.INT, "", None),
        (FieldType.DOUBLE, 1, 1.0),
        (FieldType.DOUBLE, "12.50", 12.5),
        (FieldType.BOOLEAN, False, False),
        (FieldType.BOOLEAN, "true", True),
        (FieldType.DATE, "2024-02-29", dt.date(2024, 2, 29)),
        (FieldType.DATETIME, "2024-02-29T01:00:00+02:00", dt.datetime(2024, 2, 28, 23)),
        (FieldType.DATETIME, "2024-02-29T01:00:00Z", dt.datetime(2024, 2, 29, 1)),
        (FieldType.DATETIME, "2024-02-29 01:00:00", dt.datetime(2024, 2, 29, 1)),
        (FieldType.TIME, "12:30:00", dt.time(12, 30)),
        (FieldType.GEO_POINT, {"lon": 2.5, "lat": 48}, {"lon": 2.5, "lat": 48.0}),
        (FieldType.GEO_POINT, [48, 2.5], {"lon": 2.5, "lat": 48.0}),
        (FieldType.GEO_POINT, "48, 2.5", {"lon": 2.5, "lat": 48.0}),
    ],
)
def test_what_fits(type_: FieldType, sent: Any, held: Any) -> None:
    assert _kept(_field(type_), sent)[0] == held


@pytest.mark.parametrize(
    ("type_", "sent"),
    [
        (FieldType.INT, True),
        (FieldType.INT, 1.5),
        (FieldType.INT, "02134"),
        (FieldType.INT, 2**63),
        (FieldType.INT, "9" * 5000),
        (FieldType.INT, [1]),
        (FieldType.DOUBLE, "1e5"),
        (FieldType.DOUBLE, "9" * 400),
        (FieldType.DOUBLE, 10**400),
        (FieldType.DOUBLE, float("nan")),
        (FieldType.DOUBLE, float("inf")),
        (FieldType.BOOLEAN, 1),
        (FieldType.BOOLEAN, []),
        (FieldType.BOOLEAN, {"a": 1}),
        (FieldType.DATE, "2024-W01-1"),
        (FieldType.DATE, "2023-02-29"),
        (FieldType.DATE, 20240101),
        (FieldType.DATETIME, "0001-01-01T00:00:00+14:00"),
        (FieldType.DATETIME, "yesterday"),
        (FieldType.TIME, "25:00"),
        (FieldType.GEO_POINT, "91,0"),
        (FieldType.GEO_POINT, [1]),
        (FieldType.GEO_POINT, {"lat": 1}),
        (FieldType.GEO_POINT, ["nan", 1]),
    ],
)
def test_what_does_not_fit_is_refused_and_kept_by_a_lenient_column(type_: FieldType, sent: Any) -> None:
    with pytest.raises(Invalid, match="row 1, field field"):
        _kept(_field(type_), sent)
    assert _kept(_field(type_, keeps_raw=True, lenient=True), sent)[1] is not None


@pytest.mark.parametrize(
    ("type_", "sent", "held"),
    [
        pytest.param(FieldType.INT, 17, 17, id="panda-4.2-int-native"),
        pytest.param(FieldType.INT, "1,234", 1234, id="panda-4.2-int-commas"),
        pytest.param(FieldType.INT, "$1,234", 1234, id="panda-4.2-int-dollar"),
        pytest.param(FieldType.INT, "€ 5", 5, id="panda-4.2-int-currency"),
        pytest.param(FieldType.INT, "#17", None, id="panda-4.2-int-hash-fails"),
        pytest.param(FieldType.INT, "12.0", None, id="panda-4.2-int-point-fails"),
        pytest.param(FieldType.INT, "", None, id="panda-4.2-int-empty-fails"),
        pytest.param(FieldType.INT, 2**63, None, id="panda-6.3-int-64-bits"),
        pytest.param(FieldType.INT, True, None, id="panda-4.2-int-boolean"),
        pytest.param(FieldType.DOUBLE, "$18.50", 18.5, id="panda-4.2-float-dollar"),
        pytest.param(FieldType.DOUBLE, 19, 19.0, id="panda-4.2-float-whole"),
        pytest.param(FieldType.DOUBLE, "1e5", 1e5, id="panda-4.2-float-exponent"),
        pytest.param(FieldType.DOUBLE, "n/a", None, id="panda-4.2-null-n/a"),
        pytest.param(FieldType.DOUBLE, "NONE", None, id="panda-4.2-null-none"),
        pytest.param(FieldType.DOUBLE, "null", None, id="panda-4.2-null-null"),
        pytest.param(FieldType.DOUBLE, ".", None, id="panda-4.2-null-point"),
        pytest.param(FieldType.DOUBLE, None, None, id="panda-4.2-null-json"),
        pytest.param(FieldType.BOOLEAN, "Yes", True, id="panda-4.2-bool-yes"),
        pytest.param(FieldType.BOOLEAN, "f", False, id="panda-4.2-bool-f"),
        pytest.param(FieldType.BOOLEAN, "1", None, id="panda-4.2-bool-1-fails"),
        pytest.param(FieldType.BOOLEAN, True, True, id="panda-4.2-bool-native"),
        pytest.param(FieldType.DATE, "3/7/2024", dt.date(2024, 3, 7), id="panda-4.2-date-month-first"),
        pytest.param(FieldType.DATE, "13/7/2024", dt.date(2024, 7, 13), id="panda-4.2-date-above-12"),
        pytest.param(FieldType.DATE, "7 March 2024", dt.date(2024, 3, 7), id="panda-4.2-date-named"),
        pytest.param(FieldType.DATE, "3/7/69", dt.date(1969, 3, 7), id="panda-4.2-date-two-digits"),
        pytest.param(FieldType.DATE, "3/7/68", dt.date(2068, 3, 7), id="panda-4.2-date-two-digits-this"),
        pytest.param(FieldType.DATE, "", None, id="panda-4.2-date-empty-fails"),
        pytest.param(FieldType.DATE, "Harbor", None, id="panda-4.2-date-fails"),
        pytest.param(FieldType.TIME, "4:14 PM", dt.time(16, 14), id="panda-4.2-time"),
        pytest.param(
            FieldType.DATETIME, "4:14", dt.datetime(9999, 12, 31, 4, 14), id="panda-4.2-missing-date"
        ),
        pytest.param(FieldType.DATETIME, "April 2024", dt.datetime(2024, 4, 30), id="panda-4.2-missing-day"),
        pytest.param(
            FieldType.DATETIME,
            "3/7/2024 4:14:05 pm",
            dt.datetime(2024, 3, 7, 16, 14, 5),
            id="panda-4.2-datetime",
        ),
        pytest.param(FieldType.TEXT, "n/a", "n/a", id="panda-4.2-unicode-as-it-is"),
    ],
)
def test_lenient_columns_take_what_people_write(type_: FieldType, sent: Any, held: Any) -> None:
    assert _kept(_field(type_, keeps_raw=True, lenient=True), sent)[0] == held


def test_a_list_column_takes_lists_alone() -> None:
    field = _field(FieldType.TEXT, multivalued=True)
    assert _kept(field, ["a", 1, None])[0] == ["a", "1"]
    assert _kept(field, [])[0] == []
    with pytest.raises(Invalid, match="a list"):
        _kept(field, "a")


def test_every_wrong_row_and_field_is_named_up_to_twenty() -> None:
    schema = Schema((Field("size", "Size", FieldType.INT), Field("day", "Day", FieldType.DATE)))
    sent = [LiveRow(None, {"size": "x", "day": "y", "what": 1}), LiveRow(None, {"size": 1})]
    with pytest.raises(Invalid) as caught:
        arrow_rows(schema, sent)
    assert {name: len(lines) for name, lines in caught.value.fields.items()} == {
        "size": 1,
        "day": 1,
        "what": 1,
    }
    with pytest.raises(Invalid, match=r"and 30 more"):
        arrow_rows(schema, [LiveRow(None, {"size": "x"})] * 50)


def test_what_a_row_does_not_name_is_null() -> None:
    schema = Schema(
        (Field("size", "Size", FieldType.INT, keeps_raw=True), Field("name", "Name", FieldType.TEXT))
    )
    table = arrow_rows(schema, [LiveRow("a", {"name": "x"}), LiveRow(None, {})])
    assert table.to_pylist() == [
        {"_key": "a", "size": None, "size$raw": None, "name": "x"},
        {"_key": None, "size": None, "size$raw": None, "name": None},
    ]
    assert arrow_rows(schema, []).column("size").type == pa.int64()
