"""Every format with fields of every type: it is made, and what reads such files reads it."""

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import icalendar
import pyarrow.parquet as pq
import pytest
import rdflib
from tests.dialects.explore.test_files import RED, add_archive, uid
from tests.dialects.exports.support import SCHEMA, SITES, SQUARE, features, file, layers
from tests.dialects.exports.test_tables import lines, sheet
from tests.formats.support import zipped
from tests.support.house import EXPLORE, House

from colonnade.core.records.exports import ExportFormat
from colonnade.query.schema import FieldType

ALBUM = "album"
ARCHIVE = zipped({"list.csv": b'name,day,place,photo\nAda,2020-02-29,"48.85, 2.35",a.jpg\n', "a.jpg": RED})
PLACE = {"type": "type", "field": "place", "type_param": "geo_point_2d"}
ADDRESS = f"http://testserver{EXPLORE}/{ALBUM}/files/{uid(RED)}"

pytestmark = pytest.mark.filterwarnings(
    "ignore:(Dataset|ConjunctiveGraph):DeprecationWarning"
)  # of rdflib's own


@pytest.fixture(scope="module")
def album(house: House) -> str:
    """A dataset with files, which no live row has."""
    made = house.create(dataset_id=ALBUM)
    add_archive(house, made["uid"], ARCHIVE, "files_csv")
    base = f"/api/automation/v1.0/datasets/{made['uid']}/fields/"
    assert house.client.post(base, json=PLACE, headers=house.admin.headers).status_code == 201
    assert house.publish(made["uid"])["status"] == "idle"
    return ALBUM


def _flat(content: bytes, folder: Path) -> Any:
    (folder / "a.fgb").write_bytes(content)
    return features(folder / "a.fgb")


def _shapes(content: bytes, folder: Path) -> Any:
    return [one for layer in layers(content, folder) for one in features(layer)]


def _statements(notation: str) -> Callable[[bytes, Path], Any]:
    return lambda content, _: [
        (str(a), str(b), str(c)) for a, b, c in rdflib.Graph().parse(data=content, format=notation)
    ]


READ: Mapping[ExportFormat, Callable[[bytes, Path], Any]] = {
    ExportFormat.CSV: lambda content, _: lines(content),
    ExportFormat.JSON: lambda content, _: json.loads(content),
    ExportFormat.JSONL: lambda content, _: [json.loads(one) for one in content.splitlines()],
    ExportFormat.XLSX: lambda content, _: sheet(content),
    ExportFormat.PARQUET: lambda content, _: pq.read_table(io.BytesIO(content)).to_pylist(),
    ExportFormat.GEOJSON: lambda content, _: json.loads(content)["features"],
    ExportFormat.SHP: _shapes,
    ExportFormat.KML: lambda content, _: [one.text for one in ET.fromstring(content).iter()],
    ExportFormat.GPX: lambda content, _: [one.text for one in ET.fromstring(content).iter()],
    ExportFormat.FGB: _flat,
    ExportFormat.OV2: lambda content, _: content,
    ExportFormat.ICAL: lambda content, _: [
        str(one.get("description")) for one in icalendar.Calendar.from_ical(content.decode()).walk("VEVENT")
    ],
    ExportFormat.TURTLE: _statements("turtle"),
    ExportFormat.N3: _statements("n3"),
    ExportFormat.RDFXML: _statements("xml"),
    ExportFormat.JSONLD: _statements("json-ld"),
}


def test_all_types_are_there(house: House, album: str) -> None:
    described = house.client.get(f"{EXPLORE}/{album}").json()["fields"]
    assert {one["name"]: one["type"] for one in described} == {
        "name": "text",
        "day": "date",
        "place": "geo_point_2d",
        "photo": "file",
    }
    assert {one.type for one in SCHEMA.fields} == set(FieldType) - {FieldType.FILE}
    assert any(one.multivalued for one in SCHEMA.fields)


@pytest.mark.parametrize("format_", [pytest.param(one, id=f"explore-6.1-{one}") for one in ExportFormat])
def test_a_format_takes_every_type(house: House, tmp_path: Path, format_: ExportFormat) -> None:
    assert READ[format_](file(house, format_, dataset=SITES), tmp_path)


@pytest.mark.parametrize("format_", [pytest.param(one, id=f"explore-6.1-{one}") for one in ExportFormat])
def test_a_file_is_told_of_with_its_address(
    house: House, album: str, tmp_path: Path, format_: ExportFormat
) -> None:
    found = READ[format_](file(house, format_, dataset=album), tmp_path)
    assert found
    if format_ != ExportFormat.OV2:  # which has names alone
        assert ADDRESS in str(found)


@pytest.mark.parametrize("format_", ["parquet", "fgb", "shp"])
def test_values_tell_of_a_file_as_the_record_does(
    house: House, album: str, tmp_path: Path, format_: str
) -> None:
    wanted = house.records(album).json()["results"][0]["photo"]
    assert wanted["url"] == ADDRESS
    (found,) = READ[ExportFormat(format_)](file(house, format_, dataset=album), tmp_path)
    row = found if format_ == "parquet" else found[0]
    # A column of a shapefile is too narrow for more.
    assert row["photo"] == ADDRESS if format_ == "shp" else json.loads(row["photo"]) == wanted


def test_a_worksheet_takes_several_columns_of_files(house: House, album: str) -> None:
    head, row = sheet(file(house, "xlsx", dataset=album, select="photo as a, name as b, photo as c"))
    assert head == ["a", "b", "c"]
    assert json.loads(row[0]) == json.loads(row[2])


MOMENT, BLOB = "2020-06-30T22:30:00.250000+00:00", '{"a":[1,null]}'
SHOWN: dict[str, tuple[Any, ...]] = {
    "text": ("title", *["Éléphant & <b>co</b>"] * 3),
    "text-multivalued": ("tags", ["red", "b,lue"], "red,b,lue", "red,b,lue"),
    "int": ("id", 1, 1, "1"),
    "double": ("height", 1.5, 1.5, "1.5"),
    "boolean": ("open", True, True, "true"),
    "date": ("start_day", *["2020-02-29"] * 3),
    "datetime": ("seen", *[MOMENT] * 3),
    "geo_point_2d": ("spot", {"lon": 2.35, "lat": 48.85}, [48.85, 2.35], "48.85, 2.35"),
    "geo_shape": ("shape", {"type": "Feature", "geometry": SQUARE, "properties": {}}, SQUARE, None),
    "json_blob": ("blob", BLOB, BLOB, BLOB),
}
"""By type: a field of the first record, as records of Explore and of Search have it, and as CSV has it."""


@pytest.mark.parametrize(
    ("field", "explored", "searched", "cell"),
    [pytest.param(*row, id=f"explore-11-{name}") for name, row in SHOWN.items()],
)
def test_a_value_is_shown_as_its_type_is(
    house: House, field: str, explored: Any, searched: Any, cell: str | None
) -> None:
    asked: dict[str, Any] = {"select": field, "where": "id = 1"}
    assert house.records(SITES, **asked).json()["results"] == [{field: explored}]
    params = {"dataset": SITES, "q": "id=1", "fields": field}
    (found,) = house.client.get("/api/records/1.0/search", params=params).json()["records"]
    assert found["fields"] == {field: searched}
    (written,) = lines(file(house, "csv", **asked))[1]
    assert written == cell if cell else json.loads(written) == SQUARE


def test_a_file_is_shown_as_what_it_is_explore_11_file(house: House, album: str) -> None:
    shown = house.records(album, select="photo").json()["results"][0]["photo"]
    assert shown["url"] == ADDRESS
    params = {"dataset": album, "fields": "photo"}
    (found,) = house.client.get("/api/records/1.0/search", params=params).json()["records"]
    assert found["fields"]["photo"] == {name: value for name, value in shown.items() if name != "url"}
    assert json.loads(lines(file(house, "csv", dataset=album, select="photo"))[1][0]) == shown


def test_what_is_null_is_shown_as_such_explore_11_null(house: House) -> None:
    assert set(house.records(SITES, where="id = 4").json()["results"][0].values()) == {4, None}
    assert lines(file(house, "csv", where="id = 4"))[1] == ["4", *[""] * 14]
