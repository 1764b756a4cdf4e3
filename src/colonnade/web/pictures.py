"""Smaller copies of pictures in cells, at the address that widgets know (section 14 of Explore's reference)."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import service as datasets
from colonnade.core.records import files
from colonnade.errors import NotFound
from colonnade.http.downloads import download
from colonnade.http.edge import reading

router = APIRouter()

_LARGEST = 100_000


@router.get("/explore/dataset/{dataset_id}/files/{file_id}/{pixels}")
def get_picture(request: Request, dataset_id: str, file_id: str, pixels: str) -> Response:
    """The smallest copy whose longer side has so many pixels or more; the file itself if there is none."""
    if not (pixels.isdecimal() and pixels.isascii() and 0 < int(pixels) <= _LARGEST):
        raise NotFound("There is no picture of that size.", code="file.unknown")
    with reading(request) as work:
        found = files.find(work, datasets.readable(work, dataset_id), file_id, size=int(pixels))
        return download(request, found.stored, found.content)


@router.get("/explore/dataset/{dataset_id}/files/{file_id}")
def get_file(request: Request, dataset_id: str, file_id: str) -> Response:
    with reading(request) as work:
        found = files.find(work, datasets.readable(work, dataset_id), file_id)
        return download(request, found.stored, found.content)
