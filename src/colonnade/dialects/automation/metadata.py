"""What datasets say of themselves (section 2.11 of the reference)."""

from typing import Any

from fastapi import APIRouter
from pydantic import StrictBool
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import describing
from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets import service as datasets
from colonnade.dialects.automation.describing import answers, answers_nothing
from colonnade.dialects.automation.models import Body
from colonnade.dialects.automation.routing import KeyedRoute
from colonnade.dialects.automation.schemas import MetadataValue
from colonnade.http.answers import empty, json
from colonnade.http.edge import reading, writing

router = APIRouter(
    prefix="/datasets/{dataset_uid}/metadata", tags=["Dataset metadata"], route_class=KeyedRoute
)


class DatasetMetadataValue(Body):
    """`remote_value` is read-only."""

    value: Any
    override_remote_value: StrictBool | None = None


TEMPLATE_PATH, VALUE_PATH = "/{template_name}/", "/{template_name}/{template_field_name}/"
Fields = dict[str, MetadataValue]
Metadata = dict[str, Fields]


@router.get("/", operation_id="list-all-dataset-metadata", **answers(Metadata))
def get_all(request: Request, dataset_uid: str) -> Response:
    with reading(request) as work:
        return json(meta.shown(datasets.viewable(work, dataset_uid).dataset.metadata_draft))


@router.put("/", operation_id="update-all-dataset-metadata", **answers(Metadata))
def put_all(request: Request, dataset_uid: str, body: dict[str, Any]) -> Response:
    with writing(request) as work:
        return json(describing.replace(work, datasets.editable(work, dataset_uid), body))


@router.get(TEMPLATE_PATH, operation_id="list-template-dataset-metadata", **answers(Fields))
def get_template(request: Request, dataset_uid: str, template_name: str) -> Response:
    with reading(request) as work:
        return json(describing.template(datasets.viewable(work, dataset_uid), template_name))


@router.put(TEMPLATE_PATH, operation_id="update-template-dataset-metadata", **answers(Fields))
def put_template(request: Request, dataset_uid: str, template_name: str, body: dict[str, Any]) -> Response:
    with writing(request) as work:
        editable = datasets.editable(work, dataset_uid)
        return json(describing.replace_template(work, editable, template_name, body))


@router.get(VALUE_PATH, operation_id="retrieve-template-field-dataset-metadata", **answers(MetadataValue))
def get_value(request: Request, dataset_uid: str, template_name: str, template_field_name: str) -> Response:
    with reading(request) as work:
        viewable = datasets.viewable(work, dataset_uid)
        return json(describing.value(viewable, template_name, template_field_name))


@router.put(VALUE_PATH, operation_id="update-template-field-dataset-metadata", **answers(MetadataValue))
def put_value(
    request: Request,
    dataset_uid: str,
    template_name: str,
    template_field_name: str,
    body: DatasetMetadataValue,
) -> Response:
    sent = body.model_dump(exclude_unset=True)
    with writing(request) as work:
        editable = datasets.editable(work, dataset_uid)
        return json(describing.replace_value(work, editable, template_name, template_field_name, sent))


@router.delete(VALUE_PATH, operation_id="delete-template-field-dataset-metadata", **answers_nothing())
def delete_value(
    request: Request, dataset_uid: str, template_name: str, template_field_name: str
) -> Response:
    with writing(request) as work:
        editable = datasets.editable(work, dataset_uid)
        describing.remove_value(work, editable, template_name, template_field_name)
    return empty()
