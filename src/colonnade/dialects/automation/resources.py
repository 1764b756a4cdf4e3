"""Uploaded files and resources of a dataset (section 2.5 of the reference)."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import ViewableDataset
from colonnade.core.resources import looking
from colonnade.core.resources import service as resources
from colonnade.core.resources.model import Resource
from colonnade.core.work import Work
from colonnade.dialects.automation import datasource, rendering
from colonnade.dialects.automation.datasource import Parsed
from colonnade.dialects.automation.models import Limit, Offset, ResourceBody
from colonnade.dialects.automation.routing import KeyedRoute
from colonnade.errors import Invalid
from colonnade.http.answers import empty, json
from colonnade.http.downloads import download
from colonnade.http.edge import portal_of, reading, writing

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


@router.get("/files/{file_uid}/download/")
def get_download(request: Request, dataset_uid: str, file_uid: str) -> Response:
    with reading(request) as work:
        found = resources.file(work, datasets.viewable(work, dataset_uid), file_uid)
        return download(work.blobs.open(found.digest), found.filename, found.mimetype, found.size)


@router.get("/")
def get_list(
    request: Request, dataset_uid: str, limit: Limit = 20, offset: Offset = 0, expand: str | None = None
) -> Response:
    datasource.check_expand(expand)
    with reading(request) as work:
        viewable = datasets.viewable(work, dataset_uid)
        found = resources.resources(work, viewable)
        return rendering.page(
            request,
            found[offset : offset + limit],
            len(found),
            limit,
            offset,
            lambda one: _rendered(work, viewable, one, expand),
        )


@router.post("/")
def post_list(request: Request, dataset_uid: str, body: ResourceBody) -> Response:
    wanted = datasource.parsed(body.datasource)
    params = _params(request, dataset_uid, body, wanted)
    with writing(request) as work:
        editable = datasets.editable(work, dataset_uid)
        added = resources.add(
            work,
            editable,
            title=body.title,
            extractor=body.type,
            params=params,
            file_uid=wanted.file_uid,
            http=wanted.http,
        )
        return json(_rendered(work, editable, added), 201)


@router.get("/{resource_uid}/")
def get_one(request: Request, dataset_uid: str, resource_uid: str, expand: str | None = None) -> Response:
    datasource.check_expand(expand)
    with reading(request) as work:
        viewable = datasets.viewable(work, dataset_uid)
        return json(_rendered(work, viewable, resources.resource(work, viewable, resource_uid), expand))


@router.put("/{resource_uid}/")
def put_one(request: Request, dataset_uid: str, resource_uid: str, body: ResourceBody) -> Response:
    wanted = datasource.parsed(body.datasource)
    params = _params(request, dataset_uid, body, wanted, resource_uid)
    with writing(request) as work:
        editable = datasets.editable(work, dataset_uid)
        changed = resources.replace(
            work,
            editable,
            resource_uid,
            title=body.title,
            extractor=body.type,
            params=params,
            file_uid=wanted.file_uid,
            http=wanted.http,
        )
        return json(_rendered(work, editable, changed))


@router.post("/{resource_uid}/clean_cache/")
def post_clean_cache(request: Request, dataset_uid: str, resource_uid: str) -> Response:
    with writing(request) as work:
        resources.clean_cache(work, datasets.editable(work, dataset_uid), resource_uid)
    return empty()


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


def _params(
    request: Request, dataset_uid: str, body: ResourceBody, wanted: Parsed, resource_uid: str | None = None
) -> Mapping[str, Any]:
    """The parameters that were given, or that are found in the source: looked at while no transaction is open."""
    with reading(request) as work:
        editable = datasets.editable(work, dataset_uid)
        known = None if resource_uid is None else resources.resource(work, editable, resource_uid)
        content = looking.of_given(
            work,
            editable,
            file_uid=wanted.file_uid,
            http=wanted.http,
            resource_id=None if known is None else known.id,
        )
    if body.params is not None:
        return body.params
    return looking.suggested_if_readable(portal_of(request), content, body.type)


def _rendered(
    work: Work, viewable: ViewableDataset, resource: Resource, expand: str | None = None
) -> dict[str, object]:
    return rendering.resource(resource, datasource.rendered(work, viewable, resource, expand))
