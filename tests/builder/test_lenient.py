"""Lenient types: one definition, in Python for rows that are sent and in SQL for whole columns; both say the same."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from dateutil import parser
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from colonnade.builder import lenient, lenient_sql
from colonnade.query.raw import printed
from colonnade.query.schema import Field, FieldType

TYPES = [one for one in lenient.READERS if one is not FieldType.TEXT]
WRITTEN = [
    *[
        "$18.50",
        "1,234",
        "+5",
        "-0",
        "012",
        "1e5",
        "1e999",
        " 7\n",
        "#17",
        "12.0",
        "€ 5",
        "ƒ3",
        "-$5",
        "5 %",
        "",
    ],
    *[
        "9223372036854775807",
        "9223372036854775808",
        "9" * 50,
        "1_000",
        "0x10",
        "\u0663",
        "nan",
        "inf",
        ".5",
        "5.",
    ],
    *["yes", "Y", "F", "1", "0", "TRUE ", "tru", "na", "N/A", ".", "None", "null"],
    *[
        "2024-03-07",
        "2024-3-7",
        "2024-13-01",
        "0000-01-01",
        "0099-01-01",
        "2024/01/05",
        "20240307",
        "2024",
        "12",
    ],
    *[
        "3/7/2024",
        "13/7/2024",
        "31/12/2024",
        "32/1/2024",
        "2/30/2024",
        "0/1/2024",
        "3/7/24",
        "7/3/69",
        "1/1/0099",
    ],
    *[
        "3-7-2024",
        "3/7-2024",
        "99/1/1",
        "1/1/0000",
        "3/7/2024 13:30",
        "3/7/2024 13:30 PM",
        "3/7/2024 0:30 AM",
    ],
    *[
        "3/7/2024 12:30 am",
        "3/7/2024 12:30p",
        "March 7, 2024",
        "7 March 2024 4:14 PM",
        "April 2024",
        "may",
        "Monday",
    ],
    *[
        "4:14",
        "4:14pm",
        "04:14:05.25",
        "24:00",
        "10:00 EST",
        "10:00Z",
        "2024-01-01T24:00:00",
        "2024-01-01T10",
    ],
    *["2024-03-07T10:00:00Z", "2024-03-07 10:00:00+02:00", "2024-03-07T10:00:00+02", "2024-03-07T10:00:00.5"],
    *[
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
        "2024-03-07T10:00+99:00",
        "x" * 200,
        "\x00",
        "é",
    ],
]
PARTS = st.sampled_from(
    ["3", "13", "07", "2024", "24", "/", "-", ":", " ", "PM", "am", "T", "Z", "+02:00", ".5", "Mar", ","]
)
TEXTS = (
    st.sampled_from(WRITTEN)
    | st.text(max_size=12)
    | st.lists(PARTS, max_size=9).map("".join)
    | st.datetimes().map(str)
    | st.dates().map(lambda day: f"{day.month}/{day.day}/{day.year:04}")
    | st.floats().map(str)
    | st.integers().map(lambda number: f"${number:,}")
)


@pytest.fixture(scope="module")
def columns() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        lenient_sql.register(connection, [Field(one, one, one, lenient=True) for one in lenient.READERS])
        yield connection


def _of_columns(columns: duckdb.DuckDBPyConnection, type_: FieldType, texts: list[str]) -> list[Any]:
    """By Arrow: a fetched value of the year 9999 may be none in Python."""
    sql = f"SELECT {lenient_sql.value_sql(type_, 't')} AS v FROM (SELECT unnest(?) AS t)"
    found: list[Any] = columns.execute(sql, [texts]).to_arrow_table().column("v").to_pylist()
    return found


@pytest.mark.parametrize("type_", TYPES)
def test_a_column_holds_what_a_row_would(columns: duckdb.DuckDBPyConnection, type_: FieldType) -> None:
    assert _of_columns(columns, type_, WRITTEN) == [lenient.value(type_, one) for one in WRITTEN]


@hypothesis_settings(max_examples=15, deadline=None)
@given(st.lists(TEXTS, max_size=20))
def test_a_column_holds_what_a_row_would_whatever_is_written(
    columns: duckdb.DuckDBPyConnection, texts: list[str]
) -> None:
    for type_ in TYPES:
        found = _of_columns(columns, type_, texts) if texts else []
        assert [repr(one) for one in found] == [repr(lenient.value(type_, one)) for one in texts]


@given(TEXTS)
def test_the_quick_way_says_what_the_library_says(text: str) -> None:
    cell = text.strip()
    found = lenient.moment(cell)
    try:
        slowly = parser.parser(lenient.Calendar()).parse(
            cell, default=dt.datetime(9999, 12, 31), tzinfos=lambda _name, seconds: seconds
        )
    except (
        ValueError,
        OverflowError,
        TypeError,
        ArithmeticError,
        AttributeError,
        LookupError,
        AssertionError,
    ):
        return
    if found is not None:
        assert found.replace(tzinfo=None) == slowly.replace(tzinfo=None)


@given(
    st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.datetimes()
    | st.dates()
    | st.times()
)
def test_values_are_printed_as_the_engine_prints_them(columns: duckdb.DuckDBPyConnection, value: Any) -> None:
    (text,) = columns.execute(
        "SELECT regexp_replace(CAST(? AS VARCHAR), '\\.0$', '')", [value]
    ).fetchone() or ("",)
    assert printed(value) == text


def test_a_two_digit_year_does_not_depend_on_today() -> None:
    years = [
        (lenient.value(FieldType.DATE, f"1/1/{year:02}") or dt.date.min).year for year in (0, 68, 69, 99)
    ]
    assert years == [2000, 2068, 1969, 1999]
