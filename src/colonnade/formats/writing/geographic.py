"""Geometries on their way to a file: rows go through DuckDB's spatial extension, in an instance of its own.

A geometry arrives as a point (`lon`, `lat`) or as a GeoJSON text; what is no geometry is none. Coordinates are longitude
first, in whatever system.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from colonnade.errors import Invalid, PortalError, Unavailable
from colonnade.formats import spatial
from colonnade.formats.writing.room import Folder
from colonnade.formats.writing.rows import Rows

WGS84 = 4326
_BOUNDS = {"memory_limit": "256MiB", "threads": "2"}
_BATCH_ROWS = 2_048
_PIECE = 1 << 20
"""Bytes of a batch."""
_OUTSIDE = "geometry outside of the system"
_FLAT = ("ProjectedCRS", "GeographicCRS", "DerivedGeographicCRS", "DerivedProjectedCRS", "BoundCRS")
"""Systems with two axes, as PROJJSON calls them."""


@dataclass
class Instance:
    """Where SQL about the rows runs; they are the relation `feed`, which can be read once."""

    connection: duckdb.DuckDBPyConnection
    folder: Folder
    faults: list[PortalError] = field(default_factory=list)

    def run(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        with self._translated():
            return self.connection.execute(sql, parameters).fetchall()

    def batches(self, sql: str) -> Iterator[Any]:
        """Arrow record batches."""
        with self._translated():
            reader = self.connection.execute(sql).to_arrow_reader(_BATCH_ROWS)
        with closing(reader):
            while True:
                with self._translated():
                    batch = next(reader, None)
                if batch is None:
                    return
                yield batch

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """What failed while rows were fetched is told as what it was."""
        try:
            yield
        except (duckdb.Error, pa.ArrowException) as fault:
            if self.faults:
                raise self.faults[0] from fault
            raise _meaning(fault) from fault


@contextmanager
def opened(rows: Rows, folder: Folder) -> Iterator[Instance]:
    with spatial.bounded(folder.path, _BOUNDS) as connection:
        instance = Instance(connection, folder)
        numbered = rows.numbered()
        watched = _watched(numbered.batches, instance)
        connection.register("feed", pa.RecordBatchReader.from_batches(numbered.schema, watched))
        connection.execute(_MACROS)
        yield instance


def _watched(batches: Iterator[Any], instance: Instance) -> Iterator[Any]:
    """DuckDB asks for them, and would make its own errors of what is raised here. It asks for many at once, whatever
    their size, so that they have to be small."""
    try:
        for batch in batches:
            instance.folder.check()
            rows = max(1, batch.num_rows * _PIECE // max(1, batch.nbytes))
            for start in range(0, batch.num_rows, rows):
                yield batch.slice(start, rows)
    except PortalError as error:
        instance.faults.append(error)
        raise


def checked_system(instance: Instance, epsg: int) -> Any:
    """The PROJJSON of a system. Raises `Invalid` where there is none of this number on which maps are drawn.

    It is read from a file of one geometry: to look it up in DuckDB's table of systems takes seconds.
    """
    path = instance.folder.path / "system.parquet"
    try:
        instance.run(
            f"COPY (SELECT ST_SetCRS(ST_Point(0, 0), 'EPSG:{epsg:d}') AS g)"
            f" TO '{literal(path)}' (FORMAT parquet)"
        )
        instance.run(f"SELECT {transformed('ST_Point(0, 0)', epsg, checked=False)}")
    except Unavailable:
        raise _wrong_system(epsg) from None
    told = json.loads((pq.read_metadata(path).metadata or {}).get(b"geo", b"{}"))
    system = told.get("columns", {}).get("g", {}).get("crs")
    if not isinstance(system, dict) or system.get("type") not in _FLAT:
        raise _wrong_system(epsg)
    return system


def literal(path: Path) -> str:
    """A path within quotes of SQL."""
    return str(path).replace("'", "''")


def _wrong_system(epsg: int) -> Invalid:
    return Invalid(
        f"Invalid value for epsg API parameter: {epsg} was found but the number of a coordinate system of EPSG is expected.",
        code="parameter.invalid",
        parameter="epsg",
    )


def geometry(schema: Any, at: int) -> str:
    """SQL of the geometry in a column of the rows."""
    name = f"c{at}"
    made = (
        f"ST_Point({name}.lon, {name}.lat)"
        if pa.types.is_struct(schema.field(at).type)
        else f"TRY(ST_GeomFromGeoJSON({name}))"
    )
    return f"full_or_null({made})"


def transformed(sql: str, epsg: int, *, checked: bool = True) -> str:
    """SQL of a geometry of degrees in another system; what that does not reach is an error when it is `checked`."""
    if epsg == WGS84:
        return sql
    moved = f"ST_Transform({sql}, 'EPSG:{WGS84}', 'EPSG:{epsg:d}', always_xy := true)"
    return f"within_reach({moved})" if checked else moved


def _meaning(fault: Exception) -> PortalError:
    if _OUTSIDE in str(fault):
        return Invalid(
            "Invalid value for epsg API parameter: this system does not reach all geometries of these records.",
            code="parameter.invalid",
            parameter="epsg",
        )
    if isinstance(fault, duckdb.OutOfMemoryException | pa.ArrowMemoryError):
        return Unavailable("The file needs more memory than there is for it.", code="query.memory")
    return Unavailable("The file could not be made.", code="file.unmade")


_MACROS = f"""
CREATE MACRO full_or_null(g) AS CASE WHEN ST_IsEmpty(g) THEN NULL ELSE g END;
CREATE MACRO within_reach(g) AS CASE
    WHEN isfinite(ST_XMin(g) + ST_XMax(g) + ST_YMin(g) + ST_YMax(g)) THEN g
    WHEN g IS NULL THEN NULL
    ELSE error('{_OUTSIDE}') END;
CREATE MACRO kind_of(g) AS CAST(ST_GeometryType(g) AS VARCHAR);
-- The coordinates of a point, of a line, of each ring of an area: `x y, x y`.
CREATE MACRO rings(g) AS
    string_split(rtrim(ltrim(regexp_replace(ST_AsText(g), '^[A-Z ]+', ''), '('), ')'), '), (');
"""
