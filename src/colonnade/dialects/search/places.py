"""What maps ask for (section 12.5 of the reference): clusters of points, shapes, and the box around all of them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.records import service as records
from colonnade.core.work import Work
from colonnade.dialects.search import rendering
from colonnade.dialects.search.parameters import METHODS, Asker, dataset_of, narrowed, number_of
from colonnade.dialects.search.records import asker_of
from colonnade.dialects.search.series import Series, series_of
from colonnade.errors import Invalid
from colonnade.http.edge import reading
from colonnade.http.parameters import choice, flag, one, wrong
from colonnade.http.values import geometry
from colonnade.query.schema import Field, FieldType
from colonnade.query.tree import (
    Aggregate,
    And,
    Call,
    Expr,
    FieldRef,
    IsNull,
    Literal,
    Named,
    Order,
    Query,
)
from colonnade.query.types import GEO
from colonnade.query.v1.places import shapes_first

router = APIRouter()

MOST = 20_000
"""Clusters of one answer."""
MOST_PREVIEWED = 10_000
PREVIEWED = 1_000
ZOOM, FURTHEST_ZOOM = 10, 25
DISTANCE, FURTHEST_DISTANCE = 50, 10_000
"""Pixels between clusters."""

KEY, COUNT, HULL = "place", "count", "hull"
_COUNT = Named(Aggregate("count"), COUNT, is_alias=True)


@router.api_route("/geocluster", methods=METHODS)
def geocluster(request: Request) -> Response:
    with reading(request) as work:
        readable = datasets.readable(work, dataset_of(request))
        asker = asker_of(work, readable, request)
        field = _field(asker, (FieldType.GEO_POINT,))
        zoom = number_of(request, "clusterprecision", ZOOM, least=0, most=FURTHEST_ZOOM)
        distance = number_of(request, "clusterdistance", DISTANCE, least=1, most=FURTHEST_DISTANCE)
        reference, series = FieldRef(field.name), series_of(asker)
        key = Call("geo_cluster", (reference, Literal(zoom), Literal(distance)))
        hull = Named(Aggregate("envelope", reference), HULL, is_alias=True)
        query = _grouped(narrowed(asker), field, key, series, (hull,) if _wants_hulls(request) else ())
        page = records.select(work, readable, query)
    clusters = [_cluster(row, series) for row in page.table.to_pylist()]
    return _answer(request, clusters, series, zoom, is_cut=page.total > MOST)


@router.api_route("/geopolygon", methods=METHODS)
def geopolygon(request: Request) -> Response:
    """Records in the same place are one."""
    with reading(request) as work:
        readable = datasets.readable(work, dataset_of(request))
        asker = asker_of(work, readable, request)
        zoom = number_of(request, "clusterprecision", ZOOM, least=0, most=FURTHEST_ZOOM)
        field, series = _field(asker, tuple(GEO)), series_of(asker)
        page = _shapes(work, asker, readable, field, MOST, series)
    clusters = [{**_shape(row), **_counted(row, series)} for row in page.table.to_pylist()]
    found = [{"cluster": one.pop("geometry"), **one} for one in clusters]
    return _answer(request, found, series, zoom, is_cut=page.total > MOST)


@router.api_route("/geopreview", methods=METHODS)
def geopreview(request: Request) -> Response:
    with reading(request) as work:
        readable = datasets.readable(work, dataset_of(request))
        asker = asker_of(work, readable, request)
        limit = number_of(request, "rows", PREVIEWED, least=0, most=MOST_PREVIEWED)
        page = _shapes(work, asker, readable, _field(asker, tuple(GEO)), limit)
    found = [_shape(row) for row in page.table.to_pylist()]
    is_cut = page.total > limit and one(request, "rows") is None
    return rendering.answer(request, found, format_=_format(request), is_cut=is_cut)


@router.api_route("/boundingbox", methods=METHODS)
def boundingbox(request: Request) -> Response:
    with reading(request) as work:
        readable = datasets.readable(work, dataset_of(request))
        asker = asker_of(work, readable, request)
        field = _field(asker, tuple(GEO))
        box = Named(Aggregate("bbox", FieldRef(field.name)), KEY, is_alias=True)
        query = replace(_placed(narrowed(asker), field), select=(box,), limit=1)
        page = records.select(work, readable, query)
    (row,) = page.table.to_pylist() or [{KEY: None}]
    found = {"bbox": _sides(row[KEY]), "count": page.total}
    return rendering.answer(request, found, format_=_format(request))


def _field(asker: Asker, types: Sequence[FieldType]) -> Field:
    """The field that is named, or the first that a map would show. Raises `Invalid`."""
    name = one(asker.request, "geo_field")
    fitting = [one for one in asker.schema.fields if one.type in types]
    if name is not None:
        found = next((one for one in fitting if one.name == name), None)
        if found is None:
            raise wrong("geo_field", name, "a field of places")
        return found
    chosen = shapes_first(replace(asker.schema, fields=tuple(fitting)))
    if chosen is None:
        raise Invalid("This dataset has no such geographic field.", code="parameter.invalid")
    return chosen


def _placed(query: Query, field: Field) -> Query:
    """The same without the records of which nobody says where they are."""
    known = IsNull(FieldRef(field.name), negated=True)
    return replace(query, where=known if query.where is None else And((known, query.where)))


def _grouped(
    query: Query, field: Field, key: Expr, series: Sequence[Series], besides: Sequence[Named] = ()
) -> Query:
    """The fullest groups first."""
    columns = [_COUNT, *besides, *(column for one in series for column in one.columns)]
    return replace(
        _placed(query, field),
        select=tuple({one.name: one for one in columns}.values()),
        group_by=(Named(key, KEY, is_alias=True),),
        order_by=(Order(FieldRef(COUNT), descending=True),),
        limit=MOST,
        offset=0,
    )


def _shapes(
    work: Work,
    asker: Asker,
    readable: ReadableDataset,
    field: Field,
    limit: int,
    series: Sequence[Series] = (),
) -> records.Page:
    """The places of records, each once, as GeoJSON texts."""
    key = Call("place_text", (FieldRef(field.name),))
    query = replace(_grouped(narrowed(asker), field, key, series), limit=limit)
    return records.select(work, readable, query)


def _shape(row: Mapping[str, Any]) -> dict[str, Any]:
    """The digest is the one by which the parameter `geo_digest` finds the records."""
    digest = hashlib.md5(row[KEY].encode(), usedforsecurity=False).hexdigest()
    return {"geometry": geometry(row[KEY]), "geo_digest": digest}


def _cluster(row: Mapping[str, Any], series: Sequence[Series]) -> dict[str, Any]:
    centre = _centre(row[KEY])
    found: dict[str, Any] = {"cluster_center": centre, **_counted(row, series)}
    if row.get(HULL) is not None:
        found["cluster"] = geometry(row[HULL])
    elif row[COUNT] == 1:
        found["cluster"] = rendering.as_geometry(centre)
    return found


def _counted(row: Mapping[str, Any], series: Sequence[Series]) -> dict[str, Any]:
    return {"count": row[COUNT], "series": {one.name: one.value(row) for one in series}}


def _centre(value: Any) -> list[float]:
    told = orjson.loads(value) if isinstance(value, str) else value
    place = told.get("cluster_centroid", told)
    return [place["lat"], place["lon"]]


def _sides(value: str | None) -> list[float] | None:
    """West, south, east, north of a rectangle."""
    found = None if value is None else geometry(value)
    if found is None:
        return None
    corners = found["coordinates"][0]
    lons, lats = ([corner[at] for corner in corners] for at in range(2))
    return [min(lons), min(lats), max(lons), max(lats)]


def _answer(
    request: Request,
    clusters: Sequence[dict[str, Any]],
    series: Sequence[Series],
    zoom: int,
    *,
    is_cut: bool,
) -> Response:
    """The clusters, and between what their numbers lie."""
    body = {
        "clusters": clusters,
        "count": _ends([one["count"] for one in clusters]),
        "series": {one.name: _ends([each["series"][one.name] for each in clusters]) for one in series},
        "clusterprecision": zoom,
    }
    return rendering.answer(request, body, format_=_format(request), is_cut=is_cut)


def _ends(values: Sequence[Any]) -> dict[str, Any]:
    numbers = [one for one in values if isinstance(one, int | float)]
    return {"min": min(numbers, default=None), "max": max(numbers, default=None)}


def _wants_hulls(request: Request) -> bool:
    mode = choice(request, "clustermode", ("", "polygon", "heatmap"), "")
    return flag(request, "return_polygons") or mode == "polygon"


def _format(request: Request) -> str:
    return choice(request, "format", ("json", "jsonp"), "json")
