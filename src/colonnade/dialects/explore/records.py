"""Records of a dataset (section 2 of the reference)."""

from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.records import service as records
from colonnade.core.records.facets import annotated, facets
from colonnade.core.records.service import Page
from colonnade.dialects.explore import links, rendering
from colonnade.dialects.explore.asking import wanted_of
from colonnade.dialects.explore.parameters import filter_of, flag, query_of, selection_of
from colonnade.http.edge import reading
from colonnade.query.tree import Query

router = APIRouter(prefix="/catalog/datasets/{dataset_id}", tags=["Dataset"])


@router.get("/records")
def get_list(request: Request, dataset_id: str) -> Response:
    with reading(request) as work:
        # The dataset first: who may not know of it learns nothing, not even that the query was wrong.
        readable = datasets.readable(work, dataset_id)
        query = query_of(request, partial(records.visible_fields, work, readable))
        with_ids = flag(request, "include_app_metas") or flag(request, "include_links")
        page = records.select(work, readable, query, with_ids=with_ids)
    path = _path(readable)
    body: dict[str, Any] = {"total_count": page.total, "results": _results(request, path, page, query)}
    if flag(request, "include_links"):
        body["_links"] = links.of_page(request, query, page.total, dataset=path, catalog="/catalog/datasets")
    return rendering.answer(body)


@router.get("/records/{record_id}")
def get_one(request: Request, dataset_id: str, record_id: str) -> Response:
    with reading(request) as work:
        readable = datasets.readable(work, dataset_id)
        query = selection_of(request)
        page = records.one(work, readable, record_id, query)
    return rendering.answer(_results(request, _path(readable), page, query)[0])


@router.get("/facets")
def get_facets(request: Request, dataset_id: str) -> Response:
    with reading(request) as work:
        readable = datasets.readable(work, dataset_id)
        schema = records.visible_fields(work, readable)
        wanted = wanted_of(request) or annotated(schema, records.facet_order(readable))
        found = facets(schema, wanted, filter_of(request, lambda: schema), records.answerer(work, readable))
    return rendering.facets((one.name, one) for one in found)


def _path(readable: ReadableDataset) -> str:
    """The dataset's, below the door."""
    return f"/catalog/datasets/{readable.dataset.slug}"


def _results(request: Request, dataset: str, page: Page, query: Query) -> list[dict[str, Any]]:
    """The rows, with what is asked for besides; groups have none of it."""
    found = rendering.rows(page, query.zone, files=links.of_files(request, dataset))
    if page.ids and flag(request, "include_app_metas"):
        found = rendering.marked(found, page, query.zone)
    if page.ids and flag(request, "include_links"):
        found = rendering.linked(found, (links.of_record(request, dataset, one) for one in page.ids))
    return found
