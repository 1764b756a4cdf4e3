"""Rows as text in the forms of markup, JSON strings, calendars and worksheets: any text comes back."""

import datetime as dt
import json
import re
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.support import REF, put

from colonnade.engine.port import Cell, CsvText, Engine, Folded, JsonText, LineText, RowText, SheetText, Way
from colonnade.http.values import zoned
from colonnade.query.bind import bind
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import Query

SCHEMA = Schema(
    (
        Field("a", "A", FieldType.TEXT),
        Field("tags", "Tags", FieldType.TEXT, multivalued=True),
        Field("day", "Day", FieldType.DATE),
        Field("until", "Until", FieldType.DATE),
        Field("spot", "Spot", FieldType.GEO_POINT),
        Field("n", "N", FieldType.INT),
    )
)
COLUMNS = tuple("ABCDEF")
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def batches(engine: Engine, form: RowText) -> list[Any]:
    with engine.read(REF) as reading:
        return list(reading.stream(bind(Query(), visible=SCHEMA), {}, form=form))


def texts(engine: Engine, form: RowText) -> list[str]:
    return [one for batch in batches(engine, form) for one in batch.column(0).to_pylist()]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(a=TEXTS, tags=st.lists(TEXTS, max_size=3), label=TEXTS)
def test_any_text_comes_back(engine: Engine, a: str, tags: list[str], label: str) -> None:
    engine.create(REF, SCHEMA)
    put(engine, {"a": a, "tags": tags}, schema=SCHEMA)
    (markup,) = texts(
        engine, LineText(("<r>", Cell(0, Way.XML), Cell(1, Way.XML, "<t>", "</t>", each=True), "</r>"))
    )
    root = ET.fromstring(markup)
    assert (root.text or "") == NOT_XML.sub("\ufffd", a)
    assert [one.text or "" for one in root] == [NOT_XML.sub("\ufffd", one) for one in tags]
    (told,) = texts(engine, LineText((label, Cell(0, Way.STRING))))
    assert told.startswith(label)
    assert json.loads(told[len(label) :]) == a
    (event,) = texts(engine, LineText((Folded((Cell(0, Way.ICAL, "X:"),)),)))
    assert all(len(one.encode()) <= 75 for one in event.split("\r\n"))
    unfolded = event.replace("\r\n ", "").removeprefix("X:").removesuffix("\r\n")
    read = re.sub(r"\\(.)", lambda one: "\n" if one[1] == "n" else one[1], unfolded)
    wanted = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "\ufffd", a.replace("\r\n", "\n").replace("\r", "\n"))
    assert read == wanted
    (sheet,) = texts(engine, SheetText(COLUMNS))
    assert sheet.startswith('<row r="2">')
    first = ET.fromstring(sheet).find("c[@r='A2']/is/t")
    assert first is not None
    written = re.sub("_x005F_(x[0-9A-Fa-f]{4}_)", r"_\1", first.text or "")
    assert written == NOT_XML.sub("\ufffd", a)


def test_what_is_null_is_left_out_with_what_is_around_it(engine: Engine) -> None:
    engine.create(REF, SCHEMA)
    put(
        engine,
        {"a": "x", "n": 1},
        {"a": None, "n": 2, "tags": []},
        {"a": "", "tags": ["b", "c"]},
        schema=SCHEMA,
    )
    parts = ("(", Cell(0, Way.PLAIN, "a=", ";"), Cell(1, Way.PLAIN, "t=", ";"), Cell(5, Way.JSON, "n="), ")")
    assert texts(engine, LineText(parts)) == ["(a=x;n=1)", "(t=;n=2)", "(a=;t=b, c;)"]
    assert texts(engine, LineText(parts, needs=5)) == ["(a=x;n=1)", "(t=;n=2)", ""]
    assert texts(engine, LineText((Folded((Cell(0, Way.ICAL, "A:"),)),))) == ["A:x\r\n", "", "A:\r\n"]


def test_moments_of_a_calendar(engine: Engine) -> None:
    engine.create(REF, SCHEMA)
    first, last = dt.date(2020, 2, 28), dt.date(2020, 2, 29)
    put(engine, {"day": first, "until": last}, {"day": last, "until": first}, schema=SCHEMA)
    parts = (Cell(2, Way.MOMENT), Cell(3, Way.MOMENT_AFTER, "/", later_than=2))
    assert texts(engine, LineText(parts)) == ["20200228/20200301", "20200229"]


def test_a_value_comes_along(engine: Engine) -> None:
    engine.create(REF, SCHEMA)
    put(engine, {"a": "x", "spot": {"lon": 1.5, "lat": 2.0}}, {"a": "y"}, schema=SCHEMA)
    (batch,) = batches(engine, LineText((Cell(0, Way.PLAIN), Cell(4, Way.PLAIN, " ")), as_wkt=True, beside=4))
    assert batch.schema.names == ["text", "geometry"]
    assert batch.column(0).to_pylist() == ["x POINT(1.5 2.0)", "y"]
    assert batch.column(1).to_pylist() == [{"lon": 1.5, "lat": 2.0}, None]


def test_a_worksheet_is_told_of_what_is_too_long(engine: Engine) -> None:
    engine.create(REF, SCHEMA)
    put(engine, {"a": "😀😀"}, {"a": "abc"}, {"tags": ["ab", "c"]}, {"a": "é" * 3}, schema=SCHEMA)
    (batch,) = batches(engine, SheetText(COLUMNS, most_characters=3))
    assert batch.column(1).to_pylist() == [0, None, 1, None]


@pytest.mark.parametrize(
    ("seen", "zone", "expected"),
    [
        ("9999-12-31T23:30", "Asia/Tokyo", "9999-12-31T23:30:00+00:00"),
        ("9999-12-31T14:59:59.999999", "Asia/Tokyo", "9999-12-31T23:59:59.999999+09:00"),
        ("9999-12-31T15:00", "Asia/Tokyo", "9999-12-31T15:00:00+00:00"),
        ("9999-12-31T23:30", "America/New_York", "9999-12-31T18:30:00-05:00"),
        ("0001-01-01T00:00", "America/New_York", "0001-01-01T00:00:00+00:00"),
        ("2020-06-30T22:30", "Asia/Tokyo", "2020-07-01T07:30:00+09:00"),
    ],
)
def test_where_a_zone_has_no_such_year_moments_stay_in_utc(
    engine: Engine, seen: str, zone: str, expected: str
) -> None:
    schema = Schema((Field("seen", "Seen", FieldType.DATETIME),))
    engine.create(REF, schema)
    moment = dt.datetime.fromisoformat(seen)
    put(engine, {"seen": moment}, schema=schema)
    with engine.read(REF) as reading:
        forms = (CsvText(zone=zone), JsonText(zone=zone))
        found = [next(iter(reading.stream(bind(Query(), visible=schema), {}, form=one))) for one in forms]
    assert [one.column(0)[0].as_py() for one in found] == [f"{expected}\r\n", f'{{"seen":"{expected}"}}\n']
    told = zoned(moment, ZoneInfo(zone))  # as records have it
    assert (told if told.tzinfo else told.replace(tzinfo=dt.UTC)).isoformat() == expected
