"""Uploaded files and resources of a dataset (section 2.5 of the reference)."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import ViewableDataset
from colonnade.core.resources import looking
from colonnade.core.resources import service as resources
from colonnade.core.resources.model import Resource
from colonnade.core.work import Work
from colonnade.dialects.automation import datasource, rendering, schemas, uploads
from colonnade.dialects.automation.datasource import Parsed
from colonnade.dialects.automation.describing import BYTES, answers, answers_nothing
from colonnade.dialects.automation.models import Limit, Offset, ResourceBody
from colonnade.dialects.automation.routing import KeyedRoute
from colonnade.http.answers import empty, json
from colonnade.http.downloads import download
from colonnade.http.edge import portal_of, reading, writing

router = APIRouter(
    prefix="/datasets/{dataset_uid}/resources", tags=["Dataset resources"], route_class=KeyedRoute
)


@router.post(
    "/files/",
    operation_id="upload-resource-file",
    openapi_extra=uploads.FILE_BODY,
    **answers(schemas.DatasetFile, 201),
)
async def post_file(request: Request, dataset_uid: str) -> Response:
    return await uploads.form_of(request, dataset_uid, _keep)


@router.get(
    "/files/{file_uid}/",
    operation_id="retrieve-dataset-resource-file",
    **answers(schemas.DatasetFile),
)
def get_file(request: Request, dataset_uid: str, file_uid: str) -> Response:
    with reading(request) as work:
        return json(rendering.file(resources.file(work, datasets.viewable(work, dataset_uid), file_uid)))


@router.get(
    "/files/{file_uid}/download/",
    operation_id="download-dataset-resource-file",
    response_class=Response,
    responses=BYTES,
)
def get_download(request: Request, dataset_uid: str, file_uid: str) -> Response:
    with reading(request) as work:
        found = resources.file(work, datasets.viewable(work, dataset_uid), file_uid)
        return download(request, found.stored, work.blobs.open(found.digest))


@router.get("/", operation_id="list-dataset-resources", **answers(schemas.Page[schemas.Resource]))
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


@router.post("/", operation_id="create-dataset-resource", **answers(schemas.Resource, 201))
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


@router.get("/{resource_uid}/", operation_id="retrieve-dataset-resource", **answers(schemas.Resource))
def get_one(request: Request, dataset_uid: str, resource_uid: str, expand: str | None = None) -> Response:
    datasource.check_expand(expand)
    with reading(request) as work:
        viewable = datasets.viewable(work, dataset_uid)
        return json(_rendered(work, viewable, resources.resource(work, viewable, resource_uid), expand))


@router.put("/{resource_uid}/", operation_id="update-dataset-resource", **answers(schemas.Resource))
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


@router.post("/{resource_uid}/clean_cache/", operation_id="clean-resource-cache", **answers_nothing())
def post_clean_cache(request: Request, dataset_uid: str, resource_uid: str) -> Response:
    with writing(request) as work:
        resources.clean_cache(work, datasets.editable(work, dataset_uid), resource_uid)
    return empty()


@router.delete("/{resource_uid}/", operation_id="delete-dataset-resource", **answers_nothing())
def delete_one(request: Request, dataset_uid: str, resource_uid: str) -> Response:
    with writing(request) as work:
        resources.remove(work, datasets.editable(work, dataset_uid), resource_uid)
    return empty()


def _keep(request: Request, dataset_uid: str, form: FormData) -> Response:
    stored = uploads.stored(request, uploads.file_of(form))
    with writing(request) as work:
        added = resources.add_file(work, datasets.editable(work, dataset_uid), stored)
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
