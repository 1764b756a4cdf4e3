"""Records and facets as Search shows them (sections 11 and 12.2 of the reference)."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.records.facets import Facet, Node
from colonnade.core.records.service import Page
from colonnade.http.answers import JSON
from colonnade.http.parameters import flag, one, wrong
from colonnade.http.values import geometry, shown, zoned
from colonnade.query.schema import Field, FieldType
from colonnade.query.tree import BoundQuery, Call, Output

SCRIPT = "application/javascript; charset=utf-8"
GEOJSON = "application/geo+json; charset=utf-8"
PADDED = {"jsonp", "geojsonp"}
"""Formats that are a call of a function of the page that asks."""

_CALLBACK = re.compile(r"[A-Za-z_$][\w$]{0,99}(?:\.[A-Za-z_$][\w$]{0,99}){0,9}", re.ASCII)


TRUNCATED = "ods-analyze-truncated"
"""The header of an answer that holds only a part, without having been asked for one."""


def answer(
    request: Request, body: Any, *, format_: str = "json", status: int = 200, is_cut: bool = False
) -> Response:
    """JSON, laid out for people if that is asked for, or a script that calls a function with it."""
    headers = {TRUNCATED: "true"} if is_cut else {}
    is_pretty = orjson.OPT_INDENT_2 if flag(request, "pretty_print") else 0
    content = orjson.dumps(body, option=orjson.OPT_NAIVE_UTC | is_pretty)
    if format_ in PADDED:
        # The comment: no plug-in of a browser may take what begins with a name of the caller's for a file of its own.
        script = b"/**/" + callback_of(request).encode() + b"(" + content + b");"
        return Response(script, status, {"X-Content-Type-Options": "nosniff", **headers}, media_type=SCRIPT)
    return Response(content, status, headers, media_type=GEOJSON if format_ == "geojson" else JSON)


def callback_of(request: Request) -> str:
    """The name of a function, and nothing that a browser would run instead. Raises `Invalid`."""
    name = one(request, "callback")
    if name is None or not _CALLBACK.fullmatch(name):
        raise wrong("callback", name or "nothing", "the name of a function")
    return name


def records(found: Page, dataset_id: str, zone: dt.tzinfo) -> list[dict[str, Any]]:
    """The records of a page that was asked for with ids."""
    write = writer(found.query, dataset_id, zone)
    rows = found.table.to_pylist()
    return [write(*one) for one in zip(found.ids, found.written, rows, strict=True)]


Printer = Callable[[Any, dt.tzinfo], Any]
RecordWriter = Callable[[str, dt.datetime, Mapping[str, Any]], dict[str, Any]]
"""Makes a record of its id, the moment when it was written (naive UTC) and its row."""


def writer(query: BoundQuery, dataset_id: str, zone: dt.tzinfo) -> RecordWriter:
    printers = _printers(query)
    places = [one.name for type_ in _PLACES for one in query.outputs if one.type is type_]

    def write(record_id: str, written: dt.datetime, row: Mapping[str, Any]) -> dict[str, Any]:
        fields = {name: value for name, value in row.items() if value is not None}
        for name, printed in printers.items():
            if name in fields:
                fields[name] = printed(fields[name], zone)
        found: dict[str, Any] = {"datasetid": dataset_id, "recordid": record_id, "fields": fields}
        place = next((fields[name] for name in places if fields.get(name) is not None), None)
        if place is not None:
            found["geometry"] = as_geometry(place)
        found["record_timestamp"] = zoned(written, zone)
        return found

    return write


def feature(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as GeoJSON: the first shape is its geometry, or else the point; its other fields are properties."""
    fields = dict(record["fields"])
    shape = next((name for name, value in fields.items() if _is_shape(value)), None)
    found = record.get("geometry") if shape is None else fields.pop(shape)
    return {"type": "Feature", "geometry": found, "properties": fields}


def _is_shape(value: Any) -> bool:
    return isinstance(value, dict) and ("coordinates" in value or "geometries" in value)


def as_geometry(value: Any) -> dict[str, Any]:
    """A point, which is a latitude and a longitude here, or a shape, as GeoJSON."""
    if isinstance(value, list):
        return {"type": "Point", "coordinates": value[::-1]}
    found: dict[str, Any] = value
    return found


def groups(found: Iterable[tuple[str, Facet]]) -> list[dict[str, Any]]:
    """Facets under the names by which they were asked for."""
    return [
        {
            "name": name,
            "count": sum(one.count or 0 for one in facet.nodes),
            "facets": [_node(one) for one in facet.nodes],
        }
        for name, facet in found
    ]


def _node(node: Node) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": node.name, "path": node.path, "state": node.state}
    if node.count is not None:
        shown["count"] = node.count
    if node.children:
        shown["facets"] = [_node(one) for one in node.children]
    return shown


def rows(found: Page, zone: dt.tzinfo) -> list[dict[str, Any]]:
    """The rows of a page as they are printed, nulls too."""
    results: list[dict[str, Any]] = found.table.to_pylist()
    for name, printed in _printers(found.query).items():
        for row in results:
            if row[name] is not None:
                row[name] = printed(row[name], zone)
    return results


def _printers(query: BoundQuery) -> dict[str, Printer]:
    """Of the columns that are not printed as Arrow gives them."""
    printers = ((output.name, _printer(query, output)) for output in query.outputs)
    return {name: printed for name, printed in printers if printed is not None}


def _printer(query: BoundQuery, output: Output) -> Printer | None:
    if output.multivalued:
        separator = separator_of(query.schema.get(output.name))
        return lambda values, _zone: separator.join(values)
    if isinstance(output.expr, Call) and output.expr.function == "distance":
        return lambda value, _zone: str(value)  # a text, as clients know it
    if output.precision is not None:
        return lambda value, _zone: shown(output, value)
    return _PRINTERS.get(output.type)


def separator_of(field: Field | None) -> str:
    """What stood between the texts of a multivalued field when they were one."""
    said = field.annotations.get("multivalued") if field is not None else None
    return str(said[0]) if said else ","


def _point(value: Mapping[str, float], _zone: dt.tzinfo) -> list[float]:
    return [value["lat"], value["lon"]]


def _shape(value: str, _zone: dt.tzinfo) -> Any:
    return geometry(value)


_PLACES = (FieldType.GEO_POINT, FieldType.GEO_SHAPE)
"""What is a record's geometry, the first that it has."""

_PRINTERS: Mapping[FieldType, Printer] = {
    FieldType.DATETIME: zoned,
    FieldType.GEO_POINT: _point,
    FieldType.GEO_SHAPE: _shape,
    FieldType.FILE: _shape,
}
"""What is not printed as Arrow gives it. A file is JSON, as a shape is."""
