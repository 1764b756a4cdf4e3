"""Records as files (section 6 of the reference)."""

import re

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import service as datasets
from colonnade.core.records import service as records
from colonnade.core.records.exports import ExportFormat, Options, export, offered
from colonnade.dialects.explore.links import PREFIX, links
from colonnade.dialects.explore.parameters import choice, export_query_of, flag, one, wrong
from colonnade.http.edge import reading
from colonnade.http.pagination import site_of
from colonnade.http.streaming import Streamed, begun
from colonnade.query.schema import Schema
from colonnade.query.zones import zone_name

router = APIRouter(prefix="/catalog/datasets/{dataset_id}/exports", tags=["Dataset"])

DELIMITERS = (";", ",", "\t", "|", "\\t")
COMPRESSIONS = ("snappy", "zstd")
_EPSG = re.compile(r"[0-9]{1,6}")


@router.get("")
def get_list(request: Request, dataset_id: str) -> Response:
    with reading(request) as work:
        readable = datasets.readable(work, dataset_id)
        (about,) = records.about(work, [readable])
    dataset = f"/catalog/datasets/{readable.dataset.slug}"
    files = {str(one): f"{dataset}/exports/{one}" for one in offered(about.schema)}
    return links(request, {"self": f"{dataset}/exports", "dataset": dataset, **files})


@router.get("/{format}")
def get_file(request: Request, dataset_id: str, format: str) -> Response:  # noqa: A002 - the path's own word
    with reading(request) as work:
        readable = datasets.readable(work, dataset_id)
        visible = records.visible_fields(work, readable)
        format_ = _format(format, visible)
        query = export_query_of(request, lambda: visible)
        address = f"{site_of(request)}{PREFIX}/catalog/datasets/{readable.dataset.slug}"
        file = export(work, readable, query, format_, options_of(request, zone_name(query.zone), address))
    # The work ends here: only the rows stay open while the file is made and goes out.
    return Streamed(
        begun(request, file.chunks),
        file.media_type,
        {
            "Content-Disposition": f'attachment; filename="{file.filename}"',
            "Cache-Control": "no-cache, no-store",
        },
    )


def _format(name: str, visible: Schema) -> ExportFormat:
    """A format that applies to the dataset."""
    known = offered(visible)
    if name not in set(known):
        raise wrong("format", name, f"one of {' '.join(known)}")
    return ExportFormat(name)


def options_of(request: Request, zone: str | None, address: str) -> Options:
    delimiter = choice(request, "delimiter", DELIMITERS, ";")
    return Options(
        delimiter="\t" if delimiter == "\\t" else delimiter,
        list_separator=one(request, "list_separator") or ",",
        quote_all=flag(request, "quote_all"),
        with_bom=flag(request, "with_bom", default=True),
        escape_formulas=flag(request, "escape_formulas"),
        use_labels=flag(request, "use_labels"),
        compressed=flag(request, "compressed"),
        compression=choice(request, "parquet_compression", COMPRESSIONS, "snappy"),
        epsg=_epsg(request),
        name_field=one(request, "name_field"),
        description_fields=_listed(request, "description_field_list"),
        use_extension=flag(request, "use_extension", default=True),
        start_field=one(request, "start_field"),
        end_field=one(request, "end_field"),
        zone=zone,
        dataset_url=address,
    )


def _epsg(request: Request) -> int:
    value = one(request, "epsg") or "4326"
    if not _EPSG.fullmatch(value):
        raise wrong("epsg", value, "the number of a coordinate system of EPSG")
    return int(value)


def _listed(request: Request, name: str) -> tuple[str, ...]:
    """Names with commas between, also sent in parts."""
    texts = request.query_params.getlist(name)
    return tuple(part.strip() for text in texts for part in text.split(",") if part.strip())
