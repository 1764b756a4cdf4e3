"""Records as files (sections 12 and 14 of the reference)."""

import datetime as dt
from collections.abc import Generator
from contextlib import closing
from typing import Any

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.records import service as records
from colonnade.core.records.exports import MEDIA_TYPES, Export, ExportFormat, Options, export
from colonnade.core.records.streams import Stream, primed
from colonnade.core.usage import service as usage
from colonnade.core.work import Work
from colonnade.dialects.search import rendering
from colonnade.dialects.search.parameters import METHODS, OWN, Asker, dataset_of, file_query_of
from colonnade.http.edge import reading
from colonnade.http.parameters import choice, flag
from colonnade.http.streaming import Streamed
from colonnade.query.tree import Query
from colonnade.query.zones import zone_name

PATH = "/explore/dataset/{dataset_id}/download"
"""An address of the portal's pages that scripts take files from."""

router = APIRouter()
of_page = APIRouter()

JSON = "json"
"""Of this door's own records; other formats are those of the portal."""
OTHER_NAMES = {"xls": "xlsx"}
SEPARATORS = (";", ",", "\t", "|", "\\t")


@router.api_route("/download", methods=METHODS)
def download(request: Request) -> Response:
    with reading(request) as work:
        return _asked_file(request, work, dataset_of(request))


@of_page.api_route(PATH, methods=METHODS)
def download_of_page(request: Request, dataset_id: str) -> Response:
    with reading(request) as work:
        return _asked_file(request, work, dataset_id)


def file(request: Request, work: Work, readable: ReadableDataset, query: Query, format_: str) -> Response:
    """The answer with a file. The work may end before it is sent: only the rows stay open. Raises `Invalid`."""
    made = (
        _json(work, readable, query)
        if format_ == JSON
        else export(work, readable, query, ExportFormat(format_), _options(request, zone_name(query.zone)))
    )
    return Streamed(
        primed(made.chunks),
        made.media_type,
        {
            "Content-Disposition": f'attachment; filename="{made.filename}"',
            "Cache-Control": "no-cache, no-store",
        },
    )


def _asked_file(request: Request, work: Work, dataset_id: str) -> Response:
    readable = datasets.readable(work, dataset_id)
    asker = Asker(request, records.visible_fields(work, readable), wordless=OWN)
    format_ = choice(request, "format", (*ExportFormat, *OTHER_NAMES), "csv")
    return file(request, work, readable, file_query_of(asker), OTHER_NAMES.get(format_, format_))


def _options(request: Request, zone: str | None) -> Options:
    separator = choice(request, "csv_separator", SEPARATORS, ";")
    return Options(
        delimiter="\t" if separator == "\\t" else separator,
        with_bom=False,
        use_labels=flag(request, "use_labels_for_header"),
        zone=zone,
    )


def _json(work: Work, readable: ReadableDataset, query: Query) -> Export:
    """An array of records as the search answers them."""
    found = records.stream_with_ids(work, readable, query)
    usage.count_download(work, readable.dataset.id)
    slug = str(readable.dataset.slug)
    return Export(MEDIA_TYPES[ExportFormat.JSON], f"{slug}.json", _array(found, slug, query.zone))


def _array(found: Stream, dataset_id: str, zone: dt.tzinfo) -> Generator[bytes]:
    write = rendering.writer(found.query, dataset_id, zone)
    width = len(found.query.outputs)
    with closing(found.batches) as batches:
        before = b"["
        for batch in batches:
            rows = batch.select(list(range(width))).to_pylist()
            ids, moments = (batch.column(width + at).to_pylist() for at in range(2))
            texts = [_dumped(write(*one)) for one in zip(ids, moments, rows, strict=True)]
            if texts:
                yield before + b",\n".join(texts)
                before = b",\n"
        yield b"]" if before != b"[" else b"[]"


def _dumped(record: dict[str, Any]) -> bytes:
    return orjson.dumps(record, option=orjson.OPT_NAIVE_UTC)
