"""The files in which records can be had, as documents tell of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from colonnade.core.records.exports import ExportFormat


@dataclass(frozen=True)
class Format:
    """`file_type`: in the European Union's table. `is_labelled`: its columns have names, which may be labels.
    `is_geographic`: only of datasets with places."""

    media_type: str
    file_type: str | None = None
    is_labelled: bool = False
    is_geographic: bool = False


KNOWN: Mapping[str, Format] = {
    "csv": Format("text/csv", "CSV", is_labelled=True),
    "json": Format("application/json", "JSON"),
    "jsonl": Format("application/jsonl", "JSON"),
    "xlsx": Format(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX", is_labelled=True
    ),
    "parquet": Format("application/vnd.apache.parquet", "PARQUET"),
    "geojson": Format("application/geo+json", "GEOJSON", is_geographic=True),
    "shp": Format("application/zip", "SHP", is_geographic=True),
    "kml": Format("application/vnd.google-earth.kml+xml", "KML", is_geographic=True),
    "gpx": Format("application/gpx+xml", "GPX", is_geographic=True),
    "fgb": Format("application/vnd.flatgeobuf", is_geographic=True),
    "ov2": Format("application/octet-stream", is_geographic=True),
    "jsonld": Format("application/ld+json", "JSON_LD"),
    "turtle": Format("text/turtle", "RDF_TURTLE"),
    "n3": Format("text/n3", "N3"),
    "rdfxml": Format("application/rdf+xml", "RDF_XML"),
    "ical": Format("text/calendar", "ICS"),
}
"""What each format is, whether or not this portal writes it."""

OFFERED: tuple[str, ...] = tuple(str(one) for one in ExportFormat if str(one) in KNOWN)

FILE_TYPES: Mapping[str, str] = {
    **{one.media_type: one.file_type for one in KNOWN.values() if one.file_type},
    "application/zip": "ZIP",
    "application/pdf": "PDF",
    "text/plain": "TXT",
    "text/html": "HTML",
    "text/xml": "XML",
    "application/xml": "XML",
    "application/vnd.ms-excel": "XLS",
    "application/vnd.oasis.opendocument.spreadsheet": "ODS",
    "application/msword": "DOC",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/tiff": "TIFF",
    "application/geopackage+sqlite3": "GPKG",
}
"""By media type."""
