"""Core objects as Explore shows them (sections 4 and 11 of the reference)."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson
from starlette.responses import Response

from colonnade.core.catalogue.model import features
from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets.model import Dataset, ReadableDataset
from colonnade.core.records import service as records
from colonnade.core.records.facets import Facet, Node
from colonnade.core.records.service import About, Page
from colonnade.core.work import Work
from colonnade.http.answers import JSON
from colonnade.query.schema import Field, FieldType

DEFAULT_METAS = (
    "title",
    "description",
    "theme",
    "keyword",
    "license",
    "license_url",
    "language",
    "metadata_languages",
    "timezone",
    "modified",
    "modified_updates_on_metadata_change",
    "modified_updates_on_data_change",
    "geographic_reference",
    "geographic_reference_auto",
    "territory",
    "references",
    "publisher",
    "attributions",
)
"""Keys that are there even when unset."""

Links = Sequence[Mapping[str, str]]

TYPES: Mapping[FieldType, str] = {FieldType.TIME: "text"}
"""What Explore calls a type differently."""


def answer(body: Any) -> Response:
    """JSON with datetimes as Explore prints them: stored naive, meant as UTC, shown with `+00:00`."""
    return Response(orjson.dumps(body, option=orjson.OPT_NAIVE_UTC), media_type=JSON)


def page(found: Page, zone: dt.tzinfo) -> Response:
    return answer({"total_count": found.total, "results": rows(found, zone)})


def rows(found: Page, zone: dt.tzinfo) -> list[dict[str, Any]]:
    """The rows of a page as they are printed, datetimes with the offset of a zone."""
    printers = {one.name: _PRINTERS[one.type] for one in found.query.outputs if one.type in _PRINTERS}
    results: list[dict[str, Any]] = found.table.to_pylist()
    for row in results:
        for name, printed in printers.items():
            if row[name] is not None:
                row[name] = printed(row[name], zone)
    return results


def marked(results: Sequence[dict[str, Any]], found: Page, zone: dt.tzinfo) -> list[dict[str, Any]]:
    """The same rows with their public ids and when they were written. A field of one of these names, if there is
    one, is what was asked for."""
    marks = zip(found.ids, found.written, results, strict=True)
    return [{"_id": one, "_timestamp": _zoned(at, zone), **row} for one, at, row in marks]


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


def _zoned(value: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    try:
        return value.replace(tzinfo=dt.UTC).astimezone(zone)
    except OverflowError:  # beyond the years that there are
        return value


def _feature(value: str, _zone: dt.tzinfo) -> dict[str, Any] | None:
    """Live rows may hold a text that is no geometry."""
    try:
        return {"type": "Feature", "geometry": orjson.loads(value), "properties": {}}
    except orjson.JSONDecodeError:
        return None


_PRINTERS: Mapping[FieldType, Callable[[Any, dt.tzinfo], Any]] = {
    FieldType.DATETIME: _zoned,
    FieldType.GEO_SHAPE: _feature,
}
"""What is not printed as Arrow gives it."""


def datasets(work: Work, readables: Sequence[ReadableDataset]) -> list[dict[str, Any]]:
    abouts = records.about(work, readables)
    return [_dataset(one, about) for one, about in zip(readables, abouts, strict=True)]


def _dataset(readable: ReadableDataset, about: About) -> dict[str, Any]:
    one = readable.dataset
    return {
        "dataset_id": one.slug,
        "dataset_uid": one.uid,
        "has_records": about.has_records,
        "data_visible": readable.access.data_visible,
        "visibility": "restricted" if one.is_restricted else "domain",
        "features": features(about.schema),
        "metas": _metas(one, about),
        "fields": [_field(field) for field in about.schema.fields],
    }


def _metas(one: Dataset, about: About) -> dict[str, Any]:
    templates = meta.public(one.metadata_published or {})
    default = templates.pop(meta.DEFAULT, {})
    return {
        "default": {
            **dict.fromkeys(DEFAULT_METAS),
            **default,
            "data_processed": one.data_processed_at,
            "metadata_processed": one.metadata_processed_at,
            "records_count": about.count,
        },
        **templates,
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
