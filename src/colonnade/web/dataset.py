"""The page of a dataset: what it is, its first records with a search, its fields, its files."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.categories import service as categories
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.nodes import service as nodes
from colonnade.core.work import Work
from colonnade.http.edge import portal_of, reading
from colonnade.http.pagination import site_of
from colonnade.query.schema import Field, FieldType
from colonnade.web import interop, linked_data, links, tables
from colonnade.web.described import Described, Piece, described
from colonnade.web.files import files
from colonnade.web.pages import page
from colonnade.web.resources import resources

router = APIRouter(include_in_schema=False)

TYPES: Mapping[FieldType, str] = {
    FieldType.TEXT: "Text",
    FieldType.INT: "Whole number",
    FieldType.DOUBLE: "Decimal number",
    FieldType.BOOLEAN: "Yes or no",
    FieldType.DATE: "Date",
    FieldType.DATETIME: "Date and time",
    FieldType.TIME: "Time of day",
    FieldType.GEO_POINT: "Point: latitude, longitude",
    FieldType.GEO_SHAPE: "Geographic shape",
    FieldType.JSON: "JSON",
    FieldType.FILE: "File",
}


@router.get("/explore/dataset/{dataset_id}")
@router.get("/explore/dataset/{dataset_id}/information")
def get_dataset(request: Request, dataset_id: str) -> Response:
    with reading(request) as work:
        # The dataset first: who may not know of it learns nothing, not even that a parameter was wrong.
        readable = datasets.readable(work, dataset_id)
        (dataset,) = described(work, [readable])
        asked = tables.asked_of(request)
        table = tables.table(work, readable, dataset, asked)
        parts = resources(work, readable)
        taken = files(work, readable, dataset, without=parts.attachment_ids)
        stands_under = _categories(work, readable)
        looked_after = _groups(work, readable)
        told = linked_data.dataset(request, work, readable)
    values = {
        "dataset": dataset,
        "asked": asked,
        "table": table,
        "files": taken,
        "resources": parts.all,
        "interop": interop.rows(readable),
        "categories": stands_under,
        "groups": looked_after,
        "fields": [(one, type_name(one), unit(one)) for one in dataset.fields],
        "are_measured": any(map(unit, dataset.fields)),
        "are_described": any(one.description for one in dataset.fields),
        "citation": _citation(request, dataset),
        "linked_data": told,
        "canonical": dataset.path,
    }
    return page(request, "dataset.html", values, status=400 if table and table.problem else 200)


def _categories(work: Work, readable: ReadableDataset) -> list[str]:
    """What the people of the portal have sorted it under; nobody else is told."""
    if work.actor.person_id is None:
        return []
    found = categories.of(work, [readable.dataset.id])[readable.dataset.id]
    return [one.name(work.settings.default_language) for one in found]


def _groups(work: Work, readable: ReadableDataset) -> list[Piece]:
    """Those who look after it, as far as the caller may know of them."""
    node = nodes.of_dataset(work, readable)
    found = [] if node is None else nodes.groups_of(work, node)
    return [Piece(one.node.title, links.node(one.node.id)) for one in found]


def type_name(field: Field) -> str:
    return "List of texts" if field.multivalued else TYPES[field.type]


def unit(field: Field) -> str:
    """What its numbers count; empty where nobody said it."""
    return ", ".join(map(str, field.annotations.get("unit", ())))


def _citation(request: Request, dataset: Described) -> Mapping[str, Any]:
    """Who made it, when, what it is, where: in the order of a list of references."""
    title = portal_of(request).settings.title
    return {
        "who": dataset.publisher or title,
        "year": dataset.modified.year if dataset.modified else None,
        "where": title,
        "address": f"{site_of(request)}{dataset.path}",
    }
