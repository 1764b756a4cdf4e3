"""Records of a dataset (section 12.2 of the reference)."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.records import service as records
from colonnade.core.records import technical
from colonnade.core.records.facets import facets
from colonnade.core.work import Work
from colonnade.dialects.search import downloads, feeds, rendering
from colonnade.dialects.search.parameters import (
    DISTANCE,
    METHODS,
    Asker,
    dataset_of,
    distance_of,
    faceted,
    facets_of,
    filter_of,
    query_of,
    told,
)
from colonnade.http.edge import reading
from colonnade.http.parameters import choice
from colonnade.query.tree import FieldRef, Named, Query

router = APIRouter()

FORMATS = ("json", "jsonp", "geojson", "geojsonp", "csv", *feeds.FORMATS)


@router.api_route("/search", methods=METHODS)
def search(request: Request) -> Response:
    with reading(request) as work:
        # The dataset first: who may not know of it learns nothing, not even that the question was wrong.
        readable = datasets.readable(work, dataset_of(request))
        asker = asker_of(work, readable, request)
        format_ = choice(request, "format", FORMATS, "json")
        query = query_of(asker)
        if format_ == "csv":
            return downloads.file(request, work, readable, query, "csv")
        page = records.select(work, readable, _with_distance(asker, query), with_ids=True)
        groups = _groups(work, readable, asker) if format_ in {"json", "jsonp"} else None
    found = rendering.records(page, str(readable.dataset.slug), query.zone)
    if format_ in feeds.FORMATS:
        return feeds.of_records(request, readable.dataset, found, format_)
    if groups is None:
        body = {"type": "FeatureCollection", "features": [rendering.feature(one) for one in found]}
        return rendering.answer(request, body, format_=format_)
    shown: dict[str, Any] = {
        "nhits": page.total,
        "parameters": told(request, format_, dataset=readable.dataset.slug),
        "records": found,
    }
    return rendering.answer(request, shown | ({"facet_groups": groups} if groups else {}), format_=format_)


def _with_distance(asker: Asker, query: Query) -> Query:
    """The same, each record with how far it is from where it was looked for, whether `fields` names that or not."""
    distance = distance_of(asker)
    if distance is None:
        return query
    fields = query.select or tuple(Named(FieldRef(name), name) for name in asker.schema.names)
    others = (one for one in fields if one.name != DISTANCE)
    return replace(query, select=(*others, Named(distance, DISTANCE, is_alias=True)))


def asker_of(work: Work, readable: ReadableDataset, request: Request) -> Asker:
    """Raises `Denied` where the metadata can be seen and the records cannot."""
    return Asker(request, records.visible_fields(work, readable), wordless=technical.FIELDS)


def _groups(work: Work, readable: ReadableDataset, asker: Asker) -> list[dict[str, Any]]:
    asked = facets_of(asker)
    found = facets(
        faceted(asker), [one for _, one in asked], filter_of(asker), records.answerer(work, readable)
    )
    return rendering.groups((name, facet) for (name, _), facet in zip(asked, found, strict=True))
