"""Attachments of a dataset (section 2.6 of the reference)."""

from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.attachments import service as attachments
from colonnade.core.attachments.model import Attachment
from colonnade.core.datasets import service as datasets
from colonnade.dialects.automation import rendering, schemas, uploads
from colonnade.dialects.automation.attached_schemas import DatasetAttachment
from colonnade.dialects.automation.describing import BYTES, answers, answers_nothing
from colonnade.dialects.automation.models import Limit, Offset
from colonnade.dialects.automation.routing import KeyedRoute
from colonnade.http.answers import empty, json
from colonnade.http.downloads import download
from colonnade.http.edge import reading, writing

router = APIRouter(
    prefix="/datasets/{dataset_uid}/attachments", tags=["Dataset attachments"], route_class=KeyedRoute
)


@router.get("/", operation_id="list-dataset-attachments", **answers(schemas.Page[DatasetAttachment]))
def get_list(request: Request, dataset_uid: str, limit: Limit = 20, offset: Offset = 0) -> Response:
    with reading(request) as work:
        viewable = datasets.viewable(work, dataset_uid)
        found, total = attachments.page(work, viewable, limit=limit, offset=offset)
        return rendering.page(request, found, total, limit, offset, _rendered)


@router.post(
    "/",
    operation_id="create-dataset-attachment",
    openapi_extra=uploads.FILE_BODY,
    **answers(DatasetAttachment, 201),
)
async def post_list(request: Request, dataset_uid: str) -> Response:
    return await uploads.form_of(request, dataset_uid, _add)


@router.get("/{attachment_uid}/", operation_id="retrieve-dataset-attachment", **answers(DatasetAttachment))
def get_one(request: Request, dataset_uid: str, attachment_uid: str) -> Response:
    with reading(request) as work:
        viewable = datasets.viewable(work, dataset_uid)
        return json(_rendered(attachments.one(work, viewable, attachment_uid)))


@router.delete("/{attachment_uid}/", operation_id="delete-dataset-attachment", **answers_nothing())
def delete_one(request: Request, dataset_uid: str, attachment_uid: str) -> Response:
    with writing(request) as work:
        attachments.remove(work, datasets.editable(work, dataset_uid), attachment_uid)
    return empty()


@router.get(
    "/{attachment_uid}/download/",
    operation_id="download-dataset-attachment",
    response_class=Response,
    responses=BYTES,
)
def get_download(request: Request, dataset_uid: str, attachment_uid: str) -> Response:
    with reading(request) as work:
        found = attachments.one(work, datasets.viewable(work, dataset_uid), attachment_uid)
        return download(request, found.stored, work.blobs.open(found.digest))


def _add(request: Request, dataset_uid: str, form: FormData) -> Response:
    stored = uploads.stored(request, uploads.file_of(form))
    with writing(request) as work:
        return json(_rendered(attachments.add(work, datasets.editable(work, dataset_uid), stored)), 201)


def _rendered(one: Attachment) -> dict[str, Any]:
    return {
        "uid": one.uid,
        "filename": one.filename,
        "mimetype": one.mimetype,
        "created_at": rendering.moment(one.created_at),
    }
