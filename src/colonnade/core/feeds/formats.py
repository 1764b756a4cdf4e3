"""The files in which records can be had, as documents tell of them."""

from collections.abc import Mapping

from colonnade.core.records.export_formats import MEDIA_TYPES, ExportFormat

LABELLED = frozenset({ExportFormat.CSV, ExportFormat.XLSX})
"""Their columns have names, which may be labels."""

_OWN: Mapping[ExportFormat, str] = {
    ExportFormat.CSV: "CSV",
    ExportFormat.JSON: "JSON",
    ExportFormat.JSONL: "JSON",
    ExportFormat.XLSX: "XLSX",
    ExportFormat.PARQUET: "PARQUET",
    ExportFormat.GEOJSON: "GEOJSON",
    ExportFormat.SHP: "SHP",
    ExportFormat.KML: "KML",
    ExportFormat.GPX: "GPX",
    ExportFormat.ICAL: "ICS",
    ExportFormat.TURTLE: "RDF_TURTLE",
    ExportFormat.N3: "N3",
    ExportFormat.RDFXML: "RDF_XML",
    ExportFormat.JSONLD: "JSON_LD",
}
_OTHERS: Mapping[str, str] = {
    "application/geopackage+sqlite3": "GPKG",
    "application/msword": "DOC",
    "application/pdf": "PDF",
    "application/vnd.ms-excel": "XLS",
    "application/vnd.oasis.opendocument.spreadsheet": "ODS",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "application/xml": "XML",
    "application/zip": "ZIP",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/tiff": "TIFF",
    "text/html": "HTML",
    "text/plain": "TXT",
    "text/xml": "XML",
}


def media_type(format_: ExportFormat) -> str:
    """Without its parameters."""
    return MEDIA_TYPES[format_].partition(";")[0]


def file_type(format_: ExportFormat) -> str | None:
    """Its term in the European Union's table of file types, if it has one."""
    return _OWN.get(format_)


def file_type_of(media_type_: str | None) -> str | None:
    """The same for any file, by its media type."""
    return _BY_MEDIA_TYPE.get(media_type_ or "")


_BY_MEDIA_TYPE: Mapping[str, str] = {**{media_type(one): code for one, code in _OWN.items()}, **_OTHERS}
