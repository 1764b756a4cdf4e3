"""Records of a dataset (section 2 of the reference)."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import service as datasets
from colonnade.core.records import service as records
from colonnade.dialects.explore import rendering
from colonnade.dialects.explore.parameters import query_of
from colonnade.http.edge import reading

router = APIRouter(prefix="/catalog/datasets/{dataset_id}/records", tags=["Dataset"])


@router.get("")
def get_list(request: Request, dataset_id: str) -> Response:
    with reading(request) as work:
        # The dataset first: who may not know of it learns nothing, not even that the query was wrong.
        readable = datasets.readable(work, dataset_id)
        page = records.select(work, readable, query_of(request))
    return rendering.answer({"total_count": page.total, "results": page.table.to_pylist()})
