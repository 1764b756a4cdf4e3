"""The files of a dataset: in its records, beside them, and as they were made elsewhere (section 12 of the reference)."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from colonnade.core.attachments import exports
from colonnade.core.attachments import service as attachments
from colonnade.core.datasets import service as datasets
from colonnade.core.records import files
from colonnade.dialects.search.parameters import METHODS
from colonnade.http.downloads import download
from colonnade.http.edge import reading

router = APIRouter(prefix="/{dataset_id}")


@router.api_route("/files/{file_id}", methods=METHODS)
def get_file(request: Request, dataset_id: str, file_id: str) -> Response:
    with reading(request) as work:
        found = files.find(work, datasets.readable(work, dataset_id), file_id)
        return download(request, found.stored, found.content)


@router.api_route("/attachments/{attachment_id}", methods=METHODS)
def get_attachment(request: Request, dataset_id: str, attachment_id: str) -> Response:
    with reading(request) as work:
        found = attachments.one(work, datasets.readable(work, dataset_id), attachment_id)
        return download(request, found.stored, work.blobs.open(found.digest))


@router.api_route("/alternative_exports/{export_id}", methods=METHODS)
def get_export(request: Request, dataset_id: str, export_id: str) -> Response:
    with reading(request) as work:
        found = exports.readable_one(work, datasets.readable(work, dataset_id), export_id)
        if found.stored is None:
            return RedirectResponse(str(found.url), 303)
        return download(request, found.stored, work.blobs.open(found.stored.digest))
