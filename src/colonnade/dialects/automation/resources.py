"""Uploaded files and resources of a dataset (section 2.5 of the reference): the part that CSV files need."""

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import service as datasets
from colonnade.core.resources import service as resources
from colonnade.core.resources.model import Resource
from colonnade.core.work import Work
from colonnade.dialects.automation import rendering
from colonnade.dialects.automation.models import Limit, Offset, ResourceBody
from colonnade.dialects.automation.routing import KeyedRoute
from colonnade.errors import Invalid
from colonnade.http.answers import empty, json
from colonnade.http.edge import reading, writing

router = APIRouter(
    prefix="/datasets/{dataset_uid}/resources", tags=["Dataset resources"], route_class=KeyedRoute
)
FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


@router.post("/files/", openapi_extra=FILE_BODY)
async def post_file(request: Request, dataset_uid: str) -> Response:
    """Asynchronous so that the permission is known before the first byte of the body is read."""
    await run_in_threadpool(_check_editable, request, dataset_uid)
    async with request.form(max_files=1) as form:
        upload = form.get("file")
        if not isinstance(upload, UploadFile):
            message = "This field is required"
            raise Invalid(message, fields={"file": [message]})
        return await run_in_threadpool(_keep, request, dataset_uid, upload)


@router.get("/files/{file_uid}/")
def get_file(request: Request, dataset_uid: str, file_uid: str) -> Response:
    with reading(request) as work:
        return json(rendering.file(resources.file(work, datasets.viewable(work, dataset_uid), file_uid)))


@router.get("/")
def get_list(request: Request, dataset_uid: str, limit: Limit = 20, offset: Offset = 0) -> Response:
    with reading(request) as work:
        found = resources.resources(work, datasets.viewable(work, dataset_uid))
        shown = found[offset : offset + limit]
        return rendering.page(request, shown, len(found), limit, offset, lambda one: _rendered(work, one))


@router.post("/")
def post_list(request: Request, dataset_uid: str, body: ResourceBody) -> Response:
    with writing(request) as work:
        added = resources.add(
            work,
            datasets.editable(work, dataset_uid),
            title=body.title,
            extractor=body.type,
            params=body.params,
            file_uid=body.datasource.file.uid,
        )
        return json(_rendered(work, added), 201)


@router.get("/{resource_uid}/")
def get_one(request: Request, dataset_uid: str, resource_uid: str) -> Response:
    with reading(request) as work:
        return json(
            _rendered(work, resources.resource(work, datasets.viewable(work, dataset_uid), resource_uid))
        )


@router.delete("/{resource_uid}/")
def delete_one(request: Request, dataset_uid: str, resource_uid: str) -> Response:
    with writing(request) as work:
        resources.remove(work, datasets.editable(work, dataset_uid), resource_uid)
    return empty()


def _check_editable(request: Request, dataset_uid: str) -> None:
    with reading(request) as work:
        datasets.editable(work, dataset_uid)


def _keep(request: Request, dataset_uid: str, upload: UploadFile) -> Response:
    with reading(request) as work:
        blob = work.blobs.put(upload.file, limit=work.settings.max_upload_bytes)
    with writing(request) as work:
        added = resources.add_file(
            work,
            datasets.editable(work, dataset_uid),
            blob,
            filename=upload.filename or "file",
            mimetype=upload.content_type,
        )
        return json(rendering.file(added), 201)


def _rendered(work: Work, resource: Resource) -> dict[str, object]:
    file_uid = None if resource.file_id is None else resources.file_by_id(work, resource.file_id).uid
    return rendering.resource(resource, file_uid)
