"""The contract: every type of field keeps its values."""

import datetime as dt
import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.support import AT, REF, ask, put, stored

from colonnade.engine.port import Engine
from colonnade.generation import START
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import Query

BIGGEST = 2**63 - 1
TEXTS = [
    "",
    " ",
    "0",
    "NULL",
    "é",
    "e\u0301",
    "日本",
    "😀",
    "a\tb\nc\r",
    "'\"\\;--$1?",
    "\u202e",
    "x" * 100_000,
]
VALUES: dict[FieldType, list[Any]] = {
    FieldType.TEXT: TEXTS,
    FieldType.INT: [0, -1, BIGGEST, -BIGGEST - 1],
    FieldType.DOUBLE: [0.0, -0.0, 0.1, 1e308, -5e-324, math.inf, -math.inf],
    FieldType.BOOLEAN: [True, False],
    FieldType.DATE: [dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(2024, 2, 29)],
    FieldType.DATETIME: [
        dt.datetime(1, 1, 1),
        dt.datetime(9999, 12, 31, 23, 59, 59, 999999),
        dt.datetime(1969, 12, 31, 23, 59, 59, 1),
    ],
    FieldType.TIME: [dt.time(), dt.time(23, 59, 59, 999999)],
    FieldType.GEO_POINT: [{"lon": 180.0, "lat": -90.0}, {"lon": 2.35, "lat": 48.85}],
    FieldType.GEO_SHAPE: ['{"type":"Point","coordinates":[1,2]}'],
    FieldType.JSON: ['{"a": [1, null, "é"]}', "null", "[]"],
    FieldType.FILE: ['{"id":"0123456789abcdef0123456789abcdef","filename":"é.jpg","thumbnail":true}'],
}
ALL = Schema(
    (
        *(Field(f"f_{one.value}", one.value, one, keeps_raw=True) for one in FieldType),
        Field("tags", "Tags", FieldType.TEXT, multivalued=True),
    )
)


@pytest.mark.parametrize("kind", list(FieldType))
def test_values_come_back_as_they_went_in(empty: Engine, kind: FieldType) -> None:
    empty.create(REF, ALL)
    name = f"f_{kind.value}"
    sent = [{name: one, f"{name}$raw": repr(one)} for one in (*VALUES[kind], None)]
    put(empty, *sent, schema=ALL)
    assert [{name: one[name], f"{name}$raw": one[f"{name}$raw"]} for one in stored(empty)] == sent
    answer = ask(empty, Query(limit=50), schema=ALL).table
    assert answer.column(name).to_pylist() == [one[name] for one in sent]


def test_nan_comes_back(empty: Engine) -> None:
    empty.create(REF, ALL)
    put(empty, {"f_double": math.nan}, schema=ALL)
    assert math.isnan(stored(empty)[0]["f_double"])


def test_lists_come_back_as_they_went_in(empty: Engine) -> None:
    empty.create(REF, ALL)
    lists = [["a", "b"], [], None, ["", "a", "a"], ["😀"] * 1_000]
    put(empty, *({"tags": one} for one in lists), schema=ALL)
    assert [one["tags"] for one in stored(empty)] == lists
    assert ask(empty, Query(), schema=ALL).table.column("tags").to_pylist() == lists


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.none() | st.text(), st.none() | st.text(), st.lists(st.text())), max_size=20))
def test_any_text_comes_back(empty: Engine, texts: list[tuple[str | None, str | None, list[str]]]) -> None:
    empty.create(REF, ALL)
    put(empty, *({"f_text": one, "f_text$raw": raw, "tags": tags} for one, raw, tags in texts), schema=ALL)
    assert [(one["f_text"], one["f_text$raw"], one["tags"]) for one in stored(empty)] == texts


def test_fields_may_have_any_name(empty: Engine) -> None:
    names = [
        "select",
        'a "quoted" one',
        "two words",
        "été",
        "日本",
        "a.b",
        "x;--",
        "'",
        "$raw",
        "rowid ",
        "?",
        "%s",
    ]
    schema = Schema(tuple(Field(name, name, FieldType.TEXT, keeps_raw=True) for name in names))
    empty.create(REF, schema)
    put(empty, {name: f"in {name}" for name in names}, schema=schema)
    assert {name: stored(empty)[0][name] for name in names} == {name: f"in {name}" for name in names}
    assert ask(empty, Query(), schema=schema).table.column_names == names
    texts = empty.text_changes_since(REF, schema, START).rows.to_pylist()
    assert texts[0]["a.b"] == "in a.b"
    assert empty.check(REF, schema) == []


def test_a_table_may_have_two_thousand_fields(empty: Engine) -> None:
    schema = Schema(tuple(Field(f"f{at}", "", FieldType.TEXT) for at in range(2_000)))
    empty.create(REF, schema)
    put(empty, {f"f{at}": str(at) for at in range(2_000)}, schema=schema)
    assert ask(empty, Query(limit=1), schema=schema).table.num_columns == 2_000


def test_texts_are_what_people_would_search_for(empty: Engine) -> None:
    empty.create(REF, ALL)
    row = {
        "f_text": "e\u0301cole",
        "f_int": 42,
        "f_double": 3.0,
        "f_boolean": True,
        "f_date": dt.date(2024, 5, 6),
        "f_datetime": AT,
        "f_time": dt.time(7, 8),
        "f_geo_point_2d": {"lon": 2.0, "lat": 48.85},
        "f_geo_shape": VALUES[FieldType.GEO_SHAPE][0],
        "tags": ["red", "blue"],
    }
    put(empty, row, {"f_int": 42, "f_int$raw": "forty-two"}, {"tags": []}, schema=ALL)
    first, second, third = empty.text_changes_since(REF, ALL, START).rows.to_pylist()
    assert first.pop("_id") == stored(empty)[0]["_id"]
    assert {name: text for name, text in first.items() if text is not None} == {
        "f_text": "école",
        "f_int": "42",
        "f_double": "3",
        "f_boolean": "true",
        "f_date": "2024-05-06",
        "f_datetime": "2024-05-06 07:08:09.123456",
        "f_time": "07:08:00",
        "f_geo_point_2d": "48.85, 2",
        "tags": "red blue",
    }
    assert second["f_int"] == "forty-two"
    assert not third["tags"]
    assert [one["_id"] for batch in empty.texts(REF, ALL) for one in batch.to_pylist()] == [
        one["_id"] for one in stored(empty)
    ]
