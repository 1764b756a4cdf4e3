"""Shapefiles, several files that belong together, in an archive. GDAL, inside DuckDB, reads their geometries."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import duckdb

from colonnade.errors import Invalid, LimitReached
from colonnade.formats import archives, dbf, geometry, params, spatial
from colonnade.formats.archives import Entry
from colonnade.formats.collecting import collect_rows
from colonnade.formats.port import Bounds, Extract, Source

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_NEEDED = (".shp", ".shx", ".dbf")


@dataclass(frozen=True, slots=True)
class _Set:
    """The files of one shapefile by their endings."""

    name: str
    entries: dict[str, Entry]


def sets(source: Source, scratch: Path, bounds: Bounds) -> Iterator[Source]:
    """Each shapefile of an archive, laid out; the source's path is then that of its `.shp`."""
    if archives.kind_of(source.path) is None:
        message = f"The file {source.name} is no archive; a shapefile is sent as a zip of its .shp, .shx, .dbf and .prj"
        raise Invalid(message, code="file.archive")
    with archives.opened(source) as entries:
        room = bounds.unpacked_bytes
        for number, one in enumerate(_grouped(source, entries, bounds)):
            for suffix, entry in one.entries.items():
                room -= archives.lay_out(source, entry, scratch / f"shape{number}{suffix}", room, bounds)
            path = scratch / f"shape{number}.shp"
            name = PurePosixPath(one.name).name
            yield Source(path, f"{source.name}/{one.name}", source.params, f"{name}.shp")
            for suffix in one.entries:
                path.with_suffix(suffix).unlink()


def _grouped(source: Source, entries: Iterator[Entry], bounds: Bounds) -> list[_Set]:
    found: dict[str, _Set] = {}
    for entry in entries:
        path = PurePosixPath(entry.name)
        if path.suffix.lower() in PARTS and not path.name.startswith("."):
            stem = str(path.with_suffix(""))
            found.setdefault(stem.lower(), _Set(stem, {})).entries[path.suffix.lower()] = entry
    shapes = sorted((one for one in found.values() if ".shp" in one.entries), key=lambda one: one.name)
    if not shapes:
        raise Invalid(f"The archive {source.name} holds no shapefile (.shp)", code="file.archive")
    if len(shapes) > bounds.files:
        message = (
            f"The archive {source.name} holds {len(shapes)} shapefiles; this portal takes {bounds.files}"
        )
        raise LimitReached(message, limit_type="files", limit=bounds.files, value=len(shapes))
    for one in shapes:
        if missing := [suffix for suffix in _NEEDED if suffix not in one.entries]:
            message = (
                f"The archive {source.name} lacks {one.name}{missing[0]}, a part of the shapefile {one.name}"
            )
            raise Invalid(message, code="file.archive")
    return shapes[:1] if bounds.rows is not None else shapes


def read(
    connection: duckdb.DuckDBPyConnection, source: Source, target: str, scratch: Path, bounds: Bounds
) -> Extract:
    """See `formats.port.Reader`, for one shapefile of those that `sets` lays out. Parameters: `encoding` of its texts,
    found in the file if it is not given; `coordinate_system`, the number of its EPSG system, instead of its `.prj`."""
    crs = _crs(source)
    table = dbf.opened(source.path.with_suffix(".dbf"), source)
    labels = (geometry.POINT_LABEL, geometry.SHAPE_LABEL, *table.labels)
    deleted: list[int] = []

    def rows() -> Iterator[list[object]]:
        for number, (is_deleted, values) in enumerate(dbf.rows(table)):
            if is_deleted:
                deleted.append(number)
            yield [None, None, *values]

    extract = collect_rows(connection, source, target, bounds, labels, rows())
    limit = "" if bounds.rows is None else f" LIMIT {bounds.rows}"
    query = f"SELECT OGC_FID AS row, ST_GeomFromWKB(ST_AsWKB(geom)) AS geom FROM ST_Read($path){limit}"  # noqa: S608
    with _alone(source.path) as path:
        given = geometry.Geometries(query, crs, {"path": str(path)})
        shapes = geometry.settle(connection, source, target, scratch, given)
    if bounds.rows is None and shapes != table.records:
        message = (
            f"The file {source.name} cannot be read: it has {table.records} records and {shapes} geometries"
        )
        raise Invalid(message, code="file.shapefile")
    if deleted:
        connection.execute(
            f"CREATE OR REPLACE TABLE {target} AS SELECT * FROM {target} WHERE rowid NOT IN (SELECT unnest($deleted))",  # noqa: S608
            {"deleted": deleted},
        )
    return Extract((*geometry.COLUMNS, *extract.columns[len(geometry.COLUMNS) :]), table.notes)


@contextmanager
def _alone(path: Path) -> Iterator[Path]:
    """The geometries of a shapefile without its table, so that GDAL reads nothing else."""
    lone = path.with_name(f"lone-{path.name}")
    for suffix in (".shp", ".shx"):
        path.with_suffix(suffix).rename(lone.with_suffix(suffix))
    yield lone
    for suffix in (".shp", ".shx"):
        lone.with_suffix(suffix).rename(path.with_suffix(suffix))


def _crs(source: Source) -> str:
    """What the parameter says, or the `.prj` file as it is; degrees without either."""
    given = params.number(source, "coordinate_system", 0)
    if given:
        return f"EPSG:{given}"
    projection = source.path.with_suffix(".prj")
    text = projection.read_text(encoding="utf-8", errors="replace").strip() if projection.exists() else ""
    return text or spatial.WGS84
