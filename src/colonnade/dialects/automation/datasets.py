"""Datasets (section 2.1 of the reference)."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.security import Security
from colonnade.core.publishing import service as publishing
from colonnade.dialects.automation import rendering, status
from colonnade.dialects.automation.models import DatasetBody, Limit, Offset
from colonnade.dialects.automation.routing import KeyedRoute
from colonnade.http.answers import empty, json
from colonnade.http.edge import reading, writing

router = APIRouter(prefix="/datasets", tags=["Datasets"], route_class=KeyedRoute)
OK = {"detail": "ok"}


@router.get("/")
def get_list(
    request: Request, limit: Limit = 20, offset: Offset = 0, dataset_id: str | None = None
) -> Response:
    with reading(request) as work:
        found, total = datasets.managed_page(work, slug=dataset_id or None, limit=limit, offset=offset)
        return rendering.page(
            request, [one.dataset for one in found], total, limit, offset, rendering.dataset
        )


@router.post("/")
def post_list(request: Request, body: DatasetBody) -> Response:
    given = body.default_security
    with writing(request) as work:
        created = datasets.create(
            work,
            body.metadata,
            wanted_slug=body.dataset_id,
            is_restricted=body.is_restricted,
            default_security=None if given is None else Security.from_json(given.model_dump()),
        )
        return json(rendering.dataset(created.dataset), 201)


@router.get("/{dataset_uid}/")
def get_one(request: Request, dataset_uid: str) -> Response:
    with reading(request) as work:
        return json(rendering.dataset(datasets.viewable(work, dataset_uid).dataset))


@router.delete("/{dataset_uid}/")
def delete_one(request: Request, dataset_uid: str) -> Response:
    with writing(request) as work:
        publishing.remove(work, datasets.editable(work, dataset_uid))
    return empty()


@router.get("/{dataset_uid}/status/")
def get_status(request: Request, dataset_uid: str) -> Response:
    with reading(request) as work:
        viewable = datasets.viewable(work, dataset_uid)
        job, report = publishing.latest_job(work, viewable), publishing.report(work, viewable)
        return json(status.rendered(viewable.dataset, job, report))


@router.post("/{dataset_uid}/publish/")
def post_publish(request: Request, dataset_uid: str) -> Response:
    with writing(request) as work:
        publishing.publish(work, datasets.publishable(work, dataset_uid))
    return json(OK)


@router.post("/{dataset_uid}/unpublish/")
def post_unpublish(request: Request, dataset_uid: str) -> Response:
    with writing(request) as work:
        publishing.unpublish(work, datasets.publishable(work, dataset_uid))
    return json(OK)


@router.post("/{dataset_uid}/abort/")
def post_abort(request: Request, dataset_uid: str) -> Response:
    with writing(request) as work:
        publishing.abort(work, datasets.publishable(work, dataset_uid))
    return json(OK)
