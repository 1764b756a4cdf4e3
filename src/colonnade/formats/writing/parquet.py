"""Parquet files, with their geometries as GeoParquet 1.1 says."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from colonnade.formats.writing import geographic
from colonnade.formats.writing.room import Folder, Room, opened, pieces
from colonnade.formats.writing.rows import Rows

_GROUP_ROWS = 122_880
_GROUP_BYTES = 32 << 20
"""A row group ends at the first of the two."""
_KINDS = (
    "Point",
    "LineString",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
)
_KNOWN = {one.upper(): one for one in _KINDS}


@dataclass
class _Shapes:
    """The columns of geometries. `crs`: PROJJSON, or None for degrees, longitude first. `kinds`: what is in each, as the
    rows go by."""

    places: Sequence[int]
    epsg: int
    crs: Any = None
    kinds: dict[int, set[str]] = field(default_factory=dict)

    def metadata(self, names: Sequence[str]) -> dict[str, str]:
        crs = {} if self.crs is None else {"crs": self.crs}
        columns = {
            names[at]: {"encoding": "WKB", "geometry_types": sorted(self.kinds.get(at, ())), **crs}
            for at in self.places
        }
        primary = names[self.places[0]]
        return {"geo": json.dumps({"version": "1.1.0", "primary_column": primary, "columns": columns})}


def written(
    rows: Rows, schema: Any, compression: str, room: Room, *, shapes: Sequence[int], epsg: int
) -> Iterator[bytes]:
    """The bytes of a file of these rows with the columns of `schema`. `shapes`: the places of GeoJSON texts, which become WKB
    in the system `epsg`. Raises `Invalid` before the first byte."""
    with opened(room) as folder:
        path = folder.path / "table"
        known = _Shapes(shapes, epsg)
        batches = _settled(rows, known, folder) if shapes else rows.batches
        # Readers look for what is said of geometries in the file's own metadata only if it holds no Arrow schema.
        stores = not shapes
        with pq.ParquetWriter(path, schema, compression=compression, store_schema=stores) as writer:
            for group in _groups(batches):
                writer.write_table(group.rename_columns(schema.names).cast(schema))
                folder.check()
            if shapes:
                writer.add_key_value_metadata(known.metadata(schema.names))
        yield from pieces(path)


def _settled(rows: Rows, shapes: _Shapes, folder: Folder) -> Iterator[Any]:
    """The rows with their geometries as WKB."""
    width = len(rows.schema)
    with geographic.opened(rows, folder) as instance:
        if shapes.epsg != geographic.WGS84:
            shapes.crs = geographic.checked_system(instance, shapes.epsg)
        made = {at: geographic.geometry(rows.schema, at) for at in shapes.places}
        moved = {at: geographic.transformed(one, shapes.epsg) for at, one in made.items()}
        columns = ", ".join(f"{moved[at]} AS c{at}" if at in moved else f"c{at}" for at in range(width))
        values = ", ".join(f"ST_AsWKB(c{at}) AS c{at}" if at in moved else f"c{at}" for at in range(width))
        kinds = ", ".join(f"kind_of(c{at}) || CASE WHEN ST_HasZ(c{at}) THEN ' Z' ELSE '' END" for at in moved)
        for batch in instance.batches(f"SELECT {values}, {kinds} FROM (SELECT {columns} FROM feed)"):  # noqa: S608
            for number, at in enumerate(moved):
                found = batch.column(width + number).unique().drop_null().to_pylist()
                shapes.kinds.setdefault(at, set()).update(map(_kind, found))
            yield batch.select(list(range(width)))


def _kind(told: str) -> str:
    name, blank, height = told.partition(" ")
    return _KNOWN[name] + blank + height


def _groups(batches: Iterator[Any]) -> Iterator[Any]:
    waiting: list[Any] = []
    for batch in batches:
        waiting.append(batch)
        rows, size = sum(one.num_rows for one in waiting), sum(one.nbytes for one in waiting)
        if rows >= _GROUP_ROWS or size >= _GROUP_BYTES:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)
