"""Any table of values, written in any format, comes back value for value."""

import csv
import datetime as dt
import io
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builder.support import SMALL
from tests.formats.support import sheet_rows, workbook

from colonnade.builder import merging, selecting, staging
from colonnade.builder.job import BuildJob, FileInput

Table = Mapping[str, Sequence[Any]]
NUMBERS = itertools.count()

_text = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"),
    max_size=12,
)
_spaced = st.builds(
    lambda text, inside: f"x{text}{inside}y", _text, st.sampled_from(["", "\n", '"', ",;\t", "  "])
)
_like_others = st.sampled_from(
    ["02134", "1.50", "true", "2020-01-02", "1e5", "-0", "NaN", "null", "#N/A", "[1]", "{}"]
)
_columns = st.sampled_from(
    [
        st.integers(-(2**53) + 1, 2**53 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.booleans(),
        _text | _spaced | _like_others,
        st.dates(dt.date(1900, 3, 1), dt.date(9999, 12, 31)),
        st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(9999, 12, 31)).map(
            lambda one: one.replace(microsecond=0)
        ),
    ]
)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    rows = draw(st.integers(1, 6))
    kinds = draw(st.lists(_columns, min_size=1, max_size=5))
    return {
        f"c{number}": draw(st.lists(st.none() | kind, min_size=rows, max_size=rows))
        for number, kind in enumerate(kinds)
    }


def _rows(table: Table) -> list[tuple[Any, ...]]:
    return list(zip(*table.values(), strict=True))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def as_csv(table: Table) -> bytes:
    buffer = io.StringIO(newline="")
    write = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    write.writerow(table)
    write.writerows([[_cell(value) for value in row] for row in _rows(table)])
    return buffer.getvalue().encode()


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float():
            return f"{Decimal(repr(value)):f}"
        case _:
            return str(_plain(value))


def as_json(table: Table) -> bytes:
    return json.dumps([dict(zip(table, map(_plain, row), strict=True)) for row in _rows(table)]).encode()


def as_json_lines(table: Table) -> bytes:
    return b"\n".join(
        json.dumps(dict(zip(table, map(_plain, row), strict=True))).encode() for row in _rows(table)
    )


def as_parquet(table: Table) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table({name: pa.array(values) for name, values in table.items()}), buffer)
    return buffer.getvalue()


def as_workbook(table: Table) -> bytes:
    rows = [list(table), *([_in_sheet(value) for value in row] for row in _rows(table))]
    return workbook({"S": sheet_rows(rows)})


def _in_sheet(value: Any) -> Any:
    match value:
        case "":
            return None
        case dt.datetime():
            return (repr((value - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)), 's="2"')
        case dt.date():
            return ((value - dt.date(1899, 12, 30)).days, 's="1"')
        case _:
            return value


FORMATS: Mapping[str, Callable[[Table], bytes]] = {
    "csvfile": as_csv,
    "jsonfile": as_json,
    "jsonlines": as_json_lines,
    "parquet": as_parquet,
    "excel": as_workbook,
}


def _typed(path: Path, format_: str) -> list[tuple[Any, ...]]:
    """The values that a build would write."""
    scratch = path.with_name(f"scratch{next(NUMBERS)}")
    scratch.mkdir()
    job = BuildJob(scratch / "out", scratch, (FileInput(path, path.name, "re", format_),), limits=SMALL)
    with closing(staging.opened(job)) as connection:
        staged, plan = merging.plan(staging.load(connection, job), ())
        (part,) = staged.parts
        values = ", ".join(selecting.selections(part, merging.merge(staged, 100, plan).outputs))
        return connection.execute(f"SELECT {values} FROM {part.table} part ORDER BY rowid").fetchall()


def _is_kept(sent: Any, got: Any) -> bool:
    if sent in (None, "") or got is None:
        return sent in (None, "") and got is None
    if isinstance(sent, bool) or isinstance(got, bool):
        return str(sent).lower() == str(got).lower()
    if isinstance(sent, int | float) and isinstance(got, int | float):
        return type(sent)(got) == sent
    if isinstance(got, float | int):
        return Decimal(sent) == Decimal(repr(got))
    if isinstance(sent, float):
        return float(got) == sent
    if isinstance(sent, dt.datetime) and isinstance(got, dt.datetime):
        return abs(sent - got) < dt.timedelta(milliseconds=1)  # a spreadsheet's moment is a double
    if isinstance(got, dt.datetime):
        return dt.datetime.fromisoformat(str(sent)) == got
    return str(sent) in (str(got), str(got).replace("T", " "))


@pytest.mark.parametrize("format_", FORMATS)
def test_a_table_comes_back_value_for_value(tmp_path_factory: pytest.TempPathFactory, format_: str) -> None:
    folder = tmp_path_factory.mktemp(format_)

    @settings(max_examples=25, deadline=None)
    @given(tables())
    def come_back(table: Table) -> None:
        path = folder / "table"
        path.write_bytes(FORMATS[format_](table))
        sent = _rows(table)
        if format_ == "excel":
            sent = [row for row in sent if any(one not in (None, "") for one in row)]
        got = _typed(path, format_)
        assert len(got) == len(sent)
        for one, other in zip(sent, got, strict=True):
            assert all(map(_is_kept, one, other)), (one, other)

    come_back()
