"""The files beside a dataset's rows, for its readers (sections 2 and 4.4 of the reference)."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from colonnade.core.attachments import exports
from colonnade.core.attachments import service as attachments
from colonnade.core.datasets import service as datasets
from colonnade.dialects.explore.attached import listed
from colonnade.dialects.explore.rendering import answer
from colonnade.http.downloads import download
from colonnade.http.edge import reading

router = APIRouter(prefix="/catalog/datasets/{dataset_id}", tags=["Dataset"])


@router.get("/attachments")
def get_list(request: Request, dataset_id: str) -> Response:
    with reading(request) as work:
        readable = datasets.readable(work, dataset_id)
        (found,) = attachments.of_readables(work, [readable])
        return answer({"_links": [], "attachments": listed(request, readable.dataset, found)})


@router.get("/attachments/{attachment_id}")
def get_attachment(request: Request, dataset_id: str, attachment_id: str) -> Response:
    with reading(request) as work:
        found = attachments.one(work, datasets.readable(work, dataset_id), attachment_id)
        return download(request, found.stored, work.blobs.open(found.digest))


@router.get("/alternative_exports/{export_id}")
def get_export(request: Request, dataset_id: str, export_id: str) -> Response:
    """Not described, but live, and clients of other portals get files from it."""
    with reading(request) as work:
        found = exports.readable_one(work, datasets.readable(work, dataset_id), export_id)
        if found.stored is None:
            return RedirectResponse(str(found.url), 303)
        return download(request, found.stored, work.blobs.open(found.stored.digest))
