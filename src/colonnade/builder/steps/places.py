"""The processor that makes points of two columns, and the way of their coordinates into WGS 84."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from colonnade.builder.job import Limits
from colonnade.builder.steps.sheet import Failure, Sheet
from colonnade.engine.layout import literal
from colonnade.formats import spatial
from colonnade.query.schema import FieldType

_WGS84 = 4326
_FARTHEST = 200_000_000
"""No place is farther from the origin of a plane, in metres or feet; what is, some projections take to a pole."""


def create_geopoint(sheet: Sheet, params: Mapping[str, Any], limits: Limits) -> None:
    """A comma before the decimals is fine. Where one of the two cells is empty there is no point."""
    name = params["output_field"]
    cells = sheet.cell(params["latitude"]), sheet.cell(params["longitude"])
    y, x = (sheet.aside(f"TRY_CAST(replace(trim({one}), ',', '.') AS DOUBLE)") for one in cells)
    if params["epsg"] != _WGS84:
        y, x = _projected(sheet, y, x, params["epsg"])
        cells = sheet.cell(params["latitude"]), sheet.cell(params["longitude"])
    fits = f"coalesce(abs({y}) <= 90 AND abs({x}) <= 180, false)"
    given = " AND ".join(f"{one} IS NOT NULL" for one in cells)
    sheet.tell(Failure(name, f"{given} AND NOT {fits}", f"({cells[0]} || ', ' || {cells[1]})"))
    point = f"CAST({y} AS VARCHAR) || ', ' || CAST({x} AS VARCHAR)"
    sheet.put(name, f"CASE WHEN {fits} THEN {point} END", FieldType.GEO_POINT)


def _projected(sheet: Sheet, y: str, x: str, epsg: int) -> tuple[str, str]:
    """Columns of the latitude and the longitude. The coordinates take a way through an instance of the engine that
    knows projections (docs/decisions/0011)."""
    sheet.write_out_with(y, x)
    folder = sheet.folder
    there, back = folder / "coordinates.parquet", folder / "degrees.parquet"
    far = " AND ".join(f"abs({one}) < {_FARTHEST}" for one in (y, x))
    sheet.connection.execute(
        f"COPY (SELECT rowid AS row, {y} AS y, {x} AS x FROM {sheet.table} WHERE {far})"  # noqa: S608
        f" TO {_path(there)} (FORMAT parquet)"
    )
    with spatial.opened(sheet.connection, folder) as geo:
        geo.execute(
            f"""COPY (SELECT row, ST_Y(point) AS y, ST_X(point) AS x FROM (
                SELECT row, TRY(ST_Transform(ST_Point(x, y), 'EPSG:{epsg}', '{spatial.WGS84}', always_xy := true)) AS point
                FROM read_parquet({_path(there)}))) TO {_path(back)} (FORMAT parquet)"""  # noqa: S608
        )
    table = sheet.table
    sheet.connection.execute(f"UPDATE {table} SET {y} = NULL, {x} = NULL")  # noqa: S608
    sheet.connection.execute(
        f"UPDATE {table} SET {y} = found.y, {x} = found.x FROM read_parquet({_path(back)}) found"  # noqa: S608
        f" WHERE {table}.rowid = found.row"
    )
    there.unlink()
    back.unlink()
    return y, x


def _path(path: Path) -> str:
    return literal(str(path))
