"""Guesses and previews of a dataset's sources (section 2.5 of the reference). Nothing is stored.

No transaction is open while a file is looked at.
"""

import json as stdjson
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.builder.job import Preview
from colonnade.core.datasets import service as datasets
from colonnade.core.resources import looking, service
from colonnade.core.resources.looking import Content
from colonnade.core.resources.model import Resource
from colonnade.dialects.automation import datasource, extractors, schemas
from colonnade.dialects.automation.describing import answers
from colonnade.dialects.automation.models import DatasourceBody, PreviewBody, SuggestionBody
from colonnade.dialects.automation.routing import KeyedRoute
from colonnade.formats.registry import Extractor
from colonnade.http.answers import json
from colonnade.http.edge import portal_of, reading
from colonnade.query.schema import Field, FieldType

router = APIRouter(
    prefix="/datasets/{dataset_uid}/resources", tags=["Dataset resources"], route_class=KeyedRoute
)
SHOWN_AS_TEXT = frozenset({FieldType.BOOLEAN, FieldType.TIME, FieldType.JSON})
"""Types that Automation does not have."""
MULTIVALUED = "multivalued"
JOINER = ";"
"""Where the field says none."""


@router.post(
    "/guess_extractors/",
    operation_id="guess-unsaved-resource-extractors",
    **answers(list[schemas.Extractor]),
)
def post_guess(request: Request, dataset_uid: str, body: DatasourceBody) -> Response:
    content = _given(request, dataset_uid, body.datasource)
    return _extractors(looking.guesses(portal_of(request), content))


@router.post(
    "/guess_extractor_params/",
    operation_id="guess-unsaved-resource-extractor-params",
    **answers(schemas.ExtractorParams),
)
def post_suggestion(request: Request, dataset_uid: str, body: SuggestionBody) -> Response:
    content = _given(request, dataset_uid, body.datasource)
    params = looking.suggested(portal_of(request), content, body.type)
    return json({"extractor": body.type, "params": dict(params)})


@router.post("/preview/", operation_id="resource-unsaved-preview", **answers(schemas.ResourcePreview))
def post_preview(request: Request, dataset_uid: str, body: PreviewBody) -> Response:
    content = _given(request, dataset_uid, body.datasource)
    return json(preview(looking.previewed(portal_of(request), content, body.type, body.params or {})))


@router.get(
    "/{resource_uid}/guess_extractors/",
    operation_id="resource-guess-extractors",
    **answers(list[schemas.Extractor]),
)
def get_guess(request: Request, dataset_uid: str, resource_uid: str) -> Response:
    _, content = _saved(request, dataset_uid, resource_uid)
    return _extractors(looking.guesses(portal_of(request), content))


@router.get(
    "/{resource_uid}/guess_extractors_params/",
    operation_id="resource-guess-extractor-params",
    **answers(schemas.ExtractorParams),
)
@router.get(
    "/{resource_uid}/guess_extractor_params/",
    operation_id="resource-guess-extractor-params-singular",
    **answers(schemas.ExtractorParams),
)
def get_suggestion(request: Request, dataset_uid: str, resource_uid: str) -> Response:
    resource, content = _saved(request, dataset_uid, resource_uid)
    extractor = resource.type or ""
    params = looking.suggested(portal_of(request), content, extractor)
    return json({"extractor": extractor, "params": dict(params)})


@router.get("/{resource_uid}/preview/", operation_id="resource-preview", **answers(schemas.ResourcePreview))
def get_preview(request: Request, dataset_uid: str, resource_uid: str) -> Response:
    resource, content = _saved(request, dataset_uid, resource_uid)
    return json(preview(looking.previewed(portal_of(request), content, resource.type or "", resource.params)))


def preview(found: Preview) -> dict[str, Any]:
    fields = found.schema.fields
    return {
        "fields": [_field(one) for one in fields],
        "records": [
            {one.name: _value(one, record.get(one.name)) for one in fields} for record in found.records
        ],
    }


def _given(request: Request, dataset_uid: str, given: Mapping[str, Any]) -> Content:
    with reading(request) as work:
        editable = datasets.editable(work, dataset_uid)
        wanted = datasource.parsed(given)
        return looking.of_given(work, editable, file_uid=wanted.file_uid, http=wanted.http)


def _saved(request: Request, dataset_uid: str, resource_uid: str) -> tuple[Resource, Content]:
    with reading(request) as work:
        resource = service.resource(work, datasets.viewable(work, dataset_uid), resource_uid)
        return resource, looking.of_resource(work, resource)


def _extractors(found: Sequence[Extractor]) -> Response:
    return json([extractors.rendered(one) for one in found])


def _field(one: Field) -> dict[str, Any]:
    """Arguments of annotations are texts here, even numbers."""
    given = {**one.annotations, **({MULTIVALUED: [_joiner(one)]} if one.multivalued else {})}
    annotations = [{"name": name, "args": [str(value) for value in args]} for name, args in given.items()]
    return {
        "name": one.name,
        "label": one.label,
        "type": FieldType.TEXT.value if one.type in SHOWN_AS_TEXT else one.type.value,
        "description": one.description or "",
        "original_name": one.label,
        "annotations": annotations,
    }


def _joiner(field: Field) -> str:
    """Between the values of a multivalued cell, which this door shows as one text."""
    return str(next(iter(field.annotations.get(MULTIVALUED, ())), JOINER))


def _value(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if field.multivalued:
        return _joiner(field).join(str(one) for one in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if field.type is FieldType.JSON and not isinstance(value, str):
        return stdjson.dumps(value, ensure_ascii=False)
    return value
