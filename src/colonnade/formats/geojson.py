"""GeoJSON: the properties of each feature, its geometry and its centre."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import ijson

from colonnade.errors import Invalid
from colonnade.formats import cells, geometry, json, looking, params, spatial
from colonnade.formats.collecting import collect
from colonnade.formats.json_values import BUFFER_BYTES, Progress, opened, told
from colonnade.formats.port import Bounds, Extract, Source

_GEOMETRIES = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
)
_WGS84_NAMES = ("4326", "CRS84", "84")


def read(
    connection: duckdb.DuckDBPyConnection, source: Source, target: str, scratch: Path, bounds: Bounds
) -> Extract:
    """See `formats.port.Reader`. Parameter: `coordinate_system`, the number of the coordinates' EPSG system; 4326,
    degrees of WGS 84, unless the file names another one."""
    head, is_cut = looking.head(source, scratch, bounds)
    with opened(head, scratch) as file:
        crs = _crs(file, source)
        records = looking.until_cut(_records(file, source), is_cut=is_cut)
        labels = (geometry.POINT_LABEL, geometry.SHAPE_LABEL)
        extract = collect(connection, source, target, bounds, records, labels=labels)
    geometry.settle_texts(connection, source, target, scratch, crs)
    return Extract((*geometry.COLUMNS, *extract.columns[len(labels) :]), extract.notes)


def _crs(file: BinaryIO, source: Source) -> str:
    """What the parameter says, or else the file, in the way that GeoJSON had before 2016."""
    given = params.text(source, "coordinate_system")
    if not given:
        with told(source, Progress()):
            beginning = file.tell()
            try:
                given = str(next(iter(ijson.items(file, "crs.properties.name", buf_size=BUFFER_BYTES)), ""))
            except ijson.IncompleteJSONError:
                given = ""  # said where the features are read
            file.seek(beginning)
    if not given or given.rpartition(":")[2] in _WGS84_NAMES:
        return spatial.WGS84
    if found := re.fullmatch(r"(?:.*EPSG:+(?:[0-9.]*:)?)?([0-9]{4,6})", given):
        return f"EPSG:{found[1]}"
    message = (
        f"The file {source.name} has coordinates of an unknown system, {given}; an EPSG number is needed"
    )
    raise Invalid(message, code="file.parameters")


def _records(file: BinaryIO, source: Source) -> Iterator[Mapping[str, Any]]:
    progress = Progress()
    with told(source, progress):
        if json.container(file, "") == "start_array":
            prefix = "item"
        else:
            prefix = "features.item" if json.container(file, "features") == "start_array" else ""
        for feature in ijson.items(file, prefix, buf_size=BUFFER_BYTES):
            progress.rows += 1
            yield _record(feature, source, progress.rows)


def _record(feature: Any, source: Source, row: int) -> dict[str, Any]:
    if isinstance(feature, dict) and feature.get("type") in _GEOMETRIES:
        feature = {"type": "Feature", "geometry": feature}
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        message = f"The file {source.name} cannot be read as GeoJSON: row {row} is no feature"
        raise Invalid(message, code="file.geometry", row=row)
    shape = feature.get("geometry")
    record: dict[str, Any] = {}
    if shape is not None:
        record[geometry.SHAPE_LABEL] = cells.Shape(cells.json_text(shape))
    if isinstance(feature.get("id"), str | int):
        record["id"] = feature["id"]
    properties = feature.get("properties")
    if isinstance(properties, dict):
        for name, value in properties.items():
            taken = name in (geometry.POINT_LABEL, geometry.SHAPE_LABEL)
            record[f"properties.{name}" if taken else name] = value
    return record
