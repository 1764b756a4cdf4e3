"""The catalogue and its datasets (section 12.3 of the reference)."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.catalogue import service as catalogue
from colonnade.core.catalogue.model import PUBLIC
from colonnade.core.catalogue.naming import own_name
from colonnade.core.catalogue.published import published
from colonnade.core.datasets import service as datasets
from colonnade.core.records.facets import facets
from colonnade.core.work import Work
from colonnade.dialects.search import feeds, rendering
from colonnade.dialects.search.described import described
from colonnade.dialects.search.parameters import (
    METHODS,
    Asker,
    faceted,
    facets_of,
    filter_of,
    query_of,
    told,
)
from colonnade.http.edge import reading
from colonnade.http.parameters import asked_settings, choice

router = APIRouter()

FORMATS = ("json", "jsonp", *feeds.FORMATS)


@router.api_route("/search", methods=METHODS)
def search(request: Request) -> Response:
    asker = Asker(request, PUBLIC, own_name)
    with reading(request) as work:
        format_ = choice(request, "format", FORMATS, "json")
        query = query_of(asker)
        found, total = catalogue.search(work, query)
        if format_ in feeds.FORMATS:
            return feeds.of_datasets(request, published(work, found), format_)
        shown: dict[str, Any] = {
            "nhits": total,
            "parameters": told(request, format_),
            "datasets": described(request, work, found, query.zone),
        }
        if groups := _groups(work, asker):
            shown["facet_groups"] = groups
    return rendering.answer(request, shown, format_=format_)


@router.api_route("/{dataset_id}", methods=METHODS)
def one(request: Request, dataset_id: str) -> Response:
    with reading(request) as work:
        found = [datasets.readable(work, dataset_id)]
        (shown,) = described(request, work, found, asked_settings(request).zone)
    return rendering.answer(request, shown, format_=choice(request, "format", ("json", "jsonp"), "json"))


def _groups(work: Work, asker: Asker) -> list[dict[str, Any]]:
    asked = facets_of(asker)
    found = facets(faceted(asker), [one for _, one in asked], filter_of(asker), catalogue.answerer(work))
    return rendering.groups((name, facet) for (name, _), facet in zip(asked, found, strict=True))
