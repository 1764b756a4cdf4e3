"""A dataset as a row of the catalogue."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from colonnade.core.counting import Usage
from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets.facet_settings import FACET
from colonnade.core.datasets.model import Dataset
from colonnade.core.datasets.templates import CUSTOM, TEMPLATES, VISUALIZATION, ValueType
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.types import DATES, GEO, NUMBERS, TEXTS

Metas = Mapping[str, Mapping[str, Any]]
"""Template -> field -> value."""

EXPLORE = "explore"
"""The template of how much a dataset is used."""
USAGE = ("download_count", "api_call_count", "popularity_score")
"""The fields of `EXPLORE`: `Usage` has them."""
CUSTOM_PREFIX = f"{CUSTOM}."
THUMBNAILS = "has_thumbnails"
"""The annotation of a field of files among which there are pictures."""

_TYPES: Mapping[ValueType, FieldType] = {
    ValueType.BOOLEAN: FieldType.BOOLEAN,
    ValueType.DOUBLE: FieldType.DOUBLE,
    ValueType.DATE: FieldType.DATE,
    ValueType.DATETIME: FieldType.DATETIME,
}
"""The other values are texts."""
_LISTS = frozenset({ValueType.LIST, ValueType.TEXT_OR_LIST, ValueType.LIST_OF_ONE_OR_MORE, ValueType.PLACES})


def _field(name: str, type_: FieldType = FieldType.TEXT, *, multivalued: bool = False) -> Field:
    return Field(name=name, label=name.replace("_", " ").capitalize(), type=type_, multivalued=multivalued)


def _of_template(name: str, prefix: str = "") -> tuple[Field, ...]:
    """The fields of a template that readers see."""
    template = TEMPLATES[name]
    return tuple(
        _field(prefix + one, _TYPES.get(type_, FieldType.TEXT), multivalued=type_ in _LISTS)
        for one, type_ in template.fields.items()
        if one not in template.kept_back
    )


_OWN = (
    _field("dataset_id"),
    _field("dataset_uid"),
    _field("features", multivalued=True),
    _field("has_records", FieldType.BOOLEAN),
    _field("data_visible", FieldType.BOOLEAN),
)
_DEFAULT = (
    *_of_template(meta.DEFAULT),
    _field(meta.LICENCE_URL),
    _field("metadata_languages", multivalued=True),
    _field("data_processed", FieldType.DATETIME),
    _field("metadata_processed", FieldType.DATETIME),
    _field("territory", multivalued=True),
    _field("geographic_area", FieldType.JSON),
    _field("geographic_area_mode"),
    _field("geometry_types", multivalued=True),
    _field("bbox", FieldType.GEO_SHAPE),
    _field("records_count", FieldType.INT),
    *(_field(f"source_{name}") for name in ("domain", "domain_title", "domain_address", "dataset")),
    _field("parent_domain"),
    _field("shared_catalog"),
    _field("oauth_scope"),
    _field("federated", FieldType.BOOLEAN),
)
_OTHERS = (
    *(
        field
        for name, template in TEMPLATES.items()
        if name != meta.DEFAULT and template.is_public
        for field in _of_template(name, f"{name}.")
    ),
    *(_field(f"{EXPLORE}.{name}", FieldType.INT) for name in USAGE),
)

STORED = Schema((*_OWN, *_DEFAULT, *_OTHERS))
"""What the catalogue holds for readers (Explore 2.1, section 4.1 of its reference)."""


class _Asked(Schema):
    def get(self, name: str) -> Field | None:
        is_custom = name.startswith(CUSTOM_PREFIX)
        return _field(name) if is_custom else Schema.get(self, name)


PUBLIC = _Asked(STORED.fields)
"""What readers may ask about: the same, and whatever may stand in `custom`, as texts: `naming` makes something of it that
is stored. What is nowhere set is null."""

TABLE: tuple[tuple[str, str], ...] = (
    ("datasetid", "dataset_id"),
    *((one.name, one.name) for one in _OWN[1:]),
    *((f"{meta.DEFAULT}.{one.name}", one.name) for one in _DEFAULT),
    *((one.name, one.name) for one in _OTHERS if not one.name.startswith(f"{EXPLORE}.")),
)
"""What a table of all datasets tells, column by column: the names by which clients know them, and the fields. How much
datasets are used is told if it is asked for."""

_CODES = frozenset(
    {
        *("features", "geographic_reference", "geometry_types", "language", "metadata_languages", "timezone"),
        *("geographic_area", "geographic_area_mode", "oauth_scope", "shared_catalog"),
        meta.LICENCE_URL,
    }
)
SEARCHED = tuple(one.name for one in STORED.fields if one.type in TEXTS and one.name not in _CODES)
"""Where words are looked for if no field is named. Not among codes: every second dataset is of Europe/Paris."""

NUMBER, CREATOR, CATEGORIES, WORDS = "number", "creator", "categories", "words"
_SHELF = (
    _field(NUMBER, FieldType.INT),
    _field(CREATOR),
    _field(CATEGORIES, multivalued=True),
    _field(WORDS, multivalued=True),
)
"""What a newsroom finds datasets by besides (`shelf`)."""
FOUND_BY = Schema(
    (*(one for one in STORED.fields if one.name in {"title", "description", "dataset_uid"}), *_SHELF)
)

WHOLE = Schema(
    (
        *STORED.fields,
        *_SHELF,
        _field(CUSTOM, FieldType.JSON),
        _field("restricted", FieldType.BOOLEAN),
        _field("principals", multivalued=True),
    )
)
"""The same with what newsrooms and permissions ask about, and the whole template `custom`."""


def features(schema: Schema, metadata: Mapping[str, Any] | None = None) -> list[str]:
    """What can be done with such rows, in Explore's words. `metadata`: as published, which switch on some of it."""
    types = {field.type for field in schema.fields}
    has_facets = any(FACET in field.annotations for field in schema.fields)
    switches = meta.effective({VISUALIZATION: (metadata or {}).get(VISUALIZATION, {})})[VISUALIZATION]
    found = {
        "analyze": bool(types & NUMBERS) or has_facets,
        "geo": bool(types & GEO),
        "timeserie": bool(types & DATES),
        "image": any(one.type is FieldType.FILE and THUMBNAILS in one.annotations for one in schema.fields),
        "calendar": switches.get("calendar_enabled") is True,
        "custom_view": switches.get("custom_view_enabled") is True,
    }
    return [name for name, is_there in found.items() if is_there]


def row(
    dataset: Dataset,
    *,
    has_records: bool,
    data_visible: bool,
    schema: Schema,
    metas: Metas,
    usage: Usage,
    principals: Sequence[str],
) -> dict[str, Any]:
    """The catalogue's row of a published dataset. `data_visible`, `schema` and what `metas` tell of the records: what
    everybody who knows of it may know, for conditions on a row tell what is in it."""
    default = metas.get(meta.DEFAULT, {})
    return {
        **{one.name: _cell(one, default.get(one.name)) for one in _DEFAULT},
        **{one.name: _cell(one, _of(metas, one.name)) for one in _OTHERS},
        "dataset_id": dataset.slug,
        "dataset_uid": dataset.uid,
        "features": features(schema, dataset.metadata_published),
        "has_records": has_records,
        "data_visible": data_visible,
        **{f"{EXPLORE}.{name}": getattr(usage, name) for name in USAGE},
        CUSTOM: orjson.dumps(metas[CUSTOM]).decode() if metas.get(CUSTOM) else None,
        "restricted": dataset.is_restricted,
        "principals": list(principals),
    }


def _of(metas: Metas, name: str) -> Any:
    template, _, field = name.partition(".")
    return metas.get(template, {}).get(field)


def _cell(field: Field, value: Any) -> Any:
    """What metadata hold, as a field of the catalogue takes it; null for what is no value of its type."""
    if value is None:
        return None
    if field.multivalued:
        return _texts(value)
    match field.type:
        case FieldType.BOOLEAN:
            return value if isinstance(value, bool) else None
        case FieldType.INT | FieldType.DOUBLE:
            return value if isinstance(value, int | float) else None
        case FieldType.DATETIME:
            return _datetime(value)
        case FieldType.DATE:
            found = _datetime(value)
            return None if found is None else found.date()
        case FieldType.JSON | FieldType.GEO_SHAPE:
            return orjson.dumps(value).decode()
        case _:
            return str(value)


def _texts(value: Any) -> list[str]:
    """Clients write lists, and now and then a single text."""
    return [str(one) for one in value if one is not None] if isinstance(value, list) else [str(value)]


def _datetime(value: object) -> dt.datetime | None:
    try:
        return _naive(value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value)))
    except (ValueError, OverflowError):  # the latter: an offset leads out of the years that there are
        return None


def _naive(value: dt.datetime) -> dt.datetime:
    return value if value.tzinfo is None else value.astimezone(dt.UTC).replace(tzinfo=None)
