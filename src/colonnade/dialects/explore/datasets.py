"""The catalogue and its datasets (section 2 of the reference)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.catalogue import service as catalogue
from colonnade.core.catalogue.model import PUBLIC
from colonnade.core.catalogue.naming import own_name
from colonnade.core.catalogue.published import published
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.records.facets import Wanted, facets
from colonnade.core.work import Work
from colonnade.dialects.explore import links, rendering, sources
from colonnade.dialects.explore.asking import wanted_of
from colonnade.dialects.explore.attached import with_files
from colonnade.dialects.explore.parameters import filter_of, flag, query_of, selection_of
from colonnade.http.edge import actor, reading

router = APIRouter(prefix="/catalog", tags=["Catalog"])

FACETS = ("features", "modified", "publisher", "keyword", "theme", "license", "language", "territory")
"""What the catalogue's facets are if none are named."""


@router.get("")
def get_catalog(request: Request) -> Response:
    actor(request)
    source = sources.path_of(request)
    targets = {name: f"{source}/{name}" for name in ("datasets", "exports", "facets")}
    return links.links(request, {"self": source, **targets})


@router.get("/datasets")
def get_list(request: Request) -> Response:
    with reading(request) as work:
        query = query_of(request, lambda: PUBLIC, own_name)
        if query.select is not None or query.group_by:
            page = catalogue.select(work, query)
            total, results = page.total, rendering.rows(page, query.zone)
        else:
            found, total = catalogue.search(work, query)
            results = objects(request, work, found, query.zone)
    body: dict[str, Any] = {"total_count": total, "results": results}
    if flag(request, "include_links"):
        body["_links"] = links.of_page(request, query, total, catalog=f"{sources.path_of(request)}/datasets")
    return rendering.answer(body)


@router.get("/facets")
def get_facets(request: Request) -> Response:
    with reading(request) as work:
        asked = filter_of(request, lambda: PUBLIC, own_name)
        wanted = wanted_of(request)
        own = [replace(one, field=own_name(one.field)) for one in wanted]
        found = facets(PUBLIC, own or [Wanted(name) for name in FACETS], asked, catalogue.answerer(work))
    names = [one.field for one in wanted] or FACETS
    return rendering.facets(zip(names, found, strict=True))


@router.get("/datasets/{dataset_id}")
def get_one(request: Request, dataset_id: str) -> Response:
    with reading(request) as work:
        readable = datasets.readable(work, dataset_id)
        query = selection_of(request)
        if query.select is None:
            (result,) = objects(request, work, [readable], query.zone)
        else:
            (result,) = rendering.rows(catalogue.select_one(work, readable, query), query.zone)
    return rendering.answer(result)


def objects(
    request: Request, work: Work, found: Sequence[ReadableDataset], zone: dt.tzinfo
) -> list[dict[str, Any]]:
    """Whole datasets, with what is asked for besides."""
    with_app_metas = flag(request, "include_app_metas")
    shown = [rendering.dataset(one, zone, with_app_metas=with_app_metas) for one in published(work, found)]
    whole = with_files(request, work, found, shown)
    if not flag(request, "include_links"):
        return whole
    source = sources.path_of(request)
    return rendering.linked(whole, (links.of_dataset(request, source, one["dataset_id"]) for one in whole))
