"""Parquet: its types are kept where they can be said, and a file that lies is refused."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.formats.support import Desk

from colonnade.errors import Invalid


def parquet(columns: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


DAY, AT = dt.date(2020, 1, 2), dt.datetime(2020, 1, 2, 3, 4, 5, 600_000)


@pytest.mark.parametrize(
    ("column", "type_", "texts"),
    [
        (pa.array([1, None], pa.int8()), "int", ["1", None]),
        (pa.array([2**63 - 1], pa.uint64()), "int", ["9223372036854775807"]),
        (pa.array([2**64 - 1], pa.uint64()), "text", ["18446744073709551615"]),
        (pa.array([1.0, 2.5, 1e300]), "double", ["1", "2.5", "1e+300"]),
        (pa.array([True, None]), "boolean", ["true", None]),
        (pa.array(["1", "", None]), "text", ["1", None, None]),
        (pa.array([DAY]), "date", ["2020-01-02"]),
        (pa.array([AT]), "datetime", ["2020-01-02 03:04:05.6"]),
        (pa.array([AT], pa.timestamp("ns")), "datetime", ["2020-01-02 03:04:05.6"]),
        (pa.array([AT], pa.timestamp("us", "Europe/Paris")), "datetime", ["2020-01-02 03:04:05.6"]),
        (pa.array([10**12], pa.timestamp("s")), "text", ["33658-09-27 01:46:40"]),
        (pa.array([dt.time(1, 2, 3)]), "time", ["01:02:03"]),
        (pa.array([Decimal("1.10"), None]), "double", ["1.1", None]),
        (pa.array([Decimal("12345678901234567.25")]), "text", ["12345678901234567.25"]),
        (pa.array([Decimal(7)]), "int", ["7"]),
        (pa.array([["a", "b"], [], None]), "text", ["a\x1fb", None, None]),
        (pa.array([["a", None]]), "json_blob", ['["a",null]']),
        (pa.array([[1, 2]]), "json_blob", ["[1,2]"]),
        (pa.array([{"x": [1]}, None]), "json_blob", ['{"x":[1]}', None]),
        (pa.array([b"\0\1"]), "text", ["AAE="]),
        (pa.array(["a", "b", "a"]).dictionary_encode(), "text", ["a", "b", "a"]),
        (pa.nulls(2), "int", [None, None]),
    ],
)
def test_types_are_kept(desk: Desk, column: Any, type_: str, texts: list[str | None]) -> None:
    read = desk.read("parquet", parquet({"v": column}))
    assert read.columns[0].type == type_
    assert [text for (text,) in read.rows] == texts


def test_names_of_any_kind_and_no_rows_are_fine(desk: Desk) -> None:
    names = ["a b", 'say "x"', "x0", "", "A", "a"]
    lists = {"list": pa.array([], pa.list_(pa.struct([("x", pa.int8()), ("y", pa.int8())])))}
    read = desk.read("parquet", parquet(lists | dict.fromkeys(names, pa.array([], pa.int64()))))
    assert ([one.label for one in read.columns], read.rows) == (["list", *names], [])


GOOD = parquet({"a": list(range(1_000)), "b": [f"text {n}" for n in range(1_000)]})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is no Parquet"),
        (b"a,b\n1,2\n", "is no Parquet"),
        (GOOD[:-100], "is cut off"),
        (b"PAR1" + b"\0" * 40 + b"PAR1", "cannot be read as Parquet"),
        (GOOD[:-8] + (2**31 - 1).to_bytes(4, "little") + b"PAR1", "cannot be read as Parquet"),
        (GOOD[:4] + bytes(one ^ 0x55 for one in GOOD[4:3_000]) + GOOD[3_000:], "cannot be read as Parquet"),
    ],
)
def test_what_is_no_parquet_is_named(desk: Desk, content: bytes, reason: str) -> None:
    with pytest.raises(Invalid, match=reason) as caught:
        desk.read("parquet", content, "u.parquet")
    assert "u.parquet" in caught.value.message
    assert str(desk.folder) not in caught.value.message
