"""A column's type: adopted only if what is printed from it is what came in."""

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colonnade.builder.job import ColumnReport
from colonnade.builder.typing import SAMPLE_ROWS, Cells, infer, value_sql
from colonnade.query.schema import FieldType

Texts = list[str | None]


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as opened:
        opened.execute("SET TimeZone = 'UTC'")
        yield opened


def _typed(
    connection: duckdb.DuckDBPyConnection, cells: Sequence[str | None]
) -> tuple[ColumnReport, list[Any]]:
    texts = pa.table({"c": pa.array(cells, type=pa.string())})
    connection.register("texts", texts)
    connection.execute("CREATE OR REPLACE TEMP TABLE column_ AS SELECT c FROM texts")
    relation = "(SELECT rowid + 1 AS _row, 'f.csv' AS _file, c FROM column_)"
    (report,) = infer(Cells(connection, relation, ("c",)))
    values = connection.execute(
        f"SELECT {value_sql(report.type, 'c')} FROM column_ ORDER BY rowid"
    ).fetchall()
    return report, [value for (value,) in values]


@pytest.mark.parametrize(
    ("cells", "type_"),
    [
        (["1", "-2", None], "int"),
        (["9223372036854775807", "-9223372036854775808"], "int"),
        (["12.50"], "double"),
        (["1", "2.5"], "double"),
        (["0.00000001", "-3.25", "0"], "double"),
        (["1234567890123456", "0.5"], "double"),
        (["48.053808600000004", "-72.886806000000007"], "double"),
        (["true", "false"], "boolean"),
        (["2020-02-29", "0001-01-01"], "date"),
        (["2020-01-01T10:00", "2020-01-01 10:00:00.5Z", "2020-01-01T10:00:00+05:30"], "datetime"),
    ],
)
def test_what_survives_is_typed(connection: duckdb.DuckDBPyConnection, cells: Texts, type_: str) -> None:
    assert _typed(connection, cells)[0].type == type_


@pytest.mark.parametrize(
    "cell",
    [
        *[
            "02134",
            "+5",
            "1e5",
            "1" * 20,
            "0.1000000000000000123",
            "48.053808600000005",
            "9223372036854775808",
            " 12",
            "12 ",
            "-0",
            "-0.0",
            ".5",
            "5.",
            "1_000",
            "0x10",
        ],
        *[
            "nan",
            "inf",
            "1,5",
            "0.12345678901234567",
            "-00.5",
            "TRUE",
            "True",
            "t",
            "yes",
            "epoch",
            "infinity",
        ],
        *["2020-1-1", "2020-02-30", "1/1/1971", "12020-01-01", "2020-01-01 (BC)", "2020-01"],
        *["2020-01-01T24:00", "2020-01-01T10:00:60", "2020-01-01T10", "2020-01-01T10:00:00.1234567"],
        *["0001-01-01T00:00+05", "9999-12-31T23:59-05", "2020-01-01T10:00 UTC", "2020-02-30T10:00", "10:00"],
    ],
)
def test_what_would_change_stays_text(connection: duckdb.DuckDBPyConnection, cell: str) -> None:
    report, values = _typed(connection, [cell, None])
    assert (report.type, values) == (FieldType.TEXT, [cell, None])


@pytest.mark.parametrize(
    "cells", [["123456789012345678", "1.5"], ["2020-01-01", "2020-01-01T10:00"], ["true", "1"], ["1", "-0.0"]]
)
def test_types_that_do_not_agree_make_a_text(connection: duckdb.DuckDBPyConnection, cells: Texts) -> None:
    assert _typed(connection, cells)[0].type == FieldType.TEXT


def test_an_offset_is_taken_into_utc(connection: duckdb.DuckDBPyConnection) -> None:
    _, values = _typed(
        connection, ["2020-01-01T10:00+05:30", "2020-01-01 10:00:00.25-0200", "2020-01-01T10:00Z"]
    )
    assert values == [
        dt.datetime(2020, 1, 1, 4, 30),
        dt.datetime(2020, 1, 1, 12, 0, 0, 250_000),
        dt.datetime(2020, 1, 1, 10),
    ]


def test_an_empty_column_is_text(connection: duckdb.DuckDBPyConnection) -> None:
    report, _ = _typed(connection, [None, None])
    assert (report.type, report.nulls, report.why) == (FieldType.TEXT, 2, "every cell is empty")


def test_one_cell_at_the_end_decides_and_is_shown(connection: duckdb.DuckDBPyConnection) -> None:
    report, _ = _typed(connection, [*["1"] * (SAMPLE_ROWS + 10), "n/a"])
    assert report.type == FieldType.TEXT
    assert "not a number" in report.why
    assert report.misfits == ({"file": "f.csv", "row": SAMPLE_ROWS + 11, "cell": "n/a", "type": "double"},)


def test_a_decimal_at_the_end_makes_numbers_of_whole_numbers(connection: duckdb.DuckDBPyConnection) -> None:
    report, _ = _typed(connection, [None] * SAMPLE_ROWS + ["1"] * 10 + ["2.5"])
    assert report.type == FieldType.DOUBLE
    assert report.misfits == ({"file": "f.csv", "row": SAMPLE_ROWS + 11, "cell": "2.5", "type": "int"},)


def _is_kept(cell: str | None, value: Any) -> bool:
    """Whether a typed value still says what the cell said."""
    match cell, value:
        case None, None:
            return True
        case str(), bool():
            return cell == str(value).lower()
        case str(), int():
            return cell == str(value)
        case str(), float():
            whole, _, decimals = cell.partition(".")
            shortened = f"{whole}.{decimals}".rstrip("0").rstrip(".") if decimals else whole
            digits = len(shortened.replace(".", "").lstrip("-0"))
            return shortened in {
                f"{Decimal(repr(value)):f}".removesuffix(".0"),
                f"{value:.{max(digits, 1)}g}",
            }
        case str(), dt.datetime():
            told = dt.datetime.fromisoformat(cell)
            return value == (told.astimezone(dt.UTC).replace(tzinfo=None) if told.tzinfo else told)
        case str(), dt.date():
            return cell == str(value)
        case _:
            return bool(cell == value)


_digits = st.text("0123456789", max_size=19)
_cells = st.one_of(
    st.none(),
    st.integers().map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
    st.floats().map(repr),
    st.builds("{}{}.{}".format, st.sampled_from(["", "-", "+", " "]), _digits, _digits),
    st.dates().map(str),
    st.datetimes(timezones=st.none() | st.just(dt.UTC)).map(lambda one: one.isoformat()),
    st.from_regex(
        r"\A[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9](:[0-6][0-9])?(Z|[+-][01][0-9]:?[0-9]{2})?\Z"
    ),
    st.sampled_from(["true", "false", "TRUE", "nan", "inf", "-0", "1e5", "epoch", "0x1F", "1_000"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_cells, min_size=1, max_size=3))
def test_whatever_is_typed_can_be_printed_back(connection: duckdb.DuckDBPyConnection, cells: Texts) -> None:
    report, values = _typed(connection, cells)
    assert all(_is_kept(cell, value) for cell, value in zip(cells, values, strict=True)), report
