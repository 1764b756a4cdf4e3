"""Datasets (section 2.1 of the reference)."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import editing
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.security import Security
from colonnade.core.publishing import copying
from colonnade.core.publishing import service as publishing
from colonnade.dialects.automation import rendering, schemas, status
from colonnade.dialects.automation.describing import WRONG_STATUS, answers, answers_nothing
from colonnade.dialects.automation.models import DatasetBody, Limit, Offset
from colonnade.dialects.automation.routing import KeyedRoute
from colonnade.http.answers import empty, json
from colonnade.http.edge import reading, writing

router = APIRouter(prefix="/datasets", tags=["Datasets"], route_class=KeyedRoute)
OK = {"detail": "ok"}
CHANGED_STATUS = answers(schemas.Done, others=WRONG_STATUS)


@router.get("/", operation_id="list-datasets", **answers(schemas.Page[schemas.Dataset]))
def get_list(
    request: Request, limit: Limit = 20, offset: Offset = 0, dataset_id: str | None = None
) -> Response:
    with reading(request) as work:
        found, total = datasets.managed_page(work, slug=dataset_id or None, limit=limit, offset=offset)
        return rendering.page(
            request, [one.dataset for one in found], total, limit, offset, rendering.dataset
        )


@router.post("/", operation_id="create-dataset", **answers(schemas.Dataset, 201))
def post_list(request: Request, body: DatasetBody) -> Response:
    with writing(request) as work:
        created = datasets.create(
            work,
            body.metadata,
            wanted_slug=body.dataset_id,
            is_restricted=body.is_restricted,
            default_security=_security(body),
        )
        return json(rendering.dataset(created.dataset), 201)


@router.get("/{dataset_uid}/", operation_id="retrieve-dataset", **answers(schemas.Dataset))
def get_one(request: Request, dataset_uid: str) -> Response:
    with reading(request) as work:
        return json(rendering.dataset(datasets.viewable(work, dataset_uid).dataset))


@router.put("/{dataset_uid}/", operation_id="update-dataset", **answers(schemas.Dataset))
def put_one(request: Request, dataset_uid: str, body: DatasetBody) -> Response:
    with writing(request) as work:
        editable = datasets.editable(work, dataset_uid)
        editing.replace(
            work,
            editable,
            body.metadata,
            slug=body.dataset_id,
            is_restricted=body.is_restricted,
            default_security=_security(body),
        )
        return json(rendering.dataset(editable.dataset))


@router.delete("/{dataset_uid}/", operation_id="delete-dataset", **answers_nothing())
def delete_one(request: Request, dataset_uid: str) -> Response:
    with writing(request) as work:
        publishing.remove(work, datasets.editable(work, dataset_uid))
    return empty()


@router.post("/{dataset_uid}/copy/", operation_id="copy-dataset", **answers(schemas.Dataset, 201))
def post_copy(request: Request, dataset_uid: str) -> Response:
    with writing(request) as work:
        copy = copying.copy(work, datasets.viewable(work, dataset_uid))
        return json(rendering.dataset(copy.dataset), 201)


@router.get(
    "/{dataset_uid}/status/",
    operation_id="get-dataset-status",
    **answers(schemas.DatasetProcessingStatus),
)
def get_status(request: Request, dataset_uid: str) -> Response:
    with reading(request) as work:
        viewable = datasets.viewable(work, dataset_uid)
        job, report = publishing.latest_job(work, viewable), publishing.report(work, viewable)
        return json(status.rendered(viewable.dataset, job, report))


@router.post("/{dataset_uid}/publish/", operation_id="publish-dataset", **CHANGED_STATUS)
def post_publish(request: Request, dataset_uid: str) -> Response:
    with writing(request) as work:
        publishing.publish(work, datasets.publishable(work, dataset_uid))
    return json(OK)


@router.post("/{dataset_uid}/publish_metadata/", operation_id="publish-dataset-metadata", **CHANGED_STATUS)
def post_publish_metadata(request: Request, dataset_uid: str) -> Response:
    with writing(request) as work:
        publishing.publish_metadata(work, datasets.publishable(work, dataset_uid))
    return json(OK)


@router.post("/{dataset_uid}/unpublish/", operation_id="unpublish-dataset", **CHANGED_STATUS)
def post_unpublish(request: Request, dataset_uid: str) -> Response:
    with writing(request) as work:
        publishing.unpublish(work, datasets.publishable(work, dataset_uid))
    return json(OK)


@router.post("/{dataset_uid}/abort/", operation_id="abort-dataset", **CHANGED_STATUS)
def post_abort(request: Request, dataset_uid: str) -> Response:
    with writing(request) as work:
        publishing.abort(work, datasets.publishable(work, dataset_uid))
    return json(OK)


def _security(body: DatasetBody) -> Security | None:
    given = body.default_security
    return None if given is None else Security.from_json(given.model_dump())
