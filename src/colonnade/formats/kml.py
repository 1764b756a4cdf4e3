"""KML: a record a placemark, with its name, description, extended data and geometry."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from colonnade.errors import Invalid
from colonnade.formats import cells, geometry, looking, spatial, xml_tree
from colonnade.formats.collecting import collect
from colonnade.formats.port import Bounds, Extract, Source
from colonnade.formats.xml_tree import Node

_PLAIN = ("name", "description", "address", "phoneNumber")
_WHEN = {"TimeStamp": ("when",), "TimeSpan": ("begin", "end")}
_RESERVED = (geometry.POINT_LABEL, geometry.SHAPE_LABEL)


def read(
    connection: duckdb.DuckDBPyConnection, source: Source, target: str, scratch: Path, bounds: Bounds
) -> Extract:
    """See `formats.port.Reader`. The coordinates of KML are always degrees of WGS 84."""
    head, is_cut = looking.head(source, scratch, bounds)
    records = looking.until_cut(_records(head, source, bounds), is_cut=is_cut)
    extract = collect(connection, source, target, bounds, records, labels=_RESERVED)
    geometry.settle_texts(connection, source, target, scratch, spatial.WGS84)
    return Extract((*geometry.COLUMNS, *extract.columns[len(_RESERVED) :]))


def _records(head: Source, source: Source, bounds: Bounds) -> Iterator[Mapping[str, Any]]:
    row = 0
    for row, found in enumerate(
        xml_tree.records(head.path, source, bounds, lambda _, tag: tag == "Placemark"), 1
    ):
        try:
            yield _record(found.node)
        except (ValueError, IndexError):
            message = f"The file {source.name} cannot be read: the coordinates of row {row} are no numbers"
            raise Invalid(message, code="file.geometry", row=row) from None
    if not row:
        raise Invalid(f"The file {source.name} has no placemark", code="file.geometry")


def _record(node: Node) -> dict[str, Any]:
    record: dict[str, Any] = {}
    shapes = _shapes(node)
    if shapes:
        shape = shapes[0] if len(shapes) == 1 else _together(shapes)
        record[geometry.SHAPE_LABEL] = cells.Shape(cells.json_text(shape))
    for tag in _PLAIN:
        if found := node.find(tag):
            record[tag] = found.content
    for tag, parts in _WHEN.items():
        for part in parts:
            if (when := node.find(tag)) and (found := when.find(part)):
                record[part] = found.content
    extended = node.find("ExtendedData")
    for name, value in _extended(extended) if extended else ():
        record[f"data.{name}" if name in _RESERVED else name] = value
    return record


def _extended(node: Node) -> Iterator[tuple[str, str]]:
    for one in node.descendants("Data"):
        value = one.find("value")
        yield one.attributes.get("name", "data"), value.content if value else ""
    for one in node.descendants("SimpleData"):
        yield one.attributes.get("name", "data"), one.content


def _shapes(node: Node) -> list[dict[str, Any]]:
    """The GeoJSON geometries directly in an element."""
    found: list[dict[str, Any]] = []
    for one in node.children:
        match one.tag:
            case "Point":
                found.append({"type": "Point", "coordinates": _positions(one)[0]})
            case "LineString" | "LinearRing":
                found.append({"type": "LineString", "coordinates": _positions(one)})
            case "Polygon":
                boundaries = [*one.descendants("outerBoundaryIs"), *one.descendants("innerBoundaryIs")]
                found.append({"type": "Polygon", "coordinates": [_positions(ring) for ring in boundaries]})
            case "MultiGeometry":
                found += [_together(inner)] if (inner := _shapes(one)) else []
    return found


def _together(shapes: list[dict[str, Any]]) -> dict[str, Any]:
    """Several geometries as one, of their own kind if they have one in common."""
    kinds = {one["type"] for one in shapes}
    if len(kinds) == 1 and (kind := kinds.pop()) in ("Point", "LineString", "Polygon"):
        return {"type": f"Multi{kind}", "coordinates": [one["coordinates"] for one in shapes]}
    return {"type": "GeometryCollection", "geometries": shapes}


def _positions(node: Node) -> list[list[float]]:
    """The coordinates of the first list of them in an element, without heights."""
    text = next(node.descendants("coordinates"), None)
    found = [[float(part) for part in one.split(",")[:2]] for one in (text.text.split() if text else ())]
    if not found or any(len(one) != 2 for one in found):
        raise ValueError("no coordinates")
    return found
