"""Writers of files: what fails is told as what it was, before a file is there, and nothing stays on the disk."""

import io
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import python_calamine

from colonnade.errors import Invalid, Unavailable
from colonnade.formats.writing import layers, marked_up, parquet, workbook
from colonnade.formats.writing.room import Room
from colonnade.formats.writing.rows import Attribute, Rows, unique
from colonnade.query.schema import FieldType

SHAPE = '{"type":"Point","coordinates":[1,2]}'
SCHEMA = pa.schema([("text", pa.string()), ("geometry", pa.string())])
OUT = pa.schema([("text", pa.string()), ("geometry", pa.binary())])
ATTRIBUTES = [Attribute("text", FieldType.TEXT), Attribute("geometry", FieldType.GEO_SHAPE)]


def failing() -> Iterator[Any]:
    yield pa.record_batch({"text": ["{}"], "geometry": [SHAPE]}, SCHEMA)
    raise Unavailable("The rows are gone.", code="rows.gone")


def _sheet(rows: Rows, room: Room) -> Iterator[bytes]:
    nothing = (
        pa.record_batch({"text": one.column(0), "too_long": pa.nulls(1, pa.int32())}) for one in rows.batches
    )
    return workbook.written(["text"], nothing, room)


WRITERS: dict[str, Callable[[Rows, Room], Iterator[bytes]]] = {
    "xlsx": _sheet,
    "parquet": lambda rows, room: parquet.written(rows, OUT, "snappy", room, shapes=[1], epsg=4326),
    "kml": lambda rows, room: marked_up.kml(rows, "<a>", "</a>", room),
    "gpx": lambda rows, room: marked_up.gpx(rows, "<a>", "</a>", room),
    "ov2": marked_up.ov2,
    "geojson": lambda rows, room: marked_up.geojson(rows, 3857, room),
    "shp": lambda rows, room: layers.shapefile(rows, ATTRIBUTES, 1, 4326, "x", room),
    "fgb": lambda rows, room: layers.flatgeobuf(rows, ATTRIBUTES, 1, 4326, "x", room),
}


@pytest.mark.parametrize("name", list(WRITERS))
def test_what_fails_while_rows_are_fetched_fails_the_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unavailable, match="The rows are gone"):
        list(WRITERS[name](Rows(SCHEMA, failing()), Room(tmp_path, 1 << 30)))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", list(WRITERS))
def test_a_file_that_is_left_leaves_nothing(tmp_path: Path, name: str) -> None:
    rows = Rows(SCHEMA, iter([pa.record_batch({"text": ["{}"], "geometry": [SHAPE]}, SCHEMA)]))
    chunks = WRITERS[name](rows, Room(tmp_path, 1 << 30))
    assert next(chunks)
    chunks.close()  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []


def _row(text: str, count: int, too_long: int | None = None) -> Any:
    return pa.record_batch(
        {"text": pa.array([text] * count), "too_long": pa.array([too_long] * count, pa.int32())}
    )


def test_a_worksheet_has_as_many_rows_as_there_may_be(tmp_path: Path) -> None:
    write = partial(workbook.written, ["a"], room=Room(tmp_path, 1 << 30))
    batches = [_row("<row/>", 65_535)] * 16
    content = b"".join(write(batches=iter([*batches, _row("<row/>", 15)])))
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    assert sheet.to_python()[0] == ["a"]
    with pytest.raises(Invalid, match="more than 1048575 rows"):
        next(write(batches=iter([*batches, _row("<row/>", 16)])))


def test_a_worksheet_has_no_more_columns_than_there_may_be(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="16385 fields"):
        next(workbook.written([f"a{at}" for at in range(16_385)], iter([]), Room(tmp_path, 1 << 30)))


def test_a_shapefile_has_no_more_columns_than_there_may_be(tmp_path: Path) -> None:
    many = [Attribute(f"a{at}", FieldType.TEXT) for at in range(257)]
    with pytest.raises(Invalid, match="256 fields"):
        next(layers.shapefile(Rows(SCHEMA, iter([])), many, 0, 4326, "x", Room(tmp_path, 1 << 30)))


@pytest.mark.parametrize(
    ("names", "longest", "wanted"),
    [
        (["a", "A", "a_2"], None, ["a", "A_2", "a_2_2"]),
        (
            ["population_2019", "population_2020", "Population_x"],
            10,
            ["population", "populati_2", "Populati_3"],
        ),
        (["ééééééé", "éééééé"], 10, ["ééééé", "éééé_2"]),
    ],
)
def test_names_of_columns_differ_in_more_than_their_case(
    names: list[str], longest: int | None, wanted: list[str]
) -> None:
    assert unique(names, longest) == wanted


def test_columns_of_a_worksheet_have_letters() -> None:
    assert [workbook.letters(at) for at in (0, 25, 26, 701, 702, 16_383)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
        "XFD",
    ]
