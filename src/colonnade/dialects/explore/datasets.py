"""The catalogue and its datasets (section 2 of the reference)."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.catalogue import service as catalogue
from colonnade.core.datasets import service as datasets
from colonnade.dialects.explore import rendering
from colonnade.dialects.explore.parameters import query_of
from colonnade.http.edge import reading

router = APIRouter(prefix="/catalog/datasets", tags=["Catalog"])


@router.get("")
def get_list(request: Request) -> Response:
    with reading(request) as work:
        found, total = catalogue.search(work, query_of(request, grouped=False))
        results = rendering.datasets(work, found)
    return rendering.answer({"total_count": total, "results": results})


@router.get("/{dataset_id}")
def get_one(request: Request, dataset_id: str) -> Response:
    with reading(request) as work:
        (result,) = rendering.datasets(work, [datasets.readable(work, dataset_id)])
    return rendering.answer(result)
