"""Where the places of rows lie on the map, all of them, and of which kinds they are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import duckdb

from colonnade.engine.layout import literal, quoted
from colonnade.errors import Unavailable
from colonnade.formats import spatial
from colonnade.query.schema import FieldType, Schema

_NAMES: Mapping[str, str] = {
    one.upper(): one
    for one in (
        *("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"),
        "GeometryCollection",
    )
}
_INSIDE = "abs(west) <= 180 AND abs(east) <= 180 AND abs(south) <= 90 AND abs(north) <= 90"


@dataclass(frozen=True, slots=True)
class Extent:
    """The smallest box around all places, in degrees of WGS 84, and the GeoJSON types of their geometries, sorted;
    of the shapes, if there are any beside points. A place beyond the degrees that there are does not count."""

    west: float
    south: float
    east: float
    north: float
    types: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {"bbox": [self.west, self.south, self.east, self.north], "types": list(self.types)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        west, south, east, north = value["bbox"]
        return cls(west, south, east, north, tuple(value["types"]))


def of_rows(connection: duckdb.DuckDBPyConnection, rows: str, schema: Schema, folder: Path) -> Extent | None:
    """Of all points and shapes in a table; None if there are none, or if the functions of geometry do not work here.
    `folder`: for scratch files."""
    points = [_of_points(connection, rows, name) for name in _fields(schema, FieldType.GEO_POINT)]
    shapes = [_of_shapes(connection, rows, name, folder) for name in _fields(schema, FieldType.GEO_SHAPE)]
    extents = [one for one in (*shapes, *points) if one is not None]
    if not extents:
        return None
    # A point beside a shape is somewhere inside of it: formats of shapes bring both.
    typed = [one for one in shapes if one is not None] or extents
    return Extent(
        min(one.west for one in extents),
        min(one.south for one in extents),
        max(one.east for one in extents),
        max(one.north for one in extents),
        tuple(sorted({type_ for one in typed for type_ in one.types})),
    )


def _fields(schema: Schema, type_: FieldType) -> Iterator[str]:
    return (one.name for one in schema.fields if one.type is type_)


def _of_points(connection: duckdb.DuckDBPyConnection, rows: str, name: str) -> Extent | None:
    lon, lat = (f"struct_extract({quoted(name)}, '{axis}')" for axis in ("lon", "lat"))
    found = connection.execute(
        f"""SELECT min(lon), min(lat), max(lon), max(lat) FROM (SELECT {lon} AS lon, {lat} AS lat FROM {rows})
        WHERE abs(lon) <= 180 AND abs(lat) <= 90"""  # noqa: S608
    ).fetchone()
    return _extent(found, ("Point",))


def _of_shapes(connection: duckdb.DuckDBPyConnection, rows: str, name: str, folder: Path) -> Extent | None:
    """The shapes take the way that everything takes to the functions of geometry (docs/decisions/0011)."""
    shape, path = quoted(name), folder / "extent.parquet"
    connection.execute(
        f"COPY (SELECT {shape} AS shape FROM {rows} WHERE {shape} IS NOT NULL)"  # noqa: S608
        f" TO {literal(str(path))} (FORMAT parquet)"
    )
    try:
        found = _measured(connection, path, folder)
    except Unavailable:
        return None
    finally:
        path.unlink()
    kinds = found[4] or ()
    return _extent(found, tuple(_NAMES[one] for one in kinds if one in _NAMES))


def _measured(connection: duckdb.DuckDBPyConnection, path: Path, folder: Path) -> tuple[Any, ...]:
    with spatial.opened(connection, folder) as geo:
        found = geo.execute(
            f"""SELECT min(west), min(south), max(east), max(north), list(DISTINCT kind) FROM (
                SELECT ST_XMin(shape) AS west, ST_YMin(shape) AS south, ST_XMax(shape) AS east,
                    ST_YMax(shape) AS north, CAST(ST_GeometryType(shape) AS VARCHAR) AS kind
                FROM (SELECT TRY(ST_GeomFromGeoJSON(shape)) AS shape FROM read_parquet({literal(str(path))})))
            WHERE {_INSIDE}"""  # noqa: S608
        ).fetchone()
    assert found is not None
    return found


def _extent(found: tuple[Any, ...] | None, types: tuple[str, ...]) -> Extent | None:
    if found is None or found[0] is None:
        return None
    west, south, east, north = found[:4]
    return Extent(west, south, east, north, types)
