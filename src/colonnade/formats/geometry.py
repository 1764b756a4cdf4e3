"""From the geometries of a file, in whatever coordinates, to points and shapes in WGS 84, inside the database."""

import duckdb

from colonnade.errors import Invalid
from colonnade.formats import spatial
from colonnade.formats.port import Column, Source
from colonnade.query.schema import FieldType

POINT_LABEL, SHAPE_LABEL = "geo_point_2d", "geo_shape"
COLUMNS = (Column(POINT_LABEL, FieldType.GEO_POINT), Column(SHAPE_LABEL, FieldType.GEO_SHAPE))
POINT, SHAPE = "c0", "c1"
"""The first two columns of a table that a reader of geographic files makes."""


def settle(connection: duckdb.DuckDBPyConnection, source: Source, target: str, crs: str) -> None:
    """Take the GeoJSON texts in `SHAPE`, whose coordinates are of the system `crs`, into WGS 84, and fill `POINT` with
    their centres. Raises `Invalid` for what is no geometry and for coordinates off the globe."""
    spatial.load(connection)
    _refuse(connection, source, target, f"TRY(ST_GeomFromGeoJSON({SHAPE})) IS NULL", "is no GeoJSON geometry")
    if crs != spatial.WGS84:
        moved = f"ST_AsGeoJSON(ST_Transform(ST_GeomFromGeoJSON({SHAPE}), $crs, '{spatial.WGS84}', always_xy := true))"
        try:
            connection.execute(f"UPDATE {target} SET {SHAPE} = {moved} WHERE {SHAPE} IS NOT NULL", {"crs": crs})  # noqa: S608
        except (duckdb.InvalidInputException, duckdb.InternalException) as fault:
            message = f"The geometries of the file {source.name} cannot be taken from {crs} to WGS 84: {fault}"
            raise Invalid(message, code="file.geometry") from None
    box = f"ST_GeomFromGeoJSON({SHAPE})"
    off = f"NOT (ST_XMin({box}) >= -180 AND ST_XMax({box}) <= 180 AND ST_YMin({box}) >= -90 AND ST_YMax({box}) <= 90)"
    why = "has coordinates that are no degrees; is coordinate_system right?"
    _refuse(connection, source, target, off, why)
    centre = f"ST_Centroid({box})"
    connection.execute(
        f"UPDATE {target} SET {POINT} = {_number(f'ST_Y({centre})')} || ', ' || {_number(f'ST_X({centre})')}"  # noqa: S608
        f" WHERE {SHAPE} IS NOT NULL"
    )


def _number(value: str) -> str:
    return f"regexp_replace(CAST({value} AS VARCHAR), '\\.0$', '')"


def _refuse(
    connection: duckdb.DuckDBPyConnection, source: Source, target: str, condition: str, why: str
) -> None:
    row = connection.execute(
        f"SELECT min(rowid) + 1 FROM {target} WHERE {SHAPE} IS NOT NULL AND {condition}"  # noqa: S608
    ).fetchone()
    if row and row[0] is not None:
        message = f"The file {source.name} cannot be read: the geometry of row {row[0]} {why}"
        raise Invalid(message, code="file.geometry", row=row[0])
