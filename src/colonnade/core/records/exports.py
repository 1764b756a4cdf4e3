"""Records as files, of any length, in memory that does not grow with it.

Text is written by the engine, a text a row, so that the bytes of a batch go out as they are. What has its index at its end,
and what may turn out not to fit its format, is finished on the disk before its first byte goes out.
"""

import csv
import io
import zlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.records import service as records
from colonnade.core.records.export_formats import EXTENSIONS as EXTENSIONS
from colonnade.core.records.export_formats import MEDIA_TYPES as MEDIA_TYPES
from colonnade.core.records.export_formats import WGS84
from colonnade.core.records.export_formats import ExportFormat as ExportFormat
from colonnade.core.records.export_formats import Options as Options
from colonnade.core.records.export_formats import offered as offered
from colonnade.core.records.layouts import calendar, linked, naming, places
from colonnade.core.records.service import Form
from colonnade.core.records.streams import Stream
from colonnade.core.usage import service as usage
from colonnade.core.work import Work
from colonnade.engine.layout import arrow_type
from colonnade.engine.port import CsvText, JsonText, RowText, SheetText
from colonnade.formats.writing import layers, marked_up, parquet, workbook
from colonnade.formats.writing.room import Room
from colonnade.formats.writing.rows import GEOMETRY, TEXT, Rows, texts, unique
from colonnade.query.schema import Field, FieldType
from colonnade.query.tree import BoundQuery, Output, Query

BOM = "\ufeff"
_GZIP = 16 + zlib.MAX_WBITS
_FILE = r'^(.*"id":"([0-9a-f]+)".*)\}$'
"""What is told of a file, in the syntax of RE2: all but the last brace, and in it the id."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Chunks = Generator[bytes]


@dataclass(frozen=True)
class Export:
    """A file that is on its way. `chunks` holds what it is read from: it must be begun with `streams.primed`, then read
    to its end or closed, by one thread at a time. It raises a `PortalError` if the rest cannot be had."""

    media_type: str
    filename: str
    chunks: Chunks


@dataclass(frozen=True)
class _Order:
    """What is to be written. `name`: of the file, without its ending."""

    found: Stream
    options: Options
    name: str
    room: Room

    @property
    def query(self) -> BoundQuery:
        return self.found.query


@dataclass(frozen=True)
class _Plan:
    """How a format is made. `form`: of the rows, as the engine gives them. `with_ids`: with the records' public ids."""

    form: Callable[[BoundQuery, Options], RowText | None]
    write: Callable[[_Order], Iterator[bytes]]
    with_ids: bool = False


def export(
    work: Work, readable: ReadableDataset, query: Query, format_: ExportFormat, options: Options
) -> Export:
    """The records, or groups, that fulfil a query and that the actor may see, as a file. The work should end before it
    is begun, which may take long. What is wrong with the query or the options, and what goes wrong until the first rows
    are there, is raised here, as by `records.select`; what does not fit the format when it is begun."""
    with_ids = _PLANS[format_].with_ids

    def opened(form: Form) -> Stream:
        return records.stream(work, readable, query, form, with_ids=with_ids)

    file = written(work, opened, readable.dataset.slug or readable.dataset.uid, format_, options)
    usage.count_download(work, readable.dataset.id)
    return file


def written(
    work: Work, opened: Callable[[Form], Stream], name: str, format_: ExportFormat, options: Options
) -> Export:
    """What `opened` gives, in the form that it is asked for, as a file of this name. Raises as `export`, and what `opened`
    raises."""
    plan = _PLANS[format_]
    found = opened(lambda bound: plan.form(bound, options))
    room = Room(work.settings.scratch_folder, work.settings.max_export_bytes)
    chunks = _closing(plan.write(_Order(found, options, name, room)), found)
    next(chunks)
    file = Export(MEDIA_TYPES[format_], f"{name}.{EXTENSIONS[format_]}", chunks)
    return compressed(file) if options.compressed else file


def compressed(file: Export) -> Export:
    """The same file, packed."""
    chunks = _gzipped(file.chunks)
    next(chunks)
    return Export("application/gzip", f"{file.filename}.gz", chunks)


def _closing(chunks: Iterator[bytes], found: Stream) -> Chunks:
    with closing(found.batches):
        yield b""  # taken at once: a generator that was never begun would leave the rows open when it is closed
        yield from chunks


def _gzipped(chunks: Chunks) -> Chunks:
    packer = zlib.compressobj(wbits=_GZIP)
    with closing(chunks):
        yield b""  # as above
        for chunk in chunks:
            if piece := packer.compress(chunk):
                yield piece
    yield packer.flush()


def _csv_form(query: BoundQuery, options: Options) -> RowText:
    return CsvText(
        options.delimiter,
        options.list_separator,
        options.quote_all,
        options.escape_formulas,
        zone=options.zone,
        files=_files(options),
    )


def _csv(order: _Order) -> Iterator[bytes]:
    options = order.options
    line = io.StringIO()
    names = naming.names(order.query, options)
    if options.escape_formulas:
        names = [f"'{one}" if one.startswith(_FORMULA) else one for one in names]
    writer = csv.writer(
        line, delimiter=options.delimiter, quoting=csv.QUOTE_ALL if options.quote_all else csv.QUOTE_MINIMAL
    )
    writer.writerow(names)
    yield (BOM if options.with_bom else "").encode() + line.getvalue().encode()
    yield from texts(order.found.batches)


def _json_form(query: BoundQuery, options: Options) -> RowText:
    return JsonText(before=",", zone=options.zone, files=_files(options))


def _json(order: _Order) -> Iterator[bytes]:
    return _listed(order, "[", "]")


def _listed(order: _Order, head: str, foot: str) -> Iterator[bytes]:
    """Each row begins with a comma, which the first loses."""
    rows = texts(order.found.batches)
    yield head.encode() + next(rows, b",")[1:]
    yield from rows
    yield foot.encode()


def _jsonl_form(query: BoundQuery, options: Options) -> RowText:
    return JsonText(zone=options.zone, files=_files(options))


def _lines(order: _Order, head: str = "", foot: str = "") -> Iterator[bytes]:
    if head:
        yield head.encode()
    yield from texts(order.found.batches)
    if foot:
        yield foot.encode()


def _geojson_form(query: BoundQuery, options: Options) -> RowText:
    """A feature needs no geometry."""
    at = naming.geometry_of(query)
    zone, files = options.zone, _files(options)
    if options.epsg == WGS84:
        return JsonText(before=",", is_feature=True, left_out=at, zone=zone, files=files)
    return JsonText(after="", left_out=at, beside=at, zone=zone, files=files)


def _geojson(order: _Order) -> Iterator[bytes]:
    if order.options.epsg == WGS84:
        return _listed(order, '{"type":"FeatureCollection","features":[', "]}")
    return marked_up.geojson(_placed(order), order.options.epsg, order.room)


def _sheet_form(query: BoundQuery, options: Options) -> RowText:
    columns = tuple(workbook.letters(at) for at in range(len(query.outputs)))
    return SheetText(columns, zone=options.zone, files=_files(options))


def _xlsx(order: _Order) -> Iterator[bytes]:
    names = naming.names(order.query, order.options)
    return workbook.written(names, order.found.batches, order.room)


def _as_values(query: BoundQuery, options: Options) -> None:
    return None


def _parquet(order: _Order) -> Iterator[bytes]:
    names = unique(naming.names(order.query, order.options))
    shapes = [at for at, one in enumerate(order.query.outputs) if _is_shape(one)]
    schema = pa.schema(
        [
            (name, pa.binary() if at in shapes else _parquet_type(one))
            for at, (name, one) in enumerate(zip(names, order.query.outputs, strict=True))
        ]
    )
    return parquet.written(
        _values(order), schema, order.options.compression, order.room, shapes=shapes, epsg=order.options.epsg
    )


def _is_shape(output: Output) -> bool:
    return output.type is FieldType.GEO_SHAPE and not output.multivalued


def _parquet_type(output: Output) -> Any:
    if output.type is FieldType.DATETIME:
        return pa.timestamp("us", tz="UTC")
    return _arrow_type(output)


def _layer_form(query: BoundQuery, options: Options, format_: ExportFormat) -> None:
    """As values, one of which has to be a geometry."""
    naming.the_geometry(query, format_)


def _shp(order: _Order) -> Iterator[bytes]:
    return _layered(order, _values(order, addresses_alone=True), ExportFormat.SHP, layers.shapefile)


def _fgb(order: _Order) -> Iterator[bytes]:
    return _layered(order, _values(order), ExportFormat.FGB, layers.flatgeobuf)


def _layered(
    order: _Order, rows: Rows, format_: ExportFormat, write: Callable[..., Iterator[bytes]]
) -> Iterator[bytes]:
    attributes = naming.attributes(order.query, order.options)
    at = naming.the_geometry(order.query, format_)
    return write(rows, attributes, at, order.options.epsg, order.name, order.room)


def _kml(order: _Order) -> Iterator[bytes]:
    return marked_up.kml(_placed(order), places.kml_head(order.name), places.KML_FOOT, order.room)


def _gpx(order: _Order) -> Iterator[bytes]:
    return marked_up.gpx(_placed(order), places.GPX_HEAD, places.GPX_FOOT, order.room)


def _ov2(order: _Order) -> Iterator[bytes]:
    return marked_up.ov2(_placed(order), order.room)


def _placed(order: _Order) -> Rows:
    """Texts, and the geometry of each; none where no place is selected and the form asked for none."""
    at = naming.geometry_of(order.query)
    batches: Iterator[Any] = order.found.batches
    if at is None:
        geometry = pa.string()
        batches = (one.append_column(GEOMETRY, pa.nulls(len(one), geometry)) for one in batches)
    else:
        geometry = _arrow_type(order.query.outputs[at])
    return Rows(pa.schema([(TEXT, pa.string()), (GEOMETRY, geometry)]), batches)


def _ical(order: _Order) -> Iterator[bytes]:
    return _lines(order, calendar.HEAD, calendar.FOOT)


def _turtle(order: _Order) -> Iterator[bytes]:
    return _lines(order, linked.turtle_head(order.query, order.options))


def _rdfxml(order: _Order) -> Iterator[bytes]:
    return _lines(order, linked.rdfxml_head(order.query, order.options), linked.RDFXML_FOOT)


def _jsonld(order: _Order) -> Iterator[bytes]:
    return _listed(order, linked.jsonld_head(order.query, order.options), linked.JSONLD_FOOT)


def _values(order: _Order, *, addresses_alone: bool = False) -> Rows:
    """The rows as values; files with their addresses, as texts have them, or told by these alone."""
    outputs = order.query.outputs
    files = [at for at, one in enumerate(outputs) if one.type is FieldType.FILE and not one.multivalued]
    address = _files(order.options).replace("\\", r"\\") + r"\2"
    told = address if addresses_alone else rf'\1,"url":"{address}"}}'
    batches = (_replaced(one, files, told) for one in order.found.batches)
    return Rows(_schema(order.query), batches if files else order.found.batches)


def _replaced(batch: Any, files: Sequence[int], told: str) -> Any:
    for at in files:
        cells = pc.replace_substring_regex(batch.column(at), _FILE, told)
        batch = batch.set_column(at, batch.schema.field(at), cells)
    return batch


def _schema(query: BoundQuery) -> Any:
    return pa.schema([(one.name, _arrow_type(one)) for one in query.outputs])


def _arrow_type(output: Output) -> Any:
    return arrow_type(Field(output.name, output.name, output.type, multivalued=output.multivalued))


def _files(options: Options) -> str:
    return f"{options.dataset_url}/files/"


_PLANS: Mapping[ExportFormat, _Plan] = {
    ExportFormat.CSV: _Plan(_csv_form, _csv),
    ExportFormat.JSON: _Plan(_json_form, _json),
    ExportFormat.JSONL: _Plan(_jsonl_form, _lines),
    ExportFormat.XLSX: _Plan(_sheet_form, _xlsx),
    ExportFormat.PARQUET: _Plan(_as_values, _parquet),
    ExportFormat.GEOJSON: _Plan(_geojson_form, _geojson),
    ExportFormat.SHP: _Plan(partial(_layer_form, format_=ExportFormat.SHP), _shp),
    ExportFormat.KML: _Plan(places.kml, _kml),
    ExportFormat.GPX: _Plan(places.gpx, _gpx),
    ExportFormat.FGB: _Plan(partial(_layer_form, format_=ExportFormat.FGB), _fgb),
    ExportFormat.OV2: _Plan(places.ov2, _ov2),
    ExportFormat.ICAL: _Plan(calendar.events, _ical, with_ids=True),
    ExportFormat.TURTLE: _Plan(linked.turtle, _turtle, with_ids=True),
    ExportFormat.N3: _Plan(linked.turtle, _turtle, with_ids=True),
    ExportFormat.RDFXML: _Plan(linked.rdfxml, _rdfxml, with_ids=True),
    ExportFormat.JSONLD: _Plan(linked.jsonld, _jsonld, with_ids=True),
}
