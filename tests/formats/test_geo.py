"""Geographic files: points and shapes in WGS 84, whatever they came in."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import pytest
from tests.formats.support import LAMBERT_93, Desk, features, shapefile, zipped

from colonnade.errors import Invalid

PARIS = (652_381.4, 6_862_047.2)
POINT = {"type": "Point", "coordinates": [2.5, 48]}
SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]}
PLACES = {"geo_point_2d": "geo_point_2d", "geo_shape": "geo_shape"}


def test_features_become_points_shapes_and_properties(desk: Desk) -> None:
    read = desk.read("geojson", features(POINT, SQUARE, None))
    assert read.types == {**PLACES, "n": "int"}
    assert read.rows == [
        ("48, 2.5", '{"type":"Point","coordinates":[2.5,48]}', "1"),
        ("1, 1", json.dumps(SQUARE, separators=(",", ":")), "2"),
        (None, None, "3"),
    ]


@pytest.mark.parametrize(
    ("document", "rows"),
    [
        (
            {"type": "Feature", "id": "f1", "properties": {"a": 1}, "geometry": POINT},
            [("48, 2.5", "f1", "1")],
        ),
        ([{"type": "Feature", "id": 7, "properties": {}, "geometry": POINT}], [("48, 2.5", "7")]),
        (POINT, [("48, 2.5",)]),
        ({"type": "FeatureCollection", "features": []}, []),
    ],
)
def test_geojson_may_be_a_feature_or_less(desk: Desk, document: object, rows: object) -> None:
    read = desk.read("geojson", json.dumps(document))
    assert [(row[0], *row[2:]) for row in read.rows] == rows


def test_properties_of_a_taken_name_are_kept(desk: Desk) -> None:
    feature = {
        "type": "Feature",
        "properties": {"geo_shape": "x", "geo_point_2d": {"lon": 1}},
        "geometry": POINT,
    }
    read = desk.read("geojson", json.dumps(feature))
    assert [one.label for one in read.columns][2:] == ["properties.geo_shape", "properties.geo_point_2d"]


@pytest.mark.parametrize(
    ("crs", "params"),
    [
        ({}, {"coordinate_system": "2154"}),
        ({"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2154"}}}, {}),
        ({"crs": {"type": "name", "properties": {"name": "EPSG:2154"}}}, {}),
    ],
)
def test_other_coordinate_systems_are_taken_to_degrees(
    desk: Desk, crs: Mapping[str, object], params: Mapping[str, Any]
) -> None:
    read = desk.read("geojson", features({"type": "Point", "coordinates": PARIS}, **crs), **params)
    (point, shape, _) = read.rows[0]
    assert point == "48.85670090986576, 2.3510045057341755"
    assert json.loads(shape or "")["coordinates"] == [2.3510045057341755, 48.85670090986576]


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"])
def test_degrees_by_another_name_stay_as_they_are(desk: Desk, name: str) -> None:
    content = features(POINT, crs={"type": "name", "properties": {"name": name}})
    assert desk.read("geojson", content).rows[0][0] == "48, 2.5"


@pytest.mark.parametrize(
    ("content", "params", "reason"),
    [
        (
            features(POINT, {"type": "Point", "coordinates": PARIS}),
            {},
            "the geometry of row 2 has coordinates that are no",
        ),
        (features(POINT, {"type": "Blob"}), {}, "the geometry of row 2 is no GeoJSON"),
        (features({"type": "Point", "coordinates": [1]}), {}, "the geometry of row 1 is no GeoJSON"),
        (features(POINT), {"coordinate_system": "99999"}, "cannot be taken from EPSG:99999 to WGS 84"),
        (features(POINT), {"coordinate_system": "lambert"}, "unknown system, lambert"),
        ('{"type": "FeatureCollection", "features": [{"a": 1}]}', {}, "row 1 is no feature"),
        (features(POINT)[:-20], {}, "cannot be read as JSON"),
        ("[1, 2]", {}, "row 1 is no feature"),
    ],
)
def test_what_is_no_geojson_is_named(
    desk: Desk, content: str, params: Mapping[str, Any], reason: str
) -> None:
    with pytest.raises(Invalid, match=reason) as caught:
        desk.read("geojson", content, "u.geojson", **params)
    assert "u.geojson" in caught.value.message


KML = """<?xml version="1.0"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Places</name><Folder>
<Placemark><name>A</name><description><![CDATA[<b>x</b>]]></description><TimeStamp><when>2020-01-01</when></TimeStamp>
 <ExtendedData><Data name="pop"><value>12</value></Data></ExtendedData>
 <Point><coordinates>2.5,48,0</coordinates></Point></Placemark>
<Placemark><name>B</name><ExtendedData><SchemaData><SimpleData name="kind">park</SimpleData></SchemaData></ExtendedData>
 <MultiGeometry><Polygon><outerBoundaryIs><LinearRing><coordinates>
 0,0 4,0 4,4 0,4 0,0</coordinates></LinearRing></outerBoundaryIs><innerBoundaryIs><LinearRing>
 <coordinates>1,1 3,1 3,3 1,3 1,1</coordinates></LinearRing></innerBoundaryIs></Polygon></MultiGeometry></Placemark>
<Placemark><name>C</name></Placemark>
</Folder></Document></kml>"""


@pytest.mark.parametrize("content", [KML.encode(), zipped({"doc.kml": KML, "files/icon.png": b"x"})])
def test_placemarks_become_rows(desk: Desk, content: bytes) -> None:
    read = desk.read("kml", content, "places.kmz")
    assert read.types == {
        **PLACES,
        "name": None,
        "description": None,
        "when": None,
        "pop": None,
        "kind": None,
    }
    assert read.rows[0] == (
        *("48, 2.5", '{"type":"Point","coordinates":[2.5,48.0]}'),
        *("A", "<b>x</b>", "2020-01-01", "12", None),
    )
    shape = json.loads(read.rows[1][1] or "")
    assert (shape["type"], len(shape["coordinates"][0])) == ("MultiPolygon", 2)
    assert read.rows[1][0] == "2, 2"
    assert read.rows[2][:3] == (None, None, "C")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<kml><Document/></kml>", "has no placemark"),
        (KML.replace("2.5,48,0", "east"), "the coordinates of row 1 are no numbers"),
        (KML[:-30], "cannot be read as XML: line"),
    ],
)
def test_what_is_no_kml_is_named(desk: Desk, content: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        desk.read("kml", content)


FIELDS = [
    ("ID", "N", 10, 0),
    ("NAME", "C", 12, 0),
    ("SIZE", "N", 12, 3),
    ("DAY", "D", 8, 0),
    ("OK", "L", 1, 0),
]
ROWS = [(1, "Éa", 1.5, "20200131", "T"), (2, "", 2, "", "F"), ("", "z", "********", "00000000", "?")]


def packed(parts: Mapping[str, bytes], name: str = "folder/roads") -> bytes:
    return zipped({f"{name}{suffix}": content for suffix, content in parts.items()})


def test_a_shapefile_is_read_in_its_own_coordinates(desk: Desk) -> None:
    parts = shapefile([PARIS, None, (652_381.4, 6_862_047.9)], FIELDS, ROWS, prj=LAMBERT_93)
    read = desk.read("shapefile", packed(parts))
    assert read.types == {
        **PLACES,
        "ID": "int",
        "NAME": None,
        "SIZE": "double",
        "DAY": "date",
        "OK": "boolean",
    }
    assert [row[2:] for row in read.rows] == [
        ("1", "Éa", "1.5", str(dt.date(2020, 1, 31)), "true"),
        ("2", None, "2", None, "false"),
        (None, "z", None, None, None),
    ]
    assert read.rows[0][0] == "48.85670090986576, 2.3510045057341755"
    assert read.rows[1][:2] == (None, None)


def test_deleted_records_of_a_shapefile_are_left_out(desk: Desk) -> None:
    parts = shapefile([(1, 1), (2, 2), (3, 3)], FIELDS, ROWS, deleted=[2])
    assert [row[0] for row in desk.read("shapefile", packed(parts)).rows] == ["1, 1", "3, 3"]


@pytest.mark.parametrize(
    ("encoding", "more", "params"),
    [
        ("utf-8", {}, {}),
        ("cp1252", {}, {}),
        ("cp1252", {}, {"encoding": "latin-1"}),
        ("cp437", {".cpg": b"437"}, {}),
        ("cp1252", {".cpg": b"ANSI 1252"}, {}),
        ("utf-8", {".cpg": b"UTF-8\r\n"}, {}),
    ],
)
def test_the_encoding_of_a_shapefile_is_found(
    desk: Desk, encoding: str, more: Mapping[str, bytes], params: Mapping[str, Any]
) -> None:
    parts = shapefile([(1, 1)], FIELDS, ROWS[:1], encoding=encoding)
    assert desk.read("shapefile", packed({**parts, **more}), **params).rows[0][3] == "Éa"


def test_several_shapefiles_are_read_in_order(desk: Desk) -> None:
    files = {
        f"{name}{suffix}": content
        for name, x in (("b", 2), ("a", 1))
        for suffix, content in shapefile([(x, x)], FIELDS, ROWS[:1]).items()
    }
    assert [read.rows[0][0] for read in desk.read_all("shapefile", zipped(files))] == ["1, 1", "2, 2"]


GOOD = shapefile([(1, 1), (2, 2)], FIELDS, ROWS[:2])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (GOOD[".shp"], "is no archive; a shapefile is sent as a zip"),
        (zipped({"a.txt": b"x"}), r"holds no shapefile \(\.shp\)"),
        (packed({".shp": GOOD[".shp"], ".shx": GOOD[".shx"]}), r"lacks folder/roads\.dbf"),
        (packed({**GOOD, ".dbf": GOOD[".dbf"][:-20]}), r"its \.dbf is cut off at row 2 of 2"),
        (packed({**GOOD, ".dbf": b"x"}), r"its \.dbf is cut off"),
        (packed({**GOOD, ".dbf": GOOD[".dbf"][:32] + b"\r" * 200}), "no readable description of its fields"),
        (packed({**GOOD, ".shp": b"x" * 300}), "geometries of the file .* cannot be read"),
        (
            packed({**GOOD, ".dbf": shapefile([(1, 1)], FIELDS, ROWS[:1])[".dbf"]}),
            "1 records and 2 geometries",
        ),
        (packed(shapefile([PARIS], FIELDS, ROWS[:1])), "no degrees; is coordinate_system right"),
        (
            packed(shapefile([(1, 1)], FIELDS, [("x1", "", "", "", "")])),
            "the field ID of row 1 is no number, 'x1'",
        ),
        (packed(shapefile([(1, 1)], FIELDS, ROWS[:1], prj="nonsense")), "from nonsense to WGS 84"),
    ],
)
def test_what_is_no_shapefile_is_named(desk: Desk, content: bytes, reason: str) -> None:
    with pytest.raises(Invalid, match=reason) as caught:
        desk.read("shapefile", content, "roads.zip")
    assert "roads.zip" in caught.value.message
    assert str(desk.folder) not in caught.value.message
