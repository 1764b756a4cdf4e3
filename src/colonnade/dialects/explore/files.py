"""The files in cells of records (section 2 of the reference)."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import service as datasets
from colonnade.core.records import files
from colonnade.http.downloads import download
from colonnade.http.edge import reading

router = APIRouter(prefix="/catalog/datasets/{dataset_id}", tags=["Dataset"])


@router.get("/files/{file_id}")
def get_file(request: Request, dataset_id: str, file_id: str) -> Response:
    with reading(request) as work:
        found = files.find(work, datasets.readable(work, dataset_id), file_id)
        return download(request, found.stored, found.content)
