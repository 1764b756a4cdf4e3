"""Addresses among the portal's pages that scripts take files from (section 14 of the reference)."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.dialects.search.downloads import asked_file
from colonnade.dialects.search.parameters import METHODS
from colonnade.http.edge import reading

DOWNLOAD = "/explore/dataset/{dataset_id}/download"

router = APIRouter()


@router.api_route(DOWNLOAD, methods=METHODS)
def download(request: Request, dataset_id: str) -> Response:
    with reading(request) as work:
        return asked_file(request, work, dataset_id)
