"""From the geometries of a file, in whatever coordinates, to points and shapes in WGS 84."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from colonnade.errors import Invalid
from colonnade.formats import spatial
from colonnade.formats.port import Column, Source
from colonnade.query.schema import FieldType

POINT_LABEL, SHAPE_LABEL = "geo_point_2d", "geo_shape"
COLUMNS = (Column(POINT_LABEL, FieldType.GEO_POINT), Column(SHAPE_LABEL, FieldType.GEO_SHAPE))
POINT, SHAPE = "c0", "c1"
"""The first two columns of a table that a reader of geographic files makes."""
_FAULTS = (
    duckdb.InvalidInputException,
    duckdb.InternalException,
    duckdb.IOException,
    duckdb.ConversionException,
)


@dataclass(frozen=True, slots=True)
class Geometries:
    """Where geometries come from. `query`: SQL for the spatial instance that gives `row`, from 0, and `geom`, with
    `values` bound. `crs`: the system of their coordinates. `are_texts`: the table's shapes are GeoJSON already."""

    query: str
    crs: str
    values: Mapping[str, str] = field(default_factory=dict)
    are_texts: bool = False


def settle_texts(
    connection: duckdb.DuckDBPyConnection, source: Source, target: str, scratch: Path, crs: str
) -> None:
    """Take the GeoJSON texts in `SHAPE`, whose coordinates are of the system `crs`, into WGS 84, and fill `POINT` with
    their centres. Raises `Invalid` for what is no geometry and for coordinates off the globe."""
    path = scratch / "shapes.parquet"
    connection.execute(
        f"COPY (SELECT rowid AS row, {SHAPE} AS shape FROM {target} WHERE {SHAPE} IS NOT NULL)"  # noqa: S608
        f" TO '{_literal(path)}' (FORMAT parquet)"
    )
    query = "SELECT row, TRY(ST_GeomFromGeoJSON(shape)) AS geom FROM read_parquet($path)"
    settle(connection, source, target, scratch, Geometries(query, crs, {"path": str(path)}, are_texts=True))
    path.unlink()


def settle(
    connection: duckdb.DuckDBPyConnection, source: Source, target: str, scratch: Path, given: Geometries
) -> int:
    """The same for geometries from elsewhere, which fill `SHAPE` as well. Returns how many rows they tell of."""
    path = scratch / "settled.parquet"
    with spatial.opened(connection, scratch) as geo:
        try:
            geo.execute(f"CREATE TABLE shapes AS {given.query}", given.values)
        except _FAULTS as fault:
            raise Invalid(_unread(source, fault, scratch), code="file.geometry") from None
        if given.are_texts:
            _refuse(geo, source, "geom IS NULL", "is no GeoJSON geometry")
        if given.crs != spatial.WGS84:
            _transform(geo, source, given.crs)
        off = "NOT (ST_XMin(geom) >= -180 AND ST_XMax(geom) <= 180 AND ST_YMin(geom) >= -90 AND ST_YMax(geom) <= 90)"
        _refuse(geo, source, off, "has coordinates that are no degrees; is coordinate_system right?")
        centre = f"{_number('ST_Y(ST_Centroid(geom))')} || ', ' || {_number('ST_X(ST_Centroid(geom))')}"
        geo.execute(
            f"COPY (SELECT row, {centre} AS point, ST_AsGeoJSON(geom) AS shape FROM shapes)"  # noqa: S608
            f" TO '{_literal(path)}' (FORMAT parquet)"
        )
        count = geo.execute("SELECT row FROM shapes ORDER BY row DESC LIMIT 1").fetchone()
    shape = "" if given.are_texts and given.crs == spatial.WGS84 else f", {SHAPE} = settled.shape"
    connection.execute(
        f"UPDATE {target} SET {POINT} = settled.point{shape} FROM read_parquet($path) settled"  # noqa: S608
        f" WHERE {target}.rowid = settled.row",
        {"path": str(path)},
    )
    path.unlink()
    return int(count[0]) + 1 if count else 0


def _transform(geo: duckdb.DuckDBPyConnection, source: Source, crs: str) -> None:
    try:
        geo.execute(
            f"UPDATE shapes SET geom = ST_Transform(geom, $crs, '{spatial.WGS84}', always_xy := true)",  # noqa: S608
            {"crs": crs},
        )
    except _FAULTS as fault:
        name = crs if len(crs) < 20 else "the system of its .prj"
        reason = str(fault).splitlines()[0]
        message = f"The geometries of the file {source.name} cannot be taken from {name} to WGS 84: {reason}"
        raise Invalid(message, code="file.geometry") from None


def _unread(source: Source, fault: Exception, scratch: Path) -> str:
    reason = str(fault).splitlines()[0].replace(str(scratch), "")
    return f"The geometries of the file {source.name} cannot be read: {reason}"


def _number(value: str) -> str:
    return f"regexp_replace(CAST({value} AS VARCHAR), '\\.0$', '')"


def _literal(path: Path) -> str:
    return str(path).replace("'", "''")


def _refuse(geo: duckdb.DuckDBPyConnection, source: Source, condition: str, why: str) -> None:
    found = geo.execute(f"SELECT row FROM shapes WHERE {condition} ORDER BY row LIMIT 1").fetchone()  # noqa: S608
    if found:
        message = f"The file {source.name} cannot be read: the geometry of row {found[0] + 1} {why}"
        raise Invalid(message, code="file.geometry", row=found[0] + 1)
