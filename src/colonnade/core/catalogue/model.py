"""A dataset as a row of the catalogue."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets.facet_settings import FACET
from colonnade.core.datasets.model import Dataset
from colonnade.core.datasets.templates import TEMPLATES, ValueType
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.types import GEO, NUMBERS, TEXTS


def _field(name: str, type_: FieldType = FieldType.TEXT, *, multivalued: bool = False) -> Field:
    return Field(name=name, label=name.replace("_", " ").capitalize(), type=type_, multivalued=multivalued)


_DCAT = tuple(
    _field(
        f"dcat.{name}",
        FieldType.DATE if type_ is ValueType.DATE else FieldType.TEXT,
        multivalued=type_ is ValueType.TEXT_OR_LIST,
    )
    for name, type_ in TEMPLATES["dcat"].fields.items()
)
"""Of DCAT all fields; the other templates beside `default` are shown and not asked about."""

PUBLIC = Schema(
    (
        _field("dataset_id"),
        _field("dataset_uid"),
        _field("title"),
        _field("description"),
        _field("publisher"),
        _field("keyword", multivalued=True),
        _field("theme", multivalued=True),
        _field("license"),
        _field("language"),
        _field("features", multivalued=True),
        _field("references"),
        _field("attributions", multivalued=True),
        _field("timezone"),
        _field("geographic_reference", multivalued=True),
        *_DCAT,
        _field("modified", FieldType.DATETIME),
        _field("data_processed", FieldType.DATETIME),
        _field("metadata_processed", FieldType.DATETIME),
        _field("has_records", FieldType.BOOLEAN),
        _field("records_count", FieldType.INT),
    )
)
"""What readers may ask about (Explore 2.1, section 4.1 of its reference)."""

_CODES = frozenset({"language", "features", "timezone", "geographic_reference"})
SEARCHED = tuple(one.name for one in PUBLIC.fields if one.type in TEXTS and one.name not in _CODES)
"""Where words are looked for if no field is named. Not among codes: every second dataset is of Europe/Paris."""

WHOLE = Schema(
    (
        *PUBLIC.fields,
        _field("restricted", FieldType.BOOLEAN),
        _field("principals", multivalued=True),
    )
)
"""The same with what permissions ask about."""


def features(schema: Schema) -> list[str]:
    """What can be done with such rows, in Explore's words."""
    types = {field.type for field in schema.fields}
    found = []
    if types & NUMBERS or any(FACET in field.annotations for field in schema.fields):
        found.append("analyze")
    if types & GEO:
        found.append("geo")
    if types & {FieldType.DATE, FieldType.DATETIME}:
        found.append("timeserie")
    return found


def row(
    dataset: Dataset,
    *,
    has_records: bool,
    schema: Schema,
    records_count: int | None,
    principals: Sequence[str],
) -> dict[str, Any]:
    """The catalogue's row of a published dataset. `schema` and `records_count`: what everybody who knows of it may
    know, for conditions on a row tell what is in it."""
    templates = meta.public(dataset.metadata_published or {})
    default, dcat = templates.get(meta.DEFAULT, {}), templates.get("dcat", {})
    return {
        "dataset_id": dataset.slug,
        "dataset_uid": dataset.uid,
        **{
            name: _text(default, name)
            for name in ("title", "description", "publisher", "license", "language", "references", "timezone")
        },
        **{
            name: _texts(default, name)
            for name in ("keyword", "theme", "attributions", "geographic_reference")
        },
        **{field.name: _of_dcat(dcat, field) for field in _DCAT},
        "features": features(schema),
        "modified": _datetime(default.get("modified")),
        "data_processed": _naive(dataset.data_processed_at),
        "metadata_processed": _naive(dataset.metadata_processed_at),
        "has_records": has_records,
        "records_count": records_count,
        "restricted": dataset.is_restricted,
        "principals": list(principals),
    }


def _text(values: Mapping[str, Any], name: str) -> str | None:
    value = values.get(name)
    return None if value is None else str(value)


def _texts(values: Mapping[str, Any], name: str) -> list[str]:
    """Clients write lists, and now and then a single text."""
    value = values.get(name)
    if value is None:
        return []
    return [str(one) for one in value if one is not None] if isinstance(value, list) else [str(value)]


def _of_dcat(values: Mapping[str, Any], field: Field) -> Any:
    name = field.name.partition(".")[2]
    if field.multivalued:
        return _texts(values, name)
    if field.type is FieldType.DATE:
        found = _datetime(values.get(name))
        return None if found is None else found.date()
    return _text(values, name)


def _datetime(value: object) -> dt.datetime | None:
    try:
        return _naive(dt.datetime.fromisoformat(str(value)))
    except (ValueError, OverflowError):  # the latter: an offset leads out of the years that there are
        return None


def _naive(value: dt.datetime | None) -> dt.datetime | None:
    return value if value is None or value.tzinfo is None else value.astimezone(dt.UTC).replace(tzinfo=None)
