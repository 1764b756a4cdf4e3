"""The catalogue of extractors (section 2.5 of the reference)."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.resources import looking
from colonnade.dialects.automation import schemas
from colonnade.dialects.automation.describing import answers
from colonnade.dialects.automation.routing import KeyedRoute
from colonnade.formats.registry import Extractor, Parameter
from colonnade.http.answers import json
from colonnade.http.edge import reading

router = APIRouter(prefix="/extractors", tags=["Extractors"], route_class=KeyedRoute)


@router.get("/", operation_id="list-extractors", **answers(list[schemas.Extractor]))
def get_list(request: Request) -> Response:
    with reading(request) as work:
        return json([rendered(one) for one in looking.extractors(work)])


def rendered(one: Extractor) -> dict[str, Any]:
    return {
        "type": one.type,
        "label": one.label,
        "parameters": [_parameter(parameter) for parameter in one.parameters],
    }


def _parameter(one: Parameter) -> dict[str, Any]:
    """Texts where the SDK wants texts; what is not there is left out, as it refuses null."""
    shown: dict[str, Any] = {
        "type": one.type,
        "is_mandatory": one.is_mandatory,
        "name": one.name,
        "label": one.label,
        "description": one.description,
        "hidden": False,
        "can_create_field": one.name == "extract_filename",
        "impacts_guessed_parameters": False,
    }
    if one.default is not None:
        shown["default"] = one.default
    if one.choices:
        shown["choices"] = list(one.choices)
    return shown
