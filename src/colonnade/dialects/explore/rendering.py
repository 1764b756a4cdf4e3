"""Core objects as Explore shows them (sections 4 and 11 of the reference)."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson
from starlette.responses import Response

from colonnade.core.catalogue.model import EXPLORE, USAGE
from colonnade.core.catalogue.published import Published
from colonnade.core.records.facets import Facet, Node
from colonnade.core.records.service import Page
from colonnade.http.answers import JSON
from colonnade.http.values import geometry, shown, zoned
from colonnade.query.schema import Field, FieldType

Links = Sequence[Mapping[str, str]]

TYPES: Mapping[FieldType, str] = {FieldType.TIME: "text"}
"""What Explore calls a type differently."""


def answer(body: Any) -> Response:
    """JSON with datetimes as Explore prints them: stored naive, meant as UTC, shown with `+00:00`."""
    return Response(orjson.dumps(body, option=orjson.OPT_NAIVE_UTC), media_type=JSON)


def page(found: Page, zone: dt.tzinfo) -> Response:
    return answer({"total_count": found.total, "results": rows(found, zone)})


def rows(found: Page, zone: dt.tzinfo, *, files: str = "") -> list[dict[str, Any]]:
    """The rows of a page as they are printed, datetimes with the offset of a zone. `files`: the address before the id of
    a file."""
    printers = {one.name: _PRINTERS[one.type] for one in found.query.outputs if one.type in _PRINTERS}
    results: list[dict[str, Any]] = found.table.to_pylist()
    for row in results:
        for name, printed in printers.items():
            if row[name] is not None:
                row[name] = printed(row[name], zone)
    for one in found.query.outputs:
        if one.as_json is not None or one.precision is not None:
            for row in results:
                row[one.name] = shown(one, row[one.name])
    for name in (one.name for one in found.query.outputs if one.type is FieldType.FILE):
        for row in results:
            if row[name] is not None:
                told = orjson.loads(row[name])
                row[name] = {**told, "url": f"{files}{told['id']}"}
    return results


def marked(results: Sequence[dict[str, Any]], found: Page, zone: dt.tzinfo) -> list[dict[str, Any]]:
    """The same rows with their public ids, when they were written, and their sizes in bytes. A field of one of these
    names, if there is one, is what was asked for."""
    marks = zip(found.ids, found.written, found.sizes, results, strict=True)
    return [{"_id": one, "_timestamp": zoned(at, zone), "_size": size, **row} for one, at, size, row in marks]


def linked(results: Sequence[dict[str, Any]], links: Iterable[Links]) -> list[dict[str, Any]]:
    """The same rows, each with its links."""
    return [{"_links": one, **row} for one, row in zip(links, results, strict=True)]


def facets(found: Iterable[tuple[str, Facet]]) -> Response:
    """Facets under the names by which they were asked for."""
    listed = [{"name": name, "facets": [_node(one) for one in facet.nodes]} for name, facet in found]
    return answer({"_links": [], "links": [], "facets": listed})


def _node(node: Node) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": node.name, "value": node.path, "state": node.state}
    if node.count is not None:
        shown["count"] = node.count
    if node.children:
        shown["facets"] = [_node(one) for one in node.children]
    return shown


def _feature(value: str, _zone: dt.tzinfo) -> dict[str, Any] | None:
    found = geometry(value)
    return None if found is None else {"type": "Feature", "geometry": found, "properties": {}}


_PRINTERS: Mapping[FieldType, Callable[[Any, dt.tzinfo], Any]] = {
    FieldType.DATETIME: zoned,
    FieldType.GEO_SHAPE: _feature,
}
"""What is not printed as Arrow gives it."""


def dataset(one: Published, zone: dt.tzinfo, *, with_app_metas: bool) -> dict[str, Any]:
    """A dataset's object, moments with the offset of a zone; with how much it is used, if that is asked for."""
    known = one.readable.dataset
    metas = {template: _values(fields, zone) for template, fields in one.metas.items()}
    if with_app_metas:
        metas[EXPLORE] = {name: getattr(one.usage, name) for name in USAGE}
    return {
        "dataset_id": known.slug,
        "dataset_uid": known.uid,
        "has_records": one.about.has_records,
        "data_visible": one.readable.access.data_visible,
        "visibility": "restricted" if known.is_restricted else "domain",
        "features": one.features,
        "metas": metas,
        "fields": [_field(field) for field in one.about.schema.fields],
    }


def _values(fields: Mapping[str, Any], zone: dt.tzinfo) -> dict[str, Any]:
    return {
        name: value.astimezone(zone) if isinstance(value, dt.datetime) else value
        for name, value in fields.items()
    }


def _field(field: Field) -> dict[str, Any]:
    annotations = {name: list(args) for name, args in field.annotations.items()}
    return {
        "name": field.name,
        "label": field.label,
        "type": TYPES.get(field.type, field.type.value),
        "description": field.description,
        "annotations": annotations,
    }
