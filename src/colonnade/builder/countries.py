"""Which countries the places of rows are in.

A place is in the country of its time zone: the time zone database names one country for each zone (`zone.tab`), and
tzfpy brings the boundaries of the zones, which are right to about 111 m. Coastal waters are their country's, the high
sea is nobody's.
"""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib import resources
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import tzfpy

from colonnade.engine.layout import literal, quoted
from colonnade.formats import spatial
from colonnade.query.schema import ID, FieldType, Schema

MOST_CELLS = 20_000
MOST_SHAPES = 1_000
_SHAPES_BYTES = 64 << 20
_CELLS_IN_A_DEGREE = 100


def holding(points: Iterable[tuple[float, float]]) -> tuple[str, ...]:
    """The countries of places, as ISO 3166-1 has them in two letters, lower case, sorted; none if most of the places
    are in no country. `points`: longitudes and latitudes, in degrees of WGS 84."""
    zones = Counter(tzfpy.get_tz(lon, lat) for lon, lat in points)
    countries = {zone: country for zone, country in _countries().items() if zone in zones}
    if 2 * sum(zones[zone] for zone in countries) < zones.total():
        return ()
    return tuple(sorted(set(countries.values())))


def of_rows(
    connection: duckdb.DuckDBPyConnection, rows: str, schema: Schema, folder: Path
) -> tuple[str, ...]:
    """The same for the points and shapes in a table. A look at a sample that does not grow with the rows: one point in
    each cell of a hundredth of a degree, in at most `MOST_CELLS` of them, and one point inside each of at most
    `MOST_SHAPES` shapes. `folder`: for scratch files."""
    return holding(
        chain(
            *(_points(connection, rows, name) for name in _names(schema, FieldType.GEO_POINT)),
            *(_inside_shapes(connection, rows, name, folder) for name in _names(schema, FieldType.GEO_SHAPE)),
        )
    )


@cache
def _countries() -> dict[str, str]:
    """The country of each time zone. A line is: codes, coordinates, zone, and perhaps a comment, between tabs."""
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {zone: country.lower() for country, _, zone, *_ in lines}


def _names(schema: Schema, type_: FieldType) -> list[str]:
    return [one.name for one in schema.fields if one.type == type_]


def _points(connection: duckdb.DuckDBPyConnection, rows: str, name: str) -> list[Any]:
    lon, lat = (f"struct_extract({quoted(name)}, '{axis}')" for axis in ("lon", "lat"))
    x, y = (f"CAST(floor({axis} * {_CELLS_IN_A_DEGREE}) AS INTEGER)" for axis in ("lon", "lat"))
    return connection.execute(
        f"""SELECT min(lon), arg_min(lat, lon) FROM (SELECT {lon} AS lon, {lat} AS lat FROM {rows})
        WHERE abs(lon) <= 180 AND abs(lat) <= 90
        GROUP BY {x}, {y} ORDER BY hash({x}, {y}) LIMIT {MOST_CELLS}"""  # noqa: S608
    ).fetchall()


def _inside_shapes(connection: duckdb.DuckDBPyConnection, rows: str, name: str, folder: Path) -> list[Any]:
    """The shapes take the way that everything takes to the functions of geometry (docs/decisions/0011)."""
    shape, path = quoted(name), folder / "shapes.parquet"
    order = f"OVER (ORDER BY hash({ID}), {ID})"
    connection.execute(
        f"""COPY (SELECT {shape} AS shape FROM {rows} WHERE {ID} IN (
            SELECT {ID} FROM {rows} WHERE {shape} IS NOT NULL
            QUALIFY row_number() {order} <= {MOST_SHAPES} AND sum(strlen({shape})) {order} <= {_SHAPES_BYTES}
        )) TO {literal(str(path))} (FORMAT parquet)"""  # noqa: S608
    )
    with spatial.opened(connection, folder) as geo:
        found = geo.execute(
            f"""SELECT ST_X(point), ST_Y(point) FROM (
                SELECT TRY(ST_PointOnSurface(ST_GeomFromGeoJSON(shape))) AS point
                FROM read_parquet({literal(str(path))}))
            WHERE abs(ST_X(point)) <= 180 AND abs(ST_Y(point)) <= 90"""  # noqa: S608
        ).fetchall()
    path.unlink()
    return found
