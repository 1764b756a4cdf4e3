"""The processors of a dataset, and those that there are (section 2.4 of the reference)."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.builder.steps.catalogue import Kind
from colonnade.builder.steps.parameters import Parameter, ParameterKind, StepType
from colonnade.core.steps import service
from colonnade.dialects.automation import steps
from colonnade.dialects.automation.describing import answers, answers_nothing
from colonnade.dialects.automation.models import Limit, Offset
from colonnade.dialects.automation.routing import KeyedRoute
from colonnade.dialects.automation.schemas import Page
from colonnade.dialects.automation.stepschemas import DatasetProcessor, ProcessorBody, ProcessorType
from colonnade.http.answers import json
from colonnade.http.edge import reading

router = APIRouter(tags=["Dataset processors"], route_class=KeyedRoute)

ALL = "/datasets/{dataset_uid}/processors/"
ONE = ALL + "{processor_uid}/"

TYPES: Mapping[ParameterKind, str] = {ParameterKind.TEXT: "string", ParameterKind.OUTPUT_FIELD: "field"}
"""What this door calls a kind of parameter differently."""


@router.get("/processors/", operation_id="list-processors", **answers(list[ProcessorType]))
def get_types(request: Request) -> Response:
    with reading(request) as work:
        return json([_type(one) for one in service.processors(work)])


@router.get(ALL, operation_id="list-dataset-processors", **answers(Page[DatasetProcessor]))
def get_list(request: Request, dataset_uid: str, limit: Limit = 20, offset: Offset = 0) -> Response:
    return steps.listed(request, dataset_uid, Kind.PROCESSOR, limit, offset)


@router.post(ALL, operation_id="create-dataset-processor", **answers(DatasetProcessor, 201))
def post_list(request: Request, dataset_uid: str, body: ProcessorBody) -> Response:
    return steps.added(request, dataset_uid, Kind.PROCESSOR, body)


@router.get(ONE, operation_id="retrieve-dataset-processor", **answers(DatasetProcessor))
def get_one(request: Request, dataset_uid: str, processor_uid: str) -> Response:
    return steps.retrieved(request, dataset_uid, Kind.PROCESSOR, processor_uid)


@router.put(ONE, operation_id="update-dataset-processor", **answers(DatasetProcessor))
def put_one(request: Request, dataset_uid: str, processor_uid: str, body: ProcessorBody) -> Response:
    return steps.replaced(request, dataset_uid, Kind.PROCESSOR, processor_uid, body)


@router.delete(ONE, operation_id="delete-dataset-processor", **answers_nothing())
def delete_one(request: Request, dataset_uid: str, processor_uid: str) -> Response:
    return steps.removed(request, dataset_uid, Kind.PROCESSOR, processor_uid)


def _type(one: StepType) -> dict[str, Any]:
    return {
        "type": one.type,
        "label": one.label,
        "parameters": [_parameter(parameter) for parameter in one.parameters],
    }


def _parameter(one: Parameter) -> dict[str, Any]:
    """In the form of an extractor's parameter. What is not there is left out."""
    shown: dict[str, Any] = {
        "type": TYPES.get(one.kind, one.kind.value),
        "is_mandatory": one.is_required,
        "name": one.name,
        "label": one.label,
        "can_create_field": one.kind is ParameterKind.OUTPUT_FIELD,
    }
    if one.default is not None:
        shown["default"] = one.default
    if one.choices:
        shown["choices"] = list(one.choices)
    return shown
