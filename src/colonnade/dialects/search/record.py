"""One record of a dataset (section 12 of the reference), below the door for datasets."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import service as datasets
from colonnade.core.records import service as records
from colonnade.dialects.search import rendering
from colonnade.dialects.search.parameters import METHODS
from colonnade.http.edge import reading
from colonnade.http.parameters import asked_settings, choice

router = APIRouter()


@router.api_route("/{dataset_id}/records/{record_id}", methods=METHODS)
def one(request: Request, dataset_id: str, record_id: str) -> Response:
    with reading(request) as work:
        readable = datasets.readable(work, dataset_id)
        settings = asked_settings(request)
        page = records.one(work, readable, record_id, settings)
    (found,) = rendering.records(page, str(readable.dataset.slug), settings.zone)
    return rendering.answer(request, found, format_=choice(request, "format", ("json", "jsonp"), "json"))
