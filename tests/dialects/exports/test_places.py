"""Files of places (section 6 of the reference): read back, they are the records."""

import csv
import io
import json
import struct
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pyarrow.parquet as pq
import pytest
from tests.dialects.exports.support import asked, features, file, layers, publish_sites, refused, results, wkt
from tests.support.house import EXPLORE, House

GEOGRAPHIC = ("geojson", "shp", "kml", "gpx", "fgb", "ov2")
KML = {"k": "http://www.opengis.net/kml/2.2"}
GPX = {"g": "http://www.topografix.com/GPX/1/1", "o": "http://osgeo.org/gdal"}
EMPTY = "GEOMETRYCOLLECTION EMPTY"
SQUARE = "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 2 1, 2 2, 1 1))"


def points(house: House, format_: str, **params: Any) -> bytes:
    """Without shapes, so that points are the geometry."""
    return file(house, format_, select="title, spot, note, id", **params)


@pytest.mark.parametrize("format_", [pytest.param(one, id=f"explore-6.1-{one}") for one in GEOGRAPHIC])
def test_a_geographic_format_is_of_datasets_with_places(house: House, flat: str, format_: str) -> None:
    assert asked(house, format_).status_code == 200
    status, code, message = refused(asked(house, format_, dataset=flat))
    assert (status, code) == (400, "InvalidRESTParameterError")
    assert message.startswith(f"Invalid value for format API parameter: {format_} was found but one of csv ")
    listed = {one["rel"] for one in house.client.get(f"{EXPLORE}/{flat}/exports").json()["links"]}
    assert format_ not in listed
    assert format_ in {one["rel"] for one in house.client.get(f"{EXPLORE}/sites/exports").json()["links"]}


@pytest.fixture(scope="module")
def flat(house: House) -> str:
    """A dataset without places and days."""
    house.published("a,b\n1,x\n", dataset_id="flat")
    return "flat"


@pytest.mark.parametrize(
    ("format_", "media_type", "name"),
    [
        pytest.param("geojson", "application/geo+json", "sites.geojson", id="explore-6.3-geojson-type"),
        pytest.param("kml", "application/vnd.google-earth.kml+xml", "sites.kml", id="explore-6.3-kml-type"),
        pytest.param("gpx", "application/gpx+xml", "sites.gpx", id="explore-6.3-gpx-type"),
        pytest.param("shp", "application/zip", "sites.zip", id="explore-6.3-shp-type"),
        pytest.param("fgb", "application/flatgeobuf", "sites.fgb", id="explore-6.3-fgb-type"),
        pytest.param("ov2", "application/octet-stream", "sites.ov2", id="explore-6.3-ov2-type"),
    ],
)
def test_a_file_says_what_it_is(house: House, format_: str, media_type: str, name: str) -> None:
    headers = asked(house, format_, select="title, spot").headers
    assert headers["content-type"] == media_type
    assert headers["content-disposition"] == f'attachment; filename="{name}"'
    assert headers["cache-control"] == "no-cache, no-store"
    assert "etag" not in headers


@pytest.mark.parametrize("asks", [{}, {"timezone": "Asia/Tokyo"}], ids=["explore-6.3-geojson", "zone"])
def test_geojson_has_the_shape_as_geometry_and_the_rest_as_properties(house: House, asks: Any) -> None:
    body = json.loads(file(house, "geojson", **asks))
    assert body["type"] == "FeatureCollection"
    wanted = results(house, **asks)
    for feature, record in zip(body["features"], wanted, strict=True):
        shape = record.pop("shape")
        assert feature["geometry"] == (shape and shape["geometry"])
        assert feature["properties"] == record
    first = json.loads(points(house, "geojson"))["features"][0]
    assert first["geometry"] == {"type": "Point", "coordinates": [2.35, 48.85]}
    assert set(first["properties"]) == {"title", "note", "id"}


def test_without_a_place_among_what_is_selected_geojson_has_none(house: House) -> None:
    body = json.loads(file(house, "geojson", select="count(*)", group_by="open", order_by="open", limit=1))
    assert body["features"] == [
        {"type": "Feature", "geometry": None, "properties": {"open": False, "count(*)": 1}}
    ]
    assert json.loads(file(house, "geojson", where="id > 2", limit=0))["features"] == []


def test_geojson_without_a_place_has_none_in_any_system(house: House) -> None:
    body = json.loads(file(house, "geojson", select="title", where="id < 4", order_by="id", epsg="3857"))
    assert body["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::3857"
    assert body["features"] == [
        {"type": "Feature", "geometry": None, "properties": {"title": title}}
        for title in ("Éléphant & <b>co</b>", "@x")
    ]
    assert refused(asked(house, "geojson", select="title", epsg="99999"))[0] == 400


@pytest.mark.parametrize("format_", [one for one in GEOGRAPHIC if one != "geojson"])
def test_a_format_of_places_alone_needs_one(house: House, format_: str) -> None:
    status, code, message = refused(asked(house, format_, select="title"))
    assert (status, code) == (400, "InvalidRESTParameterError")
    assert "select" in message


def test_kml_has_every_field_and_every_kind_of_geometry(house: House) -> None:
    marks = ET.fromstring(file(house, "kml")).findall(".//k:Placemark", KML)
    for mark, record in zip(marks, results(house), strict=True):
        data = {
            one.get("name"): one.findtext("k:value", namespaces=KML)
            for one in mark.iterfind(".//k:Data", KML)
        }
        assert data.get("title") == record["title"] == mark.findtext("k:name", namespaces=KML)
        assert data["id"] == str(record["id"])
        assert data.get("seen") == record["seen"]
    first, second, third, last = marks
    assert [one.text for one in first.iterfind(".//k:innerBoundaryIs//k:coordinates", KML)] == [
        "1,1 2,1 2,2 1,1"
    ]
    assert second.findtext("k:LineString/k:coordinates", namespaces=KML) == "2.5,48.5 3.5,49.5"
    assert [one.text for one in third.iterfind("k:MultiGeometry/k:Point/k:coordinates", KML)] == [
        "5,45",
        "6,46.5",
    ]
    assert not last.findall(".//k:coordinates", KML)
    label = first.find(".//k:Data[@name='title']/k:displayName", KML)
    assert label is not None
    assert label.text == "Titre & <co>"


def test_what_xml_has_no_form_for_is_a_replacement_character(house: House) -> None:
    (mark,) = ET.fromstring(file(house, "kml", where="id > 4", select="note, spot")).findall(
        ".//k:Placemark", KML
    )
    assert mark.findtext(".//k:value", namespaces=KML) == "bell\ufffd tab\tand\rreturn ]]> \ufffd"


def test_gpx_has_points_first_and_then_tracks(house: House) -> None:
    root = ET.fromstring(file(house, "gpx", name_field="title"))
    assert [one.tag.partition("}")[2] for one in root] == ["wpt", "wpt", "trk", "trk"]
    area, line = root.findall("g:trk", GPX)
    assert area.findtext("g:name", namespaces=GPX) == "Éléphant & <b>co</b>"
    assert [len(one.findall("g:trkpt", GPX)) for one in area.iterfind("g:trkseg", GPX)] == [5, 4]
    assert [(one.get("lat"), one.get("lon")) for one in line.iterfind(".//g:trkpt", GPX)] == [
        ("48.5", "2.5"),
        ("49.5", "3.5"),
    ]


@pytest.mark.parametrize(
    ("params", "inside"),
    [
        pytest.param({}, ["extensions"], id="explore-6.2-use_extension-default"),
        pytest.param({"use_extension": "false"}, [], id="explore-6.2-use_extension"),
        pytest.param({"name_field": "id", "use_extension": "0"}, ["name"], id="explore-6.2-name_field"),
        pytest.param(
            {"description_field_list": "note,id", "use_extension": "0"},
            ["desc"],
            id="explore-6.2-description_field_list",
        ),
    ],
)
def test_gpx_tells_what_it_is_asked_for(house: House, params: dict[str, str], inside: list[str]) -> None:
    root = ET.fromstring(points(house, "gpx", where="id = 1", **params))
    (point,) = root.findall("g:wpt", GPX)
    assert (point.get("lat"), point.get("lon")) == ("48.85", "2.35")
    assert [one.tag.partition("}")[2] for one in point] == inside
    told = {
        "name": "1",
        "desc": 'note: one; "two",\nthree 日本 😀\nid: 1\n',
        "extensions": None,
    }
    assert [one.text for one in point] == [told[one] for one in inside]
    assert [one.text for one in point.iterfind(".//o:id", GPX)] == (["1"] if "extensions" in inside else [])


def test_ov2_is_a_list_of_points_with_names(house: House) -> None:
    def read(content: bytes) -> list[tuple[int, int, bytes]]:
        found, at = [], 0
        while at < len(content):
            kind, size, lon, lat = struct.unpack_from("<BIii", content, at)
            assert kind == 2
            found.append((lon, lat, content[at + 13 : at + size - 1]))
            assert content[at + size - 1] == 0
            at += size
        return found

    assert read(points(house, "ov2", order_by="id", where="id < 9")) == [
        (235000, 4885000, "Éléphant & <b>co</b>".encode("latin-1")),
        (20000, 10000, b"@x"),
    ]
    assert read(points(house, "ov2", name_field="note", where="id = 1")) == [
        (235000, 4885000, b'one; "two",\nthree ?? ?')
    ]


@pytest.mark.parametrize("select", ["*", "title, spot, note, id"], ids=["explore-6.3-fgb", "points"])
def test_flatgeobuf_has_every_record(house: House, tmp_path: Path, select: str) -> None:
    path = tmp_path / "sites.fgb"
    path.write_bytes(file(house, "fgb", select=select))
    found = sorted(features(path), key=lambda one: one[0]["id"])
    wanted = sorted(results(house, select=select), key=lambda one: int(one["id"]))
    assert [one["title"] for one, _ in found] == [one["title"] for one in wanted]
    assert [one["note"] for one, _ in found] == [one["note"] for one in wanted]
    places = [place for _, place in found]
    if select == "*":
        assert places == [SQUARE, "MULTIPOINT (5 45, 6 46.5)", EMPTY, "LINESTRING (2.5 48.5, 3.5 49.5)"]
        assert found[0][0]["seen"] == "2020-06-30T22:30:00.25+00:00"
        assert [one["start_day"] for one, _ in found] == [one["start_day"] for one in wanted]
    else:
        assert places == ["POINT (2.35 48.85)", "POINT (0.2 0.1)", EMPTY, "POINT (-70.25 -33.5)"]


def test_flatgeobuf_without_gaps_has_types_and_an_index(house: House, tmp_path: Path) -> None:
    path = tmp_path / "sites.fgb"
    path.write_bytes(file(house, "fgb", where="id = 1"))
    ((one, place),) = features(path)
    assert place == SQUARE
    assert (one["id"], one["height"], one["open"]) == (1, 1.5, True)
    assert one["seen"].isoformat().startswith("2020-06-30T22:30:00.250")
    empty = tmp_path / "empty.fgb"
    empty.write_bytes(file(house, "fgb", where="id = 77"))
    assert features(empty) == []


def test_a_shapefile_is_one_layer_for_each_kind_of_geometry(house: House, tmp_path: Path) -> None:
    lines, multipoints, polygons = (features(one) for one in layers(file(house, "shp"), tmp_path))
    assert [place for _, place in lines] == ["LINESTRING (2.5 48.5, 3.5 49.5)"]
    assert [place for _, place in multipoints] == ["MULTIPOINT (5 45, 6 46.5)", None]
    assert [place for _, place in polygons] == ["POLYGON ((0 0, 0 4, 4 4, 4 0, 0 0), (1 1, 2 1, 2 2, 1 1))"]
    assert lines[0][0]["a_rather_l"] == str(-(2**63))
    assert lines[0][0]["note"] == "bell\x07 tab\tand\rreturn ]]> \ufffe"
    assert lines[0][0]["start_day"] == "1815-06-18"
    assert float(lines[0][0]["height"]) == 1e-20
    first = polygons[0][0]
    assert (first["title"], first["a_rather_2"], first["open"]) == ("Éléphant & <b>co</b>", 12, 1)
    assert (tmp_path / "sites_lines.cpg").read_text() == "UTF-8"
    told = list(csv.DictReader(io.StringIO((tmp_path / "sites_fields.csv").read_text())))
    assert told[-1] == {
        "column": "a_rather_2",
        "field": "a_rather_long_name_too",
        "label": "a_rather_long_name_too",
    }


def test_a_shapefile_of_one_kind_is_called_as_the_dataset(house: House, tmp_path: Path) -> None:
    (layer,) = layers(file(house, "shp", select="spot, start_day", where="id = 3"), tmp_path)
    assert layer.name == "sites.shp"
    ((one, place),) = features(layer)
    assert place == "POINT (0.2 0.1)"
    assert str(one["start_day"]) == "2021-05-06"
    (empty,) = layers(file(house, "shp", where="id = 77"), tmp_path / "empty")
    assert features(empty) == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"note": "x" * 255}, "a text of more than 254 bytes in note"),
        ({"note": "é" * 128}, "a text of more than 254 bytes in note"),
        (
            {
                "shape": {
                    "type": "GeometryCollection",
                    "geometries": [{"type": "Point", "coordinates": [1, 2]}],
                }
            },
            "a collection of geometries",
        ),
    ],
    ids=["long", "wide", "collection"],
)
def test_what_a_shapefile_cannot_hold_is_refused(house: House, row: dict[str, Any], reason: str) -> None:
    name = f"unfit-{len(reason)}-{len(str(row))}"
    publish_sites(house, name, ({"id": 1, "spot": "1, 2", **row},))
    status, code, message = refused(asked(house, "shp", dataset=name))
    assert (status, code) == (400, "InvalidRESTParameterError")
    assert reason in message
    assert asked(house, "shp", dataset=name, select="id, spot").status_code == 200
    assert asked(house, "fgb", dataset=name).status_code == 200


@pytest.mark.parametrize(
    "format_", ["geojson", "shp", "fgb", "parquet"], ids=lambda one: f"explore-6.2-epsg-{one}"
)
def test_geometries_come_in_another_system(house: House, tmp_path: Path, format_: str) -> None:
    content = file(house, format_, epsg="3857", where="id = 1")
    if format_ == "geojson":
        body = json.loads(content)
        assert body["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::3857"
        (feature,) = body["features"]
        corner = feature["geometry"]["coordinates"][0][2]
        assert feature["properties"]["spot"] == {"lon": 2.35, "lat": 48.85}
        assert [round(one) for one in corner] == [445278, 445640]
        return
    if format_ == "parquet":
        table = pq.read_table(io.BytesIO(content))
        geo = json.loads(table.schema.metadata[b"geo"])
        assert geo["columns"]["shape"]["crs"]["id"] == {"authority": "EPSG", "code": 3857}
        text = wkt(table.column("shape")[0].as_py(), tmp_path)
    elif format_ == "fgb":
        (tmp_path / "a.fgb").write_bytes(content)
        ((_, found),) = features(tmp_path / "a.fgb")
        text = str(found)
    else:
        (layer,) = layers(content, tmp_path)
        assert "Mercator" in layer.with_suffix(".prj").read_text()
        text = str(features(layer)[0][1])
    assert "445277.96" in text
    assert "445640.1" in text


@pytest.mark.parametrize(
    ("format_", "epsg"),
    [
        *((one, "99999") for one in ("geojson", "shp", "kml")),
        ("geojson", "20000"),  # a vertical one
        ("geojson", "x"),
        ("csv", "-1"),
        ("kml", "3857"),
        ("gpx", "3857"),
        ("ov2", "3857"),
    ],
)
def test_a_wrong_system_is_named(house: House, format_: str, epsg: str) -> None:
    status, code, message = refused(asked(house, format_, epsg=epsg))
    assert (status, code) == (400, "InvalidRESTParameterError")
    assert message.startswith(f"Invalid value for epsg API parameter: {epsg} was found but ")


@pytest.mark.parametrize("format_", ["geojson", "parquet"])
def test_a_place_that_a_system_does_not_reach_is_an_error(house: House, format_: str) -> None:
    pole = {"type": "Point", "coordinates": [0, 95]}
    if house.client.get(f"{EXPLORE}/off").status_code == 404:
        publish_sites(house, "off", ({"id": 1, "shape": pole},))
    status, code, message = refused(asked(house, format_, dataset="off", epsg="2154"))
    assert (status, code) == (400, "InvalidRESTParameterError")
    assert "does not reach" in message


@pytest.mark.parametrize("format_", [pytest.param("parquet", id="explore-6.3-parquet")])
def test_geoparquet_says_what_its_geometries_are(house: House, tmp_path: Path, format_: str) -> None:
    table = pq.read_table(io.BytesIO(file(house, format_)))
    assert json.loads(table.schema.metadata[b"geo"]) == {
        "version": "1.1.0",
        "primary_column": "shape",
        "columns": {"shape": {"encoding": "WKB", "geometry_types": ["LineString", "MultiPoint", "Polygon"]}},
    }
    rows = table.to_pylist()
    assert wkt(rows[0]["shape"], tmp_path) == SQUARE
    assert rows[0]["spot"] == {"lon": 2.35, "lat": 48.85}
    assert rows[3]["shape"] is None
    assert [one["id"] for one in rows] == [one["id"] for one in results(house)]
    assert b"geo" not in (
        pq.read_table(io.BytesIO(file(house, "parquet", select="spot"))).schema.metadata or {}
    )


@pytest.mark.parametrize("format_", [pytest.param("mvt", id="explore-6.1-mvt")])
def test_vector_tiles_are_not_there_yet(house: House, format_: str) -> None:
    assert refused(asked(house, format_))[:2] == (400, "InvalidRESTParameterError")


def test_a_zip_holds_files_that_others_may_read(house: House) -> None:
    with zipfile.ZipFile(io.BytesIO(file(house, "shp", select="spot, id"))) as archive:
        assert all(one.external_attr >> 16 & 0o444 == 0o444 for one in archive.infolist())
