"""The formats that records are exported in, what can be asked of each, and to which datasets they apply."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from colonnade.errors import Invalid
from colonnade.query.schema import FieldType, Schema

WGS84 = 4326


class ExportFormat(StrEnum):
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    XLSX = "xlsx"
    PARQUET = "parquet"
    GEOJSON = "geojson"
    SHP = "shp"
    KML = "kml"
    GPX = "gpx"
    FGB = "fgb"
    OV2 = "ov2"
    ICAL = "ical"
    TURTLE = "turtle"
    N3 = "n3"
    RDFXML = "rdfxml"
    JSONLD = "jsonld"


def _always(_schema: Schema) -> bool:
    return True


def _has_places(schema: Schema) -> bool:
    return any(one.type in {FieldType.GEO_POINT, FieldType.GEO_SHAPE} for one in schema.fields)


def _has_moments(schema: Schema) -> bool:
    return any(one.type in {FieldType.DATE, FieldType.DATETIME} for one in schema.fields)


@dataclass(frozen=True)
class _Facts:
    """`extension`: of a file's name. `applies`: to which datasets, by the fields that their reader sees."""

    media_type: str
    extension: str
    applies: Callable[[Schema], bool] = _always


_FACTS: Mapping[ExportFormat, _Facts] = {
    ExportFormat.CSV: _Facts("text/csv; charset=utf-8", "csv"),
    ExportFormat.JSON: _Facts("application/json; charset=utf-8", "json"),
    ExportFormat.JSONL: _Facts("application/jsonl; charset=utf-8", "jsonl"),
    ExportFormat.XLSX: _Facts("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ExportFormat.PARQUET: _Facts("application/vnd.apache.parquet", "parquet"),
    ExportFormat.GEOJSON: _Facts("application/geo+json", "geojson", _has_places),
    ExportFormat.SHP: _Facts("application/zip", "zip", _has_places),
    ExportFormat.KML: _Facts("application/vnd.google-earth.kml+xml", "kml", _has_places),
    ExportFormat.GPX: _Facts("application/gpx+xml", "gpx", _has_places),
    ExportFormat.FGB: _Facts("application/flatgeobuf", "fgb", _has_places),
    ExportFormat.OV2: _Facts("application/octet-stream", "ov2", _has_places),
    ExportFormat.ICAL: _Facts("text/calendar; charset=utf-8", "ics", _has_moments),
    ExportFormat.TURTLE: _Facts("text/turtle; charset=utf-8", "ttl"),
    ExportFormat.N3: _Facts("text/n3; charset=utf-8", "n3"),
    ExportFormat.RDFXML: _Facts("application/rdf+xml", "rdf"),
    ExportFormat.JSONLD: _Facts("application/ld+json", "jsonld"),
}
MEDIA_TYPES: Mapping[ExportFormat, str] = {one: facts.media_type for one, facts in _FACTS.items()}
EXTENSIONS: Mapping[ExportFormat, str] = {one: facts.extension for one, facts in _FACTS.items()}


@dataclass(frozen=True)
class Options:
    """How a file is written. `use_labels`: columns are named by the labels of their fields, if no alias names them.
    `zone`: of printed datetimes, as in `Printing`. `compression`: of a Parquet file, `snappy` or `zstd`. `epsg`: the system of
    coordinates. `name_field`, `description_fields`: what places and events are called, and told of. `start_field`,
    `end_field`: of events. `dataset_url`: the address of the dataset, below which its records are."""

    delimiter: str = ";"
    list_separator: str = ","
    quote_all: bool = False
    with_bom: bool = True
    escape_formulas: bool = False
    use_labels: bool = False
    compressed: bool = False
    compression: str = "snappy"
    epsg: int = WGS84
    name_field: str | None = None
    description_fields: tuple[str, ...] = ()
    use_extension: bool = True
    start_field: str | None = None
    end_field: str | None = None
    zone: str | None = None
    dataset_url: str = ""


def offered(schema: Schema) -> tuple[ExportFormat, ...]:
    """The formats that apply to a dataset, by the fields that its reader sees."""
    return tuple(one for one, facts in _FACTS.items() if facts.applies(schema))


def wrong(parameter: str, found: str, expected: str) -> Invalid:
    return Invalid(
        f"Invalid value for {parameter} API parameter: {found} was found but {expected} is expected.",
        code="parameter.invalid",
        parameter=parameter,
    )
