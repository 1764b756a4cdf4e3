"""What the door answers, as a table for its description: each path, its parameters, its answers (sections 2, 3 and 6 of the
reference). Routes read requests as they come; tests hold this table and the routes together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from colonnade.core.feeds.documents import DOCUMENTS
from colonnade.core.records.exports import MEDIA_TYPES, ExportFormat
from colonnade.dialects.explore import schemas
from colonnade.dialects.explore.catalogue_exports import FORMATS as CATALOGUE_FORMATS
from colonnade.dialects.explore.catalogue_exports import TABLES
from colonnade.dialects.explore.exports import COMPRESSIONS
from colonnade.http.parameters import LANGUAGES
from colonnade.query.limits import DEFAULT_CAPS

Media = Mapping[str, Mapping[str, Any]]
"""Media type -> JSON schema."""

BYTES: Mapping[str, Any] = {"type": "string", "format": "binary"}
ANY_FILE: Media = {"application/octet-stream": BYTES, "*/*": BYTES}
GZIP = "application/gzip"


@dataclass(frozen=True)
class Operation:
    """`id`: as clients that are made of descriptions call it. `parameters`: names in `PARAMETERS`."""

    id: str
    summary: str
    tag: str
    answer: type[BaseModel] | Media
    parameters: tuple[str, ...] = ()
    redirects: bool = False
    keeps: bool = True
    """Clients may keep the answer, and ask whether it is still the same."""


def _query(name: str, description: str, schema: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "description": description,
        "schema": dict(schema or {"type": "string"}),
    }


def _path(name: str, description: str, schema: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {**_query(name, description, schema), "in": "path", "required": True}


def _several(name: str, description: str) -> dict[str, Any]:
    schema = {"type": "array", "items": {"type": "string"}}
    return {**_query(name, description, schema), "style": "form", "explode": True}


def _flag(name: str, description: str, *, default: bool = False) -> dict[str, Any]:
    return _query(name, description, {"type": "boolean", "default": default})


def _limit(largest: int | None, default: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer", "default": default, "minimum": -1}
    return schema if largest is None else {**schema, "maximum": largest}


_CAPS = DEFAULT_CAPS
_GZIP_FILE = "The file as a gzip file."

PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "dataset_id": _path("dataset_id", "The identifier of a dataset, or its `dataset_uid`."),
    "record_id": _path("record_id", "The `recordid` of a record."),
    "attachment_id": _path("attachment_id", "The id of an attachment."),
    "export_id": _path("export_id", "The id of an alternative export."),
    "file_id": _path("file_id", "The `id` of a file in a cell."),
    "format": _path("format", "The format of the file.", {"type": "string", "enum": sorted(MEDIA_TYPES)}),
    "catalogue_format": _path(
        "format", "The format of the file.", {"type": "string", "enum": sorted(CATALOGUE_FORMATS)}
    ),
    "select": _query("select", "ODSQL: what of each result is answered; empty: all."),
    "where": _several("where", "ODSQL: a condition. Of several all must hold."),
    "qv1": _several("qv1", "A condition in the language of `q` of the Search API 1.0, which widgets send."),
    "order_by": _query("order_by", "ODSQL: what the results are sorted by."),
    "group_by": _query("group_by", "ODSQL: what the results are grouped by."),
    "limit": _query(
        "limit",
        f"How many results; -1: as many as may be asked for. At most {_CAPS.rows}, with `group_by` {_CAPS.groups}. Also called `rows`.",
        _limit(_CAPS.groups, _CAPS.default),
    ),
    "export_limit": _query("limit", "How many results; -1: all.", _limit(None, -1)),
    "offset": _query(
        "offset",
        f"How many results are passed over. With `limit` at most {_CAPS.reach}, with `group_by` {_CAPS.groups_reach}. Also called `start`.",
        {"type": "integer", "default": 0, "minimum": 0, "maximum": max(_CAPS.reach, _CAPS.groups_reach)},
    ),
    "export_offset": _query(
        "offset", "How many results are passed over.", {"type": "integer", "default": 0, "minimum": 0}
    ),
    "refine": _several("refine", "`facet:value`: only results that have the value."),
    "exclude": _several("exclude", "`facet:value`: only results that do not have the value."),
    "facet": _several("facet", 'A facet by its name, or as `facet(name="f", sort="-count", limit=20)`.'),
    "lang": _query(
        "lang", "The language of names of months and days.", {"type": "string", "enum": sorted(LANGUAGES)}
    ),
    "timezone": _query(
        "timezone", "The time zone of datetimes, as `Europe/Paris`.", {"type": "string", "default": "UTC"}
    ),
    "include_links": _flag("include_links", "Links in the answer and in each result."),
    "include_app_metas": _flag(
        "include_app_metas", "What the portal knows of each result beside its metadata or fields."
    ),
    "use_labels": _flag("use_labels", "Columns are named by the labels of fields."),
    "compressed": _flag("compressed", _GZIP_FILE),
    "epsg": _query("epsg", "The reference system of coordinates.", {"type": "integer", "default": 4326}),
    "delimiter": _query(
        "delimiter",
        "What stands between the columns; a tab is `\\t`.",
        {"type": "string", "default": ";", "enum": [";", ",", "\t", "|", "\\t"]},
    ),
    "list_separator": _query(
        "list_separator", "What stands between the values of a cell.", {"type": "string", "default": ","}
    ),
    "quote_all": _flag("quote_all", "Quotes around every value."),
    "with_bom": _flag(
        "with_bom", "A byte order mark at the beginning, by which Excel knows UTF-8.", default=True
    ),
    "parquet_compression": _query(
        "parquet_compression",
        "How columns are compressed.",
        {"type": "string", "default": "snappy", "enum": list(COMPRESSIONS)},
    ),
    "escape_formulas": _flag(
        "escape_formulas", "A quote before texts that a spreadsheet would take for formulas."
    ),
    "name_field": _query("name_field", "The field by which places and events are called."),
    "description_field_list": _query(
        "description_field_list", "Fields, with commas between, that are told of each."
    ),
    "use_extension": _flag("use_extension", "The other fields as `<extensions>`.", default=True),
    "start_field": _query("start_field", "The field that says when an event begins."),
    "end_field": _query("end_field", "The field that says when an event ends."),
    "include_exports": _query(
        "include_exports", "Formats, with commas between, in which each dataset is offered."
    ),
    "use_labels_in_exports": _flag(
        "use_labels_in_exports", "With labels of fields in those files.", default=True
    ),
}

_CLAUSES = ("select", "where", "qv1", "group_by", "order_by")
_NARROW = ("refine", "exclude")
_LOCAL = ("lang", "timezone")
_MORE = ("include_links", "include_app_metas")
_LIST = (*_CLAUSES, "limit", "offset", *_NARROW, *_LOCAL, *_MORE)
_MATCHING = ("where", "qv1", "order_by", "export_limit", "export_offset", *_NARROW, *_LOCAL)
"""Of documents, which have whole datasets."""
_ALL = ("select", "group_by", *_MATCHING)
_FILE = (*_ALL, "use_labels", "compressed", "epsg")
_CSV = ("delimiter", "list_separator", "quote_all", "with_bom", "escape_formulas")
_PLACES = ("name_field", "description_field_list", "use_extension")
_FACETS = ("where", "qv1", *_NARROW, "facet", *_LOCAL)
_DCAT = ("include_exports", "use_labels_in_exports")


def _media(types: Iterable[str], *json_types: str) -> Media:
    """Of files of these media types; `json_types`: what a JSON file is."""
    bare = sorted({one.partition(";")[0] for one in types} | {GZIP})
    return {one: _schema(one, json_types) for one in bare}


def _schema(media_type: str, json_types: Sequence[str]) -> Mapping[str, Any]:
    if media_type == "application/json":
        return {"type": list(json_types)}
    return {"type": "object"} if media_type.endswith("+json") else BYTES


_FILES = _media(MEDIA_TYPES.values(), "array")
_CATALOGUE_FILES = _media(
    [
        *(MEDIA_TYPES[ExportFormat(name)] for name in TABLES),
        *(one.media_type for one in DOCUMENTS.values()),
    ],
    "array",
    "object",
)


def _file(format_: ExportFormat) -> Media:
    return _media([MEDIA_TYPES[format_]])


CATALOGUE, DATASET = "Catalog", "Dataset"
_D = "/catalog/datasets/{dataset_id}"

OPERATIONS: Mapping[str, Operation] = {
    "/": Operation("getRoot", "List the sources", CATALOGUE, schemas.LinkList),
    "/catalog": Operation("getCatalog", "List what there is of the catalogue", CATALOGUE, schemas.LinkList),
    "/monitoring": Operation("getMonitoring", "List what there is of the use", CATALOGUE, schemas.LinkList),
    "/catalog/datasets": Operation(
        "getDatasets", "Query the catalogue", CATALOGUE, schemas.DatasetPage, _LIST
    ),
    "/catalog/facets": Operation(
        "getDatasetsFacets", "List facet values of the catalogue", CATALOGUE, schemas.Facets, _FACETS
    ),
    "/catalog/exports": Operation(
        "listExportFormats", "List formats of the catalogue", CATALOGUE, schemas.LinkList
    ),
    "/catalog/exports/{format}": Operation(
        "exportDatasets",
        "The catalogue as a file",
        CATALOGUE,
        _CATALOGUE_FILES,
        ("catalogue_format", *_ALL, "compressed", "use_labels", *_MORE, *_DCAT),
        keeps=False,
    ),
    "/catalog/exports/csv": Operation(
        "exportCatalogCSV",
        "The catalogue as CSV",
        CATALOGUE,
        _file(ExportFormat.CSV),
        (*_ALL, "compressed", "use_labels", *_CSV),
        keeps=False,
    ),
    "/catalog/exports/dcat": Operation(
        "exportCatalogDCAT",
        "The catalogue as DCAT",
        CATALOGUE,
        _media([DOCUMENTS["dcat"].media_type]),
        (*_MATCHING, "compressed", *_DCAT),
        keeps=False,
    ),
    _D: Operation(
        "getDataset", "One dataset", DATASET, schemas.Dataset, ("dataset_id", "select", *_LOCAL, *_MORE)
    ),
    f"{_D}/records": Operation(
        "getRecords", "Query records", DATASET, schemas.RecordPage, ("dataset_id", *_LIST)
    ),
    f"{_D}/records/{{record_id}}": Operation(
        "getRecord",
        "One record",
        DATASET,
        {"application/json": {"type": "object"}},
        ("dataset_id", "record_id", "select", *_LOCAL, *_MORE),
    ),
    f"{_D}/facets": Operation(
        "getRecordsFacets", "List facet values of records", DATASET, schemas.Facets, ("dataset_id", *_FACETS)
    ),
    f"{_D}/exports": Operation(
        "listDatasetExportFormats", "List formats of the records", DATASET, schemas.LinkList, ("dataset_id",)
    ),
    f"{_D}/exports/{{format}}": Operation(
        "exportRecords",
        "The records as a file",
        DATASET,
        _FILES,
        ("dataset_id", "format", *_FILE, "escape_formulas", *_PLACES, "start_field", "end_field"),
        keeps=False,
    ),
    f"{_D}/exports/csv": Operation(
        "exportRecordsCSV",
        "The records as CSV",
        DATASET,
        _file(ExportFormat.CSV),
        ("dataset_id", *_FILE, *_CSV),
        keeps=False,
    ),
    f"{_D}/exports/parquet": Operation(
        "exportRecordsParquet",
        "The records as Parquet",
        DATASET,
        _file(ExportFormat.PARQUET),
        ("dataset_id", *_FILE, "parquet_compression"),
        keeps=False,
    ),
    f"{_D}/exports/gpx": Operation(
        "exportRecordsGPX",
        "The records as GPX",
        DATASET,
        _file(ExportFormat.GPX),
        ("dataset_id", *_FILE, *_PLACES),
        keeps=False,
    ),
    f"{_D}/attachments": Operation(
        "getDatasetAttachments", "List attachments", DATASET, schemas.Attachments, ("dataset_id",)
    ),
    f"{_D}/attachments/{{attachment_id}}": Operation(
        "getDatasetAttachment", "One attachment", DATASET, ANY_FILE, ("dataset_id", "attachment_id")
    ),
    f"{_D}/alternative_exports/{{export_id}}": Operation(
        "getAlternativeExport",
        "One alternative export",
        DATASET,
        ANY_FILE,
        ("dataset_id", "export_id"),
        redirects=True,
    ),
    f"{_D}/files/{{file_id}}": Operation(
        "getFile", "The file of a cell", DATASET, ANY_FILE, ("dataset_id", "file_id")
    ),
}
"""By path."""
