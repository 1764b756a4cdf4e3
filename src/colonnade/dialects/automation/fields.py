"""The configuration of a dataset's fields (section 2.3 of the reference)."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.builder.steps.catalogue import Kind
from colonnade.dialects.automation import steps
from colonnade.dialects.automation.describing import answers, answers_nothing
from colonnade.dialects.automation.models import Limit, Offset
from colonnade.dialects.automation.routing import KeyedRoute
from colonnade.dialects.automation.schemas import Page
from colonnade.dialects.automation.stepschemas import DatasetFieldConfiguration, FieldConfigurationBody

router = APIRouter(prefix="/datasets/{dataset_uid}/fields", tags=["Dataset fields"], route_class=KeyedRoute)


@router.get("/", operation_id="list-dataset-field-configurations", **answers(Page[DatasetFieldConfiguration]))
def get_list(request: Request, dataset_uid: str, limit: Limit = 20, offset: Offset = 0) -> Response:
    return steps.listed(request, dataset_uid, Kind.FIELD, limit, offset)


@router.post(
    "/", operation_id="create-dataset-field-configurations", **answers(DatasetFieldConfiguration, 201)
)
def post_list(request: Request, dataset_uid: str, body: FieldConfigurationBody) -> Response:
    return steps.added(request, dataset_uid, Kind.FIELD, body)


@router.get(
    "/{field_uid}/", operation_id="retrieve-dataset-field-configuration", **answers(DatasetFieldConfiguration)
)
def get_one(request: Request, dataset_uid: str, field_uid: str) -> Response:
    return steps.retrieved(request, dataset_uid, Kind.FIELD, field_uid)


@router.put("/{field_uid}/", operation_id="update-dataset-field", **answers(DatasetFieldConfiguration))
def put_one(request: Request, dataset_uid: str, field_uid: str, body: FieldConfigurationBody) -> Response:
    return steps.replaced(request, dataset_uid, Kind.FIELD, field_uid, body)


@router.delete("/{field_uid}/", operation_id="destroy-dataset-field-configurations", **answers_nothing())
def delete_one(request: Request, dataset_uid: str, field_uid: str) -> Response:
    return steps.removed(request, dataset_uid, Kind.FIELD, field_uid)
