"""Files whose values have types by themselves, alone and beside others."""

import datetime as dt
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.builder.support import Bench
from tests.formats.support import features, sheet_rows, tarred, workbook, zipped

from colonnade.builder.job import FileInput, Limits
from colonnade.errors import Invalid, LimitReached
from colonnade.query.schema import Field, FieldType, Schema

Write = Callable[..., FileInput]
POINT = {"type": "Point", "coordinates": [2.5, 48]}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_(
        name: str, format_: str, content: bytes | str, *, owned: bool = False, **params: Any
    ) -> FileInput:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return FileInput(path, name, f"re_{path.stem}", format_, params, owned)

    return write_


def _json(*records: dict[str, Any]) -> str:
    return json.dumps(list(records))


def test_every_type_of_the_core_can_come_from_a_file(bench: Bench, write: Write) -> None:
    day, time, at = (44000, 's="1"'), (0.25, 's="4"'), (44000.5, 's="2"')
    book = workbook(
        {"S": sheet_rows([["t", "i", "d", "b", "day", "time", "at"], ["x", 1, 1.5, True, day, time, at]])}
    )
    built = bench.built(write("book.xlsx", "excel", book))
    assert built.rows("* EXCLUDE (rowid, _id, _key, _source, _seq, _modified)") == [
        ("x", 1, 1.5, True, dt.date(2020, 6, 18), dt.time(6), dt.datetime(2020, 6, 18, 12))
    ]
    built = bench.built(write("places.geojson", "geojson", features(POINT)))
    assert built.types() == {"geo_point_2d": "geo_point_2d", "geo_shape": "geo_shape", "n": "int"}
    assert built.rows("geo_point_2d, geo_shape") == [
        ({"lon": 2.5, "lat": 48.0}, '{"type":"Point","coordinates":[2.5,48]}')
    ]
    built = bench.built(write("tags.json", "jsonfile", _json({"tags": ["a", "b"], "more": {"x": 1}})))
    assert built.rows("tags, more") == [(["a", "b"], '{"x":1}')]
    (tags, more) = built.manifest.schema.fields
    assert (tags.multivalued, tags.annotations, more.type) == (True, {"multivalued": (";",)}, "json_blob")
    assert built.report("more").why == "the file's values are of this type"


def test_points_are_never_guessed_from_texts(bench: Bench, write: Write) -> None:
    built = bench.built(write("a.json", "jsonfile", _json({"p": "48.1, 2.5", "q": [2.5, 48.1]})))
    assert built.types() == {"p": "text", "q": "json_blob"}


def test_the_same_rows_keep_their_ids_in_another_format(bench: Bench, write: Write) -> None:
    first = bench.built(write("a.csv", "csvfile", "n,t\n1,x\n2.5,y\n"))
    second = bench.built(
        write("a.json", "jsonfile", _json({"t": "y", "n": 2.50}, {"t": "x", "n": 1})), after=first
    )
    assert second.rows("_id, n, t") == [(2, 2.5, "y"), (1, 1.0, "x")]


def test_typed_values_can_be_keys(bench: Bench, write: Write) -> None:
    book = workbook({"S": sheet_rows([["k", "v"], [1, "a"], [2, "b"], [1, "c"]])})
    built = bench.built(write("b.xlsx", "excel", book), key_fields=("k",))
    assert built.rows("_key, k, v") == [("2", 2, "b"), ("1", 1, "c")]


@pytest.mark.parametrize(
    ("values", "cells", "type_", "expected"),
    [
        ([1, None], "2", "int", [1, None, 2]),
        ([1], "2.5", "double", [1.0, 2.5]),
        ([1.5], "2", "double", [1.5, 2.0]),
        ([1], "x", "text", ["1", "x"]),
        ([True], "false", "boolean", [True, False]),
        ([{"a": 1}], "x", "text", ['{"a":1}', "x"]),
        ([["a", "b"]], "x", "text", ["a;b", "x"]),
        ([["a", "b"]], "", "text", [["a", "b"], None]),
        ([9007199254740993], "0.5", "text", ["9007199254740993", "0.5"]),
        ([None], "7", "int", [None, 7]),
    ],
)
def test_a_typed_column_is_merged_with_texts(
    bench: Bench, write: Write, values: list[Any], cells: str, type_: str, expected: list[Any]
) -> None:
    typed = write("a.json", "jsonfile", _json(*({"v": one, "w": 1} for one in values)))
    built = bench.built(typed, write("b.csv", "csvfile", f"v,w\n{cells},1\n"))
    assert built.types()["v"] == type_
    assert [one for (one,) in built.rows("v")] == expected
    assert built.report("v").nulls == sum(one is None for one in expected)


def test_dates_and_moments_are_moments(bench: Bench, write: Write) -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"moment": [dt.date(2020, 1, 2)]}), buffer)
    built = bench.built(
        write("a.parquet", "parquet", buffer.getvalue()),
        write("b.csv", "csvfile", "moment,b\n2020-01-02T03:04Z,1\n"),
    )
    assert built.rows("moment") == [(dt.datetime(2020, 1, 2),), (dt.datetime(2020, 1, 2, 3, 4),)]


def test_typed_values_meet_rows_that_were_there(bench: Bench, write: Write) -> None:
    schema = Schema(
        (Field("a", "Old label", FieldType.TIME), Field("b", "", FieldType.TEXT, multivalued=True))
    )
    given = bench.rows_input(schema, [{"_id": 2**48 + 1, "a": dt.time(1), "b": ["x"]}])
    time = (0.25, 's="4"')
    book = write("b.xlsx", "excel", workbook({"S": sheet_rows([["A"], [time]])}))
    built = bench.built(book, write("c.json", "jsonfile", _json({"b": ["y", "z"]})), given)
    assert built.types() == {"a": "time", "b": "text"}
    assert built.manifest.schema.fields[0].label == "Old label"
    assert built.rows("a, b") == [(dt.time(6), None), (None, ["y", "z"]), (dt.time(1), ["x"])]


def test_what_an_owned_file_says_is_kept_as_it_is(bench: Bench, write: Write) -> None:
    built = bench.built(write("a.json", "jsonfile", _json({"n": 12.50, "t": "12.50"}), owned=True))
    assert built.rows('n, "n$raw", t, "t$raw"') == [(12.5, None, 12.5, "12.50")]


def test_the_files_of_an_archive_are_one_table_in_order(bench: Bench, write: Write) -> None:
    content = zipped({"b.csv": "b,a\nx,2\n", "a.csv": "a\n1\nn/a\n"})
    built = bench.built(write("all.zip", "csvfile", content, extract_filename="true"))
    assert built.rows("_seq, a, filename, b") == [
        (1, "1", "a.csv", None),
        (2, "n/a", "a.csv", None),
        (3, "2", "b.csv", "x"),
    ]
    assert built.report("a").misfits[0]["file"] == "all.zip/a.csv"
    assert built.manifest.sources == {"re_all": 3}


def test_the_file_name_is_a_text_even_if_it_is_a_number(bench: Bench, write: Write) -> None:
    built = bench.built(write("2020", "csvfile", gzip.compress(b"a,b\n1,2\n"), extract_filename=True))
    assert built.rows("filename") == [("2020",)]


def test_an_array_without_records_is_a_table_without_fields(bench: Bench, write: Write) -> None:
    built = bench.built(write("a.json", "jsonfile", "[]"))
    assert (built.manifest.rows, built.types()) == (0, {})
    assert bench.built(write("b.json", "jsonfile", "[{}, {}]")).manifest.rows == 2


def test_notes_stand_in_the_manifest(bench: Bench, write: Write) -> None:
    book = workbook({"S": sheet_rows([["a"], [("#REF!", 't="e"')], [1]])})
    built = bench.built(write("b.xlsx", "excel", book))
    assert built.manifest.notes == (
        "1 cells with errors instead of values in the sheet S of the file b.xlsx are left empty: A2",
    )


def test_many_files_in_an_archive_are_read(bench: Bench, write: Write) -> None:
    files = {f"{number:04}.json": json.dumps([{"n": number}]).encode() for number in range(120)}
    built = bench.built(write("many.tar.gz", "jsonfile", tarred(files, mode="w:gz")))
    assert built.rows("count(*), sum(n), bool_and(n = _seq - 1)") == [(120, 7140, True)]


def test_rows_of_an_archive_are_counted_while_it_is_read(bench: Bench, write: Write) -> None:
    content = zipped({"a.csv": "a\n1\n2\n", "b.csv": "not, looked\nat"})
    with pytest.raises(LimitReached, match="hold 2 rows"):
        bench.built(write("a.zip", "csvfile", content), limits=Limits(rows=1))


def test_an_unknown_format_is_told(bench: Bench, write: Write) -> None:
    with pytest.raises(Invalid, match="“floppy” cannot be read"):
        bench.built(write("a", "floppy", "x"))
