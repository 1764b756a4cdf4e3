"""Datasets as Search shows them (section 12.3 of the reference)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from colonnade.core.attachments import exports
from colonnade.core.attachments import service as attachments
from colonnade.core.attachments.model import AlternativeExport, Attachment
from colonnade.core.catalogue.model import EXPLORE, USAGE
from colonnade.core.catalogue.published import Published, published
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.datasets.templates import CUSTOM, DEFAULT, TEMPLATES
from colonnade.core.work import Work
from colonnade.http.pagination import site_of
from colonnade.http.parameters import flag
from colonnade.query.schema import Field, FieldType

PREFIX = "/api/datasets/1.0"
TYPES: Mapping[FieldType, str] = {FieldType.TIME: "text"}
"""What a type is called differently here."""

BASIC, INTEROP, EXTRA = "basic", "interop", "extra"
"""Kinds of templates."""


def described(
    request: Request, work: Work, readables: Sequence[ReadableDataset], zone: dt.tzinfo
) -> list[dict[str, Any]]:
    """The objects of these datasets, with the metadata and the files that the caller may see and asks for."""
    parts = zip(
        published(work, readables),
        attachments.of_readables(work, readables),
        exports.of_readables(work, readables),
        strict=True,
    )
    return [
        {
            **_dataset(request, one, zone),
            "attachments": [_attachment(file) for file in attached],
            "alternative_exports": [_export(request, one, made) for made in others],
        }
        for one, attached, others in parts
    ]


def _dataset(request: Request, one: Published, zone: dt.tzinfo) -> dict[str, Any]:
    known = one.readable.dataset
    templates = {name: _values(fields, zone) for name, fields in one.metas.items()}
    shown: dict[str, Any] = {
        "datasetid": known.slug,
        "metas": {
            **templates.get(CUSTOM, {}),
            **templates[DEFAULT],
            "domain": urlsplit(site_of(request)).hostname,
            "visibility": "restricted" if known.is_restricted else "domain",
        },
        "has_records": one.about.has_records,
        "data_visible": one.readable.access.data_visible,
        "features": list(one.features),
        "fields": [_field(field) for field in one.about.schema.fields],
    }
    with_interop, with_extra = flag(request, "interopmetas"), flag(request, "extrametas")
    if with_interop or with_extra:
        shown["basic_metas"] = {DEFAULT: {}, CUSTOM: {}, **_of_kind(templates, BASIC)}
    if with_interop:
        shown["interop_metas"] = _of_kind(templates, INTEROP)
    if with_extra:
        usage = {name: getattr(one.usage, name) for name in USAGE}
        shown["extra_metas"] = {**_of_kind(templates, EXTRA), EXPLORE: usage}
    return shown


def _of_kind(templates: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {name: fields for name, fields in templates.items() if _kind(name) == kind}


def _kind(name: str) -> str:
    found = TEMPLATES.get(name)
    return EXTRA if found is None else found.kind


def _values(fields: Mapping[str, Any], zone: dt.tzinfo) -> dict[str, Any]:
    """What is set."""
    return {
        name: value.astimezone(zone) if isinstance(value, dt.datetime) else value
        for name, value in fields.items()
        if value is not None
    }


def _field(field: Field) -> dict[str, Any]:
    """Annotations are a list here, and an annotation without arguments does not speak of them."""
    annotations = [
        {"name": name, **({"args": list(args)} if args else {})} for name, args in field.annotations.items()
    ]
    shown: dict[str, Any] = {
        "name": field.name,
        "label": field.label,
        "type": TYPES.get(field.type, field.type.value),
        "annotations": annotations,
    }
    return shown if field.description is None else {**shown, "description": field.description}


def _attachment(one: Attachment) -> dict[str, Any]:
    """`url` is no address: clients take the file's name from it."""
    return {
        "mimetype": one.mimetype,
        "url": f"odsfile://{one.filename}",
        "id": one.uid,
        "title": one.filename,
    }


def _export(request: Request, dataset: Published, one: AlternativeExport) -> dict[str, Any]:
    path = f"{PREFIX}/{dataset.readable.dataset.slug}/alternative_exports/{one.uid}"
    return {
        "mimetype": one.mimetype,
        "url": one.url or f"{site_of(request)}{path}",
        "id": one.uid,
        "title": one.title,
        "description": one.description,
    }
