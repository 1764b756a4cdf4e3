"""Records as files, of any length, in memory that does not grow with it.

CSV and JSON are written by the engine, a text a row, so that the bytes of a batch go out as they are. A Parquet file
is finished before its first byte goes out: its index stands at its end.
"""

import csv
import io
import tempfile
import zlib
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.records import service as records
from colonnade.core.records.streams import Stream
from colonnade.core.usage import service as usage
from colonnade.core.work import Work
from colonnade.engine.layout import arrow_type
from colonnade.engine.port import CsvText, JsonText, RowText
from colonnade.query.schema import Field, FieldType
from colonnade.query.tree import BoundQuery, FieldRef, Output, Query

BOM = "\ufeff"
_GROUP_ROWS = 122_880
_GROUP_BYTES = 32 << 20
"""A row group of a Parquet file ends at the first of the two."""
_PIECE = 256 << 10
"""Bytes of a file that go out at once."""
_GZIP = 16 + zlib.MAX_WBITS

Chunks = Generator[bytes]


class ExportFormat(StrEnum):
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    PARQUET = "parquet"


MEDIA_TYPES: Mapping[ExportFormat, str] = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSON: "application/json; charset=utf-8",
    ExportFormat.JSONL: "application/jsonl; charset=utf-8",
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
}


@dataclass(frozen=True)
class Options:
    """How a file is written. `use_labels`: columns are named by the labels of their fields, if no alias names them.
    `zone`: of printed datetimes, as in `CsvText`. `compression`: of a Parquet file, `snappy` or `zstd`."""

    delimiter: str = ";"
    list_separator: str = ","
    quote_all: bool = False
    with_bom: bool = True
    use_labels: bool = False
    compressed: bool = False
    compression: str = "snappy"
    zone: str | None = None


@dataclass(frozen=True)
class Export:
    """A file that is on its way. `chunks` holds what it is read from: it must be begun with `streams.primed`, then read
    to its end or closed, by one thread at a time. It raises a `PortalError` if the rest cannot be had."""

    media_type: str
    filename: str
    chunks: Chunks


def export(
    work: Work, readable: ReadableDataset, query: Query, format_: ExportFormat, options: Options
) -> Export:
    """The records, or groups, that fulfil a query and that the actor may see, as a file. The work should end before it
    is begun, which may take long. What is wrong with the query, and what goes wrong until the first rows are there, is
    raised here, as by `records.select`."""
    found = records.stream(work, readable, query, lambda _: _form(format_, options))
    chunks = _WRITERS[format_](found, options, work.settings.scratch_folder)
    usage.count_download(work, readable.dataset.id)
    filename = f"{readable.dataset.slug}.{format_}"
    if options.compressed:
        return Export("application/gzip", f"{filename}.gz", _gzipped(chunks))
    return Export(MEDIA_TYPES[format_], filename, chunks)


def _form(format_: ExportFormat, options: Options) -> RowText | None:
    match format_:
        case ExportFormat.CSV:
            return CsvText(options.delimiter, options.list_separator, options.quote_all, zone=options.zone)
        case ExportFormat.JSON:
            return JsonText(before=",", after="\n", zone=options.zone)
        case ExportFormat.JSONL:
            return JsonText(zone=options.zone)
        case ExportFormat.PARQUET:
            return None


def _csv(found: Stream, options: Options, _scratch: Path) -> Chunks:
    with closing(found.batches):
        yield (BOM if options.with_bom else "").encode() + _header(found.query, options)
        yield from _texts(found.batches)


def _header(query: BoundQuery, options: Options) -> bytes:
    line = io.StringIO()
    writer = csv.writer(
        line, delimiter=options.delimiter, quoting=csv.QUOTE_ALL if options.quote_all else csv.QUOTE_MINIMAL
    )
    writer.writerow(_names(query, options))
    return line.getvalue().encode()


def _json(found: Stream, _options: Options, _scratch: Path) -> Chunks:
    with closing(found.batches):
        texts = _texts(found.batches)
        yield b"[" + next(texts, b",")[1:]
        yield from texts
        yield b"]"


def _jsonl(found: Stream, _options: Options, _scratch: Path) -> Chunks:
    with closing(found.batches):
        yield from _texts(found.batches)


def _texts(batches: Iterator[Any]) -> Iterator[bytes]:
    """The text of each batch, which lies in its buffer as it is wanted."""
    return (_text(batch.column(0)) for batch in batches if batch.num_rows)


def _text(texts: Any) -> bytes:
    _, offsets, data = texts.buffers()
    places = memoryview(offsets).cast("i")
    text: bytes = data[places[texts.offset] : places[texts.offset + len(texts)]].to_pybytes()
    return text


def _parquet(found: Stream, options: Options, scratch: Path) -> Chunks:
    with tempfile.TemporaryFile(dir=scratch, prefix="export-") as file:
        with closing(found.batches):
            _write_parquet(file, found, options)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _write_parquet(file: BinaryIO, found: Stream, options: Options) -> None:
    schema = pa.schema(
        [
            (name, _parquet_type(one))
            for name, one in zip(_names(found.query, options), found.query.outputs, strict=True)
        ]
    )
    with pq.ParquetWriter(file, schema, compression=options.compression) as writer:
        for group in _groups(found.batches):
            writer.write_table(group.rename_columns(schema.names).cast(schema))


def _parquet_type(output: Output) -> Any:
    if output.type is FieldType.DATETIME:
        return pa.timestamp("us", tz="UTC")
    return arrow_type(Field(output.name, output.name, output.type, multivalued=output.multivalued))


def _groups(batches: Iterator[Any]) -> Iterator[Any]:
    waiting: list[Any] = []
    for batch in batches:
        waiting.append(batch)
        rows, size = sum(one.num_rows for one in waiting), sum(one.nbytes for one in waiting)
        if rows >= _GROUP_ROWS or size >= _GROUP_BYTES:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)


_WRITERS: Mapping[ExportFormat, Callable[[Stream, Options, Path], Chunks]] = {
    ExportFormat.CSV: _csv,
    ExportFormat.JSON: _json,
    ExportFormat.JSONL: _jsonl,
    ExportFormat.PARQUET: _parquet,
}


def _names(query: BoundQuery, options: Options) -> list[str]:
    return [_label(query, one) if options.use_labels else one.name for one in query.outputs]


def _label(query: BoundQuery, output: Output) -> str:
    is_plain = isinstance(output.expr, FieldRef) and output.expr.name == output.name
    field = query.schema.get(output.name) if is_plain else None
    return output.name if field is None else field.label


def _gzipped(chunks: Chunks) -> Chunks:
    packer = zlib.compressobj(wbits=_GZIP)
    with closing(chunks):
        for chunk in chunks:
            if piece := packer.compress(chunk):
                yield piece
    yield packer.flush()
