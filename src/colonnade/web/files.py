"""What can be taken from a dataset's page: its records as files, files that were made elsewhere, attachments."""

from collections.abc import Mapping
from dataclasses import dataclass

from colonnade.core.attachments import exports
from colonnade.core.attachments import service as attachments
from colonnade.core.attachments.model import AlternativeExport
from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.records.exports import ExportFormat, offered
from colonnade.core.records.layouts import calendar
from colonnade.core.work import Work
from colonnade.query.schema import Schema
from colonnade.web import links, printing
from colonnade.web.described import Described

PURPOSE = 200
"""Characters of what a publisher says of a file."""

FORMATS: Mapping[ExportFormat, tuple[str, str]] = {
    ExportFormat.CSV: ("CSV", "for spreadsheets"),
    ExportFormat.XLSX: ("XLSX", "for Excel and its like"),
    ExportFormat.JSON: ("JSON", "one list of records"),
    ExportFormat.JSONL: ("JSON Lines", "a record a line"),
    ExportFormat.PARQUET: ("Parquet", "for analysis, with types"),
    ExportFormat.GEOJSON: ("GeoJSON", "for maps on the web"),
    ExportFormat.SHP: ("Shapefile", "for geographic systems"),
    ExportFormat.FGB: ("FlatGeobuf", "geographic, with an index"),
    ExportFormat.KML: ("KML", "for virtual globes"),
    ExportFormat.GPX: ("GPX", "for navigation"),
    ExportFormat.ICAL: ("iCalendar", "for calendars"),
    ExportFormat.TURTLE: ("Turtle", "linked data"),
}
"""Those that people choose by hand; the API has more."""


@dataclass(frozen=True)
class File:
    """`purpose`: what it is good for, how large it is; may be empty."""

    name: str
    purpose: str
    href: str


@dataclass(frozen=True)
class Files:
    """`own`: all records, as the portal writes them. `others`: as somebody made them elsewhere."""

    own: tuple[File, ...]
    others: tuple[File, ...]
    attachments: tuple[File, ...]

    def __bool__(self) -> bool:
        return bool(self.own or self.others or self.attachments)


def files(
    work: Work, readable: ReadableDataset, dataset: Described, *, without: frozenset[int] = frozenset()
) -> Files:
    """`without`: attachments that are shown elsewhere."""
    (attached,) = attachments.of_readables(work, [readable])
    (made,) = exports.of_readables(work, [readable])
    return Files(
        own=tuple(
            File(*FORMATS[format_], links.export(dataset.slug, format_))
            for format_ in _offered(readable, dataset)
        ),
        others=tuple(_other(dataset, one) for one in made if one.url is None or links.is_web(one.url)),
        attachments=tuple(
            File(one.filename, printing.size(one.size), links.attachment(dataset.slug, one.uid))
            for one in attached
            if one.id not in without
        ),
    )


def _offered(readable: ReadableDataset, dataset: Described) -> list[ExportFormat]:
    """Of the formats that apply those that people would choose: records with any date could be events, but most are none."""
    schema = Schema(dataset.fields)
    some = offered(schema) if dataset.fields else ()
    told = meta.effective(readable.dataset.metadata_published or {}).get("visualization", {})
    is_calendar = told.get("calendar_enabled") is True or calendar.has_events(schema)
    return [one for one in some if one in FORMATS and (is_calendar or one is not ExportFormat.ICAL)]


def _other(dataset: Described, one: AlternativeExport) -> File:
    size = "" if one.size is None else printing.size(one.size)
    purpose = printing.clipped(" ".join(one.description.split()), PURPOSE)
    told = ", ".join(text for text in (purpose, size) if text)
    return File(one.title, told, one.url or links.alternative_export(dataset.slug, one.uid))
