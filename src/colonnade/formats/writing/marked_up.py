"""Geometries in the texts of KML, GPX and GeoJSON, and OV2, which is a list of points with names.

The engine has made a text of the rest of each row; here the geometry is put to it.
"""

import struct
import tempfile
from collections.abc import Iterator
from typing import Any

from colonnade.formats.writing import geographic
from colonnade.formats.writing.room import PIECE, Room, opened, pieces
from colonnade.formats.writing.rows import Rows, joined, texts

_KML = """
CREATE MACRO places(ring) AS replace(replace(replace(ring, ', ', '|'), ' ', ','), '|', ' ');
CREATE MACRO bordered(name, ring) AS
    '<' || name || '><LinearRing><coordinates>' || places(ring) || '</coordinates></LinearRing></' || name || '>';
CREATE MACRO border(ring, place) AS
    bordered(CASE WHEN place = 1 THEN 'outerBoundaryIs' ELSE 'innerBoundaryIs' END, ring);
CREATE MACRO borders(g) AS
    array_to_string(list_transform(rings(g), lambda ring, place: border(ring, place)), '');
CREATE MACRO part(g) AS CASE kind_of(g)
    WHEN 'POINT' THEN '<Point><coordinates>' || places(rings(g)[1]) || '</coordinates></Point>'
    WHEN 'LINESTRING' THEN '<LineString><coordinates>' || places(rings(g)[1]) || '</coordinates></LineString>'
    ELSE '<Polygon>' || borders(g) || '</Polygon>' END;
CREATE MACRO parts(g) AS array_to_string(list_transform(ST_Dump(g), lambda one: part(one.geom)), '');
CREATE MACRO kml(g) AS CASE
    WHEN kind_of(g) IN ('POINT', 'LINESTRING', 'POLYGON') THEN part(g)
    ELSE '<MultiGeometry>' || parts(g) || '</MultiGeometry>' END;
"""
_GPX = r"""
CREATE MACRO waypoint(p, inside) AS
    '<wpt lat="' || ST_Y(p) || '" lon="' || ST_X(p) || '">' || inside || '</wpt>' || chr(10);
CREATE MACRO points_of(g) AS list_filter(ST_Dump(g), lambda one: kind_of(one.geom) = 'POINT');
CREATE MACRO waypoints(g, inside) AS CASE
    WHEN kind_of(g) = 'POINT' THEN waypoint(g, inside)
    ELSE array_to_string(list_transform(points_of(g), lambda one: waypoint(one.geom, inside)), '') END;
CREATE MACRO segment(ring) AS
    '<trkseg>'
    || regexp_replace(ring, '([^ ,]+) ([^ ,]+)[^,]*(, )?', '<trkpt lat="\2" lon="\1"/>', 'g')
    || '</trkseg>';
CREATE MACRO segments(g) AS array_to_string(list_transform(rings(g), lambda ring: segment(ring)), '');
CREATE MACRO lines_of(g) AS list_filter(ST_Dump(g), lambda one: kind_of(one.geom) <> 'POINT');
CREATE MACRO lines(g) AS
    array_to_string(list_transform(lines_of(g), lambda one: segments(one.geom)), '');
CREATE MACRO track(g, inside) AS CASE
    WHEN kind_of(g) IN ('POINT', 'MULTIPOINT') OR lines(g) = '' THEN ''
    ELSE '<trk>' || inside || lines(g) || '</trk>' || chr(10) END;
"""
_OV2_HEAD = struct.Struct("<BIii")
_OV2_POINT = 2
_OV2_DEGREE = 100_000


def kml(rows: Rows, head: str, foot: str, room: Room) -> Iterator[bytes]:
    """A place a row, also without a geometry."""
    with opened(room) as folder, geographic.opened(rows, folder) as instance:
        instance.run(_KML)
        found = texts(
            instance.batches(
                "SELECT '<Placemark>' || c0 || coalesce(kml(g), '') || '</Placemark>' || chr(10) AS text"  # noqa: S608
                f" FROM (SELECT c0, {geographic.geometry(rows.schema, 1)} AS g FROM feed)"
            )
        )
        # What fails until there is a row fails before the first byte.
        yield head.encode() + next(found, b"")
        yield from found
        yield foot.encode()


def gpx(rows: Rows, head: str, foot: str, room: Room) -> Iterator[bytes]:
    """A waypoint a point; lines and the borders of areas as tracks, which come after all points."""
    with opened(room) as folder, geographic.opened(rows, folder) as instance:
        instance.run(_GPX)
        waiting = head.encode()
        with tempfile.TemporaryFile(dir=folder.path) as tracks:
            for batch in instance.batches(
                "SELECT coalesce(waypoints(g, c0), '') AS text, coalesce(track(g, c0), '') AS track"  # noqa: S608
                f" FROM (SELECT c0, {geographic.geometry(rows.schema, 1)} AS g FROM feed)"
            ):
                tracks.write(joined(batch.column(1)))
                if points := waiting + joined(batch.column(0)):
                    yield points
                waiting = b""
            yield waiting
            tracks.seek(0)
            while piece := tracks.read(PIECE):
                yield piece
        yield foot.encode()


def geojson(rows: Rows, epsg: int, room: Room) -> Iterator[bytes]:
    """Features in another system than that of GeoJSON, which is said in the old way. `rows`: the properties of each as a
    JSON object. Finished before its first byte, because the system may not reach every geometry."""
    with opened(room) as folder:
        path = folder.path / "features"
        with geographic.opened(rows, folder) as instance, path.open("wb") as file:
            geographic.checked_system(instance, epsg)
            name = f'{{"type":"name","properties":{{"name":"urn:ogc:def:crs:EPSG::{epsg:d}"}}}}'
            file.write(f'{{"type":"FeatureCollection","crs":{name},"features":['.encode())
            features = texts(instance.batches(_features(rows.schema, epsg)))
            file.write(next(features, b",")[1:])
            file.writelines(features)
            file.write(b"]}")
        yield from pieces(path)


def _features(schema: Any, epsg: int) -> str:
    shape = f"CAST(ST_AsGeoJSON({geographic.transformed('g', epsg)}) AS VARCHAR)"
    head, middle = """',{"type":"Feature","geometry":'""", """',"properties":'"""
    return (
        f"SELECT {head} || coalesce({shape}, 'null') || {middle} || c0 || '}}' || chr(10) AS text"  # noqa: S608
        f" FROM (SELECT c0, {geographic.geometry(schema, 1)} AS g FROM feed)"
    )


def ov2(rows: Rows, room: Room) -> Iterator[bytes]:
    """A point a row, for lines and areas their middle. `rows`: the name of each, in which what Latin-1 lacks is `?`."""
    with opened(room) as folder, geographic.opened(rows, folder) as instance:
        middle = f"ST_Centroid({geographic.geometry(rows.schema, 1)})"
        for batch in instance.batches(
            f"SELECT c0, round(ST_X(g) * {_OV2_DEGREE})::INTEGER, round(ST_Y(g) * {_OV2_DEGREE})::INTEGER"  # noqa: S608
            f" FROM (SELECT c0, {middle} AS g FROM feed) WHERE g IS NOT NULL"
        ):
            if batch.num_rows:
                yield b"".join(map(_point, *(column.to_pylist() for column in batch.columns)))


def _point(name: str, longitude: int, latitude: int) -> bytes:
    text = name.replace("\0", "").encode("latin-1", "replace") + b"\0"
    return _OV2_HEAD.pack(_OV2_POINT, _OV2_HEAD.size + len(text), longitude, latitude) + text
