"""Records as files (section 6 of the reference)."""

from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import service as datasets
from colonnade.core.records import service as records
from colonnade.core.records.exports import ExportFormat, Options, export
from colonnade.core.records.streams import primed
from colonnade.dialects.explore.links import links
from colonnade.dialects.explore.parameters import choice, export_query_of, flag, one, wrong
from colonnade.http.edge import reading
from colonnade.http.streaming import Streamed
from colonnade.query.zones import zone_name

router = APIRouter(prefix="/catalog/datasets/{dataset_id}/exports", tags=["Dataset"])

DELIMITERS = (";", ",", "\t", "|", "\\t")
COMPRESSIONS = ("snappy", "zstd")


@router.get("")
def get_list(request: Request, dataset_id: str) -> Response:
    with reading(request) as work:
        slug = datasets.readable(work, dataset_id).dataset.slug
    dataset = f"/catalog/datasets/{slug}"
    files = {str(one): f"{dataset}/exports/{one}" for one in ExportFormat}
    return links(request, {"self": f"{dataset}/exports", "dataset": dataset, **files})


@router.get("/{format}")
def get_file(request: Request, dataset_id: str, format: str) -> Response:  # noqa: A002 - the path's own word
    with reading(request) as work:
        readable = datasets.readable(work, dataset_id)
        format_ = _format(format)
        query = export_query_of(request, partial(records.visible_fields, work, readable))
        file = export(work, readable, query, format_, _options(request, zone_name(query.zone)))
    # The work ends here: only the rows stay open while the file is made and goes out.
    return Streamed(
        primed(file.chunks),
        file.media_type,
        {
            "Content-Disposition": f'attachment; filename="{file.filename}"',
            "Cache-Control": "no-cache, no-store",
        },
    )


def _format(name: str) -> ExportFormat:
    if name not in set(ExportFormat):
        raise wrong("format", name, f"one of {' '.join(ExportFormat)}")
    return ExportFormat(name)


def _options(request: Request, zone: str | None) -> Options:
    delimiter = choice(request, "delimiter", DELIMITERS, ";")
    return Options(
        delimiter="\t" if delimiter == "\\t" else delimiter,
        list_separator=one(request, "list_separator") or ",",
        quote_all=flag(request, "quote_all"),
        with_bom=flag(request, "with_bom", default=True),
        use_labels=flag(request, "use_labels"),
        compressed=flag(request, "compressed"),
        compression=choice(request, "parquet_compression", COMPRESSIONS, "snappy"),
        zone=zone,
    )
