"""The catalogue and its datasets (section 2 of the reference)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.catalogue import service as catalogue
from colonnade.core.catalogue.model import PUBLIC
from colonnade.core.catalogue.naming import own_name
from colonnade.core.datasets import service as datasets
from colonnade.core.records.facets import Wanted, facets
from colonnade.core.work import Work
from colonnade.dialects.explore import rendering
from colonnade.dialects.explore.asking import wanted_of
from colonnade.dialects.explore.attached import with_files
from colonnade.dialects.explore.links import links
from colonnade.dialects.explore.parameters import filter_of, query_of
from colonnade.http.edge import actor, reading
from colonnade.query.tree import Query, Scalar

router = APIRouter(prefix="/catalog", tags=["Catalog"])

FACETS = ("features", "modified", "publisher", "keyword", "theme", "license", "language")
"""What the catalogue's facets are if none are named."""


@router.get("")
def get_catalog(request: Request) -> Response:
    actor(request)
    targets = {"self": "/catalog", "datasets": "/catalog/datasets", "facets": "/catalog/facets"}
    return links(request, targets)


@router.get("/datasets")
def get_list(request: Request) -> Response:
    with reading(request) as work:
        query = query_of(request, lambda: PUBLIC, own_name)
        if query.select is not None or query.group_by:
            page = catalogue.select(work, query)
            return rendering.page(page, query.zone)
        found, total = catalogue.search(work, query)
        results = with_files(request, work, found, rendering.datasets(work, found))
    return rendering.answer({"total_count": total, "results": results})


@router.get("/facets")
def get_facets(request: Request) -> Response:
    with reading(request) as work:
        asked = filter_of(request, own_name)
        wanted = wanted_of(request)
        own = [replace(one, field=own_name(one.field)) for one in wanted]
        found = facets(PUBLIC, own or [Wanted(name) for name in FACETS], asked, partial(_rows, work))
    names = [one.field for one in wanted] or FACETS
    return rendering.facets(zip(names, found, strict=True))


@router.get("/datasets/{dataset_id}")
def get_one(request: Request, dataset_id: str) -> Response:
    with reading(request) as work:
        found = [datasets.readable(work, dataset_id)]
        (result,) = with_files(request, work, found, rendering.datasets(work, found))
    return rendering.answer(result)


def _rows(work: Work, query: Query) -> Iterable[Mapping[str, Scalar]]:
    rows: list[dict[str, Scalar]] = catalogue.select(work, query).table.to_pylist()
    return rows
