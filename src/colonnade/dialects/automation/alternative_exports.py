"""Alternative exports of a dataset (section 2.7 of the reference)."""

from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from colonnade.core.attachments import exports
from colonnade.core.attachments.model import AlternativeExport
from colonnade.core.datasets import service as datasets
from colonnade.dialects.automation import rendering, schemas, uploads
from colonnade.dialects.automation.attached_schemas import DatasetAlternativeExport
from colonnade.dialects.automation.describing import BYTES, answers, answers_nothing
from colonnade.dialects.automation.models import Body, Limit, Offset
from colonnade.dialects.automation.routing import KeyedRoute
from colonnade.http.answers import empty, json
from colonnade.http.downloads import download
from colonnade.http.edge import reading, writing

router = APIRouter(
    prefix="/datasets/{dataset_uid}/alternative_exports",
    tags=["Dataset alternative exports"],
    route_class=KeyedRoute,
)
TEXT = {"type": "string"}
FORM = uploads.described(
    {
        "title": {"type": "string", "minLength": 1, "maxLength": exports.MAX_TITLE},
        "type": {"type": "string", "enum": ["uploaded_file", "url"]},
        "description": {"type": "string", "maxLength": exports.MAX_DESCRIPTION},
        "file": {**uploads.FILE, "description": "Of an `uploaded_file`."},
        "url": {**TEXT, "description": "Of a `url`: where it leads, http or https."},
    },
    ["title", "type"],
)


class AlternativeExportBody(Body):
    """What can be changed; the core says what is missing."""

    title: str | None = None
    type: str | None = None
    description: str | None = None


@router.get(
    "/",
    operation_id="list-dataset-alternative-exports",
    **answers(schemas.Page[DatasetAlternativeExport]),
)
def get_list(request: Request, dataset_uid: str, limit: Limit = 20, offset: Offset = 0) -> Response:
    with reading(request) as work:
        viewable = datasets.viewable(work, dataset_uid)
        found, total = exports.page(work, viewable, limit=limit, offset=offset)
        return rendering.page(request, found, total, limit, offset, _rendered)


@router.post(
    "/",
    operation_id="create-dataset-alternative-export",
    openapi_extra=FORM,
    **answers(DatasetAlternativeExport, 201),
)
async def post_list(request: Request, dataset_uid: str) -> Response:
    return await uploads.form_of(request, dataset_uid, _add)


@router.get(
    "/{export_uid}/",
    operation_id="retrieve-dataset-alternative-export",
    **answers(DatasetAlternativeExport),
)
def get_one(request: Request, dataset_uid: str, export_uid: str) -> Response:
    with reading(request) as work:
        return json(_rendered(exports.one(work, datasets.viewable(work, dataset_uid), export_uid)))


@router.put(
    "/{export_uid}/",
    operation_id="update-dataset-alternative-export",
    **answers(DatasetAlternativeExport),
)
def put_one(request: Request, dataset_uid: str, export_uid: str, body: AlternativeExportBody) -> Response:
    with writing(request) as work:
        changed = exports.replace(
            work,
            datasets.editable(work, dataset_uid),
            export_uid,
            title=body.title,
            kind=body.type,
            description=body.description,
        )
        return json(_rendered(changed))


@router.delete("/{export_uid}/", operation_id="delete-dataset-alternative-export", **answers_nothing())
def delete_one(request: Request, dataset_uid: str, export_uid: str) -> Response:
    with writing(request) as work:
        exports.remove(work, datasets.editable(work, dataset_uid), export_uid)
    return empty()


@router.get(
    "/{export_uid}/download/",
    operation_id="download-dataset-alternative_exports",
    response_class=Response,
    responses={**BYTES, 303: {"description": "It is somewhere else: at the address in `Location`"}},
)
def get_download(request: Request, dataset_uid: str, export_uid: str) -> Response:
    with reading(request) as work:
        found = exports.one(work, datasets.viewable(work, dataset_uid), export_uid)
        if found.stored is None:
            return RedirectResponse(str(found.url), 303)
        return download(request, found.stored, work.blobs.open(found.stored.digest))


def _add(request: Request, dataset_uid: str, form: FormData) -> Response:
    given = exports.checked(
        title=uploads.text_of(form, "title"),
        kind=uploads.text_of(form, "type"),
        description=uploads.text_of(form, "description"),
        url=uploads.text_of(form, "url"),
        has_file=uploads.has_file(form),
    )
    stored = None if given.url is not None else uploads.stored(request, uploads.file_of(form))
    with writing(request) as work:
        added = exports.add(work, datasets.editable(work, dataset_uid), given, stored)
        return json(_rendered(added), 201)


def _rendered(one: AlternativeExport) -> dict[str, Any]:
    target = {"filename": one.filename} if one.url is None else {"url": one.url}
    return {
        "uid": one.uid,
        "type": one.kind,
        "title": one.title,
        "description": one.description,
        "mimetype": one.mimetype,
        "created_at": rendering.moment(one.created_at),
        "updated_at": rendering.moment(one.updated_at),
        **target,
    }
