"""Records as files (sections 12 and 14 of the reference)."""

import datetime as dt
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from typing import Any

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.records import service as records
from colonnade.core.records import technical
from colonnade.core.records.export_formats import MEDIA_TYPES, ExportFormat, Options, offered
from colonnade.core.records.exports import Export, export
from colonnade.core.records.streams import Stream, primed
from colonnade.core.usage import service as usage
from colonnade.core.work import Work
from colonnade.dialects.search import rendering
from colonnade.dialects.search.described import PREFIX as DATASETS
from colonnade.dialects.search.parameters import METHODS, Asker, dataset_of, file_query_of
from colonnade.http.edge import reading
from colonnade.http.pagination import site_of
from colonnade.http.parameters import choice, flag
from colonnade.http.streaming import Streamed, begun
from colonnade.query.schema import MODIFIED
from colonnade.query.tree import FieldRef, Named, Query
from colonnade.query.zones import zone_name

router = APIRouter()

JSON = "json"
"""Of this door's own records; other formats are those of the portal."""
OTHER_NAMES = {"xls": "xlsx"}
SEPARATORS = (";", ",", "\t", "|", "\\t")


@router.api_route("/download", methods=METHODS)
def download(request: Request) -> Response:
    with reading(request) as work:
        return asked_file(request, work, dataset_of(request))


def file(request: Request, work: Work, readable: ReadableDataset, query: Query, format_: str) -> Response:
    """The answer with a file. The work may end before it is sent: only the rows stay open. Raises `Invalid`."""
    made = (
        _json(work, readable, query)
        if format_ == JSON
        else export(work, readable, query, ExportFormat(format_), _options(request, readable, query))
    )
    return Streamed(
        primed(made.chunks) if format_ == JSON else begun(request, made.chunks),
        made.media_type,
        {
            "Content-Disposition": f'attachment; filename="{made.filename}"',
            "Cache-Control": "no-cache, no-store",
        },
    )


def asked_file(request: Request, work: Work, dataset_id: str) -> Response:
    """All records that the parameters leave, in the format that they name."""
    readable = datasets.readable(work, dataset_id)
    visible = records.visible_fields(work, readable)
    query = file_query_of(Asker(request, visible, wordless=technical.FIELDS))
    format_ = choice(request, "format", (*offered(visible), *OTHER_NAMES), "csv")
    return file(request, work, readable, query, OTHER_NAMES.get(format_, format_))


def _options(request: Request, readable: ReadableDataset, query: Query) -> Options:
    separator = choice(request, "csv_separator", SEPARATORS, ";")
    return Options(
        delimiter="\t" if separator == "\\t" else separator,
        with_bom=False,
        escape_formulas=flag(request, "escape_formulas"),
        use_labels=flag(request, "use_labels_for_header"),
        zone=zone_name(query.zone),
        dataset_url=f"{site_of(request)}{DATASETS}/{readable.dataset.slug}",
    )


def _json(work: Work, readable: ReadableDataset, query: Query) -> Export:
    """An array of records as the search answers them."""
    names = records.visible_fields(work, readable).names
    asked = query.select or tuple(Named(FieldRef(name), name) for name in names)
    written = Named(technical.WRITTEN, MODIFIED, is_alias=True)
    found = records.stream(work, readable, replace(query, select=(*asked, written)), with_ids=True)
    usage.count_download(work, readable.dataset.id)
    slug = str(readable.dataset.slug)
    return Export(MEDIA_TYPES[ExportFormat.JSON], f"{slug}.json", _array(found, slug, query.zone))


def _array(found: Stream, dataset_id: str, zone: dt.tzinfo) -> Generator[bytes]:
    """The last two columns are the moment of writing and the id; fields may have their names."""
    width = len(found.query.outputs) - 2
    write = rendering.writer(replace(found.query, outputs=found.query.outputs[:width]), dataset_id, zone)
    before = b"["
    with closing(found.batches) as batches:
        for batch in batches:
            rows = batch.select(list(range(width))).to_pylist()
            moments, ids = (batch.column(width + at).to_pylist() for at in range(2))
            texts = [_dumped(write(*one)) for one in zip(ids, moments, rows, strict=True)]
            if texts:
                yield before + b",\n".join(texts)
                before = b",\n"
    yield b"]" if before != b"[" else b"[]"


def _dumped(record: dict[str, Any]) -> bytes:
    return orjson.dumps(record, option=orjson.OPT_NAIVE_UTC)
