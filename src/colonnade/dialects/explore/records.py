"""Records of a dataset (section 2 of the reference)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.records import service as records
from colonnade.core.records.facets import annotated, facets
from colonnade.core.work import Work
from colonnade.dialects.explore import rendering
from colonnade.dialects.explore.asking import wanted_of
from colonnade.dialects.explore.parameters import filter_of, flag, query_of, selection_of
from colonnade.http.edge import reading
from colonnade.query.tree import Query, Scalar

router = APIRouter(prefix="/catalog/datasets/{dataset_id}", tags=["Dataset"])


@router.get("/records")
def get_list(request: Request, dataset_id: str) -> Response:
    with reading(request) as work:
        # The dataset first: who may not know of it learns nothing, not even that the query was wrong.
        readable = datasets.readable(work, dataset_id)
        query = query_of(request, partial(records.visible_fields, work, readable))
        with_ids = flag(request, "include_app_metas")
        page = records.select(work, readable, query, with_ids=with_ids)
    return rendering.page(page, query.zone)


@router.get("/records/{record_id}")
def get_one(request: Request, dataset_id: str, record_id: str) -> Response:
    with reading(request) as work:
        readable = datasets.readable(work, dataset_id)
        query = selection_of(request)
        page = records.one(work, readable, record_id, query)
        if not flag(request, "include_app_metas"):
            page = replace(page, ids=())
    return rendering.answer(rendering.rows(page, query.zone)[0])


@router.get("/facets")
def get_facets(request: Request, dataset_id: str) -> Response:
    with reading(request) as work:
        readable = datasets.readable(work, dataset_id)
        schema = records.visible_fields(work, readable)
        wanted = wanted_of(request) or annotated(schema)
        found = facets(schema, wanted, filter_of(request), partial(_rows, work, readable))
    return rendering.facets((one.name, one) for one in found)


def _rows(work: Work, readable: ReadableDataset, query: Query) -> Iterable[Mapping[str, Scalar]]:
    rows: list[dict[str, Scalar]] = records.select(work, readable, query).table.to_pylist()
    return rows
