"""The catalogue as files (section 6 of the reference): tables of its metadata, and documents about its datasets."""

import datetime as dt
from collections.abc import Generator, Mapping
from dataclasses import replace
from functools import partial

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.catalogue import service as catalogue
from colonnade.core.catalogue.model import PUBLIC, TABLE
from colonnade.core.catalogue.naming import own_name
from colonnade.core.datasets import service as datasets
from colonnade.core.feeds import service as feeds
from colonnade.core.feeds.describing import Wanted
from colonnade.core.feeds.documents import DOCUMENTS
from colonnade.core.records.exports import MEDIA_TYPES, Export, ExportFormat, compressed, written
from colonnade.core.records.streams import primed
from colonnade.core.work import Work
from colonnade.dialects.explore import sources
from colonnade.dialects.explore.datasets import objects
from colonnade.dialects.explore.exports import options_of
from colonnade.dialects.explore.links import PREFIX, links
from colonnade.dialects.explore.parameters import export_query_of, flag, one, wrong
from colonnade.http.addresses import PortalAddresses
from colonnade.http.edge import actor, portal_of, reading
from colonnade.http.pagination import site_of
from colonnade.http.streaming import Streamed
from colonnade.query.tree import FieldRef, Named, Query
from colonnade.query.zones import zone_name

router = APIRouter(prefix="/catalog/exports", tags=["Catalog"])

TABLES: Mapping[str, ExportFormat] = {
    str(one): one for one in (ExportFormat.CSV, ExportFormat.JSON, ExportFormat.XLSX)
}
FORMATS = (*TABLES, *DOCUMENTS)
NAME = "catalog"
"""Of every file, before its ending."""
BATCH = 100
"""Datasets that are shown at once."""
EVERYTHING = tuple(Named(FieldRef(own), shown) for shown, own in TABLE)


@router.get("")
def get_list(request: Request) -> Response:
    actor(request)
    exports = f"{sources.path_of(request)}/exports"
    return links(request, {"self": exports, **{name: f"{exports}/{name}" for name in FORMATS}})


@router.get("/{format}")
def get_file(request: Request, format: str) -> Response:  # noqa: A002 - the path's own word
    name = _format(format)
    with reading(request) as work:
        query = export_query_of(request, lambda: PUBLIC, own_name)
        if name in DOCUMENTS:
            file = _document(request, work, name, query)
        elif name == ExportFormat.JSON and query.select is None and not query.group_by:
            file = _objects(request, work, query)
        else:
            file = _table(request, work, TABLES[name], query)
    # The work ends here: a file is written as its datasets are read, some at a time.
    if flag(request, "compressed"):
        file = compressed(file)
    headers = {
        "Content-Disposition": f'attachment; filename="{file.filename}"',
        "Cache-Control": "no-cache, no-store",
    }
    return Streamed(primed(file.chunks), file.media_type, headers)


def _table(request: Request, work: Work, format_: ExportFormat, query: Query) -> Export:
    if query.select is None and not query.group_by:
        query = replace(query, select=EVERYTHING)
    options = options_of(request, zone_name(query.zone), f"{site_of(request)}{PREFIX}/catalog")
    return written(
        work, partial(catalogue.stream, work, query), NAME, format_, replace(options, compressed=False)
    )


def _objects(request: Request, work: Work, query: Query) -> Export:
    """Whole datasets, as their list shows them."""
    for name in ("include_app_metas", "include_links"):
        flag(request, name)  # what is wrong with them is told before the first byte
    chunks = _shown(request, feeds.matching(work, query), query.zone)
    return Export(MEDIA_TYPES[ExportFormat.JSON], f"{NAME}.json", chunks)


def _shown(request: Request, uids: list[str], zone: dt.tzinfo) -> Generator[bytes]:
    yield b"["
    separator = b""
    for start in range(0, len(uids), BATCH):
        with reading(request) as work:
            found = datasets.readable_by_uids(work, uids[start : start + BATCH])
            shown = objects(request, work, found, zone)
        for dataset in shown:
            yield separator + orjson.dumps(dataset, option=orjson.OPT_NAIVE_UTC)
            separator = b","
    yield b"]"


def _document(request: Request, work: Work, name: str, query: Query) -> Export:
    if query.group_by:
        raise wrong("group_by", one(request, "group_by") or "", "nothing for this format")
    portal, addresses = portal_of(request), PortalAddresses(site_of(request))
    wanted = Wanted(_exports(request), flag(request, "use_labels_in_exports", default=True), query.zone)
    document = DOCUMENTS[name]
    batches = feeds.batches(portal, actor(request), feeds.matching(work, query), addresses, wanted)
    chunks = document.write(feeds.site(portal, addresses), batches)
    return Export(document.media_type, f"{NAME}.{document.extension}", chunks)


def _format(name: str) -> str:
    """Some clients write `dcat-ap-ch`."""
    known = name.replace("-", "_")
    if known not in FORMATS:
        raise wrong("format", name, f"one of {' '.join(FORMATS)}")
    return known


def _exports(request: Request) -> frozenset[ExportFormat] | None:
    """The files of each dataset that are to be told of; None: all. Harvesters also name formats that are not here: no
    dataset has these."""
    texts = request.query_params.getlist("include_exports")
    names = [name.strip().lower() for text in texts for name in text.split(",") if name.strip()]
    return frozenset(one for one in ExportFormat if one in names) if names else None
